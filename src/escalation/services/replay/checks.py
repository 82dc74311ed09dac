"""Clocks, checked: what is stored as due must be what adds up, window by window.

The stored due instant comes from a search in the calendar's index; here the windows that were
used up to it are laid out and summed, as ``explain`` shows them, and held against the budget.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from escalation.services.registry import Registry
from escalation.store import issues
from escalation.store.issues import Loaded
from escalation.store.replay import due_instants
from escalation.store.transaction import Engine, read
from escalation.timekeeping.calendar import Calendar
from escalation.timekeeping.ledger import Measure, remaining, windows
from escalation.workflow.facts import Clock
from escalation.workflow.states import ClockState

TOLD = 20
"""How many mismatches are told in words."""
_AT_ONCE = 1_000


@dataclass(slots=True)
class ClockChecks:
    """How many clocks were added up, and which did not come to what is stored."""

    checked: int = 0
    mismatches: int = 0
    told: list[str] = field(default_factory=list)

    def mismatch(self, what: str) -> None:
        """Count one, and keep the words of the first few."""
        self.mismatches += 1
        if len(self.told) < TOLD:
            self.told.append(what)


class ClockChecker:
    """Adds up the clocks of issues as they stand in the database."""

    def __init__(self, engine: Engine, registry: Registry) -> None:
        """Read from ``engine``; calendars are those that each issue is pinned to."""
        self._engine = engine
        self._registry = registry
        self.result = ClockChecks()

    def look(self, ids: Sequence[str], overdue: datetime | None = None) -> None:
        """Check the running clocks of issues; with ``overdue``, none may be due by then."""
        for start in range(0, len(ids), _AT_ONCE):
            part = sorted(ids[start : start + _AT_ONCE])
            with read(self._engine) as connection:
                known = self._registry.refresh(connection)
                loaded = issues.load(connection, part)
                stored = due_instants(connection, part)
                for issue_id, found in loaded.items():
                    under = self._registry.agreement(connection, known, found.issue)
                    for clock in found.clocks:
                        self._clock(clock, under.calendar(clock.calendar), overdue)
                    self._issue(issue_id, found, stored[issue_id])

    def _issue(self, issue_id: str, found: Loaded, stored: datetime | None) -> None:
        dues = [c.due_at for c in found.clocks if c.due_at and c.state is ClockState.RUNNING]
        if stored != min(dues, default=None):
            self.result.mismatch(f"issue {issue_id} is due at {stored}, its clocks at {dues}")
        if found.issue.ended_at is not None and found.clocks:
            self.result.mismatch(f"issue {issue_id} has ended and has running clocks")

    def _clock(self, clock: Clock, calendar: Calendar, overdue: datetime | None) -> None:
        if overdue is not None and clock.next_at is not None and clock.next_at <= overdue:
            self.result.mismatch(f"clock {clock.id} was due at {clock.next_at} and has not fired")
        if clock.state is not ClockState.RUNNING or clock.due_at is None:
            return
        self.result.checked += 1
        if wrong := wrong_due(clock, calendar, clock.due_at):
            self.result.mismatch(f"clock {clock.id} ({clock.kind}): {wrong}")


def wrong_due(clock: Clock, calendar: Calendar, due: datetime) -> str | None:
    """What is wrong with a due instant; nothing where the windows up to it use the budget up."""
    budget = clock.budget
    if budget is None:
        return f"it has no budget, and is due at {due}"
    rows = windows(budget, clock.intervals, calendar, due)
    used = sum(row.seconds for row in rows)
    if budget.measure is Measure.DAYS and len(clock.intervals) > 1:
        # A pause moves the end off closed dates: more than the budget may pass, nothing is left.
        left = remaining(budget, clock.intervals, calendar, due)
        return None if left == 0 else f"{left} seconds are left at {due}"
    if used != budget.seconds:
        return f"its windows up to {due} come to {used} seconds, its budget is {budget.seconds}"
    if rows and rows[-1].end != due:
        return f"it is due at {due}, and used up at {rows[-1].end} already"
    return None
