"""A register as a file: what a command gives of it with ``--format``."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from escalation.cli.screen import give
from escalation.clock import SystemClock
from escalation.digests.selection import told
from escalation.errors import Broken
from escalation.reports import as_csv, as_xlsx
from escalation.reports.pages import Page


class Format(StrEnum):
    """What a register can be taken away as."""

    CSV = "csv"
    XLSX = "xlsx"


As = Annotated[
    Format | None,
    typer.Option("--format", help="The whole register as a file, whatever its `--limit`."),
]


def give_register(laid_out: Callable[[str], Page], format_: Format, out: Path | None) -> None:
    """A register as a file; ``laid_out`` makes its page, looked up at an instant (RFC 3339).

    Raises:
        Broken: it is a workbook for the screen, or the file cannot be written.
    """
    at = told(SystemClock().now())
    if format_ is Format.XLSX and out is None:
        raise Broken("A screen cannot show a workbook; name a file with --out.")
    page = laid_out(at)
    made = as_csv.page(page) if format_ is Format.CSV else as_xlsx.page(page, at, "Register")
    give(made, out)
