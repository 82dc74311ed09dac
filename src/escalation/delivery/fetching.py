"""Fetches small documents from a server that the operator has named, such as its signing keys."""

import asyncio
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import httpx

from escalation.delivery.guard import ForbiddenAddress, Guard, Resolver, system_resolver
from escalation.delivery.outbound import USER_AGENT, guarded_transport, patience, trusting

DEADLINE = 5.0
"""Seconds that one document may take, from the look-up of the name to its last byte."""
LARGEST = 262_144
"""Bytes of a document."""
LOOPBACK = ("127.0.0.0/8", "::1/128")


class Unreachable(Exception):
    """A document could not be had; the words say why, and hold nothing of what came."""


class Fetcher:
    """Gets documents, one at a time and each over a connection of its own."""

    def __init__(
        self,
        guard: Guard,
        *,
        authorities: str | None = None,
        resolver: Resolver | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        """Go where ``guard`` lets one; trust a file of ``authorities`` besides the public ones."""
        self._guard = guard
        self._authorities = authorities
        self._trust: ssl.SSLContext | None = None
        self._resolver = resolver or system_resolver(threads=2)
        self._deadline = deadline
        # Of its own: whoever asks may have an event loop, which must not be made to wait in.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fetcher")

    def fetch(self, url: str) -> bytes:
        """The body that a GET answers with status 200.

        Raises:
            Unreachable: there is none, or the URL may not be asked.
        """
        wrong = self._guard.check_url(url)
        if wrong is not None:
            raise Unreachable(wrong)
        try:
            return self._thread.submit(asyncio.run, self._got(url)).result()
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Unreachable(f"no answer within {self._deadline:g} seconds") from error
        except ForbiddenAddress as error:
            raise Unreachable(str(error)) from error
        except (httpx.HTTPError, OSError) as error:
            raise Unreachable(f"no connection: {type(error).__name__}") from error

    async def _got(self, url: str) -> bytes:
        plain = url.lower().startswith("http:")
        guard = replace(self._guard, only_allowed=plain)
        if self._trust is None:
            self._trust = trusting(self._authorities)
        transport = guarded_transport(guard, self._trust, self._resolver, in_flight=1)
        client = httpx.AsyncClient(
            transport=transport, timeout=patience(self._deadline), trust_env=False
        )
        named = {"accept": "application/json", "accept-encoding": "identity"}
        try:
            async with asyncio.timeout(self._deadline):
                headers = {**named, "user-agent": USER_AGENT}
                async with client.stream("GET", url, headers=headers) as response:
                    return await _body(response)
        finally:
            with suppress(httpx.HTTPError, OSError):
                await client.aclose()


async def _body(response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise Unreachable(f"the answer was HTTP {response.status_code}")
    taken = bytearray()
    async for chunk in response.aiter_raw():
        taken += chunk
        if len(taken) > LARGEST:
            raise Unreachable(f"the answer is longer than {LARGEST:,} bytes")
    return bytes(taken)
