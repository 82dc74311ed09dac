"""Meetings: what a forum does with an item of its agenda, and what is told of a meeting."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, PlainSerializer

from escalation.api.schemas.answers import Links, Meta, Shape
from escalation.api.schemas.fields import Body, Day, Name, Text
from escalation.workflow.commands import Decide, Defer
from escalation.workflow.states import Effect, Status


def _day_told(day: date) -> str:
    return day.isoformat()


class Action(Body):
    """What somebody is to do by when."""

    text: Text
    owner: Name
    due_on: Annotated[Day, PlainSerializer(_day_told)] | None = None


class DecideBody(Body):
    """A decision on an item: it moves the issue in the same transaction."""

    issue: Name
    text: Text
    reasons: Text | None = None
    conditions: Text | None = None
    effect: Effect = Effect.RESOLVE
    actions: Annotated[tuple[Action, ...], Field(max_length=50)] = ()
    note: Text | None = None

    def command(self, meeting: str) -> Decide:
        """What the desk is asked."""
        return Decide(
            meeting=meeting,
            text=self.text,
            effect=self.effect,
            conditions=self.conditions,
            actions=tuple(action.model_dump(exclude_none=True) for action in self.actions),
            reason=self.reasons,
            note=self.note,
        )


class DeferBody(Body):
    """To the forum's next meeting."""

    issue: Name
    reason: Text | None = None
    note: Text | None = None

    def command(self, meeting: str) -> Defer:
        """What the desk is asked."""
        return Defer(meeting=meeting, reason=self.reason, note=self.note)


class ForumName(Shape):
    """A forum by code and title."""

    code: str
    title: str


class MeetingView(Shape):
    """When a forum meets."""

    id: str
    forum: ForumName
    starts_at: datetime
    ends_at: datetime
    cutoff_at: datetime
    status: str


class MeetingList(Shape):
    """A page of a forum's meetings."""

    data: list[MeetingView]
    links: Links
    meta: Meta


class ItemIssue(Shape):
    """An issue on an agenda, in brief."""

    id: str
    reference: str
    title: str
    severity: str
    status: Status


class ItemView(Shape):
    """An item of an agenda: since when, and how it left."""

    issue: ItemIssue
    carried_over: int
    tabled_at: datetime
    outcome: str | None
    left_at: datetime | None


class DecisionView(Shape):
    """What was decided."""

    id: str
    issue: str
    text: str
    reasons: str | None
    conditions: str | None
    effect: Effect
    actions: list[dict[str, Any]]
    decided_at: datetime


class MeetingDetail(MeetingView):
    """A meeting with its agenda and its decisions."""

    items: list[ItemView]
    decisions: list[DecisionView]
