"""Sends one signed message and says what came back. Never raises for what a receiver does."""

import asyncio
import ssl
from dataclasses import dataclass, replace
from datetime import datetime

import httpx

from escalation.clock import monotonic
from escalation.delivery.guard import ForbiddenAddress, Guard, Resolver, system_resolver
from escalation.delivery.letter import Letter
from escalation.delivery.outbound import guarded_transport, patience, trusting
from escalation.delivery.retry import Outcome, Result
from escalation.delivery.turn import GRANTED_FOR, Turn

DEADLINE = 15.0
"""Seconds that one attempt may take from the look-up of the name to the answer's last header."""
LAST_TURNS = 0.02
"""Seconds that the event loop is given to close sockets before it may end."""
IN_FLIGHT = 8
"""Requests at once to one endpoint: their pool slows down quadratically beyond."""

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
class Sent:
    """What came of an attempt, and how long it took."""

    result: Result
    milliseconds: int


_Whose = tuple[str, bool]
"""An endpoint, and whether plain HTTP goes to it."""


class Sender:
    """A transport for each endpoint to which something is due, lent to others afterwards.

    None is shared at once: it goes through all its connections with each request.
    """

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
        self._timeouts = patience(deadline).as_dict()
        self._lent: dict[_Whose, httpx.AsyncHTTPTransport] = {}
        self._free: dict[_Whose, httpx.AsyncHTTPTransport] = {}
        self._granted: dict[str, float] = {}

    async def send(self, endpoint: str, letter: Letter, now: datetime) -> Sent | None:
        """Send a letter of an endpoint, signed as at ``now``; None where it is no longer ours."""
        began = monotonic()
        result = await self._answer(endpoint, letter, now)
        if result is None:
            return None
        return Sent(result, int((monotonic() - began) * 1000))

    async def forget(self, endpoint: str) -> None:
        """Nothing more is due to an endpoint: what it was lent is free."""
        for whose in ((endpoint, True), (endpoint, False)):
            if whose in self._lent:
                self._free[whose] = self._lent.pop(whose)

    async def close(self) -> None:
        """Close every connection."""
        transports = [*self._lent.values(), *self._free.values()]
        self._lent, self._free = {}, {}
        for transport in transports:
            await transport.aclose()
        await asyncio.sleep(LAST_TURNS)  # the loop closes sockets in its next turns

    async def _answer(self, endpoint: str, letter: Letter, now: datetime) -> Result | None:
        wrong = self._guard.check_url(letter.url)
        if wrong is not None:
            return Result(Outcome.FORBIDDEN_ADDRESS, wrong)
        try:
            return await self._asked(self._transport(endpoint, letter.url), letter, now)
        except ForbiddenAddress as error:
            return Result(Outcome.FORBIDDEN_ADDRESS, str(error))
        except Exception as error:  # noqa: BLE001 - what is not known is raised again
            return _failed(error)

    async def _asked(
        self, transport: httpx.AsyncHTTPTransport, letter: Letter, now: datetime
    ) -> Result | None:
        """What came of the last request that was sent; the next is only once one has arrived."""
        turn = Turn(transport, self._timeouts, letter, now, monotonic() + self._deadline)
        if letter.handshake is not None and self._granted.get(letter.url, 0.0) < monotonic():
            refused = await turn.shake_hands(letter.handshake)
            if refused is not None:
                return refused
            self._granted[letter.url] = monotonic() + GRANTED_FOR
        first, *others = letter.requests
        result = await turn.send(first)
        for request in others:
            if result is not None and result.outcome is Outcome.ACCEPTED:
                result = await turn.send(request)
        return result

    def _transport(self, endpoint: str, url: str) -> httpx.AsyncHTTPTransport:
        """What an endpoint has or had last, whose connections may be open yet; another's, or new.

        Plain HTTP has transports of its own, which stay in house.
        """
        plain = url.lower().startswith("http:")
        whose = (endpoint, plain)
        lent = self._lent.get(whose)
        if lent is None:
            free = next(
                (f for f in (whose, *self._free) if f[1] is plain and f in self._free), None
            )
            lent = self._new(plain=plain) if free is None else self._free.pop(free)
            self._lent[whose] = lent
        return lent

    def _new(self, *, plain: bool) -> httpx.AsyncHTTPTransport:
        guard = replace(self._guard, only_allowed=plain)
        return guarded_transport(guard, self._trust, self._resolver, in_flight=IN_FLIGHT)


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
