"""What may be asked of a meeting, one value per act: shapes only, the rules stand beside them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from escalation.timekeeping.duration import Duration
from escalation.workflow import commands
from escalation.workflow.facts import Actor
from escalation.workflow.meetings.facts import ItemKind


class Procedural(StrEnum):
    """The acts at and on a meeting, spelt as in the REST path."""

    TABLE = "table"
    ATTEND = "attend"
    RECUSE = "recuse"
    DECIDE = "decide"
    DEFER = "defer"
    NOTE = "note"
    NOTE_NOT_REACHED = "note-not-reached"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    CANCEL = "cancel"
    MOVE = "move"
    CONFIRM_MINUTES = "confirm-minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An act; ``reason`` goes with any of them."""

    act: ClassVar[Procedural]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnItem(Asked):
    """An act on one item: ``subject`` is its id."""

    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(OnItem):
    """Onto the agenda; of what is on it already, another section or decision sought."""

    act: ClassVar[Procedural] = Procedural.TABLE
    kind: ItemKind = ItemKind.ISSUE
    title: str | None = None
    section: str | None = None
    sought: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Who is said to be present; ``seat`` where they fill one that is not their own."""

    person: str
    seat: str | None = None
    authority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attend(Asked):
    """Who is there, all of them; said again it replaces what was said before."""

    act: ClassVar[Procedural] = Procedural.ATTEND
    present: tuple[Attendee, ...]
    apologies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recuse(OnItem):
    """Somebody keeps out of an item."""

    act: ClassVar[Procedural] = Procedural.RECUSE
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(OnItem):
    """The forum decides on an item: ``what`` is the decision as the issue knows it."""

    act: ClassVar[Procedural] = Procedural.DECIDE
    what: commands.Decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Defer(OnItem):
    """To the next meeting."""

    act: ClassVar[Procedural] = Procedural.DEFER
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(OnItem):
    """The forum notes an item that is not its to decide."""

    act: ClassVar[Procedural] = Procedural.NOTE
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteNotReached(OnItem):
    """The meeting did not come to an item."""

    act: ClassVar[Procedural] = Procedural.NOTE_NOT_REACHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(OnItem):
    """Off the agenda: whoever raised it takes it back."""

    act: ClassVar[Procedural] = Procedural.WITHDRAW


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Asked):
    """The meeting is over; with ``inquorate`` it could do nothing, and its items go on."""

    act: ClassVar[Procedural] = Procedural.CLOSE
    inquorate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Asked):
    """The meeting does not take place; its items go to the next."""

    act: ClassVar[Procedural] = Procedural.CANCEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Asked):
    """The meeting takes place at another time or place; its items stay."""

    act: ClassVar[Procedural] = Procedural.MOVE
    starts_at: datetime | None = None
    duration: Duration | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmMinutes(Asked):
    """A later meeting of the forum, named by its id, has confirmed the minutes."""

    act: ClassVar[Procedural] = Procedural.CONFIRM_MINUTES
    at_meeting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCommand:
    """An ask, with who asks; ``stem`` as of any command: those of its issues come from it."""

    stem: str
    actor: Actor
    ask: Asked
