"""The arithmetic of a clock: a budget, the intervals it ran, and what follows from them.

A clock holds no due instant of its own. It has a budget and the intervals in which it ran; the
rest is derived here, always from the same rows, so that a pause costs nothing and loses nothing.
Instants are whole seconds; a fraction is cut off.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from escalation.timekeeping.calendar import Calendar
from escalation.timekeeping.duration import Duration, Unit
from escalation.timekeeping.instants import instant_of, seconds_of

_WHOLE = 100


class Measure(StrEnum):
    """What uses a budget up."""

    OPEN = "open"
    """Seconds inside open windows."""
    ELAPSED = "elapsed"
    """All seconds."""
    DAYS = "days"
    """All seconds; an end that falls on a closed date moves on to the next close of business."""


class Interval(Struct, frozen=True):
    """A time in which a clock ran; ``end`` is None while it still does."""

    start: datetime
    end: datetime | None


class Budget(Struct, frozen=True):
    """How much time a clock has, in whole seconds of its measure."""

    measure: Measure
    seconds: int


class Window(Struct, frozen=True):
    """A row of the arithmetic: the seconds of ``[start, end)`` were used."""

    start: datetime
    end: datetime
    seconds: int


def budget(duration: Duration, anchor: datetime, calendar: Calendar) -> Budget:
    """What a duration comes to for a clock anchored at an instant.

    Business days become the open seconds until the close of the n-th business day after day
    zero; days become the seconds until the close of the n-th day after the anchor's local date,
    or of the first open date after that.

    Raises:
        BeyondHorizon: when the due date lies outside what the calendar knows.
    """
    index = calendar.index
    if duration.unit is Unit.BUSINESS_DAY:
        close = seconds_of(calendar.end_of_days(anchor, duration.count))
        return Budget(Measure.OPEN, index.between(seconds_of(anchor), close))
    if duration.unit is Unit.DAY:
        nth = calendar.local(anchor).date().toordinal() + duration.count
        return Budget(Measure.DAYS, index.close_after(nth, 0) - seconds_of(anchor))
    return Budget(Measure.OPEN if duration.unit.business else Measure.ELAPSED, duration.seconds)


def consumed(
    budget: Budget, intervals: Sequence[Interval], calendar: Calendar, until: datetime
) -> int:
    """Seconds of the budget's measure that the clock ran up to ``until``."""
    spans = _spans(intervals, seconds_of(until))
    if budget.measure is Measure.OPEN:
        between = calendar.index.between
        return sum(between(start, end) for start, end in spans)
    return sum(end - start for start, end in spans)


def due_at(budget: Budget, intervals: Sequence[Interval], calendar: Calendar) -> datetime | None:
    """When the budget is used up if the clock runs on; None while it does not run.

    A budget that ran out in an earlier interval was due then. For days, a pause moves the due
    instant by its elapsed seconds, and again to the next close of business off a closed date.

    Raises:
        BeyondHorizon: when that is outside what the calendar knows.
    """
    due = _due(budget.measure, budget.seconds, intervals, calendar)
    return None if due is None else instant_of(due)


def remaining(
    budget: Budget, intervals: Sequence[Interval], calendar: Calendar, until: datetime
) -> int:
    """Seconds left at ``until``; negative is past target by so many."""
    if budget.measure is not Measure.DAYS:
        return budget.seconds - consumed(budget, intervals, calendar, until)
    left = budget.seconds
    for start, end in _spans(intervals, seconds_of(until)):
        left = _end(Measure.DAYS, start, left, calendar) - end
    return left


def warning_at(
    budget: Budget, before: int | Duration, intervals: Sequence[Interval], calendar: Calendar
) -> datetime | None:
    """When to warn; None while the clock does not run.

    A whole number is a percentage, 1 to 100: the instant at which so much of the budget is
    consumed. A duration is that long before the end, in open time for business units (n business
    days are the open seconds of the last n) and elapsed for the others; it may lie before the
    clock's start.

    Raises:
        ValueError: when the percentage is out of range.
        BeyondHorizon: when the answer is outside what the calendar knows.
    """
    if isinstance(before, int):
        if not 1 <= before <= _WHOLE:
            msg = f"a warning stands at 1 to {_WHOLE} percent, not {before}"
            raise ValueError(msg)
        measure = Measure.OPEN if budget.measure is Measure.OPEN else Measure.ELAPSED
        part = -(-budget.seconds * before // _WHOLE)
        reached = _due(measure, part, intervals, calendar)
        return None if reached is None else instant_of(reached)
    due = _due(budget.measure, budget.seconds, intervals, calendar)
    return None if due is None else instant_of(_ahead(due, before, calendar))


def before(instant: datetime, wait: Duration, calendar: Calendar) -> datetime:
    """The instant that far before another: open time for business units, elapsed for the others.

    Raises:
        BeyondHorizon: when that is outside what the calendar knows.
    """
    return instant_of(_ahead(seconds_of(instant), wait, calendar))


def windows(
    budget: Budget, intervals: Sequence[Interval], calendar: Calendar, until: datetime
) -> tuple[Window, ...]:
    """The rows that add up to :func:`consumed`, in order."""
    rows = _spans(intervals, seconds_of(until))
    if budget.measure is Measure.OPEN:
        rows = (row for start, end in rows for row in calendar.index.within(start, end))
    return tuple(Window(instant_of(start), instant_of(end), end - start) for start, end in rows)


def _spans(intervals: Sequence[Interval], until: int) -> Iterator[tuple[int, int]]:
    """The intervals in whole seconds, cut off at ``until``; empty ones are left out."""
    for interval in intervals:
        start = seconds_of(interval.start)
        end = until if interval.end is None else min(seconds_of(interval.end), until)
        if start < end:
            yield start, end


def _due(
    measure: Measure, seconds: int, intervals: Sequence[Interval], calendar: Calendar
) -> int | None:
    if not intervals or intervals[-1].end is not None:
        return None
    left = seconds
    for interval in intervals[:-1]:
        start, end = seconds_of(interval.start), seconds_of(interval.end or interval.start)
        if start < end:
            due = _end(measure, start, left, calendar)
            if due <= end:
                return due
            left = calendar.index.between(end, due) if measure is Measure.OPEN else due - end
    return _end(measure, seconds_of(intervals[-1].start), left, calendar)


def _end(measure: Measure, start: int, left: int, calendar: Calendar) -> int:
    """When ``left`` is used up by a clock that runs from ``start``."""
    if measure is Measure.OPEN:
        return calendar.index.add(start, left)
    due = start + left
    if measure is Measure.ELAPSED or left <= 0 or calendar.index.is_closing_time(due):
        return due
    day = date.toordinal(datetime.fromtimestamp(due, calendar.zone))
    if calendar.index.close_of(day) is not None:
        return due
    return calendar.index.close_after(day, 0)


def _ahead(due: int, wait: Duration, calendar: Calendar) -> int:
    """The instant that far before the end."""
    if not wait.unit.business:
        return due - wait.seconds
    if wait.unit is Unit.BUSINESS_DAY:
        return calendar.index.subtract(due, calendar.index.last_days(due, wait.count))
    return calendar.index.subtract(due, wait.seconds)
