"""The history of an issue: its timeline, its clocks, and why it is where it is."""

from typing import Annotated

from fastapi import Query, Response

from escalation.api import paging
from escalation.api.deps import Ask
from escalation.api.operations import FINDS, Operation
from escalation.api.routes.issues import IssueName
from escalation.api.schemas.answers import ClockList, Timeline
from escalation.api.schemas.explanations import Explanation
from escalation.api.schemas.queries import PageQuery
from escalation.services.reading import clocks, explaining, timelines


def list_timeline(asked: Ask, issue: IssueName, query: Annotated[PageQuery, Query()]) -> Response:
    """What happened to it, oldest first."""
    after = paging.position_of(asked, query.cursor, (int,))
    number = after[0] if after is not None and isinstance(after[0], int) else 0
    with asked.means.reader.look(asked.caller) as look:
        page = timelines.page(look, issue, after=number, limit=query.limit)
    return paging.answer(asked, page)


def list_clocks(asked: Ask, issue: IssueName) -> Response:
    """Every clock it ever had, with its arithmetic window by window."""
    with asked.means.reader.look(asked.caller) as look:
        found = clocks.listed(look, issue)
    return paging.whole(asked, found)


def explain_issue(asked: Ask, issue: IssueName) -> Response:
    """Why it is where it is and what happens next, value by value with file and line."""
    with asked.means.reader.look(asked.caller) as look:
        found = explaining.explained(look, issue)
    return paging.single(found)


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/issues/{issue}/timeline",
        name="list_timeline",
        tag="issues",
        summary="Read the history of an issue",
        endpoint=list_timeline,
        answer=Timeline,
        refusals=FINDS,
    ),
    Operation(
        method="GET",
        path="/v1/issues/{issue}/clocks",
        name="list_clocks",
        tag="issues",
        summary="Read the clocks of an issue",
        endpoint=list_clocks,
        answer=ClockList,
        refusals=FINDS,
    ),
    Operation(
        method="GET",
        path="/v1/issues/{issue}/explain",
        name="explain_issue",
        tag="issues",
        summary="Explain an issue",
        endpoint=explain_issue,
        answer=Explanation,
        refusals=FINDS,
    ),
)
