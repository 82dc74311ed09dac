"""Sends one signed message and says what came back. Never raises for what a receiver does."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx

from escalation.clock import monotonic
from escalation.delivery import signing
from escalation.delivery.guard import ForbiddenAddress, Guard, Resolver, system_resolver
from escalation.delivery.outbound import USER_AGENT, guarded_client, trusting
from escalation.delivery.retry import Outcome, Result, outcome_of

DEADLINE = 15.0
"""Seconds that one attempt may take from the look-up of the name to the answer's last header."""
READ_AT_MOST = 65_536
"""Bytes of an answer's body that are read, as they come: nothing is unpacked."""
READ_FOR = 1.0
"""Seconds that an answer's body may take; the status has decided already."""
LAST_TURNS = 0.02
"""Seconds that the event loop is given to close sockets before it may end."""
IN_FLIGHT = 8
"""Requests at once of one client: its pool slows down quadratically beyond."""
PER_ENDPOINT = 2
"""Requests at once to one endpoint."""

_FAILURES: tuple[tuple[type[Exception], Outcome, str], ...] = (
    (TimeoutError, Outcome.TIMED_OUT, f"no answer within {DEADLINE:g} seconds"),
    (httpx.TimeoutException, Outcome.TIMED_OUT, f"no answer within {DEADLINE:g} seconds"),
    (httpx.ConnectError, Outcome.UNREACHABLE, "no connection"),
    (httpx.RemoteProtocolError, Outcome.BROKEN_ANSWER, "what came is no HTTP, or broke off"),
    (httpx.HTTPError, Outcome.BROKEN_ANSWER, "the connection broke"),
    (OSError, Outcome.UNREACHABLE, "no connection"),
    (ValueError, Outcome.UNREACHABLE, "the URL cannot be sent to"),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to be sent: where to, its bytes, the secrets it is signed with, more headers."""

    url: str
    message_id: str
    body: bytes
    secrets: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of an attempt, and how long it took."""

    result: Result
    milliseconds: int


@dataclass(eq=False, slots=True)
class _Pooled:
    """A client and the endpoints that share it."""

    plain: bool
    client: httpx.AsyncClient
    endpoints: set[str] = field(default_factory=set)


class Sender:
    """Clients of eight requests at once; four endpoints share one, so that none waits for it."""

    def __init__(
        self,
        guard: Guard,
        *,
        trust: ssl.SSLContext | None = None,
        resolver: Resolver | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        """Send to where ``guard`` lets it, within ``deadline`` seconds for each attempt."""
        self._guard = guard
        self._trust = trust or trusting()
        self._resolver = resolver or system_resolver()
        self._deadline = deadline
        self._clients: list[_Pooled] = []

    async def send(self, endpoint: str, letter: Letter, now: datetime) -> Sent:
        """Send a letter of an endpoint, signed as at ``now``; at most two of each at once."""
        began = monotonic()
        result = await self._answer(endpoint, letter, now)
        return Sent(result, int((monotonic() - began) * 1000))

    async def forget(self, endpoint: str) -> None:
        """Nothing more is due to an endpoint: its place in a client is free."""
        for pooled in self._clients:
            pooled.endpoints.discard(endpoint)

    async def close(self) -> None:
        """Close every connection."""
        clients, self._clients = self._clients, []
        for pooled in clients:
            await pooled.client.aclose()
        await asyncio.sleep(LAST_TURNS)  # the loop closes sockets in its next turns

    async def _answer(self, endpoint: str, letter: Letter, now: datetime) -> Result:
        wrong = self._guard.check_url(letter.url)
        if wrong is not None:
            return Result(Outcome.FORBIDDEN_ADDRESS, wrong)
        try:
            return await self._asked(self._client(endpoint, letter.url), letter, now)
        except ForbiddenAddress as error:
            return Result(Outcome.FORBIDDEN_ADDRESS, str(error))
        except Exception as error:  # noqa: BLE001 - what is not known is raised again
            return _failed(error)

    async def _asked(self, client: httpx.AsyncClient, letter: Letter, now: datetime) -> Result:
        request = client.build_request(
            "POST", letter.url, content=letter.body, headers=_headers(letter, now)
        )
        async with asyncio.timeout(self._deadline):
            response = await client.send(request, stream=True)
        try:
            await _drain(response)
        finally:
            with suppress(httpx.HTTPError, OSError):
                await response.aclose()
        status = response.status_code
        return Result(
            outcome_of(status), f"HTTP {status}", status, response.headers.get("retry-after")
        )

    def _client(self, endpoint: str, url: str) -> httpx.AsyncClient:
        """The client of an endpoint; plain HTTP has clients of its own, which stay in house."""
        plain = url.lower().startswith("http:")
        free: _Pooled | None = None
        for pooled in self._clients:
            if pooled.plain is not plain:
                continue
            if endpoint in pooled.endpoints:
                return pooled.client
            if free is None and len(pooled.endpoints) < IN_FLIGHT // PER_ENDPOINT:
                free = pooled
        if free is None:
            free = _Pooled(plain, self._new_client(plain=plain))
            self._clients.append(free)
        free.endpoints.add(endpoint)
        return free.client

    def _new_client(self, *, plain: bool) -> httpx.AsyncClient:
        return guarded_client(
            replace(self._guard, only_allowed=plain),
            self._trust,
            self._resolver,
            deadline=self._deadline,
            in_flight=IN_FLIGHT,
        )


async def _drain(response: httpx.Response) -> None:
    """Read a short body, so that the connection can serve again; leave a long or slow one."""
    taken = 0
    with suppress(TimeoutError, httpx.HTTPError, OSError):
        async with asyncio.timeout(READ_FOR):
            async for chunk in response.aiter_raw():
                taken += len(chunk)
                if taken > READ_AT_MOST:
                    return


def _headers(letter: Letter, now: datetime) -> Mapping[str, str]:
    named = {
        **letter.headers,
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "accept": "*/*",
        "accept-encoding": "identity",
        **signing.headers(letter.message_id, now, letter.body, letter.secrets),
    }
    if letter.missed:
        named["escalation-missed"] = " ".join(letter.missed)
    return named


def _failed(error: Exception) -> Result:
    """What an exception of the client means; its own words may hold what a receiver sent."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(error, TimeoutError | httpx.TimeoutException):
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLWantReadError):
            return Result(Outcome.UNTRUSTED, _about(cause))
        cause = cause.__cause__ or cause.__context__
    for kind, outcome, detail in _FAILURES:
        if isinstance(error, kind):
            return Result(outcome, detail)
    raise error


def _about(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not accepted: {error.verify_message}"
    return "no TLS connection could be made"
