"""What was learned of issues that were resolved or closed."""

from typing import Annotated

from fastapi import Query, Response

from escalation.api import paging
from escalation.api.deps import Ask
from escalation.api.operations import READS, Operation
from escalation.api.schemas.learnings import LearningList, LearningQuery
from escalation.services.reading import learnings


def list_learnings(asked: Ask, query: Annotated[LearningQuery, Query()]) -> Response:
    """Notes of the issues that the caller sees, and what was shared of others."""
    question = query.question(asked)
    with asked.means.reader.look(asked.caller) as look:
        page = learnings.page(look, question)
    return paging.answer(asked, page)


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/learnings",
        name="list_learnings",
        tag="themes",
        summary="List what was learned",
        endpoint=list_learnings,
        answer=LearningList,
        refusals=READS,
    ),
)
