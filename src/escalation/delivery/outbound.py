"""How connections to other machines are made: to addresses that the guard lets through, alone."""

import asyncio
import ssl
from collections.abc import Iterable

import httpcore
import httpx

from escalation import __version__
from escalation.delivery.guard import ForbiddenAddress, Guard, Resolver

CONNECT_SHARE = 0.6
"""The share of the deadline that connecting may take, and again the TLS handshake."""
USER_AGENT = f"escalation/{__version__}"


def trusting(authorities: str | None = None) -> ssl.SSLContext:
    """Certificates are checked against the public authorities, and those of a file in house."""
    context = httpx.create_ssl_context(trust_env=False)
    if authorities is not None:
        context.load_verify_locations(authorities)
    return context


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that the guard lets through, and to no other."""

    def __init__(self, guard: Guard, resolver: Resolver) -> None:
        """Look names up with ``resolver``."""
        self._guard = guard
        self._resolve = resolver
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address of ``host`` that answers."""
        answers = await self._resolve(host, port)
        failure: Exception = httpcore.ConnectError(f"{host} does not answer")
        for address in self._guard.chosen(host, answers):
            try:
                return await self._plain.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, OSError) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Nothing is sent to sockets of this machine."""
        del timeout, socket_options
        raise ForbiddenAddress(f"{path} is a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def guarded_transport(
    guard: Guard, trust: ssl.SSLContext, resolver: Resolver, *, in_flight: int
) -> httpx.AsyncHTTPTransport:
    """What sends requests to where ``guard`` lets it, ``in_flight`` at once, through no proxy.

    It follows nowhere and keeps no cookie: neither is in a transport.
    """
    limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    transport = httpx.AsyncHTTPTransport(verify=trust, trust_env=False, limits=limits, retries=0)
    # httpx has no public way to say how connections are made; a tripwire test holds this.
    transport._pool._network_backend = GuardedBackend(guard, resolver)  # noqa: SLF001 - as above
    return transport


def patience(deadline: float) -> httpx.Timeout:
    """How long each step of a request may take that has ``deadline`` seconds in all.

    To connect less: what is cut off within a handshake would stay open for a while.
    """
    return httpx.Timeout(deadline, connect=deadline * CONNECT_SHARE)
