"""When something holds: dates and instants as half-open spans of whole seconds."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
ALWAYS = 2**62
"""Later than any instant."""


@dataclass(frozen=True, slots=True)
class Term:
    """From ``start`` up to, and not at, ``end``; seconds since 1970."""

    start: int
    end: int

    def holds(self, second: int) -> bool:
        """Whether it is in force."""
        return self.start <= second < self.end

    def within(self, other: "Term") -> "Term":
        """The part of it in which the other is in force too; empty where there is none."""
        start = max(self.start, other.start)
        return Term(start, max(start, min(self.end, other.end)))

    @property
    def empty(self) -> bool:
        """Whether it is never in force."""
        return self.start >= self.end


def term(begins: date | datetime | None, ends: date | datetime | None, zone: ZoneInfo) -> Term:
    """The span between two bounds, each a local date (whole and inclusive) or an instant.

    A bound that is None leaves that side open; an end that is an instant is not included.
    """
    start = -ALWAYS if begins is None else _second(begins, zone, closing=False)
    end = ALWAYS if ends is None else _second(ends, zone, closing=True)
    return Term(start, end)


def _second(bound: date | datetime, zone: ZoneInfo, *, closing: bool) -> int:
    if isinstance(bound, datetime):
        return int(bound.timestamp())
    day = bound + _DAY if closing else bound
    return int(datetime.combine(day, time(), zone).timestamp())


class Eras:
    """The stretches of time within which no term begins or ends, numbered."""

    def __init__(self, terms: Iterable[Term]) -> None:
        """Take every term that matters."""
        bounds = {second for each in terms for second in (each.start, each.end)}
        self._bounds = sorted(bounds)

    def at(self, second: int) -> int:
        """The number of the era: two instants of one era are alike to every term."""
        return bisect_right(self._bounds, second)

    def next_after(self, second: int) -> int | None:
        """When the next era begins; None in the last."""
        place = bisect_right(self._bounds, second)
        if place == len(self._bounds) or self._bounds[place] >= ALWAYS:
            return None
        return self._bounds[place]
