"""Business calendars: when a business is open, and arithmetic in open time.

Windows are half-open. A sum that lands on closing time stays there. Local time forms window
edges and nothing else. A question outside the known dates raises :class:`BeyondHorizon`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from escalation.timekeeping.instants import instant_of, seconds_of, zone_named
from escalation.timekeeping.rules import BeyondHorizon, CalendarRules, Span
from escalation.timekeeping.windows import WindowIndex

__all__ = ["BeyondHorizon", "Calendar", "CalendarRules", "Span"]


class Calendar:
    """Open time of one business, indexed on first use.

    Instants in and out are aware; those that come out are in UTC and whole seconds.
    """

    def __init__(self, rules: CalendarRules) -> None:
        """Take the rules.

        Raises:
            ValueError: when the zone is unknown.
        """
        self.rules = rules
        self.id = rules.id
        self.zone = zone_named(rules.zone)
        self._whatever_hour = rules.after_hours == "same_day"
        self.counted_from: Callable[[datetime], date | datetime]
        self.counted_from = self.date_of if self._whatever_hour else _itself
        """What :meth:`day_zero` goes by: the local date, or the instant where the hour counts."""
        self._offsets: dict[date, timedelta | None] = {}
        self._numbers: dict[date, int] = {}
        self._ends: dict[tuple[date, int], datetime] = {}

    @cached_property
    def index(self) -> WindowIndex:
        """The windows in whole seconds, for arithmetic that makes no datetimes."""
        return WindowIndex.build(self.rules, self.zone)

    @property
    def horizon(self) -> datetime:
        """The end of the last known date, in UTC."""
        return instant_of(self.index.last)

    def is_open(self, at: datetime) -> bool:
        """Whether the second that begins at ``at`` is open."""
        return self.index.is_open(seconds_of(at))

    def open_seconds(self, start: datetime, end: datetime) -> int:
        """Open seconds in ``[start, end)``; 0 when ``end`` is not after ``start``."""
        return self.index.between(seconds_of(start), seconds_of(end))

    def add(self, start: datetime, seconds: int) -> datetime:
        """The earliest instant by which ``seconds`` open seconds have passed since ``start``.

        0 gives the first open instant at or after ``start``.
        """
        return instant_of(self.index.add(seconds_of(start), seconds))

    def subtract(self, end: datetime, seconds: int) -> datetime:
        """The latest instant from which ``seconds`` open seconds pass until ``end``.

        0 gives the last instant at or before ``end`` that ends an open second.
        """
        return instant_of(self.index.subtract(seconds_of(end), seconds))

    def windows(self, start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
        """The open windows of ``[start, end)``, clipped to it; those that touch are one."""
        clipped = self.index.within(seconds_of(start), seconds_of(end))
        return tuple((instant_of(opened), instant_of(closed)) for opened, closed in clipped)

    def local(self, at: datetime) -> datetime:
        """The same instant on the business's own clock."""
        return at.astimezone(self.zone)

    def date_of(self, at: datetime) -> date:
        """The date on the business's own clock, in a third of the time of :meth:`local`."""
        if at.tzinfo is not UTC:
            return self.local(at).date()
        day = at.date()
        try:
            offset = self._offsets[day]
        except KeyError:
            offset = self._offsets[day] = self._steady(day)
        return (self.local(at) if offset is None else at + offset).date()

    def _steady(self, day: date) -> timedelta | None:
        """The offset all through a date in UTC; None where the clock is put on or back in it."""
        first, last = (datetime.combine(day, at, UTC) for at in (time.min, time.max))
        offset = self.local(first).utcoffset()
        return offset if self.local(last).utcoffset() == offset else None

    def day_zero(self, at: datetime) -> date:
        """The date from which business days are counted for something received at ``at``.

        The date of receipt, unless that is closed (``closed_day``) or its business has closed
        (``after_hours``) and the calendar says that the next open date counts.
        """
        received = self.date_of(at)
        close = self.close_of(received)
        if close is None:
            onward = self.rules.closed_day == "next_business_day"
        else:
            onward = self.rules.after_hours == "next_business_day" and at >= close
        return self.business_day_after(received, 1) if onward else received

    def number_of(self, at: datetime) -> int:
        """How many business days are known up to day zero of ``at``: ages count on from there.

        Where only the date counts it is worked out once for all.

        Raises:
            BeyondHorizon: when it is not known.
        """
        key = self.counted_from(at)
        number = self._numbers.get(key)
        if number is None:
            number = self.business_days_until(self.day_zero(at))
            if self._whatever_hour:
                self._numbers[key] = number
        return number

    def end_of_days(self, at: datetime, count: int) -> datetime:
        """The close of the ``count``-th business day after day zero of something received then.

        Where only the date counts it is worked out once for all.

        Raises:
            BeyondHorizon: when it is not known.
        """
        key = (self.counted_from(at), count)
        end = self._ends.get(key)
        if end is None:
            end = instant_of(self.index.close_after(self.day_zero(at).toordinal(), count))
            if self._whatever_hour:
                self._ends[key] = end
        return end

    def close_of(self, day: date) -> datetime | None:
        """The end of the last window of a local date; None when it has no open second."""
        close = self.index.close_of(day.toordinal())
        return None if close is None else instant_of(close)

    def business_day_after(self, day: date, count: int) -> date:
        """The ``count``-th date (1 or more) after ``day`` that has an open second."""
        return date.fromordinal(self.index.day_after(day.toordinal(), count))

    def business_days_until(self, day: date) -> int:
        """How many of the known dates up to ``day``, itself among them, have an open second.

        Raises:
            BeyondHorizon: when it is not known.
        """
        return self.index.days_until(day.toordinal())

    def next_open_date(self, day: date) -> date:
        """The first date at or after ``day`` that has an open second."""
        return self.business_day_after(day, 0)


def _itself(at: datetime) -> datetime:
    return at
