"""Meetings: what is asked of one, and what is told of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body, Day, Instant, Line, Name, Text
from escalation.api.schemas.shape import Shape
from escalation.routing.typed import Refusal
from escalation.routing.vocabulary import ActionKind
from escalation.timekeeping.duration import Duration
from escalation.workflow import commands
from escalation.workflow.meetings import asks
from escalation.workflow.meetings.asks import Procedural
from escalation.workflow.meetings.facts import ItemKind
from escalation.workflow.states import Effect, Status


def _day_told(day: date) -> str:
    return day.isoformat()


def _duration(value: object) -> Duration:
    try:
        return Duration.parse(str(value))
    except ValueError as error:
        raise Refusal("wrong_duration", str(error)) from None


DurationText = Annotated[
    Duration,
    PlainValidator(_duration),
    WithJsonSchema({"type": "string", "maxLength": 24, "examples": ["2 hours"]}),
]


class Action(Body):
    """What somebody is to do by when."""

    text: Text
    owner: Name
    due_on: Annotated[Day, PlainSerializer(_day_told)] | None = None
    kind: ActionKind | None = None
    plan: Annotated[Name, Field(description="the plan that it is part of")] | None = None


class OnItem(Body):
    """An act on an item: an issue by its id or reference, another item by its own id."""

    issue: Name | None = None
    item: Name | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "OnItem":
        if (self.issue is None) is (self.item is None) and self._needs_one():
            raise Refusal("missing", "expected one of `issue` and `item`")
        return self

    def _needs_one(self) -> bool:
        return True

    @property
    def subject(self) -> str:
        """What the item is about."""
        return self.issue or self.item or ""


class TableBody(OnItem):
    """Onto the agenda: an issue, something of another kind by its id, or a matter by its title."""

    kind: ItemKind | None = None
    title: Line | None = None
    section: Line | None = None
    sought: Text | None = None

    def _needs_one(self) -> bool:
        return self.kind is not ItemKind.MATTER

    def ask(self, fresh: str) -> asks.Asked:
        """What the meeting is asked; ``fresh`` is the id of a matter that is new."""
        kind = self.kind or (ItemKind.ISSUE if self.issue else ItemKind.MATTER)
        return asks.Table(
            subject=self.subject or fresh,
            kind=kind,
            title=self.title,
            section=self.section,
            sought=self.sought,
            reason=self.reason,
        )


class DecideBody(OnItem):
    """A decision on an item: it moves the issue in the same transaction."""

    text: Text
    reasons: Text | None = None
    conditions: Text | None = None
    mover: Name | None = None
    assents: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    effect: Effect = Effect.RESOLVE
    actions: Annotated[tuple[Action, ...], Field(max_length=50)] = ()
    note: Text | None = None

    def ask(self, meeting: str) -> asks.Asked:
        """What the meeting is asked."""
        what = commands.Decide(
            meeting=meeting,
            text=self.text,
            effect=self.effect,
            conditions=self.conditions,
            actions=tuple(
                action.model_dump(mode="json", exclude_none=True) for action in self.actions
            ),
            mover=self.mover,
            assents=self.assents,
            reason=self.reasons or self.reason,
            note=self.note,
        )
        return asks.Decide(subject=self.subject, what=what)


class DeferBody(OnItem):
    """To the forum's next meeting."""

    note: Text | None = None

    def ask(self, _: str) -> asks.Asked:
        """What the meeting is asked."""
        return asks.Defer(subject=self.subject, reason=self.reason, note=self.note)


class NoteItemBody(OnItem):
    """The forum notes what is not its to decide."""

    text: Text | None = None

    def ask(self, _: str) -> asks.Asked:
        """What the meeting is asked."""
        return asks.Note(subject=self.subject, text=self.text, reason=self.reason)


class NotReachedBody(OnItem):
    """The meeting did not come to it."""

    def ask(self, _: str) -> asks.Asked:
        """What the meeting is asked."""
        return asks.NoteNotReached(subject=self.subject, reason=self.reason)


class WithdrawItemBody(OnItem):
    """Whoever raised it takes it back."""

    reason: Text

    def ask(self, _: str) -> asks.Asked:
        """What the meeting is asked."""
        return asks.Withdraw(subject=self.subject, reason=self.reason)


class RecuseItemBody(OnItem):
    """Somebody keeps out of an item."""

    person: Name
    reason: Text

    def ask(self, _: str) -> asks.Asked:
        """What the meeting is asked."""
        return asks.Recuse(subject=self.subject, person=self.person, reason=self.reason)


