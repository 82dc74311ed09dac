"""So many in so long: what callers may do at most, as settings, keys and answers say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_UNITS: Mapping[str, int] = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_FORM = "expected a number and a unit, such as 600/minute"
MOST = 10**9


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a second, a minute, an hour or a day.

    It is kept as a bucket: after a quiet spell all of them may go at once, and what was used
    comes back evenly.
    """

    count: int
    unit: str

    @property
    def seconds(self) -> int:
        """How long the unit is."""
        return _UNITS[self.unit]

    @property
    def each(self) -> float:
        """The seconds after which one comes back."""
        return self.seconds / self.count

    @property
    def told(self) -> str:
        """As a person reads it: ``600 a minute``."""
        return f"{self.count:,} {'an' if self.unit == 'hour' else 'a'} {self.unit}"

    def __str__(self) -> str:
        """As it is written: ``600/minute``."""
        return f"{self.count}/{self.unit}"


@lru_cache(maxsize=1_000)
def rate_of(text: str) -> Rate:
    """The rate that is written as ``600/minute``.

    Raises:
        ValueError: it is written otherwise.
    """
    number, _, unit = text.strip().partition("/")
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= MOST):
        raise ValueError(f"found {text!r}, {_FORM}")
    if unit not in _UNITS:
        raise ValueError(f"found {text!r}, {_FORM}; units are {', '.join(_UNITS)}")
    return Rate(int(number), unit)


@dataclass(frozen=True, slots=True)
class Rates:
    """One rate for everybody, and others for some roles."""

    general: Rate
    by_role: Mapping[str, Rate] = field(default_factory=dict)

    def of(self, role: str) -> Rate:
        """The rate of a role."""
        return self.by_role.get(role, self.general)


def rates_of(text: str) -> Rates:
    """The rates that are written as ``60000/minute, viewer=600/minute``.

    Raises:
        ValueError: they are written otherwise, or there is none for everybody.
    """
    general: Rate | None = None
    by_role: dict[str, Rate] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        role, named, rate = part.rpartition("=")
        if named:
            by_role[role.strip()] = rate_of(rate)
        elif general is None:
            general = rate_of(rate)
        else:
            raise ValueError(f"found {part!r} after {general}, expected one rate without a role")
    if general is None:
        raise ValueError(f"found no rate for every role, {_FORM}")
    return Rates(general, by_role)
