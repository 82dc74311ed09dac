"""What must hold of a living service: after a step of what it touched, at the end of everything."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from escalation.routing.effective import EffectiveLadder
from escalation.store import issues, watching
from escalation.store.transaction import read
from escalation.timekeeping.calendar import Calendar
from escalation.timekeeping.instants import seconds_of
from escalation.timekeeping.ledger import Measure
from escalation.workflow.facts import Clock, Facts
from escalation.workflow.states import (
    TERMINAL,
    Act,
    ClockKind,
    ClockState,
    MeetingAct,
    Status,
)
from escalation.workflow.table import TABLE
from tests.crash.invariants import broken
from tests.life.world import Heard, World
from tests.unit.timekeeping.oracle import Beyond, Oracle

LEADS: dict[tuple[Act | MeetingAct, Status], set[Status]] = {}
for _row in TABLE:
    for _source in _row.sources:
        LEADS.setdefault((_row.act, _source), set()).add(_row.to or _source)
"""Every transition that the table declares."""

BY_THE_ENGINE: dict[Status, set[Status]] = {
    Status.OPEN: {Status.OPEN, Status.TABLED},
    Status.IN_PROGRESS: {Status.IN_PROGRESS, Status.OPEN, Status.TABLED},
    Status.ON_HOLD: {Status.ON_HOLD, Status.IN_PROGRESS, Status.TABLED, Status.OPEN},
    Status.TABLED: {Status.TABLED, Status.OPEN},
    Status.RESOLVED: {Status.RESOLVED, Status.CLOSED},
    Status.CLOSED: {Status.CLOSED},
    Status.WITHDRAWN: {Status.WITHDRAWN},
}
"""Where clocks and the directory may bring an issue from each state."""

_oracles: dict[str, Oracle] = {}


def stands_well(facts: Facts, now: datetime) -> None:
    """Whatever happened, the issue has a rung of its own ladder and something ahead of it."""
    issue, ladder = facts.issue, facts.under.ladder
    assert issue.publication == facts.under.publication.hash == ladder.publication
    assert issue.rung in {rung.id for rung in ladder.rungs}
    if issue.status in TERMINAL:
        assert not facts.clocks, "nothing runs on what is over"
        return
    ahead = [clock.next_at for clock in facts.clocks if clock.next_at is not None]
    assert ahead, f"{issue.status} on {issue.rung}: nothing is ahead"
    if issue.status is Status.TABLED:
        assert issue.meeting is not None or issue.exhausted_at or facts.clock(ClockKind.REMIND)
    for clock in facts.clocks:
        agrees_with_counting(clock, facts.under.calendar(clock.calendar), now)


def agrees_with_counting(clock: Clock, calendar: Calendar, now: datetime) -> None:
    """The due instant is where seconds counted one by one come to the budget."""
    last = clock.intervals[-1]
    if clock.budget is None or clock.state is not ClockState.RUNNING or last.end is not None:
        return
    oracle = _oracles.setdefault(calendar.rules.id, Oracle(calendar.rules))
    runs = [
        (seconds_of(each.start), seconds_of(each.end))
        for each in clock.intervals[:-1]
        if each.end is not None
    ]
    count = {
        Measure.OPEN: oracle.due_open,
        Measure.ELAPSED: oracle.due_elapsed,
        Measure.DAYS: oracle.due_days,
    }[clock.budget.measure]
    try:
        expected = count(clock.budget.seconds, runs, seconds_of(last.start))
    except Beyond:
        return
    assert clock.due_at is not None
    assert seconds_of(clock.due_at) == expected, (clock, now)


def came_by(before: Status, after: Status, act: Act | MeetingAct | None) -> None:
    """A change of state that the table declares for the act, or the engine's own."""
    if act is None:
        assert after in BY_THE_ENGINE[before], f"the engine brought it from {before} to {after}"
    else:
        assert after in LEADS[act, before], f"{act} brought it from {before} to {after}"


def nothing_is_late(world: World) -> None:
    """A healthy engine leaves nothing due behind, and the auditor says so."""
    with read(world.inside.engine) as connection:
        due = issues.next_due(connection)
        assert due is None or due > world.now, f"{due} is due at {world.now}"
        assert not list(watching.overdue(connection, world.now, 10))


def walked(before: dict[str, Facts], after: dict[str, Facts], now: datetime) -> None:
    """After an outage each issue has gone up one rung at most, and its next clock begins now."""
    for name, facts in after.items():
        was = before[name].issue
        new = facts.issue.visits[len(was.visits) :]
        assert len(new) <= 1, f"{facts.issue.reference} climbed {len(new)} rungs at once"
        for visit in new:
            assert visit.entered_at == now
            above(facts.under.ladder, was.rung, visit.rung)


def above(ladder: EffectiveLadder, rung: str, to: str) -> None:
    """The engine climbs; it never jumps down or stands still."""
    assert ladder.position(to) > ladder.position(rung), f"from {rung} to {to}"


def told_of_its_climbs(history: Iterable[Any]) -> Iterator[str]:
    """Every climb by a clock says when it was due, holds from and was recorded."""
    for entry in history:
        by_a_clock = entry.type == "issue.escalated" and entry.actor["kind"] == "engine"
        instants = (entry.due_at, entry.effective_at, entry.recorded_at)
        if by_a_clock and (entry.due_at is None or list(instants) != sorted(instants)):
            yield f"{entry.id}: {instants}"


def heard_once(heard: Heard) -> None:
    """After an outage each endpoint hears of an issue live once at most."""
    for path, messages in heard.items():
        of = [message["data"]["issue"]["id"] for message in messages]
        twice = [m for m in messages if of.count(m["data"]["issue"]["id"]) > 1]
        assert not twice, f"{path} was stormed: {twice}"


def everything_holds(world: World) -> None:
    """The rows of the whole database agree with one another, and each climb with its record."""
    wrong = broken(world.inside.engine)
    for name in world.ids:
        wrong += told_of_its_climbs(world.history(name))
    assert not wrong, "\n".join(wrong)
