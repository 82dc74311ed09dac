"""Clocks with their arithmetic: window by window, adding up to what was used and what is left."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from escalation.services.reading.issues import facts
from escalation.services.reading.reader import Look
from escalation.services.views import clock_view, told
from escalation.store import issues
from escalation.timekeeping.calendar import BeyondHorizon, Calendar
from escalation.timekeeping.ledger import Interval, Window, due_at, windows
from escalation.workflow.facts import Clock, Facts
from escalation.workflow.states import ClockState


def every(look: Look, name: str) -> tuple[Facts, list[Clock]]:
    """An issue and all clocks it ever had, the first begun first.

    Raises:
        NotFound: there is no such issue.
    """
    found = facts(look, name)
    issue = found.issue
    clocks = issues.clocks_of(look.connection, issue.id)
    return found, sorted(clocks, key=lambda clock: (clock.visit, clock.anchor, clock.id))


def listed(look: Look, name: str) -> list[dict[str, Any]]:
    """Every clock of an issue with its arithmetic up to now.

    Raises:
        NotFound: there is no such issue.
    """
    found, clocks = every(look, name)
    now = max(look.now, found.issue.updated_at)
    return [counted(found, clock, now) for clock in clocks]


def counted(found: Facts, clock: Clock, now: datetime) -> dict[str, Any]:
    """A clock, the intervals it ran, and the rows that add up to what it has used."""
    calendar = found.under.calendar(clock.calendar)
    rows = used(clock, calendar, clock.ended_at or now)
    return {
        **clock_view(found, clock, now),
        "measure": None if clock.budget is None else clock.budget.measure.value,
        "visit": clock.visit,
        "zone": calendar.rules.zone,
        "warnings": list(clock.warnings),
        "done": list(clock.done),
        "intervals": [
            {"start": told(interval.start), "end": told(interval.end)}
            for interval in clock.intervals
        ],
        "windows": shown(rows, calendar),
        "consumed_seconds": sum(row.seconds for row in rows),
    }


def used(clock: Clock, calendar: Calendar, until: datetime) -> Sequence[Window]:
    """The rows that add up to what was used by an instant; none where the budget is unknown."""
    if clock.budget is None:
        return ()
    return windows(clock.budget, clock.intervals, calendar, until)


def to_the_end(clock: Clock, calendar: Calendar, now: datetime) -> tuple[Sequence[Window], str]:
    """The rows that add up to the budget, and what they lead to.

    For a running clock they lead to its due instant; for one that stands still they are what it
    has used; where it would be due if it went on now is then derived too.
    """
    if clock.budget is None:
        return (), "beyond_horizon"
    if clock.state is ClockState.ENDED:
        return used(clock, calendar, clock.ended_at or now), "ended"
    intervals = clock.intervals
    leads_to = "due"
    if clock.state is ClockState.PAUSED:
        intervals = (*intervals, Interval(max(now, clock.anchor), None))
        leads_to = "due_if_resumed_now"
    try:
        due = due_at(clock.budget, intervals, calendar)
    except BeyondHorizon:
        return (), "beyond_horizon"
    if due is None:
        return (), "not_running"
    return windows(clock.budget, intervals, calendar, due), leads_to


def shown(rows: Sequence[Window], calendar: Calendar) -> list[dict[str, Any]]:
    """Rows with their local times, as people check them."""
    return [
        {
            "start": told(row.start),
            "end": told(row.end),
            "local": f"{calendar.local(row.start):%a %Y-%m-%d %H:%M:%S} to "
            f"{calendar.local(row.end):%a %Y-%m-%d %H:%M:%S}",
            "seconds": row.seconds,
        }
        for row in rows
    ]
