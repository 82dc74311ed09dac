"""The compliment report: JSON, or a page, or a table."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import Query, Response

from escalation.api import asking, paging
from escalation.api.deps import Ask
from escalation.api.operations import READS, Operation
from escalation.api.routes.reports import not_made
from escalation.api.schemas.compliments import Compliments, ComplimentsQuery
from escalation.errors import Invalid
from escalation.reports import as_csv, as_html, as_markdown, feedback_page
from escalation.reports.pages import Page
from escalation.services.asked_digests import Request
from escalation.services.reading.compliments import compliments

_FORMATS: Mapping[str, tuple[str, Callable[[Page], bytes]]] = {
    "html": ("text/html", as_html.page),
    "md": ("text/markdown", as_markdown.page),
    "csv": ("text/csv", as_csv.page),
}
_BY_ACCEPT = {of: kind for kind, (of, _) in _FORMATS.items()}


def get_compliments(asked: Ask, query: Annotated[ComplimentsQuery, Query()]) -> Response:
    """Compliments of a period by team, never by person, and the words that may be quoted."""
    means = asked.means
    means.doorkeeper.confirmed(asked.caller)
    request = Request(since=query.since, as_at=query.as_at, known_at=query.known_at)
    try:
        found = compliments(means.container.desk, query.of, request, asked.caller.viewer)
    except Invalid as refused:
        raise not_made(refused) from refused
    kind = asking.wanted_format(asked, _BY_ACCEPT)
    if not kind:
        return paging.single(found)
    media, written = _FORMATS[kind]
    body = written(feedback_page.compliments(found))
    given = {"Content-Type": f"{media}; charset=utf-8"}
    if kind == "html":
        given["Content-Security-Policy"] = as_html.content_policy(body)
    if kind == "csv":
        given["Content-Disposition"] = 'attachment; filename="compliments.csv"'
    return Response(body, 200, given)


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/reports/compliments",
        name="get_compliments",
        tag="reports",
        summary="Look at the compliments",
        endpoint=get_compliments,
        answer=Compliments,
        refusals=(*READS, 422),
    ),
)
