"""What callers may do in a time, and what they have used of it.

Where one process answers, it counts by itself. Where several do, what they may is kept in the
database, and each takes a small part of it at a time, which it spends within a second: together
they never allow more than the rate, and a request costs a look into memory nearly always.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from typing import Protocol

from escalation.clock import monotonic
from escalation.errors import Fault, WrongSettings
from escalation.rates import Rate, Rates, rates_of
from escalation.routing.wording import not_among
from escalation.services.roles import KeyRole
from escalation.store import quotas
from escalation.store.dialect import one_writer
from escalation.store.transaction import Engine, write

NAMES = 10_000
"""Buckets that one process remembers; who has been quiet longest is forgotten first."""
LEASE = 1.0
"""Seconds within which what was taken out of a shared bucket is spent, or lost."""
SHARE = 20
"""One lease takes at most this part of a full bucket."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands after an act: what is left, and the seconds until all of it is there.

    With ``wait`` the act was one too many, and may be tried again after so many seconds.
    """

    left: int
    full_in: float
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Allowances:
    """What callers may do in a time: each key asks and logs, each tool posts, each address asks."""

    keys: Rates
    issues: Rates
    hooks: Rate
    strangers: Rate


def by_role(text: str, variable: str) -> Rates:
    """The rates of a setting.

    Raises:
        WrongSettings: one is of a role that there is none of.
    """
    found = rates_of(text)
    roles = tuple(KeyRole)
    strange = [role for role in found.by_role if role not in roles]
    if strange:
        faults = [Fault("setting", not_among(each, roles), None, variable) for each in strange]
        raise WrongSettings(faults)
    return found


class Quotas(Protocol):
    """What counts."""

    def at_once(self, name: str, rate: Rate, /, cost: int = 1) -> Standing | None:
        """Count an act against what ``name`` may; None where the database has to be asked."""
        ...

    def drawn(self, name: str, rate: Rate, /, cost: int = 1) -> Standing:
        """Count an act, and ask the database where that is needed."""
        ...


class OwnQuotas:
    """Of a process that answers alone."""

    def __init__(self, names: int = NAMES, seconds: Callable[[], float] = monotonic) -> None:
        """Remember so many names at most, by a clock of ``seconds``."""
        self._seconds = seconds
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._names = names

    def at_once(self, name: str, rate: Rate, /, cost: int = 1) -> Standing:
        """Count an act against what ``name`` may."""
        now = self._seconds()
        before = max(self._full_at.pop(name, now), now)
        after = before + cost * rate.each
        wait = after - now - rate.seconds
        allowed = wait <= _ROUNDING
        full_at = after if allowed else before
        self._full_at[name] = full_at
        if len(self._full_at) > self._names:
            self._full_at.popitem(last=False)
        left = int((rate.seconds - (full_at - now)) / rate.each + _ROUNDING)
        return Standing(left, full_at - now, 0.0 if allowed else wait)

    drawn = at_once


@dataclass(slots=True)
class _Lease:
    """The part of a shared bucket that this process may spend."""

    drawing: Lock = field(default_factory=Lock)
    spending: Lock = field(default_factory=Lock)
    left: int = 0
    size: int = 0
    ends: float = 0.0
    beyond: int = 0  # what was left in the bucket itself
    full_in: float = 0.0
    closed_until: float = 0.0


class SharedQuotas:
    """Of one of several processes that answer on one database."""

    def __init__(self, engine: Engine, seconds: Callable[[], float] = monotonic) -> None:
        """Share what is kept in the database of ``engine``; leases end by a clock of ``seconds``.

        What comes back does so by the server's clock.
        """
        self._engine = engine
        self._seconds = seconds
        self._leases: dict[str, _Lease] = {}

    def at_once(self, name: str, _: Rate, /, cost: int = 1) -> Standing | None:
        """Count an act against the lease; None where there is none that is enough."""
        lease = self._leases.get(name)
        return None if lease is None else _spent(lease, cost, self._seconds())

    def drawn(self, name: str, rate: Rate, /, cost: int = 1) -> Standing:
        """Count an act; take another lease where the present one is not enough for it."""
        lease = self._leases.setdefault(name, _Lease())
        with lease.drawing:  # whoever waited here finds what another has taken
            return _spent(lease, cost, self._seconds()) or self._taken(lease, name, rate, cost)

    def _taken(self, lease: _Lease, name: str, rate: Rate, cost: int) -> Standing:
        wanted = max(cost, _size(lease, rate))
        with write(self._engine) as connection:
            drawn = quotas.draw(connection, name, rate, wanted=wanted, needed=cost)
        now = self._seconds()
        with lease.spending:
            lease.size = wanted
            lease.full_in = drawn.full_in
            lease.beyond = int((rate.seconds - drawn.full_in) / rate.each + _ROUNDING)
            if drawn.granted < cost:
                # Asked again for every refusal, the database would be what is flooded.
                missing = drawn.full_in + cost * rate.each - rate.seconds
                lease.left, lease.closed_until = 0, now + max(missing, LEASE)
                return Standing(max(lease.beyond, 0), drawn.full_in, lease.closed_until - now)
            lease.left, lease.ends = drawn.granted - cost, now + LEASE
            return Standing(lease.left + lease.beyond, drawn.full_in)


def _spent(lease: _Lease, cost: int, now: float) -> Standing | None:
    with lease.spending:
        if now < lease.closed_until:
            return Standing(0, lease.full_in, lease.closed_until - now)
        if lease.left < cost or now >= lease.ends:
            return None
        lease.left -= cost
        return Standing(lease.left + lease.beyond, lease.full_in)


def _size(lease: _Lease, rate: Rate) -> int:
    """Twice as many as before where they were spent in time, else what was spent of them."""
    if lease.closed_until > lease.ends:  # it had to wait: what has come back since
        wanted = max(lease.size, ceil(LEASE / rate.each))
    elif lease.left == 0:
        wanted = 2 * lease.size
    else:
        wanted = lease.size - lease.left
    return max(1, min(wanted, rate.count // SHARE))


def quotas_of(engine: Engine) -> Quotas:
    """What counts for a process that answers on this database."""
    return OwnQuotas() if one_writer(engine) else SharedQuotas(engine)
