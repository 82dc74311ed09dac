"""What a clock does: begins, stands still, goes on, ends, and which of its steps is next.

A clock is a budget and its running intervals (domain: "Clocks"). Every function takes a clock and
gives the next one; arithmetic is :mod:`escalation.timekeeping.ledger`'s.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

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
    try:
        seconds = budget(duration, anchor, calendar)
    except BeyondHorizon:
        seconds = None
    clock = Clock(
        id=clock_id,
        kind=kind,
        duration=str(duration),
        budget=seconds,
        calendar=calendar.id,
        anchor=anchor,
        visit=visit,
        intervals=(Interval(anchor, None),),
        warnings=tuple(warnings),
    )
    return scheduled(clock, calendar)


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
    """A clock that runs to a given instant, however the calendar stands; ``says`` is its wording."""
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


def scheduled(clock: Clock, calendar: Calendar) -> Clock:
    """The clock with its due instant and next step derived from budget and intervals."""
    if clock.state is not ClockState.RUNNING:
        return replace(clock, step=None, next_at=None, due_at=None)
    if clock.budget is None:
        return _at_horizon(clock, calendar)
    try:
        due = due_at(clock.budget, clock.intervals, calendar)
    except BeyondHorizon:
        return _at_horizon(clock, calendar)
    if END in clock.done:
        return replace(clock, step=None, next_at=None, due_at=due)
    step, at = END, due
    for text in clock.warnings:
        if text not in clock.done:
            when = warning_at(clock.budget, warning(text), clock.intervals, calendar)
            if when is not None and at is not None and when < at:
                step, at = text, when
    return replace(clock, step=step, next_at=at, due_at=due)


def _at_horizon(clock: Clock, calendar: Calendar) -> Clock:
    alarmed = HORIZON in clock.done
    return replace(
        clock,
        step=None if alarmed else HORIZON,
        next_at=None if alarmed else max(calendar.horizon, clock.anchor),
        due_at=None,
    )


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
    running = replace(
        clock,
        state=ClockState.RUNNING,
        intervals=joined or (*intervals, Interval(at, None)),
    )
    return scheduled(running, calendar)


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
    standing = replace(
        clock, id=clock_id, state=ClockState.PAUSED, ended_at=None, ended_how=None, done=()
    )
    return resumed(standing, at, calendar)


def rebudgeted(
    clock: Clock, duration: Duration, calendar: Calendar, warnings: Iterable[str]
) -> Clock:
    """The clock under another agreed time: same anchor, same intervals, new budget."""
    try:
        seconds = budget(duration, clock.anchor, calendar)
    except BeyondHorizon:
        seconds = None
    return scheduled(
        replace(
            clock,
            duration=str(duration),
            budget=seconds,
            calendar=calendar.id,
            warnings=tuple(warnings),
        ),
        calendar,
    )


def step_done(clock: Clock, step: str, calendar: Calendar) -> Clock:
    """The clock after one of its warnings has been given."""
    return scheduled(replace(clock, done=(*clock.done, step)), calendar)


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
