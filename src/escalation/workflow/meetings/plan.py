"""What an act on a meeting comes to, ready to be written in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from escalation.ids import derived
from escalation.workflow.commands import Command, Do
from escalation.workflow.decide import decide
from escalation.workflow.diary import Sitting
from escalation.workflow.facts import Actor
from escalation.workflow.meetings.asks import MeetingCommand
from escalation.workflow.meetings.facts import Item, Meeting, MeetingFacts
from escalation.workflow.of_meetings import OfMeeting
from escalation.workflow.plan import Decision, Plan


class MeetingEvent(StrEnum):
    """The types of entries in a meeting's own record."""

    SCHEDULED = "meeting.scheduled"
    AGENDA = "meeting.agenda"
    MOVED = "meeting.moved"
    CANCELLED = "meeting.cancelled"
    CLOSED = "meeting.closed"
    TABLED = "meeting.tabled"
    ATTENDED = "meeting.attended"
    RECUSED = "meeting.recused"
    DECIDED = "meeting.decided"
    DEFERRED = "meeting.deferred"
    NOTED = "meeting.noted"
    NOT_REACHED = "meeting.not_reached"
    WITHDRAWN = "meeting.withdrawn"
    MINUTES_CONFIRMED = "meeting.minutes_confirmed"


SENT = frozenset(
    {
        MeetingEvent.SCHEDULED,
        MeetingEvent.AGENDA,
        MeetingEvent.MOVED,
        MeetingEvent.CANCELLED,
        MeetingEvent.CLOSED,
    }
)
"""Types that also go out; what a meeting does to an issue goes out as the issue's own event."""


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a meeting's record."""

    kind: MeetingEvent
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A decision on an item that is no issue."""

    item: Item
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPlan:
    """Everything that one act on a meeting changes.

    ``issues`` are the plans for issues among its items; ``items`` other items of this meeting as
    they now are, ``carried`` those that come onto another one. ``re_dated``: when the forum meets
    is not as it was.
    """

    actor: Actor
    meeting: Meeting
    effective_at: datetime
    told: tuple[Told, ...]
    issues: tuple[Plan, ...] = ()
    items: tuple[Item, ...] = ()
    carried: tuple[tuple[Sitting, Item], ...] = ()
    decisions: tuple[Made, ...] = ()
    re_dated: bool = False

    @property
    def numbered(self) -> bool:
        """Whether a decision was made, so that its number is used."""
        return bool(self.decisions) or any(plan.decisions for plan in self.issues)


class Proceeding:
    """An act on a meeting being decided: the meeting as it will be, and what goes with it."""

    def __init__(self, facts: MeetingFacts, command: MeetingCommand, now: datetime) -> None:
        """Begin from ``facts``; what is done takes effect at ``now``."""
        self.facts = facts
        self.command = command
        self.now = now
        self.meeting = facts.meeting
        self.re_dated = False
        self._told: list[Told] = []
        self._plans: list[Plan] = []
        self._items: list[Item] = []
        self._carried: list[tuple[Sitting, Item]] = []
        self._decisions: list[Made] = []

    def tell(self, entry: MeetingEvent, **payload: Any) -> None:  # noqa: ANN401 - JSON values
        """Put an entry on the meeting's record; what is None is left out."""
        told: dict[str, Any] = {"forum": self.meeting.sitting.forum, "meeting": self.meeting.id}
        told |= {"reason": self.command.ask.reason, **payload}
        self._told.append(Told(entry, {k: v for k, v in told.items() if v is not None}))

    def procedure(self, **changes: Any) -> None:  # noqa: ANN401 - any fields of the procedure
        """Give fields of the procedure new values."""
        self.meeting = replace(self.meeting, procedure=replace(self.meeting.procedure, **changes))

    def issue(self, subject: str, ask: Do | OfMeeting) -> Plan:
        """Decide on an issue among the items, and keep its plan."""
        facts = self.facts.issues[subject]
        before = sum(made.issue.id == subject for made in self._plans)
        stem = derived(self.command.stem, subject, str(before))
        command = Command(stem=stem, actor=self.command.actor, ask=ask)
        plan = decide(facts, command, max(self.now, facts.issue.updated_at))
        self._plans.append(plan)
        return plan

    def put(self, item: Item) -> None:
        """An item of this meeting as it now is."""
        self._items.append(item)

    def carry(self, sitting: Sitting, item: Item) -> None:
        """An item that comes onto another meeting's agenda."""
        self._carried.append((sitting, item))

    def decided(self, item: Item, decision: Decision) -> None:
        """A decision on an item that is no issue."""
        self._decisions.append(Made(item, decision))

    def plan(self) -> MeetingPlan:
        """What it comes to."""
        meeting = replace(self.meeting, version=self.meeting.version + 1, updated_at=self.now)
        return MeetingPlan(
            actor=self.command.actor,
            meeting=meeting,
            effective_at=self.now,
            told=tuple(self._told),
            issues=tuple(self._plans),
            items=tuple(self._items),
            carried=tuple(self._carried),
            decisions=tuple(self._decisions),
            re_dated=self.re_dated,
        )
