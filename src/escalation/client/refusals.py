"""What the service refused, as the errors by which the product names each kind of trouble.

A script catches ``NotFound`` or ``Invalid`` whether it runs beside the database or far from it:
``code``, ``detail`` and ``errors``, each with the JSON pointer of the wrong place, are the
service's own.
"""

from collections.abc import Mapping
from typing import Any

import httpx

from escalation.client.shapes.issues import Issue
from escalation.errors import (
    Broken,
    Busy,
    EscalationError,
    Fault,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Refused,
    TooLarge,
    TooMany,
    Unauthenticated,
)


class Stale(PreconditionFailed):
    """It has moved on since it was read; ``current`` is what it is now."""

    @property
    def current(self) -> Issue:
        """The issue (or the meeting) as it is now, to look at and to act on again."""
        found: Issue = self.extra["current"]
        return found


class Unreachable(Broken):
    """No answer came: there is no connection, or it broke, or it took too long.

    What was sent may have been done; a write that is sent again with the same key does it once.
    """

    default_code = "unreachable"


class NoAnswerOfOurs(Broken):
    """Something answered that is not the service: a proxy, a portal, another program."""

    default_code = "not_the_service"


_KINDS: Mapping[int, type[EscalationError]] = {
    400: Malformed,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: NotFound,
    406: Malformed,
    408: Busy,
    409: Refused,
    412: Stale,
    413: TooLarge,
    415: Malformed,
    422: Invalid,
    428: PreconditionRequired,
    429: TooMany,
    503: Busy,
}
_OURS = frozenset({"type", "title", "status", "detail", "instance", "code", "errors"})


def refusal(answer: httpx.Response) -> EscalationError:
    """The error that an answer tells of."""
    told = _document(answer)
    if told is None or not isinstance(told.get("code"), str):
        return NoAnswerOfOurs(
            f"{answer.request.url.host} answered {answer.status_code} and no problem document:"
            " is this the address of the service, with nothing in between?",
            extra=_waits(answer),
        )
    kind = _KINDS.get(answer.status_code, Broken)
    extra = {name: value for name, value in told.items() if name not in _OURS}
    extra |= {"status": answer.status_code, **_waits(answer)}
    faults = [_fault(each) for each in told.get("errors", ()) if isinstance(each, dict)]
    return kind(str(told.get("detail", "")), told["code"], faults, extra)


def _waits(answer: httpx.Response) -> dict[str, float]:
    """The seconds that ``Retry-After`` asks to wait, where it says them."""
    said = answer.headers.get("retry-after", "").strip()
    return {"retry_after": float(said)} if said.isascii() and said.isdigit() else {}


def _document(answer: httpx.Response) -> dict[str, Any] | None:
    if "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        told = answer.json()
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _fault(told: Mapping[str, Any]) -> Fault:
    source = told.get("source") or {}
    return Fault(
        str(told.get("code", "")),
        str(told.get("detail", "")),
        source.get("pointer"),
        source.get("parameter"),
        source.get("file"),
    )
