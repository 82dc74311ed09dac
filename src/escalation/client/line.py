"""The line to the service: one request, its answer, and what is done when it does not come."""

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypedDict

import httpx

from escalation import __version__
from escalation.client.address import checked_address, checked_key, trusting
from escalation.client.operation import OPERATIONS, Operation
from escalation.client.refusals import NoAnswerOfOurs, Unreachable, refusal
from escalation.clock import SystemClock, monotonic
from escalation.errors import EscalationError, Invalid
from escalation.ids import IdSource

SECONDS = 30.0
"""How long each step of a request may take: connecting, sending, an answer's next byte."""
PATIENCE = 60.0
"""How long a request is tried again, at most."""
FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
"""Seconds before the second try and, doubled each time, before later ones, at most."""
JSON = "application/json"
_NOT_NOW = frozenset({429, 502, 503, 504})
_NOT_DONE = frozenset({429})
"""Answers after which nothing was done, whatever was asked."""

Value = str | int | float | bool | datetime | Sequence[str] | None
Body = Mapping[str, Any] | bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What goes with an operation: the parts of its path, its query, its body, a version.

    ``content_type`` is that of a body of bytes.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Body = None
    version: int | None = None
    accept: str = JSON
    content_type: str = JSON


class Options(TypedDict, total=False):
    """What a client may be told beside an address and a key."""

    plain_http: bool
    authorities: Path | None
    seconds: float
    patience: float
    transport: httpx.BaseTransport | None
    sleep: Callable[[float], None]


class _Bearer(httpx.Auth):
    """Puts the key on each request; it is in no attribute that anything shows."""

    def __init__(self, key: str) -> None:
        def signed(request: httpx.Request) -> httpx.Request:
            request.headers["Authorization"] = f"Bearer {key}"
            return request

        self._signed = signed

    def auth_flow(self, request: httpx.Request) -> Any:  # noqa: ANN401 - httpx's own generator
        """The request with the key."""
        yield self._signed(request)


class Line:
    """Connections to one service with one key."""

    def __init__(  # noqa: PLR0913 - each is an option of its own
        self,
        address: str,
        key: str,
        *,
        plain_http: bool = False,
        authorities: Path | None = None,
        seconds: float = SECONDS,
        patience: float = PATIENCE,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Open nothing yet; see :class:`escalation.client.Client` for what each means."""
        self.address = checked_address(address, plain_http=plain_http)
        self._patience = patience
        self._sleep = sleep
        self._clock, self._ids = SystemClock(), IdSource()
        self._http = httpx.Client(
            base_url=self.address,
            auth=_Bearer(checked_key(key)),
            transport=transport
            or httpx.HTTPTransport(verify=trusting(authorities), trust_env=False),
            timeout=seconds,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": f"escalation-client/{__version__}"},
        )

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def found(self, name: str, asked: Asked | None = None) -> Any:  # noqa: ANN401 - JSON
        """What an operation answers, read; None where it has no body."""
        answer = self.call(name, asked or Asked())
        return read(answer) if answer.content else None

    def call(self, name: str, asked: Asked) -> httpx.Response:
        """The good answer to an operation, which may have been asked several times.

        Raises:
            EscalationError: it was refused, or no answer came; the class says which.
        """
        operation = OPERATIONS[name]
        request = self._request(operation, asked)
        until, wait = monotonic() + self._patience, FIRST_WAIT
        while True:
            outcome, again = self._tried(request, operation)
            if isinstance(outcome, httpx.Response):
                return outcome
            told = outcome.extra.get("retry_after")
            pause = wait if told is None else max(told, FIRST_WAIT)
            if not again or monotonic() + pause > until:
                raise outcome
            self._sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT)

    def _request(self, operation: Operation, asked: Asked) -> httpx.Request:
        headers = {"Accept": asked.accept}
        if operation.versioned:
            headers["If-Match"] = "*" if asked.version is None else f'"{asked.version}"'
        if operation.keyed:
            headers["Idempotency-Key"] = self._ids.new("idm", self._clock.now())
        query = {name: told(value) for name, value in asked.query.items() if value is not None}
        body: dict[str, Any] = {}
        if isinstance(asked.body, bytes):
            body["content"] = asked.body
            headers["Content-Type"] = asked.content_type
        elif asked.body is not None:
            body["json"] = _plain(asked.body)
        return self._http.build_request(
            operation.method, operation.at(**asked.parts), params=query, headers=headers, **body
        )

    def _tried(
        self, request: httpx.Request, operation: Operation
    ) -> tuple[httpx.Response | EscalationError, bool]:
        """One try: the good answer, or what came instead and whether to try again."""
        try:
            answer = self._http.send(request)
        except httpx.ConnectError as error:
            return Unreachable(f"{self.address} cannot be reached: {error}."), not _untrusted(error)
        except httpx.HTTPError as error:
            what = str(error) or type(error).__name__
            lost = Unreachable(f"{self.address} gave no answer: {what}.")
            return lost, operation.repeatable
        if answer.is_success:
            return answer, False
        if answer.is_redirect:
            where = answer.headers.get("location", "somewhere else")
            return NoAnswerOfOurs(
                f"{self.address} sends on to {where}. Nothing is followed with a key: give the"
                " address of the service itself."
            ), False
        status = answer.status_code
        again = status in _NOT_DONE or (operation.repeatable and status in _NOT_NOW)
        return refusal(answer), again


def is_json(answer: httpx.Response) -> bool:
    """Whether an answer is one JSON text."""
    kind: str = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == JSON or kind.endswith("+json")


def read(answer: httpx.Response) -> Any:  # noqa: ANN401 - any JSON
    """The JSON of an answer.

    Raises:
        NoAnswerOfOurs: it is none.
    """
    try:
        return answer.json()
    except ValueError:
        asked = answer.request.url
        raise NoAnswerOfOurs(f"{asked} answered with what is no JSON.") from None


def told(value: Value) -> str:
    """A value of a query as the interface writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(str, value))
    return str(value)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON, with instants in it
    """A body as JSON has it: instants as the interface writes them, words of enumerations bare."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return _instant(value)
    return value.value if isinstance(value, Enum) else value


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise Invalid(f"{value.isoformat()} names no zone; give the instant with its zone.")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _untrusted(error: BaseException) -> bool:
    """Whether a connection failed for its certificate: another try would find the same one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
