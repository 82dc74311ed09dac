"""Refusals of what people open in a browser: a page for them, the usual problem for programs."""

from collections.abc import Callable, Mapping

from fastapi import Response

from escalation.api.asking import wanted_format
from escalation.api.deps import Asked
from escalation.errors import Forbidden, NotFound
from escalation.reports import as_html, refusal_page

HTML = "text/html"
_PAGES: Mapping[str, str] = {HTML: "html"}
_NOT_FOUND, _FORBIDDEN = 404, 403


def shown(asked: Asked, answer: Callable[[], Response]) -> Response:
    """What ``answer`` gives; where it is refused, a page for who would rather have one.

    Raises:
        NotFound: there is nothing, and no page was asked for.
        Forbidden: it is withheld, and no page was asked for.
    """
    try:
        return answer()
    except NotFound as refused:
        if not wanted_format(asked, _PAGES):
            raise
        return _page(refusal_page.NOTHING, refused.detail, _NOT_FOUND)
    except Forbidden as refused:
        if not wanted_format(asked, _PAGES):
            raise
        return _page("This is withheld", refused.detail, _FORBIDDEN)


def _page(title: str, detail: str, status: int) -> Response:
    body = refusal_page.page(title, detail)
    given = {"Content-Type": f"{HTML}; charset=utf-8"}
    given["Content-Security-Policy"] = as_html.content_policy(body)
    return Response(body, status, given)
