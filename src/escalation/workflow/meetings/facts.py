"""A meeting as it stands, what is before it, and what decisions about it are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import structs

from escalation.routing.directory import Forum
from escalation.routing.membership import ForumSeat, seats_of
from escalation.workflow.diary import Sitting
from escalation.workflow.facts import Agreement
from escalation.workflow.facts import Facts as IssueFacts
from escalation.workflow.viewing import EVERYTHING, Viewer, may_see


class MeetingStatus(StrEnum):
    """Where a meeting stands."""

    SCHEDULED = "scheduled"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ItemKind(StrEnum):
    """What an agenda may hold.

    An ``issue`` is the forum's to decide, a ``reported`` one its to note; ``advice`` is sought of
    it on an issue. A ``contact`` and ``feedback`` are what people said, a ``matter`` is a topic. A
    ``ladder`` is a change of the ladder file, to be approved (``resolve``) or given back.
    """

    ISSUE = "issue"
    REPORTED = "reported"
    MATTER = "matter"
    CONTACT = "contact"
    FEEDBACK = "feedback"
    ADVICE = "advice"
    LADDER = "ladder"


OF_ISSUES = frozenset({ItemKind.ISSUE, ItemKind.REPORTED, ItemKind.ADVICE})
"""Items whose subject is an issue."""


class SitsAs(StrEnum):
    """In what capacity somebody is present; members alone vote."""

    MEMBER = "member"
    PROXY = "proxy"
    INVITEE = "invitee"
    OBSERVER = "observer"


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody at a meeting: as whom, for which seat, and by what authority."""

    person: str
    sits_as: SitsAs
    seat: str | None = None
    authority: str | None = None

    @property
    def votes(self) -> bool:
        """Whether they fill a seat that votes."""
        return self.sits_as in {SitsAs.MEMBER, SitsAs.PROXY}


@dataclass(frozen=True, slots=True)
class Recusal:
    """Somebody who keeps out of an item, and why."""

    subject: str
    person: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """What has been done at and to a meeting.

    ``present`` is None until attendance is taken; ``confirmed`` names the later meeting at which
    its minutes were confirmed.
    """

    present: tuple[Present, ...] | None = None
    apologies: tuple[str, ...] = ()
    recusals: tuple[Recusal, ...] = ()
    place: str | None = None
    reason: str | None = None
    quorate: bool | None = None
    ended_at: datetime | None = None
    confirmed: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it stands after its last act.

    ``occurs_at`` is when the forum's rule has it (None: it was put in between), ``otherwise``
    whether it is not as the rule has it; ``sequence`` counts the changes of its time.
    """

    sitting: Sitting
    occurs_at: datetime | None
    updated_at: datetime
    status: MeetingStatus = MeetingStatus.SCHEDULED
    otherwise: bool = False
    version: int = 0
    sequence: int = 0
    procedure: Procedure = field(default_factory=Procedure)

    @property
    def id(self) -> str:
        """Its identifier."""
        return self.sitting.id

    def voices(self) -> int:
        """How many voting seats are filled."""
        present = self.procedure.present or ()
        return len({each.seat for each in present if each.votes})


@dataclass(frozen=True, slots=True)
class Item:
    """Something on the agenda; ``outcome`` says how it left, None while it is open."""

    subject: str
    kind: ItemKind
    title: str | None
    section: str | None
    sought: str | None
    late: bool
    carried_over: int
    tabled_at: datetime
    outcome: str | None = None
    remark: str | None = None
    left_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether the meeting still has to deal with it."""
        return self.outcome is None


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """A meeting, its items, the body that meets, the issues among its items, and who looks."""

    meeting: Meeting
    items: tuple[Item, ...]
    body: Forum
    under: Agreement
    issues: Mapping[str, IssueFacts] = field(default_factory=dict)
    viewer: Viewer = EVERYTHING

    def item(self, subject: str) -> Item | None:
        """The item about that subject, if it is on the agenda or was."""
        return next((each for each in self.items if each.subject == subject), None)

    @property
    def open_items(self) -> tuple[Item, ...]:
        """What the meeting still has to deal with."""
        return tuple(each for each in self.items if each.open)

    def called(self, item: Item) -> str:
        """An item as people call it."""
        issue = self.issues.get(item.subject)
        if issue is not None and not may_see(self.viewer, issue.issue):
            return "a sealed issue"
        if issue is not None:
            return f"{issue.issue.reference} ({issue.issue.title})"
        return item.title or item.subject

    def seats_at(self, instant: datetime) -> tuple[ForumSeat, ...]:
        """The forum's seats and their holders at an instant."""
        return seats_of(self.under.directory, self.body, instant)

    @property
    def meets_on(self) -> bool:
        """Whether the directory still has the forum; one that is no more has no next meeting."""
        return self.body.code in self.under.directory.forums

    @property
    def quorate(self) -> bool:
        """Whether enough voting seats are filled."""
        return self.meeting.voices() >= self.body.quorum

    def with_diary(self, sitting: Sitting, *, takes_place: bool) -> "MeetingFacts":
        """The facts once the meeting is held at another time, or not at all."""
        diary = self.under.diary.changed(sitting, takes_place=takes_place)
        issues = {
            name: structs.replace(each, under=structs.replace(each.under, diary=diary))
            for name, each in self.issues.items()
        }
        return replace(self, under=structs.replace(self.under, diary=diary), issues=issues)
