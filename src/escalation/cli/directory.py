"""``escalation directory``: parties, people, appointments and forums."""

from pathlib import Path
from typing import Annotated

import typer

from escalation.cli.files import against_ladders, read_directory
from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, say, say_json, tell
from escalation.routing.directory import Directory
from escalation.services import framework

app = group(
    "Check a directory file, and put it in force."
    "\n\nExample: escalation directory check config/directory.yaml"
)

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The directory file.")
]


@app.command()
def check(
    file: File,
    ladders: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A ladder file to hold it against, instead of the one in force.",
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Look for mistakes in a directory file, and hold it against the ladders; changes nothing.

    Example: escalation directory check config/directory.yaml
    """
    directory = read_directory(file)
    against = against_ladders(directory, file.name, ladders)
    counts = _counts(directory)
    if as_json:
        say_json({"file": str(file), "held_against": against.name, **counts})
        return
    say(f"{file} is in order: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    say(against.sentence)


@app.command()
def apply(file: File, *, as_json: AsJson = False) -> None:
    """Put a directory file in force: all of it, or with a mistake in it nothing.

    Who holds which seat is looked up again for every unresolved issue.

    Example: escalation directory apply config/directory.yaml
    """
    with at_the_desk() as container:
        applied = framework.apply_directory(
            container.desk, file.read_bytes(), file.name, actor=me()
        )
    if as_json:
        say_json({"epoch": applied.epoch, "hash": applied.hash, "changed": applied.changed})
    elif applied.changed:
        say(f"{file} is in force: version {applied.epoch} of the directory.")
        tell("The worker looks up the holders of unresolved issues again.")
    else:
        say(f"{file} was in force already: version {applied.epoch}.")


def _counts(directory: Directory) -> dict[str, int]:
    file = directory.file
    return {
        "clusters": len(file.clusters),
        "providers": len(file.providers),
        "agencies": len(file.agencies),
        "people": len(file.people),
        "appointments": len(file.appointments),
        "forums": len(file.forums),
    }
