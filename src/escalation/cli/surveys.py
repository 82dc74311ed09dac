"""``escalation surveys``: what is asked of people, who was asked, and answers brought in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from escalation.cli.files import in_force
from escalation.cli.groups import group
from escalation.cli.screen import AsJson, instant, pairs, progress, say, say_json, table, tell
from escalation.cli.service import Served, at_service
from escalation.digests.suppression import WITHHELD
from escalation.errors import Broken
from escalation.routing.surveys import read

app = group(
    "Ask people how it went, see who was asked, and bring in answers of surveys run elsewhere."
    "\n\nExample: escalation surveys list"
)
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file.", dir_okay=False)]


@app.command("list", cls=Served)
def list_surveys(*, as_json: AsJson = False) -> None:
    """List the surveys of the survey file.

    Example: escalation surveys list
    """
    with at_service() as service:
        found = list(service.surveys.list())
    if as_json:
        say_json({"data": found})
        return
    table(
        None,
        ("survey", "title", "follows", "measured by", "questions"),
        [
            (each["id"], each["title"], _follows(each), each["measure"],
             str(len(each["questions"])))
            for each in found
        ],
    )  # fmt: skip


def _follows(survey: Mapping[str, Any]) -> str:
    if survey["periodic"] is None:
        return survey["after"] or "is imported"
    return f"{survey['periodic']['rule']}, next {instant(survey['periodic']['next_at'])}"


@app.command(cls=Served)
def rounds(*, as_json: AsJson = False) -> None:
    """List what periodic surveys came to in each period: how many were asked, and have answered.

    Nobody who was asked is named; who cannot be asked in a round that goes on is, with why.

    Example: escalation surveys rounds
    """
    with at_service() as service:
        found = list(service.surveys.rounds())
    if as_json:
        say_json({"data": found})
        return
    table(
        None,
        ("survey", "period", "until", "asked", "answered", "rate", "reminded"),
        [
            (each["survey"], each["period"], instant(each["ends_at"]), str(each["asked"]),
             WITHHELD if each["answered"] is None else str(each["answered"]),
             "" if each["response_rate"] is None else f"{each['response_rate']} %",
             str(each["reminded"]))
            for each in found
        ],
    )  # fmt: skip
    left_out = [(each, who) for each in found for who in each["not_asked"]]
    if left_out:
        table(
            "Not asked",
            ("survey", "person", "of", "why"),
            [
                (each["survey"], who["person"], who["agency"], who["why"].replace("_", " "))
                for each, who in left_out
            ],
        )


@app.command()
def check(file: File, *, as_json: AsJson = False) -> None:
    """Check a survey file, and its standards against the directory in force.

    Example: escalation surveys check config/surveys.yaml
    """
    known = in_force()
    directory = None if known is None else known.directory
    found = read(_bytes(file), file.name, directory)
    if as_json:
        say_json({"valid": True, "surveys": list(found.surveys)})
        return
    say(f"{file.name} is in order: {', '.join(found.surveys)}.")
    if directory is None:
        tell("No directory is in force to hold its standards against.")


@app.command(cls=Served)
def invitations(
    *,
    answered: Annotated[
        bool | None, typer.Option("--answered/--not-answered", help="Only these.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List who was asked how their issue went, the newest first, with the link.

    Example: escalation surveys invitations --not-answered
    """
    with at_service() as service:
        found = service.surveys.first(limit, answered=answered).data
    if as_json:
        say_json({"data": found})
        return
    table(
        None,
        ("issue", "survey", "invited", "until", "answered", "link"),
        [
            (each["issue"]["reference"], each["survey"], instant(each["invited_at"]),
             instant(each["expires_at"]), instant(each["answered_at"]), each["link"])
            for each in found
        ],
    )  # fmt: skip


@app.command("import", cls=Served)
def import_answers(
    file: File,
    survey: Annotated[str, typer.Option(help="The survey's id in the survey file.")],
    period: Annotated[str, typer.Option(help="What you call it, such as 2026 or 2026-q1.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Bring in the answers of a survey: the whole file, or nothing of it; again changes nothing.

    Columns: respondent, answered_on, one for each question, and where you have them provider,
    agency, cluster, function, region, channel and quote (no or anonymous).

    Example: escalation surveys import answers.csv --survey client-yearly --period 2026
    """
    raw = _bytes(file)
    lines = 2 * raw.count(b"\n")
    with at_service() as service, progress("Bringing in", lines) as advance:
        found = service.surveys.bring_in(
            raw, name=file.name, survey=survey, period=period, tell=advance
        )
    if as_json:
        say_json(found)
        return
    pairs(
        {
            "survey": found["survey"],
            "period": found["period"],
            "brought in": f"{found['imported']:,}",
            "there before": f"{found['already']:,}",
            "first": found["first"],
            "last": found["last"],
        }
    )


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Broken(f"{file} cannot be read: {error.strerror}.") from error
