"""How much callers may ask: each key by itself, each tool that posts, each address of strangers.

What they may stands in the headers of the IETF's draft (draft-ietf-httpapi-ratelimit-headers):
``RateLimit-Policy`` says the rate, ``RateLimit`` what is left of it and when all of it is back.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

import structlog
from fastapi.concurrency import run_in_threadpool
from starlette.types import Scope

from escalation.errors import TooLarge, TooMany
from escalation.rates import Rate, rate_of
from escalation.services.callers import Caller
from escalation.services.quotas import Allowances, OwnQuotas, Quotas, Standing

_log = structlog.get_logger(__name__)

_TOLD = Rate(1, "minute")
"""How often it is logged of one caller that they ask too much."""
_NEIGHBOURS = 64
"""The bits of an IPv6 address that one network has in common."""


class Limits:
    """What one process lets callers ask."""

    def __init__(self, allowances: Allowances, quotas: Quotas) -> None:
        """Count in ``quotas`` what keys and tools ask, and strangers by itself."""
        self._allowances = allowances
        self._quotas = quotas
        self._strangers = OwnQuotas()
        self._told = OwnQuotas()

    async def asks(self, scope: Scope, caller: Caller) -> None:
        """A caller asks once more; the answer will say how they stand.

        Raises:
            TooMany: with the seconds to wait.
        """
        own = caller.rate
        rate = self._allowances.keys.of(caller.role) if own is None else rate_of(own)
        standing = await self._standing(caller.id, rate, 1)
        scope["allowance"] = _headers(b"key", rate, standing)
        if standing.wait:
            what = f"This key may ask {rate.told}"
            mend = "ask less often, or ask an administrator for a key with a higher rate"
            raise self._too_many(caller.id, what, standing, mend)

    async def logs(self, scope: Scope, caller: Caller, count: int) -> None:
        """A caller logs so many issues.

        Raises:
            TooLarge: they are more than may ever be logged at once.
            TooMany: with the seconds to wait.
        """
        rate = self._allowances.issues.of(caller.role)
        if count > rate.count:
            raise TooLarge(
                f"This key may log {rate.told}, and these are {count:,}: send fewer at a time."
            )
        standing = await self._standing(f"issues of {caller.id}", rate, count)
        if standing.wait:
            scope["allowance"] = _headers(b"issues", rate, standing)
            what = f"This key may log {rate.told}"
            mend = "log them more slowly, or ask an administrator to raise ESCALATION_ISSUE_RATE"
            raise self._too_many(caller.id, what, standing, mend)

    async def posts(self, scope: Scope, source: str) -> None:
        """A tool that is known posts a delivery.

        Raises:
            TooMany: with the seconds to wait.
        """
        rate = self._allowances.hooks
        standing = await self._standing(f"hook {source}", rate, 1)
        if standing.wait:
            scope["allowance"] = _headers(b"hook", rate, standing)
            what = f"{source} may post {rate.told}"
            mend = "send it again then, or ask an administrator to raise ESCALATION_HOOK_RATE"
            raise self._too_many(source, what, standing, mend)

    def stranger(self, scope: Scope) -> None:
        """Somebody whom no good key names asks something.

        Raises:
            TooMany: too many such requests came from their address.
        """
        address, rate = address_of(scope), self._allowances.strangers
        standing = self._strangers.at_once(address, rate)
        if standing.wait:
            scope["allowance"] = _headers(b"address", rate, standing)
            what = f"Without a good key {rate.told} may come from one address"
            raise self._too_many(address, what, standing, "send a key that is good")

    def refused(self, source: str | None, why: str) -> None:
        """Log why what came as a source was refused.

        Once a minute for each reason of one that is known, and for all others together.
        """
        what = "refused" if source is None else f"refused {source}: {why}"
        if not self._told.at_once(what, _TOLD).wait:
            _log.warning("hook_refused", source=source, why=why)

    async def _standing(self, name: str, rate: Rate, cost: int) -> Standing:
        found = self._quotas.at_once(name, rate, cost)
        if found is None:
            found = await run_in_threadpool(self._quotas.drawn, name, rate, cost)
        return found

    def _too_many(self, name: str, what: str, standing: Standing, mend: str) -> TooMany:
        if not self._told.at_once(name, _TOLD).wait:
            _log.warning("asks_too_much", of=name)
        seconds = ceil(standing.wait)
        return TooMany(
            f"{what}; wait {seconds} seconds and try again, and {mend}.",
            "rate_limited",
            extra={"retry_after": seconds},
        )


def address_of(scope: Scope) -> str:
    """Where a request comes from; neighbours of one IPv6 network are as one."""
    client = scope.get("client")
    host = "unknown" if client is None else str(client[0])
    if ":" not in host:
        return host
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address.packed, _NEIGHBOURS), strict=False))
    return host


def _headers(name: bytes, rate: Rate, standing: Standing) -> tuple[tuple[bytes, bytes], ...]:
    resets = ceil(standing.wait or standing.full_in)
    return (
        (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (name, rate.count, rate.seconds)),
        (b"ratelimit", b'"%b";r=%d;t=%d' % (name, standing.left, resets)),
    )
