"""What a business calendar is made of, before it is indexed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Span = tuple[int, int]
"""Seconds of the local day, half-open, within 0..86400."""

WEEKDAYS = 7
DAY_SECONDS = 86400
_LONGEST_YEARS = 100


class BeyondHorizon(ValueError):
    """The question reaches outside the dates that a calendar knows."""

    def __init__(self, calendar: str, known_from: date, known_until: date) -> None:
        """Name the calendar and the dates it knows (both inclusive)."""
        super().__init__(
            f"calendar {calendar!r} knows {known_from} to {known_until} only; "
            "the answer lies outside"
        )
        self.calendar = calendar
        self.known_from = known_from
        self.known_until = known_until


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """When a business is open, with every holiday written out as a date.

    ``weekly`` has seven entries, Monday first. ``closed`` are whole local dates with their label.
    ``openings`` replace the weekly windows and any holiday of their date; ``closures`` then cut
    pieces out of whatever the date has. ``known_from`` and ``known_until`` are inclusive; a
    question outside them is an error.
    """

    id: str
    zone: str
    weekly: tuple[tuple[Span, ...], ...]
    closed: Mapping[date, str]
    closures: Mapping[date, tuple[tuple[Span, str], ...]]
    openings: Mapping[date, tuple[Span, ...]]
    after_hours: Literal["same_day", "next_business_day"]
    closed_day: Literal["next_business_day", "same_day"]
    known_from: date
    known_until: date

    def __post_init__(self) -> None:
        """Refuse rules that no clock can be run by.

        Raises:
            ValueError: names the calendar and what is wrong.
        """
        if len(self.weekly) != WEEKDAYS:
            self._refuse(f"a week has 7 days, not {len(self.weekly)}")
        for spans in (*self.weekly, *self.openings.values()):
            self._check_windows(spans)
        for pieces in self.closures.values():
            for span, _ in pieces:
                self._check_windows((span,))
        if not 0 <= self.known_until.year - self.known_from.year <= _LONGEST_YEARS:
            self._refuse(f"it must know 0 to {_LONGEST_YEARS} years, in order")
        if self.known_until < self.known_from:
            self._refuse("known_until is before known_from")

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The open windows of a local date by the clock, in order, closures cut out."""
        spans = self.openings.get(day)
        if spans is None:
            spans = () if day in self.closed else self.weekly[day.weekday()]
        for closure, _ in self.closures.get(day, ()):
            spans = _cut(spans, closure)
        return spans

    def _check_windows(self, spans: tuple[Span, ...]) -> None:
        reached = 0
        for start, end in spans:
            if not reached <= start < end <= DAY_SECONDS:
                self._refuse(f"the windows {spans} are not in order within one day")
            reached = end

    def _refuse(self, why: str) -> None:
        msg = f"calendar {self.id!r}: {why}"
        raise ValueError(msg)


def _cut(spans: tuple[Span, ...], closure: Span) -> tuple[Span, ...]:
    """What is left of the windows when a piece of the day is closed."""
    shut, reopened = closure
    pieces = (
        piece
        for start, end in spans
        for piece in ((start, min(end, shut)), (max(start, reopened), end))
    )
    return tuple((start, end) for start, end in pieces if start < end)
