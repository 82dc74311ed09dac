"""Issues: logged, listed, read, edited."""

from functools import partial
from typing import Annotated

from fastapi import Path, Query, Response

from escalation.api import asking, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import (
    CHANGES,
    FINDS,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    JSON,
    READS,
    WRITES,
    Operation,
)
from escalation.api.schemas.answers import IssueList, IssueView
from escalation.api.schemas.issues import EditIssue, LogIssue
from escalation.api.schemas.queries import IssueQuery
from escalation.services.reading import issues
from escalation.workflow.commands import Edit

IssueName = Annotated[
    str, Path(description="The issue's id or its reference.", examples=["SSI-2026-000123"])
]
Filters = Annotated[IssueQuery, Query()]


async def log_issue(asked: Ask) -> Response:
    """Log one; the answer says ladder, rung, seats and holders, clocks, and why."""
    job = asking.log_of(asked, asking.read(asked, LogIssue))
    await asked.means.limits.logs(asked.scope, asked.caller, 1)
    return asking.told(asking.with_receipt(asked, await asking.served(asked, job)))


async def edit_issue(asked: Ask, issue: IssueName) -> Response:
    """Change title, description, themes or needs; all else is `reclassify`."""
    make = partial(_edit, asked)
    return await asking.changed(asked, issue, make, needs_match=True)


def _edit(asked: Asked) -> tuple[Edit, None]:
    return asking.read(asked, EditIssue).command(), None


def list_issues(asked: Ask, query: Filters) -> Response:
    """Issues page by page, filtered and sorted."""
    with asked.means.reader.look(asked.caller) as look:
        page = issues.page(look, query.question(asked))
    return paging.answer(asked, page, query.chosen, query.sort)


def get_issue(asked: Ask, issue: IssueName) -> Response:
    """One issue as it is now."""
    with asked.means.reader.look(asked.caller) as look:
        found = issues.one(look, issue)
    return paging.single(found, etag=str(found["version"]))


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/issues",
        name="log_issue",
        tag="issues",
        summary="Log an issue",
        endpoint=log_issue,
        direct=True,
        status=201,
        answer=IssueView,
        takes={JSON: LogIssue},
        headers=(IDEMPOTENCY_KEY,),
        refusals=WRITES,
    ),
    Operation(
        method="GET",
        path="/v1/issues",
        name="list_issues",
        tag="issues",
        summary="List issues",
        endpoint=list_issues,
        answer=IssueList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path="/v1/issues/{issue}",
        name="get_issue",
        tag="issues",
        summary="Read an issue",
        endpoint=get_issue,
        answer=IssueView,
        refusals=FINDS,
    ),
    Operation(
        method="PATCH",
        path="/v1/issues/{issue}",
        name="edit_issue",
        tag="issues",
        summary="Edit the words of an issue",
        endpoint=edit_issue,
        direct=True,
        answer=IssueView,
        takes={JSON: EditIssue, "application/merge-patch+json": EditIssue},
        headers=(IF_MATCH, IDEMPOTENCY_KEY),
        refusals=CHANGES,
    ),
)
