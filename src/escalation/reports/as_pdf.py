"""A digest as a paper in PDF that declares PDF/UA-1 and PDF/A-2a: always the same bytes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from escalation.reports.glyphs import fonts, shown
from escalation.reports.heading import Heading
from escalation.reports.kept_page import kept_page
from escalation.reports.layout import Section, Table
from escalation.reports.pages import Page

_NARROWEST, _WIDEST = 5, 34
_LINES = 2
"""A column is as wide as its longest word, or as its longest text needs for so many lines."""


def digest(document: Mapping[str, Any], heading: Heading) -> bytes:
    """A digest's paper, dated as at when it was true."""
    laid_out = kept_page(document, heading)
    at = datetime.fromisoformat(document["as_at"]).astimezone(UTC)
    return _typeset(_told(laid_out, laid_out.name, at))


def _typeset(paper: Mapping[str, Any]) -> bytes:
    """The bytes of a paper: it reads no file but the fonts, and what it says comes in as data."""
    import typst  # noqa: PLC0415 - eighty megabytes, for the PDF alone

    template = resources.files("escalation.reports").joinpath("templates/paper.typ").read_bytes()
    with TemporaryDirectory(prefix="escalation-paper-") as folder:
        source = Path(folder, "paper.typ")
        source.write_bytes(template)
        for name, body in fonts().items():
            Path(folder, name).write_bytes(body)
        return typst.compile(
            str(source),
            root=folder,
            font_paths=[folder],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"paper": json.dumps(paper)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=0,
        )


def _told(page: Page, name: str, at: datetime) -> dict[str, Any]:
    parts = ("year", "month", "day", "hour", "minute", "second")
    return {
        "name": shown(name),
        "date": {part: getattr(at, part) for part in parts},
        "kind": shown(page.kind),
        "title": shown(page.title),
        "marking": shown(page.marking),
        "footer": shown(page.footer),
        "facts": [[shown(each) for each in fact] for fact in page.facts],
        "sections": [_section(each) for each in page.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": shown(section.title),
        "about": shown(section.about),
        "small": section.id == "figures",
        "tables": [_table(each) for each in section.tables],
        "empty": shown(section.said_of_none),
    }


def _table(table: Table) -> dict[str, Any]:
    columns = [shown(each) for each in table.columns]
    rows = [[shown(each) for each in cells] for cells in table.rows]
    return {
        "caption": shown(table.caption),
        "columns": columns,
        "rows": rows,
        "numbers": sorted(table.numbers),
        "marked": sorted(table.marked),
        "widths": [_width(cells) for cells in zip(columns, *rows, strict=True)],
    }


def _width(cells: tuple[str, ...]) -> int:
    words = max(len(word) for cell in cells for word in (cell or " ").split(" "))
    texts = max(len(cell) for cell in cells) // _LINES + 2
    return min(max(words, texts, _NARROWEST), _WIDEST)
