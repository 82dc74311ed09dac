"""Answers that are taken away as a file: a page's tables as CSV, or as a workbook."""

from collections.abc import Mapping

from fastapi import Response

from escalation.api.asking import wanted_format
from escalation.api.deps import Asked
from escalation.reports import as_csv, as_xlsx
from escalation.reports.pages import Page

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS: Mapping[str, str] = {CSV: "csv", XLSX: "xlsx"}


def wanted(asked: Asked) -> str:
    """``csv`` or ``xlsx`` where the caller would rather have that; nothing where JSON will do."""
    return wanted_format(asked, _FORMATS)


def file(kind: str, page: Page, as_at: str, first: str, name: str) -> Response:
    """A page as a file of that ``kind`` called ``name``; ``first`` is a workbook's first sheet."""
    named = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    if kind == "csv":
        headers = {"Content-Type": f"{CSV}; charset=utf-8", **named}
        return Response(as_csv.page(page), 200, headers)
    return Response(as_xlsx.page(page, as_at, first), 200, {"Content-Type": XLSX, **named})
