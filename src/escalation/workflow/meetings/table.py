"""THE table of a meeting: every act, the state it may be done in, and the rules asked before it."""

from dataclasses import dataclass

from escalation.workflow.meetings.asks import Procedural
from escalation.workflow.meetings.facts import MeetingStatus

_SITTING = ("meeting_not_begun", "attendance_not_taken", "inquorate")
_OPEN_ITEM = ("not_on_that_agenda", "item_dealt_with")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: an act from a state; ``to`` where it leads, None where the state stays."""

    act: Procedural
    source: MeetingStatus = MeetingStatus.SCHEDULED
    to: MeetingStatus | None = None
    guards: tuple[str, ...] = ()


TABLE: tuple[Row, ...] = (
    Row(Procedural.TABLE, guards=("meeting_over", "not_before_this_forum", "agenda_closed")),
    Row(Procedural.ATTEND, guards=("meeting_not_begun",)),
    Row(Procedural.RECUSE, guards=_OPEN_ITEM),
    Row(
        Procedural.DECIDE,
        guards=(
            *_OPEN_ITEM,
            "only_to_note",
            "nothing_to_move",
            "attendance_not_taken",
            "inquorate",
            "mover_recused",
            "mover_does_not_sit",
            "not_enough_assent",
        ),
    ),
    Row(Procedural.DEFER, guards=(*_OPEN_ITEM, "only_to_note", *_SITTING)),
    Row(Procedural.NOTE, guards=(*_OPEN_ITEM, "only_to_decide", *_SITTING)),
    Row(Procedural.NOTE_NOT_REACHED, guards=(*_OPEN_ITEM, *_SITTING)),
    Row(Procedural.WITHDRAW, guards=(*_OPEN_ITEM, "only_to_decide")),
    Row(
        Procedural.CLOSE,
        to=MeetingStatus.CLOSED,
        guards=(
            "meeting_not_begun",
            "attendance_not_taken",
            "quorum_is_there",
            "not_closed_as_inquorate",
            "items_open",
        ),
    ),
    Row(Procedural.CANCEL, to=MeetingStatus.CANCELLED, guards=("already_sat",)),
    Row(
        Procedural.MOVE,
        guards=("already_sat", "moved_into_the_past", "meets_then_already"),
    ),
    Row(
        Procedural.CONFIRM_MINUTES,
        source=MeetingStatus.CLOSED,
        guards=("minutes_confirmed_already",),
    ),
)


def row_of(act: Procedural) -> Row:
    """The line of an act; each has one."""
    return next(row for row in TABLE if row.act is act)


def acts_from(status: MeetingStatus) -> tuple[str, ...]:
    """The acts that a state has, spelt as in the REST path."""
    return tuple(row.act.value for row in TABLE if row.source is status)
