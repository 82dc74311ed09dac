"""``escalation digests``: what a secretariat takes to a meeting."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from escalation.cli import subscriptions
from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk
from escalation.cli.screen import (
    AsJson,
    Out,
    give,
    instant,
    pairs,
    progress,
    say,
    say_json,
    tell,
    zoned,
)
from escalation.cli.service import Served, at_service
from escalation.digests.cards import PROFILES
from escalation.digests.periods import LONGEST
from escalation.errors import Broken
from escalation.services import digests

app = group(
    "Make, show and verify digests of forums, and scorecards.\n\n"
    "Example: escalation digests build --forum bmf-southern-cross"
)


app.add_typer(subscriptions.app, name="subscriptions")


class Format(StrEnum):
    """What a digest can be shown as."""

    MARKDOWN = "md"
    HTML = "html"
    PDF = "pdf"
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


_FOR_FILES = frozenset({Format.PDF, Format.XLSX})
At = Annotated[str | None, typer.Option(metavar="INSTANT", help="When it was true; default now.")]
Known = Annotated[
    str | None, typer.Option(metavar="INSTANT", help="What was recorded by then; default now.")
]
Since = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="When the period began; default the last meeting's end."),
]
Name = Annotated[str, typer.Argument(metavar="DIGEST", help="Its number or id.")]


@app.command(cls=Served)
def build(  # noqa: PLR0913 - each is an option of its own
    forum: Annotated[str | None, typer.Option(help="The forum's code.")] = None,
    profile: Annotated[
        str | None, typer.Option(help=f"A profile: forum:<code>, {PROFILES}.")
    ] = None,
    as_at: At = None,
    known_at: Known = None,
    since: Since = None,
    marking: Annotated[
        str | None, typer.Option(help="The protective marking that it bears in every format.")
    ] = None,
    *,
    periods: Annotated[
        int | None,
        typer.Option(min=2, max=LONGEST, help="Of a scorecard: figures over so many periods."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a digest, or find the one that was made of the same.

    Example: escalation digests build --forum bmf-southern-cross --as-at 2026-07-01T09:00:00+10:00
    """
    asked = {
        "forum": forum,
        "profile": profile,
        "as_at": _instant(as_at, "--as-at"),
        "known_at": _instant(known_at, "--known-at"),
        "since": _instant(since, "--since"),
        "marking": marking,
        "periods": periods,
    }
    with at_service() as service, progress("Counting", None):
        given = {name: value for name, value in asked.items() if value is not None}
        found, new = service.digests.build(given)
    if as_json:
        say_json(found)
        return
    pairs(
        {
            "number": found["number"],
            "id": found["id"],
            "profile": found["profile"],
            "as at": instant(found["as_at"]),
            "known at": instant(found["known_at"]),
            "since": instant(found["since"]),
            "content hash": found["content_hash"],
        }
    )
    if not new:
        tell("It had been made before; this is the stored one.")


@app.command(cls=Served)
def show(
    digest: Name,
    format_: Annotated[
        Format, typer.Option("--format", help="As what it is shown.")
    ] = Format.MARKDOWN,
    out: Out = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a digest: always the same bytes.

    Example: escalation digests show DIG-2026-0001 --format html --out digest.html
    """
    kind = Format.JSON if as_json else format_
    with at_service() as service:
        body = service.digests.file(digest, kind.value)
    if out is None and kind in _FOR_FILES and sys.stdout.isatty():
        raise Broken(f"A terminal cannot show {kind.value}; name a file with --out.")
    give(body, out, nl=not (kind in _FOR_FILES or body.endswith(b"\n")))


@app.command()
def verify(digest: Name, *, as_json: AsJson = False) -> None:
    """Take the hashes of a stored digest again, and build it again from the record.

    Only at the database: whoever asks a service would have to believe its answer.

    Example: escalation digests verify DIG-2026-0001
    """
    with at_the_desk() as container:
        found = digests.verify(container.desk, digest)
    if as_json:
        say_json(
            {
                "id": found.stored.id,
                "number": found.stored.number,
                "ok": found.ok,
                "content_hash": found.stored.content_hash,
                "content_intact": found.content_intact,
                "renderings_intact": dict(found.renderings_intact),
                "rebuilt_hash": found.rebuilt_hash,
                "rebuilt_the_same": found.rebuilt_the_same,
            }
        )
    else:
        _say("The stored content has its hash", ok=found.content_intact)
        for kind, intact in found.renderings_intact.items():
            _say(f"The stored {kind} has its hash", ok=intact)
        _say("Built again, it is the same", ok=found.rebuilt_the_same)
    if not found.ok:
        raise typer.Exit(1)


def _say(what: str, *, ok: bool) -> None:
    say(f"{what}: {'yes' if ok else 'NO'}")


def _instant(text: str | None, name: str) -> str | None:
    return None if text is None else zoned(text, name).isoformat()
