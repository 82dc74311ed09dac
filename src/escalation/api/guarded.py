"""Routes that ask who is calling before anything else is looked at."""

from collections.abc import Awaitable, Callable, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl

import structlog
from fastapi import FastAPI, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from escalation.api.deps import Asked, Means
from escalation.api.in_time import PATIENCE, InTime
from escalation.api.permissions import UNCOUNTED
from escalation.errors import Broken, Fault, Forbidden, Malformed, NotFound, Unauthenticated
from escalation.services.access import secret_of
from escalation.services.callers import Caller
from escalation.services.roles import Permission

_log = structlog.get_logger(__name__)

Direct = Callable[..., Awaitable[Response]]


class Guarded(APIRoute):
    """A route with a permission.

    With ``direct`` the endpoint is called with the request and the path's parts alone, without
    the framework's own reading of arguments: it then reads its body itself. With ``any_query``
    query parameters mean nothing and are no mistake: others write them. A route that is open to
    anyone is ``counted`` against what may come from one address, unless it counts by itself.
    ``seconds`` is within how many it begins to answer.
    """

    means: Means
    permission: Permission | None
    direct: Direct | None = None
    queries: frozenset[str] = frozenset()
    any_query: bool = False
    counted: bool = True
    seconds: float = PATIENCE

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit the caller, then let the endpoint answer."""
        if scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        if not scope["path"].isprintable():
            raise NotFound("There is nothing at this path: it has characters that no name has.")
        issue = scope["path_params"].get("issue")
        if issue is not None:
            structlog.contextvars.bind_contextvars(issue=issue)
        with InTime(self.seconds) as in_time:
            await self._answer(scope, receive, in_time.answers_by(send))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = await self._admitted(scope)
        scope["asked"] = Asked(scope, self.means, caller)
        if scope["query_string"] and not self.any_query:
            self._check_queries(scope["query_string"])
        if self.direct is None:
            await super().handle(scope, receive, send)
            return
        response = await self.direct(scope["asked"], **scope["path_params"])
        await response(scope, receive, send)

    async def _admitted(self, scope: Scope) -> Caller | None:
        """The caller; that somebody was turned away is logged, and nothing of what they sent."""
        if self.permission is None:
            if self.counted:
                self.means.limits.stranger(scope)
            return None
        try:
            return await self._admit(scope, self.permission)
        except (Forbidden, Unauthenticated) as error:
            if isinstance(error, Unauthenticated):
                self.means.limits.stranger(scope)
            reason = {"reason": error.extra["reason"]} if "reason" in error.extra else {}
            _log.warning("turned_away", operation=self.operation_id, code=error.code, **reason)
            raise

    async def _admit(self, scope: Scope, permission: Permission) -> Caller:
        """The caller, from memory where they are known; else from the database, in a thread."""
        sent: bytes | None = scope["headers_by_name"].get(b"authorization")
        secret = secret_of(None if sent is None else sent.decode("latin-1"))
        keeper = self.means.doorkeeper
        caller = keeper.remembered(secret)
        if caller is None:
            caller = await run_in_threadpool(keeper.admitted, secret)
        await self.means.limits.asks(scope, caller)
        caller.require(permission)
        return caller

    def _check_queries(self, query: bytes) -> None:
        """Every query parameter must be one that the operation has, and stand once."""
        names = [name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
        faults = []
        for name in dict.fromkeys(names):
            if name not in self.queries:
                faults.append(Fault("unknown_parameter", self._unknown(name), parameter=name))
            elif names.count(name) > 1:
                detail = f"found `{name}` {names.count(name)} times, expected it once"
                faults.append(Fault("repeated_parameter", detail, parameter=name))
        if faults:
            named = ", ".join(f"`{fault.parameter}`" for fault in faults)
            raise Malformed(f"The query was not understood: look at {named}.", errors=faults)

    def _unknown(self, name: str) -> str:
        if not self.queries:
            return f"found `{name}`, expected no query parameters"
        near = get_close_matches(name, self.queries, n=1)
        close = f"; the nearest is `{near[0]}`" if near else ""
        known = ", ".join(f"`{each}`" for each in sorted(self.queries))
        return f"found `{name}`, expected one of {known}{close}"


def guard(app: FastAPI, means: Means, required: Mapping[str, Permission | None]) -> None:
    """Give every route of the app its permission.

    Raises:
        Broken: an operation declares none, or a permission names no operation.
    """
    left = dict(required)
    for route in app.routes:
        name = getattr(route, "operation_id", None) or getattr(route, "name", "?")
        if not isinstance(route, Guarded) or name not in left:
            raise Broken(
                f"{name} ({getattr(route, 'path', '?')}) declares no permission: give it one in "
                "escalation/api/permissions.py."
            )
        route.means = means
        route.permission = left.pop(name)
        route.counted = name not in UNCOUNTED
        route.queries = frozenset(_queries(route))
    if left:
        raise Broken(f"Permissions are declared for what is not there: {', '.join(left)}.")


def _queries(route: Guarded) -> set[str]:
    """The names of the query parameters, those of models too."""
    names: set[str] = set()
    for part in (route.dependant, *route.dependant.dependencies):
        for field in part.query_params:
            model: Any = field.field_info.annotation
            fields = getattr(model, "model_fields", None)
            if fields is None:
                names.add(field.alias)
            else:
                names |= {each.alias or name for name, each in fields.items()}
    return names


__all__ = ["Guarded", "guard"]
