"""Refusals as RFC 9457 problems, the shape that every error of this interface has."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from escalation.api.codes import CODES, status_of
from escalation.api.faults import code_of, told
from escalation.api.refusals import NoSuchMethod, TooSlow, Unexpected, WrongMediaType
from escalation.errors import (
    Broken,
    Busy,
    EscalationError,
    Fault,
    Malformed,
    NotFound,
    PreconditionFailed,
    Refused,
    TooLarge,
    TooMany,
    Unauthenticated,
)

_log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
PAGES = "/v1/problems/"
_UNNAMED = {code.status: name for name, code in reversed(list(CODES.items()))}
CHALLENGE = 'Bearer realm="escalation"'
_UNSAID: Mapping[type[EscalationError], str] = {
    Busy: "The database cannot take this now; try again shortly.",
    Broken: "This installation cannot work as it stands; its operators find why in the log.",
}
"""What is said where the detail is the database's own: that one goes to the log."""
UNEXPECTED = "Something failed here; report it with the request_id."
"""What is said of everything that nobody had thought of."""


def answer(error: EscalationError, *, path: str, request_id: str) -> Response:
    """A refusal as the response that tells it."""
    headers = {"Content-Type": MEDIA_TYPE, **_headers(error)}
    document = problem(error, path=path, request_id=request_id)
    return Response(json_of(document), document["status"], headers)


def problem(error: EscalationError, *, path: str, request_id: str) -> dict[str, Any]:
    """The members of a problem document."""
    status = status_of(error)
    code = error.code if error.code in CODES else _UNNAMED.get(status, "internal")
    document: dict[str, Any] = {
        "type": f"{PAGES}{code}",
        "title": CODES[code].title,
        "status": status,
        "detail": _detail(error),
        "instance": path,
        "code": code,
        "request_id": request_id,
    }
    if error.errors:
        document["errors"] = [
            fault_told(fault, f"{request_id}.{number}")
            for number, fault in enumerate(error.errors, 1)
        ]
    if isinstance(error, Refused):
        told_acts = {k: v for k, v in error.extra.items() if k in {"available_acts", "issue"}}
        document |= told_acts
    if "corrected_by" in error.extra:
        document["corrected_by"] = error.extra["corrected_by"]
    if isinstance(error, PreconditionFailed) and "current" in error.extra:
        document["current"] = error.extra["current"]
    return document


def fault_told(fault: Fault, number: str) -> dict[str, Any]:
    """One wrong place, as an entry of ``errors``."""
    places = {"pointer": fault.pointer, "parameter": fault.parameter, "file": fault.file}
    source = {name: place for name, place in places.items() if place is not None}
    entry: dict[str, Any] = {"id": number, "code": fault.code, "detail": fault.detail}
    return {**entry, "source": source} if source else entry


def _detail(error: EscalationError) -> str:
    """What a person is told; never what a database said."""
    said = None
    if status_of(error) == HTTPStatus.INTERNAL_SERVER_ERROR:
        said = UNEXPECTED
    elif error.__cause__ is not None:
        said = next((said for kind, said in _UNSAID.items() if isinstance(error, kind)), None)
    if said is not None and said != error.detail:
        _log.error("unsaid", code=error.code, detail=error.detail)
    return said or error.detail


def _headers(error: EscalationError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        more = error.extra.get("challenge")
        return {"WWW-Authenticate": CHALLENGE if more is None else f"{CHALLENGE}, {more}"}
    if isinstance(error, (Busy, TooMany)):
        return {"Retry-After": str(error.extra.get("retry_after", 1))}
    if isinstance(error, (NoSuchMethod, WrongMediaType)):
        return {str(name): str(value) for name, value in error.extra.items()}
    if isinstance(error, (TooSlow, TooLarge)):
        return {"Connection": "close"}  # what of the body is still to come is not waited for
    return {}


def json_of(document: Mapping[str, Any]) -> bytes:
    """JSON text; what is no text is told as it can be."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "backslashreplace"
    )


# -- what the framework raises, as the product's own errors


def of_validation(error: RequestValidationError) -> EscalationError:
    """A path, query or header value that is not of its type: nothing was understood, so 400."""
    faults = [
        Fault(
            "unknown_parameter" if detail["type"] == "extra_forbidden" else code_of(detail),
            told(detail),
            parameter=str(detail["loc"][-1]),
        )
        for detail in error.errors()
    ]
    names = ", ".join(f"`{fault.parameter}`" for fault in faults)
    return Malformed(f"The request was not understood: look at {names}.", errors=faults)


def of_http(error: HTTPException, path: str, allowed: list[str]) -> EscalationError:
    """What routing found: no such path, or not by this method."""
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        methods = ", ".join(allowed)
        return NoSuchMethod(f"{path} takes {methods}.", extra={"Allow": methods})
    if error.status_code == HTTPStatus.NOT_FOUND:
        return NotFound(f"There is nothing at {path}; GET /openapi.json lists what there is.")
    return Unexpected(f"It failed with status {error.status_code}.")


def of_request(request: Request, error: EscalationError) -> Response:
    """A refusal of a request that is being handled."""
    return answer(error, path=request.url.path, request_id=request.scope["request_id"])
