"""The REST interface as one application, built around what a process has."""

import json
from copy import copy
from functools import cache
from http import HTTPStatus
from itertools import chain
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from escalation import __version__
from escalation.api import document, paging, problems
from escalation.api.deps import Ask, Means
from escalation.api.gate import Gate
from escalation.api.guarded import guard
from escalation.api.operations import Operation
from escalation.api.permissions import DESCRIPTION, REQUIRED
from escalation.api.routes import (
    actions,
    acts,
    audit,
    batches,
    charter,
    compliments,
    conduct,
    decisions,
    digests,
    directory,
    feeds,
    histories,
    hooks,
    interactions,
    issues,
    keys,
    ladder_changes,
    ladders,
    learnings,
    mail,
    measures,
    meetings,
    metrics,
    outcomes,
    papers,
    publications,
    receipts,
    reports,
    root,
    seats,
    subscriptions,
    survey_links,
    surveys,
    themes,
    webhooks,
)
from escalation.bootstrap import Container
from escalation.errors import EscalationError
from escalation.services.roles import Permission

_MODULES = (
    issues,
    acts,
    batches,
    charter,
    histories,
    meetings,
    actions,
    feeds,
    papers,
    ladders,
    publications,
    ladder_changes,
    directory,
    seats,
    decisions,
    digests,
    subscriptions,
    measures,
    reports,
    outcomes,
    themes,
    compliments,
    learnings,
    interactions,
    surveys,
    survey_links,
    conduct,
    receipts,
    keys,
    audit,
    webhooks,
    mail,
    hooks,
    metrics,
    root,
)
OPERATIONS: tuple[Operation, ...] = tuple(
    chain.from_iterable(module.OPERATIONS for module in _MODULES)
)
"""All of them; routes are tried in this order, and most requests log or act."""


def create_app(container: Container) -> FastAPI:
    """The application: an ASGI app that answers with what ``container`` has.

    Raises:
        Broken: an operation declares no permission.
    """
    app = _bare()
    app.router.routes += [copy(route) for route in _routes()]
    app.add_middleware(
        Gate,
        ids=container.ids,
        clock=container.clock,
        largest=container.settings.body_limit_bytes,
    )
    _tell_refusals(app)
    closed = container.settings.openapi == "callers"
    required = {**REQUIRED, DESCRIPTION: Permission.READ} if closed else REQUIRED
    guard(app, Means.of(container), required)
    return app


def described() -> str:
    """The OpenAPI document as it is kept in the documentation."""
    found = document.described(_with_operations(), OPERATIONS)
    return json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _with_operations() -> FastAPI:
    app = _bare()
    for operation in OPERATIONS:
        operation.add_to(app)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """What each application has a copy of: FastAPI takes long over looking at every endpoint."""
    app = _with_operations()
    _DESCRIBES.add_to(app)
    return tuple(app.router.routes)


def _bare() -> FastAPI:
    return FastAPI(
        title="Escalation",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"operation_spans": False},
    )


@cache
def _document() -> bytes:
    """The OpenAPI document, made when it is first asked for."""
    return paging.json_of(document.described(_with_operations(), OPERATIONS))


# No closure over an application: FastAPI keeps every endpoint that it has looked at, for good.
def get_openapi(asked: Ask) -> Response:  # noqa: ARG001 - one shape for all
    """The OpenAPI document at its path."""
    return Response(_document(), 200, {"Content-Type": "application/json"})


_DESCRIBES = Operation(
    method="GET",
    path="/openapi.json",
    name=DESCRIPTION,
    tag="interface",
    summary="Describe this interface",
    endpoint=get_openapi,
    refusals=(),
    hidden=True,
)


def _tell_refusals(app: FastAPI) -> None:
    """Every refusal, whoever raises it, as a problem."""

    @app.exception_handler(EscalationError)
    async def refused(request: Request, error: EscalationError) -> Response:
        return problems.of_request(request, error)

    @app.exception_handler(RequestValidationError)
    async def not_understood(request: Request, error: RequestValidationError) -> Response:
        return problems.of_request(request, problems.of_validation(error))

    @app.exception_handler(HTTPException)
    async def not_routed(request: Request, error: HTTPException) -> Response:
        allowed = _allowed(app, request.scope) if error.status_code == _NO_METHOD else []
        found = problems.of_http(error, request.url.path, allowed)
        return problems.of_request(request, found)


_NO_METHOD = HTTPStatus.METHOD_NOT_ALLOWED


def _allowed(app: FastAPI, scope: Any) -> list[str]:  # noqa: ANN401 - ASGI's own scope
    """Every method that a path takes."""
    routes = [route for route in app.routes if isinstance(route, Route)]
    methods = {m for r in routes if r.path_regex.match(scope["path"]) for m in r.methods or ()}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)
