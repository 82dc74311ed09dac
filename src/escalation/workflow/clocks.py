"""What a clock does: begins, stands still, goes on, ends, and which of its steps is next.

A clock is a budget and its running intervals (domain: "Clocks"). Every function takes a clock and
gives the next one; arithmetic is :mod:`escalation.timekeeping.ledger`'s.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from escalation.timekeeping.calendar import BeyondHorizon, Calendar
from escalation.timekeeping.duration import Duration
from escalation.timekeeping.ledger import (
    Budget,
    Interval,
    Measure,
    budget,
    due_at,
    remaining,
    warning_at,
)
from escalation.workflow.facts import Clock
from escalation.workflow.states import END, HORIZON, ClockEnd, ClockKind, ClockState


@lru_cache(maxsize=1024)
def warning(text: str) -> int | Duration:
    """A warning as the ladder file writes it: ``80%``, or a duration before the end."""
    return int(text[:-1]) if text.endswith("%") else Duration.parse(text)


def begin(  # noqa: PLR0913 - a clock has that many independent parts
    clock_id: str,
    kind: ClockKind,
    duration: Duration,
    anchor: datetime,
    calendar: Calendar,
    *,
    visit: int,
    warnings: Iterable[str] = (),
) -> Clock:
    """A clock of ``duration`` that runs from ``anchor``.

    One whose end lies beyond the calendar's horizon starts all the same, with the horizon as its
    next step.
    """
    given = tuple(warnings)
    says, seconds, intervals, (step, next_at, due) = _begun(duration, anchor, calendar, given)
    return Clock(
        id=clock_id,
        kind=kind,
        duration=says,
        budget=seconds,
        calendar=calendar.id,
        anchor=anchor,
        visit=visit,
        intervals=intervals,
        warnings=given,
        step=step,
        next_at=next_at,
        due_at=due,
    )


@lru_cache(maxsize=256)  # few: each holds on to its calendar, and that to every open hour of years
def _begun(
    duration: Duration, anchor: datetime, calendar: Calendar, warnings: tuple[str, ...]
) -> "tuple[str, Budget | None, tuple[Interval, ...], Steps]":
    """What clocks that begin alike have in common: in a batch, many begin at one instant."""
    seconds, intervals = _seconds(duration, anchor, calendar), (Interval(anchor, None),)
    return str(duration), seconds, intervals, _steps(seconds, intervals, warnings, (), calendar)


def _seconds(duration: Duration, anchor: datetime, calendar: Calendar) -> Budget | None:
    """The budget of a duration; ``None`` where its end lies beyond the horizon."""
    try:
        return budget(duration, anchor, calendar)
    except BeyondHorizon:
        return None


def begin_until(  # noqa: PLR0913 - as begin
    clock_id: str,
    kind: ClockKind,
    until: datetime,
    anchor: datetime,
    calendar: Calendar,
    *,
    visit: int,
    says: str,
) -> Clock:
    """A clock that runs to a given instant, whatever the calendar; ``says`` is its wording."""
    seconds = int((until - anchor).total_seconds())
    return Clock(
        id=clock_id,
        kind=kind,
        duration=says,
        budget=Budget(Measure.ELAPSED, seconds),
        calendar=calendar.id,
        anchor=anchor,
        visit=visit,
        intervals=(Interval(anchor, None),),
        step=END,
        next_at=until,
        due_at=until,
    )


def retimed(clock: Clock, until: datetime, calendar: Calendar, says: str) -> Clock:
    """A clock that runs to a given instant, running to another one: from the same anchor."""
    seconds = Budget(Measure.ELAPSED, int((until - clock.anchor).total_seconds()))
    told = replace(clock, budget=seconds, duration=says, calendar=calendar.id)
    return scheduled(told, calendar)


Steps = tuple[str | None, datetime | None, datetime | None]
"""The next step of a clock, when it is, and when the clock ends."""


def scheduled(clock: Clock, calendar: Calendar, **changes: Any) -> Clock:  # noqa: ANN401 - fields
    """The clock, with ``changes``, and its next step derived from budget and intervals."""
    after = replace(clock, **changes) if changes else clock
    steps: Steps = (None, None, None)
    if after.state is ClockState.RUNNING:
        steps = _steps(after.budget, after.intervals, after.warnings, after.done, calendar)
    if steps == (after.step, after.next_at, after.due_at):
        return after
    step, next_at, due = steps
    return replace(after, step=step, next_at=next_at, due_at=due)


def _steps(
    seconds: Budget | None,
    intervals: tuple[Interval, ...],
    warnings: tuple[str, ...],
    done: tuple[str, ...],
    calendar: Calendar,
) -> Steps:
    """What a running clock comes to next: a warning, its end, or the calendar's horizon.

    A warning that would come before the clock begins (two hours before the end of one) is left out.
    """
    try:
        due = None if seconds is None else due_at(seconds, intervals, calendar)
    except BeyondHorizon:
        due = None
    if seconds is None or due is None:
        alarmed = HORIZON in done
        horizon = max(calendar.horizon, intervals[0].start)
        return (None, None, None) if alarmed else (HORIZON, horizon, None)
    if END in done:
        return None, None, due
    step, at = END, due
    for text, when in _ahead(seconds, intervals, warnings, done, calendar):
        if when < at:
            step, at = text, when
    return step, at, due


def overtaken(clock: Clock, calendar: Calendar) -> tuple[tuple[str, datetime], ...]:
    """The warnings that a running clock's end finds not given, each with when it had been due."""
    if clock.budget is None:
        return ()
    return tuple(_ahead(clock.budget, clock.intervals, clock.warnings, clock.done, calendar))


