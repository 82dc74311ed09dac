"""What a forum works with, in the format that the caller would rather have."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Path, Response

from escalation.api import paging
from escalation.api.asking import wanted_format
from escalation.api.deps import Ask, Asked
from escalation.api.operations import FINDS, Operation
from escalation.reports import as_html, as_markdown, pages
from escalation.reports.pages import Page
from escalation.services.reading import papers

Layout = Callable[[Mapping[str, Any]], Page]


def get_paper(asked: Ask, issue: Annotated[str, Path(description="Id or reference.")]) -> Response:
    """The issue paper, as JSON, HTML or Markdown."""
    with asked.means.reader.look(asked.caller) as look:
        found = papers.paper(look, issue)
    return _told(asked, found, pages.paper)


MeetingName = Annotated[str, Path(description="The meeting's id.")]


def get_agenda(asked: Ask, meeting: MeetingName) -> Response:
    """A meeting's agenda with its papers, as JSON, HTML or Markdown."""
    with asked.means.reader.look(asked.caller) as look:
        found = papers.agenda(look, meeting)
    return _told(asked, found, pages.agenda)


def get_minutes(asked: Ask, meeting: MeetingName) -> Response:
    """A meeting's minutes, as JSON, HTML or Markdown."""
    with asked.means.reader.look(asked.caller) as look:
        found = papers.minutes(look, meeting)
    return _told(asked, found, pages.minutes)


def _told(asked: Asked, found: Mapping[str, Any], layout: Layout) -> Response:
    kind = wanted_format(asked)
    if kind == "html":
        body = as_html.page(layout(found))
        given = {"Content-Security-Policy": as_html.content_policy(body)}
        return Response(body, 200, {"Content-Type": "text/html; charset=utf-8", **given})
    if kind == "md":
        body = as_markdown.page(layout(found))
        return Response(body, 200, {"Content-Type": "text/markdown; charset=utf-8"})
    return paging.single(found)


OPERATIONS = tuple(
    Operation(
        method="GET",
        path=path,
        name=name,
        tag="forums",
        summary=summary,
        endpoint=endpoint,
        refusals=FINDS,
    )
    for path, name, summary, endpoint in (
        ("/v1/issues/{issue}/paper", "get_paper", "Read an issue paper", get_paper),
        ("/v1/meetings/{meeting}/agenda", "get_agenda", "Read an agenda", get_agenda),
        ("/v1/meetings/{meeting}/minutes", "get_minutes", "Read the minutes", get_minutes),
    )
)
