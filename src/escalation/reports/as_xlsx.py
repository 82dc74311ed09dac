"""A digest as a workbook: a sheet of facts, then one for each section; no cell is a formula."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from escalation.reports.as_csv import guarded
from escalation.reports.heading import Heading
from escalation.reports.kept_page import kept_page
from escalation.reports.layout import Cells, Section, Table
from escalation.reports.pages import Page

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_NAMES = {
    "brief": "In brief",
    "sought": "Decisions sought",
    "log": "Against the log",
    "figures": "Figures",
    "trend": "Over the last meetings",
    "at-rung": "Unresolved here",
    "coming": "Coming",
    "high-level": "High-level elsewhere",
    "since": "Since last meeting",
    "decisions": "Decided since",
    "actions": "Actions due",
    "themes": "Key themes",
    "planned": "Planned against actual",
    "by": "By each dimension",
    "workload": "Workload",
    "exceptions": "By exception",
    "benchmark": "Benchmark",
    "scorecard": "Scorecard",
    "annexes": "Annexes",
    "satisfaction": "What people say",
    "satisfaction-beside": "What people say of each",
    "dictionary": "Dictionary",
    "totals": "Totals",
    "outcomes": "Outcomes",
    "training": "Training",
    "register-of-actions": "Actions",
    "register-of-decisions": "Decisions",
}
"""What a section's sheet is called: at most 31 characters."""
_NARROWEST, _WIDEST = 9, 48
_ABOVE = 3
"""Rows of a section above its first table: its title, what it is about, and an empty one."""
_A4 = 9


def digest(document: Mapping[str, Any], heading: Heading) -> bytes:
    """A digest's workbook, dated as at when it was true."""
    return page(kept_page(document, heading), document["as_at"], "Digest")


def page(laid_out: Page, as_at: str, first: str) -> bytes:
    """The workbook of any page, dated as at an instant; ``first`` is its sheet of facts."""
    written = BytesIO()
    with Workbook(written, _OPTIONS) as book:
        at = datetime.fromisoformat(as_at).replace(tzinfo=None)
        book.set_properties({"title": laid_out.name, "author": "", "created": at})
        pen = _Pen(book)
        pen.facts(laid_out, first)
        for sections in _by_sheet(laid_out.sections):
            pen.sections(laid_out, sections)
    return written.getvalue()


class _Pen:
    """Writes sheets into a workbook."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        look = {"text_wrap": True, "valign": "top"}
        self._heading = book.add_format({"bold": True, "font_size": 14})
        self._caption = book.add_format({"bold": True})
        self._columns = book.add_format({**look, "bold": True, "bg_color": "#F0F2F5", "bottom": 1})
        self._text = book.add_format(look)
        self._number = book.add_format({**look, "num_format": "0", "align": "right"})
        self._marked = book.add_format({**look, "bold": True, "font_color": "#8A1F11"})
        # As an apostrophe typed before it: it stays text when somebody edits the cell.
        self._kept = book.add_format({**look, "quote_prefix": True})

    def facts(self, page: Page, called: str) -> None:
        """The sheet of what stands at the head."""
        sheet = self._sheet(called, page)
        sheet.write_string(0, 0, f"{page.title}: {page.kind}", self._heading)
        for row, (name, value) in enumerate(page.facts, start=2):
            sheet.write_string(row, 0, name, self._caption)
            sheet.write_string(row, 1, value, self._look(value))
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 70)

    def sections(self, page: Page, sections: Sequence[Section]) -> None:
        """The sheet of a section and of those below it, their tables one below the other."""
        sheet, row = self._sheet(_NAMES[sections[0].id], page), 0
        for section in sections:
            row = self._section(sheet, row, section) + 1
        tables = [table for section in sections for table in section.tables]
        everything = [cells for table in tables for cells in (table.columns, *table.rows)]
        for column in range(max(map(len, everything), default=0)):
            sheet.set_column(column, column, _width(everything, column))
        if len(tables) == len(sections) == 1:
            self._kept_in_sight(sheet, tables[0])

    def _kept_in_sight(self, sheet: Worksheet, table: Table) -> None:
        """The head of a sheet's only table stays, on screen and on every page, and narrows it."""
        head = _ABOVE + 1
        sheet.freeze_panes(head + 1, 1)
        sheet.repeat_rows(head)
        if table.rows:
            sheet.autofilter(head, 0, head + len(table.rows), len(table.columns) - 1)

    def _section(self, sheet: Worksheet, row: int, section: Section) -> int:
        """A section from a row on; answers the row after it."""
        sheet.write_string(row, 0, section.title, self._look(section.title, heading=True))
        sheet.write_string(row + 1, 0, section.about, self._plain(section.about))
        row += _ABOVE
        for table in section.tables:
            row = self._table(sheet, row, table) + 1
        if section.said_of_none:
            sheet.write_string(row, 0, section.said_of_none)
            row += 1
        return row

    def _table(self, sheet: Worksheet, row: int, table: Table) -> int:
        """A table from a row on; answers the row after it."""
        sheet.write_string(row, 0, table.caption, self._caption)
        for column, name in enumerate(table.columns):
            sheet.write_string(row + 1, column, name, self._columns)
        for number, cells in enumerate(table.rows):
            for column, cell in enumerate(cells):
                at = (row + 2 + number, column)
                if column in table.numbers and cell.isdecimal():
                    sheet.write_number(*at, int(cell), self._number)
                else:
                    marked = column == 0 and number in table.marked
                    sheet.write_string(*at, cell, self._look(cell, marked=marked))
        return row + 2 + len(table.rows)

    def _look(self, text: str, *, marked: bool = False, heading: bool = False) -> Format:
        if guarded(text) != text:
            return self._kept
        if heading:
            return self._heading
        return self._marked if marked else self._text

    def _plain(self, text: str) -> Format | None:
        """What a line that runs over several cells looks like."""
        return self._kept if guarded(text) != text else None

    def _sheet(self, name: str, page: Page) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        marking = f"&C{page.marking.replace('&', '&&')}" if page.marking else ""
        sheet.set_header(marking)
        sheet.set_footer(f"&L{page.kind}{marking}&RPage &P of &N")
        return sheet


def _by_sheet(sections: Iterable[Section]) -> list[list[Section]]:
    """Sections with those of a deeper level that follow them."""
    found: list[list[Section]] = []
    for section in sections:
        if section.level == 1:
            found.append([])
        found[-1].append(section)
    return found


def _width(rows: list[Cells], column: int) -> int:
    longest = max((len(cells[column]) for cells in rows if column < len(cells)), default=0)
    return min(max(longest + 1, _NARROWEST), _WIDEST)