def _ahead(
    seconds: Budget,
    intervals: tuple[Interval, ...],
    warnings: tuple[str, ...],
    done: tuple[str, ...],
    calendar: Calendar,
) -> Iterator[tuple[str, datetime]]:
    """The warnings of a running clock that have not been given, each with its instant."""
    for text in warnings:
        when = None if text in done else _warns_at(seconds, text, intervals, calendar)
        if when is not None and when > intervals[0].start:
            yield text, when


def _warns_at(
    seconds: Budget, text: str, intervals: tuple[Interval, ...], calendar: Calendar
) -> datetime | None:
    """When a warning comes; ``None`` where that lies before what the calendar knows."""
    try:
        return warning_at(seconds, warning(text), intervals, calendar)
    except BeyondHorizon:
        return None


def paused(clock: Clock, at: datetime) -> Clock:
    """The clock standing still from ``at``; one that already does is left as it is."""
    if clock.state is not ClockState.RUNNING:
        return clock
    return replace(
        clock,
        state=ClockState.PAUSED,
        intervals=_closed(clock.intervals, at),
        step=None,
        next_at=None,
        due_at=None,
    )


def resumed(clock: Clock, at: datetime, calendar: Calendar) -> Clock:
    """The clock going on from ``at`` with exactly the budget left that it had."""
    if clock.state is not ClockState.PAUSED:
        return clock
    intervals = clock.intervals
    last = intervals[-1]
    # A pause of no length leaves no trace: the interval it cut is whole again.
    joined = (*intervals[:-1], Interval(last.start, None)) if last.end == at else None
    return scheduled(
        clock,
        calendar,
        state=ClockState.RUNNING,
        intervals=joined or (*intervals, Interval(at, None)),
    )


def ended(clock: Clock, at: datetime, how: ClockEnd) -> Clock:
    """The clock at its end."""
    return replace(
        clock,
        state=ClockState.ENDED,
        intervals=_closed(clock.intervals, at),
        step=None,
        next_at=None,
        ended_at=at,
        ended_how=how,
    )


def restarted(clock: Clock, clock_id: str, at: datetime, calendar: Calendar) -> Clock:
    """A new clock that goes on at ``at`` from where an ended one stood."""
    standing = replace(clock, id=clock_id, state=ClockState.PAUSED, ended_at=None, ended_how=None)
    return resumed(standing, at, calendar)


def rebudgeted(
    clock: Clock, duration: Duration, calendar: Calendar, warnings: Iterable[str]
) -> Clock:
    """The clock under another agreed time: same anchor, same intervals, new budget."""
    agreed = replace(
        clock,
        duration=str(duration),
        budget=_seconds(duration, clock.anchor, calendar),
        calendar=calendar.id,
        warnings=tuple(warnings),
    )
    return scheduled(agreed, calendar)


def step_done(clock: Clock, step: str, calendar: Calendar) -> Clock:
    """The clock after one of its warnings has been given."""
    return scheduled(clock, calendar, done=(*clock.done, step))


def run_out(clock: Clock) -> Clock:
    """The clock once its end has come: it runs on, due when it was, and nothing is next."""
    return replace(clock, done=(*clock.done, END), step=None, next_at=None)


def past_target(clock: Clock, calendar: Calendar, now: datetime) -> bool:
    """Whether more than the budget has been consumed by ``now``: derived when read."""
    if clock.ended_at is not None or clock.budget is None:
        return False
    if clock.due_at is not None:
        return clock.due_at <= now
    return remaining(clock.budget, clock.intervals, calendar, now) <= 0


def _closed(intervals: tuple[Interval, ...], at: datetime) -> tuple[Interval, ...]:
    """The intervals with the running one closed at ``at``, never before it began."""
    if not intervals or intervals[-1].end is not None:
        return intervals
    last = intervals[-1]
    return (*intervals[:-1], Interval(last.start, max(at, last.start)))
