"""Outcomes for planning, as JSON, CSV or a workbook."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Response

from escalation.api import paging
from escalation.api.asking import wanted_format
from escalation.api.deps import Ask, Asked
from escalation.api.operations import READS, Operation
from escalation.api.schemas.outcomes import OutcomeQuery, Outcomes, Training
from escalation.reports import as_csv, as_xlsx
from escalation.reports.outcomes_page import outcomes_page
from escalation.services.reading import outcomes

_CSV = "text/csv"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS: Mapping[str, str] = {_CSV: "csv", _XLSX: "xlsx"}


def get_outcomes(asked: Ask, query: Annotated[OutcomeQuery, Query()]) -> Response:
    """What issues came to in a period: cause, remedy, cost effect, further action, plan, cycle."""
    with asked.means.reader.look(asked.caller) as look:
        found = outcomes.given(look, query.question())
    return _told(asked, found)


def get_training(asked: Ask, query: Annotated[OutcomeQuery, Query()]) -> Response:
    """What training is planned from: outcomes for want of skills, and actions that train."""
    with asked.means.reader.look(asked.caller) as look:
        found = outcomes.training(look, query.question())
    return _told(asked, found)


def _told(asked: Asked, found: Mapping[str, Any]) -> Response:
    kind = wanted_format(asked, _FORMATS)
    if kind == "csv":
        body = as_csv.page(outcomes_page(found))
        return Response(body, 200, {"Content-Type": f"{_CSV}; charset=utf-8"})
    if kind == "xlsx":
        body = as_xlsx.page(outcomes_page(found), found["as_at"], "Period")
        return Response(body, 200, {"Content-Type": _XLSX})
    return paging.single(found)


OPERATIONS = tuple(
    Operation(
        method="GET",
        path=f"/v1/reports/{path}",
        name=f"get_{path}",
        tag="reports",
        summary=summary,
        endpoint=endpoint,
        answer=answer,
        refusals=(*READS, 422),
    )
    for path, summary, endpoint, answer in (
        ("outcomes", "List outcomes for planning", get_outcomes, Outcomes),
        ("training", "List what training is planned from", get_training, Training),
    )
)
