"""Issues for tests: a story that is told act by act on a clock of its own."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from escalation.errors import Refused
from escalation.ids import IdSource
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.seats import Holding
from escalation.routing.vocabulary import Channel, IssueKind, Severity, Side
from escalation.timekeeping.ledger import consumed, remaining
from escalation.workflow.commands import Ask, ClockDue, Command, Escalate, Log
from escalation.workflow.decide import decide
from escalation.workflow.events import EventType
from escalation.workflow.facts import ENGINE, Actor, Agreement, Clock, Facts, Issue
from escalation.workflow.intake import Rules, begin
from escalation.workflow.plan import Plan, apply
from escalation.workflow.states import ClockKind, Status
from tests.fakes import utc
from tests.unit.workflow import world
from tests.unit.workflow.book import Book

ANA = Actor(kind="person", name="Ana")
MONDAY = utc("2026-03-02 00:00")
"""Ten in the morning in Brisbane."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def a_log(**changes: Any) -> Log:
    """What is sent when an issue is raised by an agency of the test world."""
    given: dict[str, Any] = {
        "kind": IssueKind.COMPLAINT,
        "title": "Pay is wrong",
        "description": "Short by a day.",
        "channel": Channel.PHONE,
        "agency": "alpha",
        "function": "payroll",
        "raiser": {"type": "customer", "name": "Jo"},
        "severity": Severity.MEDIUM,
    }
    return Log(**given | changes)


@dataclass
class Story:
    """One issue, the instant it is, and everything that was written about it."""

    facts: Facts
    now: datetime
    book: Book
    ids: IdSource
    plans: list[Plan] = field(default_factory=list)
    beside: dict[str, Issue] = field(default_factory=dict)

    @property
    def issue(self) -> Issue:
        """The issue as it stands."""
        return self.facts.issue

    @property
    def under(self) -> Agreement:
        """What it stands under."""
        return self.facts.under

    def do(self, ask: Ask, *, at: datetime | None = None, by: Actor = ANA) -> Plan:
        """Do something, at ``at`` or at the instant it is, and write it down."""
        self.now = max(self.now, at or self.now)
        stem = self.ids.new("x", self.now).removeprefix("x_")
        seen = replace(self.facts, beside=self.beside)
        plan = decide(seen, Command(stem=stem, actor=by, ask=ask), self.now)
        self.book.write(plan)
        self.facts = apply(plan, self.facts)
        self.plans.append(plan)
        return plan

    def refused(self, ask: Ask, *, at: datetime | None = None, by: Actor = ANA) -> Refused:
        """The refusal of an act; it must leave no trace."""
        before, events = self.facts, len(self.book.events)
        with pytest.raises(Refused) as caught:
            self.do(ask, at=at, by=by)
        assert (self.facts, len(self.book.events)) == (before, events)
        return caught.value

    def at_forum(self) -> "Story":
        """Climbed to the forum by hand."""
        from_desk = self.issue.rung
        while self.issue.status is not Status.TABLED:
            self.do(Escalate(reason="it does not move here"))
        assert from_desk != self.issue.rung
        return self

    def clock(self, kind: str) -> Clock:
        """The live clock of that kind."""
        found = self.facts.clock(ClockKind(kind))
        assert found is not None, f"no {kind} clock runs"
        return found

    def has(self, kind: str) -> bool:
        """Whether a clock of that kind is live."""
        return self.facts.clock(ClockKind(kind)) is not None

    def left(self, kind: str, at: datetime | None = None) -> int:
        """Seconds that the live clock of that kind has left."""
        clock = self.clock(kind)
        assert clock.budget is not None
        calendar = self.under.calendar(clock.calendar)
        return remaining(clock.budget, clock.intervals, calendar, at or self.now)

    def used(self, clock: Clock, at: datetime | None = None) -> int:
        """Seconds that a clock has consumed."""
        assert clock.budget is not None
        calendar = self.under.calendar(clock.calendar)
        return consumed(clock.budget, clock.intervals, calendar, at or self.now)

    @property
    def next_at(self) -> datetime | None:
        """When the engine next has something to do."""
        return min((c.next_at for c in self.facts.clocks if c.next_at), default=None)

    def fire(self, kind: str, *, late: timedelta = timedelta(0)) -> Plan:
        """Let the next step of that clock fire, when it is due or so much later."""
        clock = self.clock(kind)
        assert clock.next_at is not None, f"nothing of {kind} is ahead"
        return self.do(ClockDue(clock=clock.id), at=clock.next_at + late, by=ENGINE)

    def end(self, kind: str, *, late: timedelta = timedelta(0)) -> Plan:
        """Let that clock reach its end, or so much later; its warnings are overtaken."""
        clock = self.clock(kind)
        assert clock.due_at is not None
        return self.do(ClockDue(clock=clock.id), at=clock.due_at + late, by=ENGINE)

    def sweep(self, at: datetime | None = None) -> int:
        """What the engine does at one instant: each due clock once, the longest due first."""
        self.now = max(self.now, at or self.now)
        due = [c for c in self.facts.clocks if c.next_at and c.next_at <= self.now]
        for clock in sorted(due, key=lambda c: (c.next_at or self.now, c.id)):
            self.do(ClockDue(clock=clock.id), by=ENGINE)
        return len(due)

    def live_until(self, until: datetime) -> None:
        """Let the engine do everything as it comes due, until an instant."""
        while (ahead := self.next_at) is not None and ahead <= until:
            self.sweep(ahead)
        self.now = max(self.now, until)

    def directory(self, directory: Directory) -> None:
        """The directory has been changed."""
        under = replace(
            self.under, directory=directory, directory_epoch=self.under.directory_epoch + 1
        )
        self.facts = replace(self.facts, under=under)

    def seated(self, seats: dict[Side, Holding]) -> None:
        """Other people hold the seats."""
        self.facts = replace(self.facts, issue=replace(self.issue, seats=seats))
        self.book.issue = self.issue

    def types(self) -> list[str]:
        """The timeline's types, in order and without ``issue.``."""
        return [event.type.value.removeprefix("issue.") for event in self.book.events]

    def last(self, kind: str) -> dict[str, Any]:
        """The payload of the last entry of that type."""
        found = [e for e in self.book.events if e.type is EventType(f"issue.{kind}")]
        assert found, f"no issue.{kind} among {self.types()}"
        return dict(found[-1].payload)


def told(plan: Plan) -> list[str]:
    """The types of a plan's events, without ``issue.``."""
    return [event.type.value.removeprefix("issue.") for event in plan.events]


def logged(
    at: datetime = MONDAY,
    *,
    publication: Publication | None = None,
    directory: Directory | None = None,
    outage: timedelta = timedelta(minutes=10),
    drawn: list[str] | None = None,
    **changes: Any,
) -> Story:
    """An issue of the test world, just logged; ``changes`` are fields of the log.

    ``drawn`` gets the references that were drawn for it.
    """
    references: list[str] = [] if drawn is None else drawn

    def draw(when: datetime) -> str:
        references.append(f"SSI-{when.year}-{len(references) + 1:06}")
        return references[-1]

    ids = IdSource.seeded(7)
    log = a_log(**changes)
    rules = Rules(publication or world.publication(), directory or world.directory(), 1, outage)
    stem = ids.new("x", at).removeprefix("x_")
    command = Command(stem=stem, actor=ANA, ask=log)
    facts, plan = begin(rules, command, log, draw, at)
    book = Book()
    book.write(plan)
    return Story(apply(plan, facts), at, book, ids, [plan])
