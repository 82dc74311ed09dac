"""The customer service charter, open to anyone: as a page, and as JSON."""

from typing import Annotated, Any

from fastapi import Path, Response

from escalation.api import paging, refusal_pages
from escalation.api.deps import Ask, Asked
from escalation.api.operations import PROBLEM, Operation
from escalation.api.schemas.charter import CharterView
from escalation.reports import as_html, charter_page
from escalation.services.reading.charter import charter

HTML = "text/html"
_REFUSALS = (400, 404, 429, 500, 503)
Version = Annotated[str, Path(description="The code of a version of the charter.")]


def get_charter_page(asked: Ask) -> Response:
    """The charter in force, as a page."""
    return refusal_pages.shown(asked, lambda: _page(_charter(asked)))


def get_charter_version_page(asked: Ask, version: Version) -> Response:
    """A version of the charter, as a page."""
    return refusal_pages.shown(asked, lambda: _page(_charter(asked, version)))


def get_charter(asked: Ask) -> Response:
    """The charter in force: its standards, who was consulted, how to complain, other versions."""
    return paging.single(_charter(asked))


def get_charter_version(asked: Ask, version: Version) -> Response:
    """A version of the charter."""
    return paging.single(_charter(asked, version))


def _charter(asked: Asked, version: str | None = None) -> dict[str, Any]:
    return charter(asked.means.container.desk, version)


def _page(found: dict[str, Any]) -> Response:
    body = charter_page.page(found)
    given = {"Content-Type": f"{HTML}; charset=utf-8"}
    given["Content-Security-Policy"] = as_html.content_policy(body)
    return Response(body, 200, given)


OPERATIONS = (
    Operation(
        method="GET",
        path=charter_page.PATH,
        name="get_charter_page",
        tag="directory",
        summary="Read the customer service charter",
        endpoint=get_charter_page,
        kind=HTML,
        refusals=_REFUSALS,
        refused_as={**PROBLEM, HTML: {}},
    ),
    Operation(
        method="GET",
        path=f"{charter_page.PATH}/{{version}}",
        name="get_charter_version_page",
        tag="directory",
        summary="Read a version of the charter",
        endpoint=get_charter_version_page,
        kind=HTML,
        refusals=_REFUSALS,
        refused_as={**PROBLEM, HTML: {}},
    ),
    Operation(
        method="GET",
        path="/v1/charter",
        name="get_charter",
        tag="directory",
        summary="Read the customer service charter",
        endpoint=get_charter,
        answer=CharterView,
        refusals=_REFUSALS,
    ),
    Operation(
        method="GET",
        path="/v1/charter/{version}",
        name="get_charter_version",
        tag="directory",
        summary="Read a version of the charter",
        endpoint=get_charter_version,
        answer=CharterView,
        refusals=_REFUSALS,
    ),
)
