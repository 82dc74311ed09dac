"""One attempt at a letter: its requests, signed and sent one after another, before a deadline."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from escalation.clock import monotonic
from escalation.delivery import signing
from escalation.delivery.formats.requests import Look, Request
from escalation.delivery.letter import Handing, Letter
from escalation.delivery.outbound import USER_AGENT
from escalation.delivery.retry import Outcome, Result, outcome_of

READ_AT_MOST = 65_536
"""Bytes of an answer's body that are read, as they come: nothing is unpacked."""
LOOKED_AT_MOST = 2_097_152
"""The same where it is looked whether a message has arrived already."""
READ_FOR = 1.0
"""Seconds that an answer's body may take; the status has decided already."""
ANSWER_KEPT = 1_000
"""Characters of an answer that are kept."""
GRANTED_FOR = 3_600.0
"""Seconds for which a receiver that has allowed us is not asked again."""
TARGETS = 1_024
"""URLs that are kept taken apart."""

_BETWEEN = frozenset({502, 504})
"""What something in between answers that has passed a request on and had no good answer to it:
whoever it was for may have taken it (RFC 9110 15.6.3 and 15.6.5)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the requests of one attempt share; it ends at ``until``, by the monotonic clock."""

    transport: httpx.AsyncHTTPTransport
    timeouts: Mapping[str, float | None]
    letter: Letter
    now: datetime
    until: float

    async def shake_hands(self, origin: str) -> Result | None:
        """Ask the receiver to allow us; what came of it where it does not.

        https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection
        """
        asks = {"webhook-request-origin": origin}
        request = self._request("OPTIONS", "", {**self._common(), **asks})
        response, _ = await self._answered(request, READ_AT_MOST)
        allowed = response.headers.get("webhook-allowed-origin", "")
        if response.is_success and allowed.lower() in {origin.lower(), "*"}:
            return None
        detail = f"HTTP {response.status_code} to the handshake, WebHook-Allowed-Origin: {allowed}"
        wait = response.headers.get("retry-after")
        return Result(Outcome.REFUSED, detail[:300], response.status_code, wait)

    async def send(self, request: Request) -> Result | None:
        """Send one request; what may have arrived before is looked for first.

        None where it is handed over and is no longer ours.
        """
        if self.letter.repeated and request.unless is not None:
            known = await self._looked(request.unless)
            if known is not None:
                return known
        made = self._request(request.method, request.path, self._headers(request), request.content)
        if self.letter.handing is not None:
            return await self._handed(made, request, self.letter.handing)
        response, answer = await self._answered(made, READ_AT_MOST)
        return _result(response, self._told(answer), request)

    async def _handed(
        self, made: httpx.Request, request: Request, handing: Handing
    ) -> Result | None:
        """Send to who cannot be asked: once its body may have gone, only an answer is known."""
        noting = _Noting(handing, request.content)
        made.stream = noting
        try:
            response, answer = await self._answered(made, READ_AT_MOST)
        except _NotOurs:
            return None
        except (httpx.HTTPError, OSError) as error:  # a timeout is an OSError too
            if not noting.begun:
                if noting.asked:
                    handing.answered(None)  # the note may be made yet, of what will not be sent
                raise
            detail = f"no answer to the whole message: {type(error).__name__}"
            lost = Result(Outcome.UNCONFIRMED, detail)
            return handing.unanswered(lost)
        result = _result(response, self._told(answer), request)
        if result.status in _BETWEEN:
            lost = replace(result, outcome=Outcome.UNCONFIRMED)
            return handing.unanswered(lost)
        taken = result.status if result.outcome is Outcome.ACCEPTED else None
        handing.answered(taken)
        return result

    def _told(self, answer: bytes) -> str | None:
        """How an answer begins, as text that every store can hold, without our sealed headers."""
        text = answer[: 8 * ANSWER_KEPT].decode("utf-8", "replace").replace("\x00", "\ufffd")
        for secret in self.letter.headers.values():
            text = text.replace(secret, "(sealed)")
        return text[:ANSWER_KEPT] or None

    async def _looked(self, look: Look) -> Result | None:
        """Whether the tool shows a message of ours, or cannot say so now; None to send it.

        A tool that lets nobody look (403, 404 and the like) is sent it: rather twice than never.
        """
        request = self._request("GET", look.path, self._common())
        response, answer = await self._answered(request, LOOKED_AT_MOST)
        status, wait = response.status_code, response.headers.get("retry-after")
        if response.is_success:
            there = look.mark.encode() in answer
            return Result(Outcome.ACCEPTED, "it had arrived already", status) if there else None
        if response.is_server_error or status == HTTPStatus.TOO_MANY_REQUESTS:
            detail = f"HTTP {status} to whether it had arrived already"
            return Result(Outcome.REFUSED, detail, status, wait, self._told(answer))
        return None

    async def _answered(self, request: httpx.Request, most: int) -> tuple[httpx.Response, bytes]:
        async with asyncio.timeout(self.until - monotonic()):
            response = await self.transport.handle_async_request(request)
        try:
            return response, await _begun(response, most)
        finally:
            with suppress(httpx.HTTPError, OSError):
                await response.aclose()

    def _request(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> httpx.Request:
        return httpx.Request(
            method,
            _target(self.letter.url, path),
            headers=headers,
            content=content,
            extensions={"timeout": self.timeouts},
        )

    def _common(self) -> Mapping[str, str]:
        return {
            **self.letter.headers,
            "user-agent": USER_AGENT,
            "accept": "*/*",
            "accept-encoding": "identity",
        }

    def _headers(self, request: Request) -> Mapping[str, str]:
        letter = self.letter
        signed = signing.headers(letter.message_id, self.now, request.content, letter.secrets)
        named = {**self._common(), **request.headers, **signed}
        if request.body is not None:
            named["content-type"] = request.content_type
        if letter.missed:
            named["escalation-missed"] = " ".join(letter.missed)
        return named


class _NotOurs(Exception):
    """Another sender has taken the message over, or it could not be noted."""


@dataclass(slots=True)
class _Noting(httpx.AsyncByteStream):
    """A request's body, of which nothing is sent before it is noted that it may have been."""

    handing: Handing
    body: bytes
    asked: bool = False
    begun: bool = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Asked for once the request's head has been sent."""
        self.asked = True
        self.begun = await asyncio.wrap_future(self.handing.begin())
        if not self.begun:
            raise _NotOurs
        yield self.body


def _result(response: httpx.Response, told: str | None, request: Request) -> Result:
    status = response.status_code
    if status in request.passed_over:
        return Result(
            Outcome.ACCEPTED, f"HTTP {status}: it does not apply any more", status, answer=told
        )
    lost = status in request.lost
    outcome = Outcome.REFUSED if lost else outcome_of(status)
    wait = response.headers.get("retry-after")
    return Result(outcome, f"HTTP {status}", status, wait, told, lost)


@lru_cache(TARGETS)
def _target(url: str, path: str) -> httpx.URL:
    """Where a request goes: what follows the URL is on the same host, whatever it is."""
    if not path.startswith("/"):
        return httpx.URL(url + path)
    parts = urlsplit(url)
    return httpx.URL(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{path}")


async def _begun(response: httpx.Response, most: int) -> bytes:
    """A short body, so that the connection can serve again; a long or slow one is left."""
    taken = bytearray()
    with suppress(TimeoutError, httpx.HTTPError, OSError):
        async with asyncio.timeout(READ_FOR):
            async for chunk in response.aiter_raw():
                taken += chunk
                if len(taken) > most:
                    break
    return bytes(taken[:most])
