"""Lengths of time as people write them: ``2 business days``, ``4 hours``.

One form and no other: a whole number, a space, a unit. What the number means in seconds
depends on a calendar and an instant, and is the matter of :mod:`escalation.timekeeping.ledger`.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

MINUTE = 60
HOUR = 3600
DAY = 86400

_LARGEST = 999_999
_FORM = re.compile(r"([0-9]{1,6}) (business minute|business hour|business day|minute|hour|day)s?")
_FOUND_AT_MOST = 40


class Unit(StrEnum):
    """What a duration counts."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    BUSINESS_MINUTE = "business minute"
    BUSINESS_HOUR = "business hour"
    BUSINESS_DAY = "business day"

    @property
    def business(self) -> bool:
        """Whether only open time counts."""
        return self in _BUSINESS


_BUSINESS = frozenset({Unit.BUSINESS_MINUTE, Unit.BUSINESS_HOUR, Unit.BUSINESS_DAY})
_FIXED = {
    Unit.MINUTE: MINUTE,
    Unit.HOUR: HOUR,
    Unit.DAY: DAY,
    Unit.BUSINESS_MINUTE: MINUTE,
    Unit.BUSINESS_HOUR: HOUR,
}
_SHORT = {
    "m": Unit.MINUTE,
    "min": Unit.MINUTE,
    "mins": Unit.MINUTE,
    "h": Unit.HOUR,
    "hr": Unit.HOUR,
    "hrs": Unit.HOUR,
    "d": Unit.DAY,
    "bm": Unit.BUSINESS_MINUTE,
    "bh": Unit.BUSINESS_HOUR,
    "bd": Unit.BUSINESS_DAY,
    "working day": Unit.BUSINESS_DAY,
    "working days": Unit.BUSINESS_DAY,
    "workdays": Unit.BUSINESS_DAY,
}
_WEEKS = frozenset({"w", "week", "weeks"})


@dataclass(frozen=True, slots=True)
class Duration:
    """A count of units, at least one."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse a count that is no count.

        Raises:
            ValueError: when the count is under 1 or over 999999.
        """
        if not 1 <= self.count <= _LARGEST:
            msg = f"a duration counts 1 to {_LARGEST} {self.unit}s, not {self.count}"
            raise ValueError(msg)

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read ``<whole number> <unit>``.

        Raises:
            ValueError: says what was found, what was expected and the nearest valid form.
        """
        match = _FORM.fullmatch(text)
        if match is None or not int(match[1]):
            msg = (
                f"found {text[:_FOUND_AT_MOST]!r}, expected a whole number of minutes, hours, "
                "days, business minutes, business hours or business days; "
                f"the nearest is {_nearest(text)!r}"
            )
            raise ValueError(msg)
        return cls(int(match[1]), Unit(match[2]))

    def __str__(self) -> str:
        """The form that :meth:`parse` reads."""
        return f"{self.count} {self.unit}" if self.count == 1 else f"{self.count} {self.unit}s"

    @property
    def seconds(self) -> int:
        """The length in seconds, open ones for business units, elapsed ones for the others.

        Raises:
            ValueError: for business days, whose length is a matter of calendar and date.
        """
        if self.unit is Unit.BUSINESS_DAY:
            msg = "a business day has no length of its own: ask a calendar"
            raise ValueError(msg)
        return self.count * _FIXED[self.unit]


def _nearest(text: str) -> str:
    """The valid form closest to what was written."""
    lowered = text.lower()[:_FOUND_AT_MOST]
    number = re.search(r"[0-9]+", lowered)
    count = min(max(int(number[0]) if number else 1, 1), _LARGEST)
    words = " ".join(re.findall(r"[a-z]+", lowered))
    if words in _WEEKS:
        return str(Duration(min(count * 7, _LARGEST), Unit.DAY))
    close = get_close_matches(words, [f"{unit}s" for unit in Unit], n=1, cutoff=0.0)
    unit = _SHORT.get(words) or Unit(close[0].removesuffix("s"))
    return str(Duration(count, unit))
