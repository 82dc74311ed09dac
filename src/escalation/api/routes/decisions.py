"""The register of decisions."""

from typing import Annotated

from fastapi import Query, Response

from escalation.api import paging
from escalation.api.deps import Ask
from escalation.api.operations import READS, Operation
from escalation.api.schemas.decisions import DecisionList, DecisionQuery
from escalation.services.reading import decisions


def list_decisions(asked: Ask, query: Annotated[DecisionQuery, Query()]) -> Response:
    """What forums decided on what the caller may see, the newest first."""
    question = query.question(asked)
    with asked.means.reader.look(asked.caller) as look:
        page = decisions.page(look, question)
    return paging.answer(asked, page)


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
