"""What every request passes first and every answer last, as plain ASGI.

A name for the request, a bound on its body, headers that every answer has, and an answer for
whatever nobody else has answered.
"""

import asyncio
import re
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from escalation.api import problems
from escalation.api.in_time import Timer
from escalation.api.refusals import HeadersTooLarge, TooLong, TooSlow, Unexpected
from escalation.clock import Clock
from escalation.errors import EscalationError, Malformed, TooLarge
from escalation.ids import IdSource

_log = structlog.get_logger(__name__)

RECEIPT_SECONDS = 10
"""How long a body may take to come, from its first byte to its last."""
URI_LENGTH = 8_000
"""How long path and query may be together, in bytes."""
HEADERS, HEADERS_LENGTH = 100, 32_768
"""How many headers there may be, and how many bytes they may have together."""
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_ALWAYS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)
_BY_TLS = (*_ALWAYS, (b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
"""Also where TLS is spoken here, or by the proxy that is declared to stand before."""
_BODILESS = frozenset({"GET", "OPTIONS", "DELETE"})


class Gate:
    """Puts ``request_id``, ``headers_by_name`` and ``body`` into the scope of each HTTP request."""

    def __init__(self, app: ASGIApp, *, ids: IdSource, clock: Clock, largest: int) -> None:
        """Guard ``app``; bodies of more than ``largest`` bytes are refused."""
        self._app = app
        self._ids = ids
        self._clock = clock
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passage = _Passage(scope, send)
        headers = dict(scope["headers"])
        scope["headers_by_name"] = headers
        scope["request_id"] = self._name(headers.get(b"request-id"))
        structlog.contextvars.bind_contextvars(request_id=scope["request_id"])
        try:
            scope["body"] = b""
            _require_head(scope)
            if scope["method"] == "HEAD":
                passage.headless = True
                scope["method"] = "GET"
            elif scope["method"] not in _BODILESS:
                scope["body"] = await self._body(headers.get(b"content-length"), receive)
            await self._app(scope, receive, passage.send)
        except EscalationError as error:
            await passage.refuse(error)
        except Exception:
            _log.exception("request_failed", method=scope["method"], path=scope["path"])
            if passage.begun:
                raise
            await passage.refuse(Unexpected(problems.UNEXPECTED))
        finally:
            structlog.contextvars.unbind_contextvars("request_id", "issue")

    def _name(self, sent: bytes | None) -> str:
        """The name that the caller gave the request, if it is well formed, or a new one."""
        if sent is not None and _REQUEST_ID.fullmatch(sent):
            return sent.decode()
        return self._ids.new("req", self._clock.now())

    async def _body(self, announced: bytes | None, receive: Receive) -> bytes:
        """The whole body, in one stretch of time: a byte now and then does not prolong it."""
        if announced is not None and announced.isdigit() and int(announced) > self._largest:
            raise self._too_large()
        timer = Timer(RECEIPT_SECONDS)
        try:
            return await self._received(receive)
        except asyncio.CancelledError:
            if not timer.ran_out:
                raise
            timer.forgive()
            raise TooSlow(f"The body did not come within {RECEIPT_SECONDS} seconds.") from None
        finally:
            timer.stop()

    async def _received(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Malformed("The connection ended before the body did.")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._largest:
                raise self._too_large()
            more = message.get("more_body", False)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body is larger than {self._largest:,} bytes, which is the limit.")


def _require_head(scope: Scope) -> None:
    """Go no further with a request line or headers that are larger than anybody needs.

    Raises:
        TooLong: the path and query are.
        HeadersTooLarge: the headers are, or there are too many.
    """
    address = len(scope.get("raw_path", b"")) + len(scope.get("query_string", b""))
    if address > URI_LENGTH:
        raise TooLong(f"Path and query are longer than {URI_LENGTH:,} bytes, which is the limit.")
    headers = scope["headers"]
    size = sum([len(name) + len(value) for name, value in headers])
    if size > HEADERS_LENGTH or len(headers) > HEADERS:
        raise HeadersTooLarge(
            f"Send at most {HEADERS} headers of together {HEADERS_LENGTH:,} bytes; these are "
            f"{len(headers)} of {size:,}."
        )


class _Passage:
    """One answer on its way out."""

    __slots__ = ("_scope", "_send", "begun", "headless")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self.begun = False
        self.headless = False

    async def send(self, message: Any) -> None:  # noqa: ANN401 - ASGI's own messages
        """Send, with the headers that every answer has where it has none of its own."""
        if message["type"] == "http.response.start":
            self.begun = True
            named = (b"request-id", self._scope["request_id"].encode())
            given = message.get("headers", ())
            own = {name for name, _ in given}
            always = _BY_TLS if self._scope.get("scheme") == "https" else _ALWAYS
            missing = [header for header in always if header[0] not in own]
            message["headers"] = [*given, named, *missing, *self._scope.get("allowance", ())]
        elif self.headless:
            message["body"] = b""
        await self._send(message)

    async def refuse(self, error: EscalationError) -> None:
        """Answer with a problem."""
        scope = self._scope
        response = problems.answer(error, path=scope["path"], request_id=scope["request_id"])

        async def nothing_more() -> Message:
            return {"type": "http.disconnect"}

        await response(scope, nothing_more, self.send)
