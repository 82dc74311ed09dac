"""A digest as CSV: its tables one after the other, each row saying which one it is of."""

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from escalation.reports.heading import Heading
from escalation.reports.kept_page import kept_page
from escalation.reports.layout import Cells
from escalation.reports.pages import Page

_FORMULA = re.compile(r"[\t\r\n\0]|\s*[=+\-@＝＋－＠]")  # noqa: RUF001 - spreadsheets take the wide ones too
_BYTE_ORDER_MARK = "\N{BYTE ORDER MARK}"
"""Without it Excel takes UTF-8 for the code page of the machine."""


def digest(document: Mapping[str, Any], heading: Heading) -> bytes:
    """A digest's tables, in UTF-8 with its mark; every cell quoted, and none a formula."""
    return page(kept_page(document, heading))


def page(laid_out: Page) -> bytes:
    """Any page's tables, in the same way."""
    written = StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    for cells in _rows(laid_out):
        writer.writerow([guarded(cell) for cell in cells])
    return (_BYTE_ORDER_MARK + written.getvalue()).encode()


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before what looks so."""
    return f"'{text}" if _FORMULA.match(text) else text


def _rows(page: Page) -> Iterator[Cells]:
    yield ("Section", "Table")
    for fact in page.facts:
        yield (page.kind, page.title, *fact)
    for section in page.sections:
        for table in section.tables:
            for cells in (table.columns, *table.rows):
                yield (section.title, table.caption, *cells)
        if section.said_of_none:
            yield (section.title, "", section.said_of_none)
