"""What has been written of one issue, row by row, and read again: the plans' other reader.

:func:`escalation.workflow.plan.apply` must fold to the same facts as reading these rows again.
"""

from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from escalation.workflow.events import Event
from escalation.workflow.facts import Agreement, Clock, Facts, Issue
from escalation.workflow.plan import Claim, Plan
from escalation.workflow.states import ClockKind, ClockState


@dataclass
class Stay:
    """One stretch of the issue's life as it is stored."""

    id: str
    begins: datetime
    ends: datetime | None = None


@dataclass
class Book:
    """The rows of one issue. Writing refuses what a database's unique keys would refuse."""

    issue: Issue | None = None
    clocks: dict[str, Clock] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)
    agenda: dict[str, str | None] = field(default_factory=dict)

    def write(self, plan: Plan) -> None:
        """Write a plan, unless it comes to nothing."""
        if plan.nothing:
            return
        self._claims(plan)
        for clock in plan.started:
            assert clock.id not in self.clocks, "a new clock has a new id"
            self.clocks[clock.id] = clock
        for clock in plan.changed:
            before = self.clocks[clock.id]
            assert (before.kind, before.anchor) == (clock.kind, clock.anchor)
            assert before.state is not ClockState.ENDED, "an ended clock never changes"
            self.clocks[clock.id] = clock
        self._stays(plan)
        for tabling in (t for t in plan.tablings if t.decides):
            assert tabling.sitting or tabling.meeting in self.agenda
            self.agenda[tabling.meeting] = tabling.outcome
        self.events.extend(plan.events)
        self.issue = plan.issue

    def _claims(self, plan: Plan) -> None:
        for claim in plan.claims:
            key = (claim.clock, claim.step)
            assert key not in self.claims, f"{key} fired twice"
            assert claim.due_at <= claim.effective_at, "nothing fires early"
            self.claims[key] = claim

    def _stays(self, plan: Plan) -> None:
        if plan.left_stay is not None:
            assert self.stays[-1].id == plan.left_stay
            self.stays[-1].ends = plan.issue.stay_from
        if plan.new or plan.left_stay is not None:
            self.stays.append(Stay(plan.issue.stay, plan.issue.stay_from))

    def read(self, under: Agreement) -> Facts:
        """The facts as the store loads them: ended ``overall`` clocks only of what has ended."""
        assert self.issue is not None
        live = tuple(c for c in self.clocks.values() if c.state is not ClockState.ENDED)
        ended: tuple[Clock, ...] = ()
        if self.issue.ended_at is not None:
            ended = tuple(
                clock
                for clock in sorted(self.clocks.values(), key=lambda c: c.id)
                if clock.kind is ClockKind.OVERALL and clock.state is ClockState.ENDED
            )
        ladder = under.publication.effective(self.issue.ola, self.issue.ladder)
        return Facts(self.issue, live, replace(under, ladder=ladder), ended)
