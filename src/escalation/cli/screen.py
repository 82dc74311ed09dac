"""What commands print: results on standard output, everything about them on standard error."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from escalation.errors import Broken, EscalationError

UNWATCHED = 200
"""Letters in a line where no terminal watches."""

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, times in UTC.")]
Out = Annotated[
    Path | None, typer.Option(help="Write it to this file instead of the screen.", metavar="FILE")
]


def out() -> Console:
    """The console of results."""
    return Console(highlight=False, soft_wrap=True)


def err() -> Console:
    """The console of everything beside results."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def _wide() -> Console:
    """A console for tables: as wide as the terminal, or wide enough for any where there is none."""
    screen = Console(highlight=False)
    return screen if screen.is_terminal else Console(highlight=False, width=UNWATCHED)


def say(text: str = "") -> None:
    """A line of the result, as it is."""
    out().print(Text(text))


def tell(text: str) -> None:
    """A line beside the result, as it is."""
    err().print(Text(text))


def say_json(value: object) -> None:
    """A result for machines."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def give(body: bytes, out: Path | None, *, nl: bool = False) -> None:
    """A result that is a file as it is: into ``out``, else onto the screen, ``nl`` a line's end.

    Raises:
        Broken: the file cannot be written.
    """
    if out is None:
        typer.echo(body, nl=nl)
        return
    try:
        out.write_bytes(body)
    except OSError as error:
        raise Broken(f"{out} cannot be written: {error.strerror}.") from error
    tell(f"{out} is written.")


def fail(error: EscalationError) -> None:
    """Say on standard error why it failed: what happened, and each fault on a line of its own."""
    screen = err()
    screen.print(Text(error.detail, style="bold red"))
    if acts := error.extra.get("available_acts"):
        screen.print(Text(f"Open now: {', '.join(acts)}."))
    for fault in error.errors:
        place = fault.file or fault.pointer or fault.parameter or ""
        line = Text(f"{place}: " if place else "", style="bold")
        screen.print(line.append(fault.detail, style="not bold"))


def table(title: str | None, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """A table for people."""
    shown = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for number, column in enumerate(columns):
        shown.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        shown.add_row(*(Text(cell or "") for cell in row))
    _wide().print(shown)


def pairs(values: Mapping[str, str | None]) -> None:
    """Names and values, one a line; what has no value is left out."""
    shown = Table.grid(padding=(0, 2))
    shown.add_column(style="bold", no_wrap=True)
    shown.add_column(overflow="fold")
    for name, value in values.items():
        if value:
            shown.add_row(name, Text(value))
    _wide().print(shown)


def instant(value: datetime | str | None, zone: ZoneInfo | None = None) -> str:
    """An instant for people: the local time with its zone named, without one in UTC."""
    if value is None:
        return ""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = moment.astimezone(zone or UTC)
    return f"{local:%a %d %b %Y %H:%M} {zone.key if zone else 'UTC'}"


def zoned(text: str, name: str) -> datetime:
    """An instant that a person gave, with its zone.

    Raises:
        BadParameter: it is no instant, or its zone is missing.
    """
    example = "write it like 2026-03-02T09:30:00+10:00"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{name} {text!r} is no date and time; {example}") from None
    if found.tzinfo is None:
        raise typer.BadParameter(f"{name} {text!r} names no zone; {example}")
    return found.astimezone(UTC)


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Any]:
    """A progress bar on standard error while a terminal watches; gives what moves it on."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err(),
        transient=True,
        disable=not err().is_terminal,
    )
    with bar:
        task: TaskID = bar.add_task(title, total=total)
        yield lambda count=1: bar.advance(task, count)
