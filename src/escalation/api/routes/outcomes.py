"""Outcomes for planning, as JSON, CSV or a workbook."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Response

from escalation.api import exports, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import READS, Operation
from escalation.api.schemas.outcomes import OutcomeQuery, Outcomes, Training
from escalation.reports.outcomes_page import outcomes_page
from escalation.services.reading import outcomes


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
    kind = exports.wanted(asked)
    if kind:
        return exports.file(kind, outcomes_page(found), found["as_at"], "Period", "outcomes")
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
