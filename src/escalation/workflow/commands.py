"""What callers may ask, one value per act: shapes only, the rules stand in the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from msgspec import Struct

from escalation.routing.vocabulary import (
    Awaiting,
    Channel,
    Degree,
    IssueKind,
    Scope,
    Sensitivity,
    Severity,
    Side,
)
from escalation.timekeeping.duration import Duration
from escalation.workflow.consequences import Consequence
from escalation.workflow.facts import Actor
from escalation.workflow.inviting import SurveyDue
from escalation.workflow.of_meetings import OfMeeting
from escalation.workflow.states import Act, Effect, MeetingAct


class Log(Struct, frozen=True, kw_only=True):
    """A new issue: ``severity`` wins over ``impact`` x ``urgency``, an ``outcome`` resolves it."""

    kind: IssueKind
    title: str
    description: str
    channel: Channel
    agency: str
    raiser: Mapping[str, Any]
    provider: str | None = None
    function: str | None = None
    service: str | None = None
    region: str | None = None
    scope: Scope = Scope.FUNCTION
    severity: Severity | None = None
    impact: Degree | None = None
    urgency: Degree | None = None
    also_affects: tuple[str, ...] = ()
    about_person: str | None = None
    external_refs: tuple[Mapping[str, Any], ...] = ()
    themes: tuple[str, ...] = ()
    occurred_at: datetime | None = None
    received_at: datetime | None = None
    outcome: Mapping[str, Any] | None = None
    sensitive: tuple[Sensitivity, ...] = ()
    centre: str | None = None
    raised_from: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """An act on a logged issue; ``reason`` and ``note`` go with any of them."""

    act: ClassVar[Act | MeetingAct]
    reason: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Do):
    """The lead's holder has seen it and acts."""

    act: ClassVar[Act | MeetingAct] = Act.ACKNOWLEDGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Inform(Do):
    """The raiser was told something."""

    act: ClassVar[Act | MeetingAct] = Act.INFORM
    text: str
    channel: Channel | None = None
    visibility: str = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Do):
    """An interaction with the raiser or anyone else."""

    act: ClassVar[Act | MeetingAct] = Act.CONTACT
    text: str
    channel: Channel | None = None
    visibility: str = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Do):
    """Something to remember."""

    act: ClassVar[Act | MeetingAct] = Act.NOTE
    text: str
    channel: Channel | None = None
    visibility: str = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Do):
    """Wait for somebody until an instant; the agreed clocks stand still.

    A hold for a dependency names the ``issue`` that it waits for, by its id.
    """

    act: ClassVar[Act | MeetingAct] = Act.HOLD
    until: datetime
    awaiting: Awaiting
    issue: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Do):
    """Go on before the hold ends by itself."""

    act: ClassVar[Act | MeetingAct] = Act.RESUME


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(Do):
    """To the next rung."""

    act: ClassVar[Act | MeetingAct] = Act.ESCALATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip(Do):
    """To a named higher rung, past those between."""

    act: ClassVar[Act | MeetingAct] = Act.SKIP
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferBack(Do):
    """Down again, with a question; without ``to`` to the rung it came from."""

    act: ClassVar[Act | MeetingAct] = Act.REFER_BACK
    question: str
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUp(Do):
    """Before a higher body in its digests; nobody else has to act."""

    act: ClassVar[Act | MeetingAct] = Act.REPORT_UP
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose(Do):
    """One side's outcome, for the other to answer; ``seat`` is the side that proposes."""

    act: ClassVar[Act | MeetingAct] = Act.PROPOSE
    outcome: Mapping[str, Any]
    seat: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agree(Do):
    """The other side's proposal is the outcome; ``seat`` is the side that agrees."""

    act: ClassVar[Act | MeetingAct] = Act.AGREE
    seat: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissent(Do):
    """The other side's proposal is not accepted; ``seat`` is the side that dissents."""

    act: ClassVar[Act | MeetingAct] = Act.DISSENT
    grounds: str
    seat: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeekAdvice(Do):
    """A question to a forum or a person; who must act stays as it is."""

    act: ClassVar[Act | MeetingAct] = Act.SEEK_ADVICE
    question: str
    forum: str | None = None
    person: str | None = None
    within: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveAdvice(Do):
    """An answer; ``advice`` (its id), ``forum`` or ``person`` says to which question."""

    act: ClassVar[Act | MeetingAct] = Act.GIVE_ADVICE
    answer: str
    advice: str | None = None
    forum: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign(Do):
    """Another person in one of the seats."""

    act: ClassVar[Act | MeetingAct] = Act.REASSIGN
    seat: Side
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recuse(Do):
    """A person, without a name the seat's holder, may not hold a seat of this issue."""

    act: ClassVar[Act | MeetingAct] = Act.RECUSE
    seat: Side
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclassify(Do):
    """Other severity, function, agency, ...: ``changes`` holds only what is to change."""

    act: ClassVar[Act | MeetingAct] = Act.RECLASSIFY
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Do):
    """Tie it to another issue (already looked up: ``issue`` is its id).

    ``beyond`` are the issues that the other depends on, however far.
    """

    act: ClassVar[Act | MeetingAct] = Act.LINK
    issue: str
    reference: str
    as_: str
    beyond: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink(Do):
    """Undo a tie to another issue (already looked up), from either end."""

    act: ClassVar[Act | MeetingAct] = Act.UNLINK
    issue: str
    reference: str
    as_: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Do):
    """It is a duplicate of another issue (already looked up), and closes as such."""

    act: ClassVar[Act | MeetingAct] = Act.MERGE
    issue: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(Do):
    """The matter is settled: ``outcome`` says how; ``learning`` what others can learn of it."""

    act: ClassVar[Act | MeetingAct] = Act.RESOLVE
    outcome: Mapping[str, Any]
    learning: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute(Do):
    """The raiser does not accept the outcome."""

    act: ClassVar[Act | MeetingAct] = Act.DISPUTE
    grounds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Do):
    """The matter came back: again to the rung that resolved it."""

    act: ClassVar[Act | MeetingAct] = Act.REOPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Do):
    """The raiser takes it back."""

    act: ClassVar[Act | MeetingAct] = Act.WITHDRAW


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Do):
    """Nothing more will come of it; ``learning`` is what others can learn of it."""

    act: ClassVar[Act | MeetingAct] = Act.CLOSE
    learning: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Do):
    """One more person may see a sealed issue."""

    act: ClassVar[Act | MeetingAct] = Act.NAME
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unname(Do):
    """One person fewer may see a sealed issue."""

    act: ClassVar[Act | MeetingAct] = Act.UNNAME
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer(Do):
    """Put a sealed matter before another body, under a law or policy."""

    act: ClassVar[Act | MeetingAct] = Act.REFER
    to: str
    under: str
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReferral(Do):
    """What the other body answered: its reference, or what came of the matter there."""

    act: ClassVar[Act | MeetingAct] = Act.RECORD_REFERRAL
    referral: str
    reference: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(Do):
    """Other title, description, themes or needs; ``changes`` holds only what is to change."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Do):
    """A forum's decision on an item of its agenda.

    ``mover`` is a person; ``assents`` are those who agreed to it between meetings, ``recused``
    those who kept out of it and why. ``number`` is given by whoever writes it.
    """

    act: ClassVar[Act | MeetingAct] = MeetingAct.DECIDE
    meeting: str
    text: str
    effect: Effect = Effect.RESOLVE
    conditions: str | None = None
    actions: tuple[Mapping[str, Any], ...] = ()
    mover: str | None = None
    assents: tuple[str, ...] = ()
    recused: tuple[Mapping[str, Any], ...] = ()
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defer(Do):
    """A forum puts the item off to its next meeting."""

    act: ClassVar[Act | MeetingAct] = MeetingAct.DEFER
    meeting: str


class ClockDue(Struct, frozen=True, kw_only=True):
    """The engine found a clock whose next step is due."""

    clock: str


class SeatsChanged(Struct, frozen=True, kw_only=True):
    """The directory has changed since the issue's seats were resolved."""


Ask = Do | ClockDue | SeatsChanged | SurveyDue | OfMeeting | Consequence


class Command(Struct, frozen=True, kw_only=True):
    """An ask, with who asks and when.

    ``stem`` is a fresh time-sortable identifier without a prefix: everything the command makes is
    named by it, so a command done twice meets its own keys. ``at`` is set by imports and replays
    only; people's acts take effect when they are decided.
    """

    stem: str
    actor: Actor
    ask: Log | Ask
    at: datetime | None = None