class AttendeeBody(Body):
    """Somebody who is there; ``seat`` and ``authority`` where they sit for somebody else."""

    person: Name
    seat: Name | None = None
    authority: Line | None = None


class AttendBody(Body):
    """Who is there, all of them; sent again it replaces what was sent before."""

    present: Annotated[tuple[AttendeeBody, ...], Field(max_length=200)]
    apologies: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    reason: Text | None = None

    def ask(self, _: str) -> asks.Asked:
        """What the meeting is asked."""
        present = tuple(asks.Attendee(**each.model_dump()) for each in self.present)
        return asks.Attend(present=present, apologies=self.apologies, reason=self.reason)


class CloseMeetingBody(Body):
    """The meeting is over."""

    inquorate: bool = False
    reason: Text | None = None

    def ask(self, _: str) -> asks.Asked:
        """What the meeting is asked."""
        return asks.Close(inquorate=self.inquorate, reason=self.reason)


class CancelMeetingBody(Body):
    """The meeting does not take place."""

    reason: Text

    def ask(self, _: str) -> asks.Asked:
        """What the meeting is asked."""
        return asks.Cancel(reason=self.reason)


class MoveMeetingBody(Body):
    """The meeting takes place at another time, for another length, or elsewhere."""

    reason: Text
    starts_at: Instant | None = None
    duration: DurationText | None = None
    place: Line | None = None

    @model_validator(mode="after")
    def _something(self) -> "MoveMeetingBody":
        if self.starts_at is None and self.duration is None and self.place is None:
            raise Refusal("missing", "expected `starts_at`, `duration` or `place`")
        return self

    def ask(self, _: str) -> asks.Asked:
        """What the meeting is asked."""
        return asks.Move(
            starts_at=self.starts_at,
            duration=self.duration,
            place=self.place,
            reason=self.reason,
        )


class ConfirmMinutesBody(Body):
    """A later meeting of the forum has confirmed the minutes."""

    at_meeting: Name
    reason: Text | None = None

    def ask(self, _: str) -> asks.Asked:
        """What the meeting is asked."""
        return asks.ConfirmMinutes(at_meeting=self.at_meeting, reason=self.reason)


BODIES: Mapping[Procedural, Any] = {
    Procedural.TABLE: TableBody,
    Procedural.ATTEND: AttendBody,
    Procedural.RECUSE: RecuseItemBody,
    Procedural.DECIDE: DecideBody,
    Procedural.DEFER: DeferBody,
    Procedural.NOTE: NoteItemBody,
    Procedural.NOTE_NOT_REACHED: NotReachedBody,
    Procedural.WITHDRAW: WithdrawItemBody,
    Procedural.CLOSE: CloseMeetingBody,
    Procedural.CANCEL: CancelMeetingBody,
    Procedural.MOVE: MoveMeetingBody,
    Procedural.CONFIRM_MINUTES: ConfirmMinutesBody,
}
"""The body of each act on a meeting; its ``ask`` takes the id of the meeting or of a new item."""


class ScheduleBody(Body):
    """A meeting in between, beside those of the forum's rule."""

    starts_at: Instant
    reason: Text
    duration: DurationText | None = None
    place: Line | None = None


class ForumName(Shape):
    """A forum by code and title."""

    code: str
    title: str


class MeetingView(Shape):
    """When a forum meets, and how it went."""

    id: str
    version: int
    forum: ForumName
    starts_at: datetime
    ends_at: datetime
    cutoff_at: datetime
    zone: str | None
    status: str
    occurs_at: datetime | None
    place: str | None
    reason: str | None
    quorum: int | None
    voting_seats_filled: int | None
    quorate: bool | None
    attendance: list[dict[str, Any]] | None
    apologies: list[str]
    recusals: list[dict[str, Any]]
    ended_at: datetime | None
    minutes_confirmed: dict[str, Any] | None
    available_acts: list[str]


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

    issue: ItemIssue | None
    subject: str
    kind: ItemKind
    title: str | None
    section: str | None
    sought: str | None
    late: bool
    carried_over: int
    tabled_at: datetime
    outcome: str | None
    remark: str | None
    left_at: datetime | None


class DecisionView(Shape):
    """What was decided."""

    id: str
    number: str | None
    subject: str
    issue: str | None
    text: str
    reasons: str | None
    conditions: str | None
    mover: str | None
    effect: Effect
    assents: list[str]
    recused: list[dict[str, Any]]
    actions: list[dict[str, Any]]
    decided_at: datetime


class MeetingDetail(MeetingView):
    """A meeting with its agenda and its decisions."""

    items: list[ItemView]
    decisions: list[DecisionView]
