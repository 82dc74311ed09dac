"""A digest as a paper in PDF that declares PDF/UA-1 and PDF/A-2a: always the same bytes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from escalation.reports import charts
from escalation.reports.glyphs import fonts, shown
from escalation.reports.heading import Heading
from escalation.reports.kept_page import kept_page
from escalation.reports.layout import Chart, Section, Table
from escalation.reports.pages import Page

_NARROWEST, _WIDEST = 5, 34
_LINES = 2
"""A column is as wide as its longest word, or as its longest text needs for so many lines."""
_ONE_LINE = 24
"""What is no longer stands on one line where there is room: a day with its time, say."""
_LETTERS = 150
"""How many letters a line of a table has room for, with what stands between columns."""
_TOGETHER = 24
"""Lines up to which a table is not broken between columns: about half the height of one."""
_FEW = 6
"""Rows up to which the first section stands on the cover."""


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
        "level": section.level,
        "part": section.part,
        "columns": section.columns,
        "short": section.columns == 1 and sum(len(t.rows) for t in section.tables) <= _FEW,
        "tables": [_table(each, _LETTERS // section.columns) for each in section.tables],
        "empty": shown(section.said_of_none),
    }


def _table(table: Table, room: int) -> dict[str, Any]:
    """A table for a place that is ``room`` letters wide."""
    columns = [shown(each) for each in table.columns]
    rows = [[shown(each) for each in cells] for cells in table.rows]
    widths = _widths(list(zip(columns, *rows, strict=True)), room, table.numbers)
    return {
        "caption": shown(table.caption),
        "columns": columns,
        "rows": rows,
        "numbers": sorted(table.numbers),
        "marked": sorted(table.marked),
        "widths": widths,
        "whole": _lines(rows, widths, room) <= _TOGETHER,
        "chart": _chart(table) if table.drawn else None,
    }


def _lines(rows: Sequence[Sequence[str]], widths: Sequence[int], room: int) -> int:
    """How many lines the rows take, about, in a table that is stretched to ``room`` letters."""
    stretched = [width * room / sum(widths) for width in widths]
    return sum(
        max(ceil(len(cell) / width) for cell, width in zip(row, stretched, strict=True))
        for row in rows
    )


def _chart(table: Table) -> dict[str, str | bool]:
    """A table's chart, its texts as the font can show them."""
    known = replace(
        table,
        columns=tuple(shown(each) for each in table.columns),
        rows=tuple(tuple(shown(each) for each in cells) for cells in table.rows),
    )
    wide = table.chart is Chart.TREND
    return {"svg": charts.svg(known), "alt": charts.described(known), "wide": wide}


def _widths(
    columns: Sequence[tuple[str, ...]], room: int, numbers: frozenset[int] = frozenset()
) -> list[int]:
    """How wide each column is: no narrower than its longest word while there is room for that.

    What heads numbers stands in lines, so that such a column is hardly wider than they are.
    """
    words = [min(max(_longest_word(cells), _NARROWEST), _WIDEST) for cells in columns]
    wanted = [
        max(word, _wanted_by_numbers(cells) if n in numbers else _wanted(cells))
        for n, (word, cells) in enumerate(zip(words, columns, strict=True))
    ]
    over, slack = sum(wanted) - room, sum(wanted) - sum(words)
    if over <= 0:
        texts = [cells[1:] if n in numbers else cells for n, cells in enumerate(columns)]
        return _spread(texts, wanted, -over)
    if slack <= 0:
        return wanted
    share = min(over / slack, 1)
    return [round(w - (w - word) * share) for w, word in zip(wanted, words, strict=True)]


def _spread(columns: Sequence[tuple[str, ...]], wanted: list[int], left: int) -> list[int]:
    """What room is left goes to the columns whose longest text would stand on several lines."""
    lacking = [
        max(max(map(len, cells), default=0) + 2 - w, 0)
        for cells, w in zip(columns, wanted, strict=True)
    ]
    share = min(left / max(sum(lacking), 1), 1)
    return [w + round(lack * share) for w, lack in zip(wanted, lacking, strict=True)]


def _longest_word(cells: tuple[str, ...]) -> int:
    """In letters; the first cell is a heading, in bold."""
    return 1 + max(len(word) for cell in cells for word in re.split(r"[ \u200b]", cell))


def _wanted(cells: tuple[str, ...]) -> int:
    longest = max(len(cell) for cell in cells)
    return longest + 2 if longest <= _ONE_LINE else min(longest // _LINES + 2, _WIDEST)


def _wanted_by_numbers(cells: tuple[str, ...]) -> int:
    return max(_wanted(cells[1:] or cells), len(cells[0]) // _LINES + 2)
