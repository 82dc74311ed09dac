"""The register of decisions."""

from typing import Annotated

from fastapi import Query, Response

from escalation.api import exports, paging
from escalation.api.deps import Ask
from escalation.api.operations import READS, Operation
from escalation.api.schemas.decisions import DecisionList, DecisionQuery
from escalation.digests.selection import told
from escalation.reports.register_page import decisions_page
from escalation.services.reading import decisions
from escalation.services.reading.registers import whole


def list_decisions(asked: Ask, query: Annotated[DecisionQuery, Query()]) -> Response:
    """What forums decided on what the caller may see, the newest first.

    As CSV or a workbook, by ``Accept``, it comes whole and not page by page.
    """
    question = query.question(asked)
    with asked.means.reader.look(asked.caller) as look:
        if kind := exports.wanted(asked):
            at = told(look.now)
            page = decisions_page(whole(look, decisions.page, question), at)
            return exports.file(kind, page, at, "Register", "decisions")
        return paging.answer(asked, decisions.page(look, question))


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/decisions",
        name="list_decisions",
        tag="forums",
        summary="List decisions",
        endpoint=list_decisions,
        answer=DecisionList,
        refusals=READS,
    ),
)
