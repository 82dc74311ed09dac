"""``escalation ladders``: the ladder file's own tools."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from escalation.cli import ladder_changes
from escalation.cli.effective import print_ladder
from escalation.cli.explanation import print_explanation
from escalation.cli.files import against_directory, ladders_in_force, read_ladders
from escalation.cli.groups import group
from escalation.cli.issue_view import Shown
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, pairs, say, say_json
from escalation.routing import ladder as ladder_file
from escalation.routing.publication import Publication
from escalation.services import at_hand, framework
from escalation.services.reading import issues
from escalation.services.reading.explaining import explained
from escalation.services.reading.ladders import effective_view

app = group(
    "Check, show and publish the ladder file, and explain an issue by it."
    "\n\nExample: escalation ladders show ssi-standard --ola ola-rivers"
)

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The ladder file.")
]


ladder_changes.add_to(app)


class Mode(StrEnum):
    """What publishing does to issues that are open already."""

    NEW_ONLY = "new-only"
    NEXT_RUNG = "next-rung"
    RECOMPUTE = "recompute"


@app.command()
def check(
    file: File,
    directory: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A directory file to hold it against, instead of the one in force.",
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Look for mistakes in a ladder file, and hold it against the directory; changes nothing.

    Every mistake is shown at once with its line and column, and the nearest word that would do.

    Example: escalation ladders check config/escalation_ladders.yaml
    """
    publication = read_ladders(file)
    against = against_directory(publication, file.name, directory)
    if as_json:
        needs = [need.told() for need in against.needs]
        about = {"file": str(file), "held_against": against.name, "approvals": needs}
        say_json({**about, **_told(publication)})
        return
    say(f"{file} is in order. {against.sentence}")
    parts = publication.file
    pairs(
        {
            "label": publication.label,
            "hash": publication.hash,
            "ladders": ", ".join(parts.ladders),
            "agreements": ", ".join(parts.olas),
            "needs the approval of": "; ".join(need.words for need in against.needs),
            "calendars": ", ".join(
                f"{key} (to {entry.known_until})" for key, entry in parts.calendars.items()
            ),
        }
    )


@app.command()
def show(
    ladder: Annotated[
        str, typer.Argument(help="A ladder's id, or a scope: function or agreement.")
    ],
    ola: Annotated[
        str | None, typer.Option(help="The agreement whose own values are folded in.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A ladder file, instead of the one in force."
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a ladder as it holds: every value with who set it, the line of the file and the clause.

    Example: escalation ladders show function --ola ola-rivers
    """
    publication = ladders_in_force() if file is None else read_ladders(file)
    effective = publication.effective(ola, ladder)
    if as_json:
        say_json(effective_view(publication, effective))
    else:
        print_ladder(effective, publication.label)


@app.command()
def publish(
    file: File,
    mode: Annotated[
        Mode,
        typer.Option(
            help="What becomes of open issues: new-only leaves them on the ladder they entered."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; it stands on the record.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Put a ladder file in force: all of it, or with a mistake in it nothing.

    Example: escalation ladders publish FILE --mode new-only --reason "OLA Rivers is renewed"
    """
    if not reason.strip():
        raise typer.BadParameter("--reason says nothing; the record asks why.")
    with at_the_desk() as container:
        published = framework.publish(
            container.desk,
            file.read_bytes(),
            file.name,
            mode=mode.value,
            reason=reason.strip(),
            actor=me(),
        )
    if as_json:
        say_json(
            {
                "hash": published.hash,
                "label": published.label,
                "mode": published.mode,
                "changed": published.changed,
            }
        )
    elif published.changed:
        say(f"{published.label} is in force for issues logged from now on ({published.hash}).")
    else:
        say(f"{published.label} was in force already ({published.hash}).")


@app.command()
def explain(
    issue: Annotated[str, typer.Argument(help="Its reference or its id.", metavar="ISSUE")],
    *,
    as_json: AsJson = False,
) -> None:
    """Explain an issue: why it is where it is, how its times come about, and what happens next.

    Every value is shown with the line of the ladder file that set it, and every due time with the
    open hours that add up to it.

    Example: escalation ladders explain SSI-2026-000001
    """
    with at_the_desk() as container, at_hand.look(container.desk, me()) as look:
        found = explained(look, issue)
        shown = Shown(issues.one(look, issue))
    if as_json:
        say_json(found)
    else:
        print_explanation(found, shown.zone)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a ladder file, for editors.

    Example: escalation ladders schema > escalation_ladders.schema.json
    """
    typer.echo(ladder_file.LadderFile.published(), nl=False)


def _told(publication: Publication) -> dict[str, object]:
    file = publication.file
    return {
        "label": publication.label,
        "hash": publication.hash,
        "ladders": list(file.ladders),
        "olas": list(file.olas),
        "calendars": {key: str(entry.known_until) for key, entry in file.calendars.items()},
    }
