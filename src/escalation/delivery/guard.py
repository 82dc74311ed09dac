"""Where nothing is sent: addresses inside, and names that lead there.

A name is resolved once, every address it has is checked, and the connection goes to the very
address that was checked: an answer that changes between check and use changes nothing. Certificate
and ``Host`` keep the name.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Networks = tuple[IPv4Network | IPv6Network, ...]
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a name and a port to every address it has."""

LONGEST_URL = 2_000
LONGEST_NAME = 253
_SCHEMES = frozenset({"https", "http"})
_ODD = re.compile(r"[\s\\\x00-\x1f\x7f]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
# Special-purpose networks that Python's `is_global` lets through, or that carry a v4 address.
_CLOSED: Networks = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "168.63.129.16/32",  # a cloud's own platform, at a public address
        "64:ff9b::/96",  # NAT64 (RFC 6052): the v4 address within is checked besides
        "64:ff9b:1::/48",  # NAT64 for local use (RFC 8215)
        "2002::/16",  # 6to4 (RFC 3056)
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "3fff::/20",  # documentation (RFC 9637)
        "5f00::/16",  # SRv6 (RFC 9602)
        "fec0::/10",  # site-local, deprecated
        "::/96",  # v4-compatible, deprecated
    )
)


class ForbiddenAddress(Exception):
    """A name leads to an address that nothing is sent to."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Which addresses may be sent to: public ones, and those of ``allowed`` networks.

    With ``only_allowed`` public ones may not: plain HTTP stays in house.
    """

    allowed: Networks = ()
    only_allowed: bool = False

    @classmethod
    def allowing(cls, networks: Iterable[str]) -> "Guard":
        """A guard that lets through some networks in house, such as ``10.20.0.0/16``.

        Raises:
            ValueError: one of them is no network.
        """
        return cls(tuple(ip_network(text.strip()) for text in networks if text.strip()))

    def lets(self, address: Address) -> bool:
        """Whether it may be sent to."""
        plain = _unmapped(address)
        if self.only_allowed or self.in_house(plain):
            return self.in_house(plain)
        closed = any(plain in network for network in _CLOSED if network.version == plain.version)
        return plain.is_global and not plain.is_multicast and not closed

    def in_house(self, address: Address) -> bool:
        """Whether it is in a network that was allowed by name."""
        plain = _unmapped(address)
        return any(plain in net for net in self.allowed if net.version == plain.version)

    def chosen(self, host: str, answers: Sequence[str]) -> Sequence[str]:
        """The addresses to connect to, each of them checked.

        Raises:
            ForbiddenAddress: the name has none, or one among them that may not be sent to.
        """
        if not answers:
            raise ForbiddenAddress(f"{host} has no address")
        for answer in answers:
            if not self.lets(ip_address(answer.partition("%")[0])):
                raise ForbiddenAddress(f"{host} leads to an address inside")
        return [answer.partition("%")[0] for answer in answers]

    def check_url(self, url: str) -> str | None:
        """What is wrong with a URL as an endpoint's, by its words alone; None where nothing is."""
        if len(url) > LONGEST_URL or not url.isascii() or _ODD.search(url):
            return f"expected at most {LONGEST_URL} characters of ASCII without space or backslash"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            return f"expected a URL: {error}"
        faults = {
            "expected `https://` and a name": parts.scheme not in _SCHEMES or not parts.hostname,
            "expected no user name or password in it": "@" in parts.netloc,
            "expected no `#`": "#" in url,
            "expected a port from 1 to 65535": port == 0,
        }
        wrong = [detail for detail, found in faults.items() if found]
        return wrong[0] if wrong else self._check_host(parts.scheme, parts.hostname or "")

    def _check_host(self, scheme: str, host: str) -> str | None:
        literal = _literal(host)
        if literal is None and not _is_name(host):
            return f"expected a name such as `tickets.example.org`, found `{host}`"
        if literal is not None and not self.lets(literal):
            return (
                f"{host} is an address that nothing is sent to, unless its network is among"
                " ESCALATION_WEBHOOK_NETWORKS"
            )
        within = bool(self.allowed) if literal is None else self.in_house(literal)
        if scheme != "https" and not within:
            return "expected `https://`; `http://` is for ESCALATION_WEBHOOK_NETWORKS alone"
        return None


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_name(host: str) -> bool:
    """Whether it is a host name, and no address in another spelling (decimal, octal, hex)."""
    labels = host.removesuffix(".").lower().split(".")
    well_formed = all(_LABEL.fullmatch(label) for label in labels)
    return len(host) <= LONGEST_NAME and well_formed and not _NUMBER.fullmatch(labels[-1])


def _unmapped(address: Address) -> Address:
    """The v4 address within a v4-mapped one, else the address."""
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inner or address


def system_resolver(threads: int = 16) -> Resolver:
    """Asks the system, in threads of its own: names that hang keep nobody else waiting long."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="resolver")

    def ask(host: str, port: int) -> list[str]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    async def resolve(host: str, port: int) -> Sequence[str]:
        return await asyncio.get_running_loop().run_in_executor(pool, ask, host, port)

    return resolve
