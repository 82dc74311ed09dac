"""The rules of a meeting: each refuses by its own name, or lets pass.

Every rule is asked about a :class:`Case` and answers why not, or None. Source: the domain's
"Forums".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from escalation.workflow import forum
from escalation.workflow.advising import Advice, open_advice
from escalation.workflow.facts import Actor
from escalation.workflow.meetings.asks import (
    Asked,
    Close,
    ConfirmMinutes,
    Decide,
    Move,
    OnItem,
    Table,
)
from escalation.workflow.meetings.conflicts import recused_on
from escalation.workflow.meetings.facts import OF_ISSUES, Item, ItemKind, MeetingFacts
from escalation.workflow.states import Effect, Status

A = TypeVar("A", bound=Asked)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Case(Generic[A]):
    """What a rule is asked about: the facts, the ask, the instant, and who asks."""

    facts: MeetingFacts
    ask: A
    now: datetime
    actor: Actor

    @property
    def item(self) -> Item | None:
        """The item that the ask is about, if it is on the agenda or was."""
        return self.facts.item(self.ask.subject) if isinstance(self.ask, OnItem) else None

    @property
    def here(self) -> Item:
        """The item, once the rules have made sure of it."""
        return cast("Item", self.item)

    @property
    def begun(self) -> bool:
        """Whether the meeting's time has come."""
        return self.facts.meeting.sitting.starts_at <= self.now


def not_your_forum(case: Case[Any]) -> str | None:
    """A meeting's acts are its secretariat's, or those of somebody with a vote there."""
    body, person = case.facts.body, case.actor.person
    if not case.actor.bound or person == body.secretariat:
        return None
    present = case.facts.meeting.procedure.present or ()
    voters = {seat.person for seat in case.facts.seats_at(case.now) if seat.votes}
    if person in voters or any(each.votes and each.person == person for each in present):
        return None
    return f"{person} neither keeps the agenda of {body.title} nor has a vote there."


def not_on_that_agenda(case: Case[OnItem]) -> str | None:
    """A meeting deals with what is tabled for it."""
    if case.item is not None:
        return None
    issue = case.facts.issues.get(case.ask.subject)
    name = case.ask.subject if issue is None else issue.issue.reference
    return f"{name} is not on the agenda of this meeting of {case.facts.body.title}."


def item_dealt_with(case: Case[OnItem]) -> str | None:
    """An item has one outcome at a meeting."""
    if case.here.open:
        return None
    outcome = str(case.here.outcome).replace("_", " ")
    return f"{case.facts.called(case.here)} has left this agenda already: {outcome}."


def only_to_note(case: Case[OnItem]) -> str | None:
    """An issue that is not before this forum to be decided is noted: reported up, or for advice."""
    if case.here.kind not in {ItemKind.REPORTED, ItemKind.ADVICE}:
        return None
    why = "reported up" if case.here.kind is ItemKind.REPORTED else "put to it for advice"
    return f"{case.facts.called(case.here)} was {why}, not to be decided here; `note` it."


def only_to_decide(case: Case[OnItem]) -> str | None:
    """An issue before its own forum is decided, deferred or not reached, never only noted."""
    if case.here.kind is ItemKind.LADDER:
        return "Whether a ladder changes is decided: `resolve` approves it, `return` gives it back."
    if case.here.kind is not ItemKind.ISSUE:
        return None
    return (
        f"{case.facts.called(case.here)} is this forum's to decide: `decide`, `defer` or "
        "`note-not-reached` it here, or withdraw the issue itself."
    )


def meeting_not_begun(case: Case[Any]) -> str | None:
    """What is done at a meeting is done once it has begun."""
    if case.begun:
        return None
    return f"The meeting begins {case.facts.meeting.sitting.starts_at.isoformat()}."


def attendance_not_taken(case: Case[Any]) -> str | None:
    """A meeting acts once it is known who is there."""
    if not case.begun or case.facts.meeting.procedure.present is not None:
        return None
    return "Nobody is recorded as present yet: take the attendance first, with `attend`."


def inquorate(case: Case[Any]) -> str | None:
    """Without a quorum a meeting can only be closed as inquorate."""
    if not case.begun or case.facts.quorate:
        return None
    filled, quorum = case.facts.meeting.voices(), case.facts.body.quorum
    return (
        f"{filled} voting seats are filled and the quorum is {quorum}: close it as inquorate, and "
        "its items go to the next meeting."
    )


def not_enough_assent(case: Case[Decide]) -> str | None:
    """Between meetings a decision needs the assent of as many voting seats as the quorum."""
    if case.begun:
        return None
    assents = assenting(case)
    quorum = case.facts.body.quorum
    if len(assents) >= quorum:
        return None
    return (
        f"{len(assents)} voting seats have agreed and the quorum is {quorum}: name those who did "
        "in `assents`. Who keeps out of the item does not count."
    )


def assenting(case: Case[Decide]) -> dict[str, str]:
    """The voting seats whose holders have agreed, by name, without those who keep out of it."""
    said = set(case.ask.what.assents)
    out = {each.person for each in recused_on(case.facts, case.ask.subject, said)}
    return {
        seat.name: seat.person
        for seat in case.facts.seats_at(case.now)
        if seat.votes and seat.person in said - out and seat.person is not None
    }


def mover_does_not_sit(case: Case[Decide]) -> str | None:
    """A decision is moved by somebody who fills a voting seat."""
    mover = case.ask.what.mover
    present = case.facts.meeting.procedure.present or ()
    voters = {each.person for each in present if each.votes}
    if not case.begun:
        voters = set(assenting(case).values())
    if mover is None or mover in voters:
        return None
    return f"{mover} fills no voting seat here and cannot move a decision."


def mover_recused(case: Case[Decide]) -> str | None:
    """Who keeps out of an item does not move its decision."""
    mover = case.ask.what.mover
    found = () if mover is None else recused_on(case.facts, case.ask.subject, [mover])
    return f"{mover} keeps out of this item: {found[0].reason}." if found else None


def nothing_to_move(case: Case[Decide]) -> str | None:
    """Only an issue can climb or be referred back; a change of the ladder may be given back."""
    effect = case.ask.what.effect
    if case.here.kind in OF_ISSUES or effect in {Effect.RESOLVE, Effect.KEEP}:
        return None
    if case.here.kind is ItemKind.LADDER and effect is Effect.RETURN:
        return None
    return f"{case.facts.called(case.here)} is no issue: the effect can be `resolve` or `keep`."


def not_before_this_forum(case: Case[Table]) -> str | None:
    """An issue comes before the forum of its rung, or before one that it was reported up to."""
    if case.ask.kind not in OF_ISSUES or case.item is not None:
        return None
    issue = case.facts.issues[case.ask.subject].issue
    if before_it(case.facts, case.ask.subject) is not None:
        return None
    return (
        f"{issue.reference} neither stands on a rung of {case.facts.body.title} nor was reported "
        "up to it or put to it for advice: do one of these first."
    )


def before_it(facts: MeetingFacts, subject: str) -> ItemKind | None:
    """As what an issue may be before this forum; None where it may not."""
    issue, code = facts.issues[subject].issue, facts.body.code
    if issue.status is Status.TABLED and issue.forum == code:
        return ItemKind.ISSUE
    if any(r["forum"] == code and "noted_at" not in r for r in issue.reported_up):
        return ItemKind.REPORTED
    return ItemKind.ADVICE if asked_here(facts, subject) else None


def asked_here(facts: MeetingFacts, subject: str) -> tuple[Advice, ...]:
    """The open questions on an issue that were put to this forum, the oldest first."""
    asked = open_advice(facts.issues[subject].issue)
    return tuple(each for each in asked if each.get("forum") == facts.body.code)


def agenda_closed(case: Case[Table]) -> str | None:
    """After the cut-off an item comes onto the agenda with a reason only."""
    sitting = case.facts.meeting.sitting
    if case.ask.reason or case.now < sitting.cutoff_at or (case.item and case.item.open):
        return None
    return f"The agenda closed {sitting.cutoff_at.isoformat()}: say in `reason` why it cannot wait."


def meeting_over(case: Case[Any]) -> str | None:
    """Nothing more comes onto the agenda of a meeting whose time is up."""
    ends_at = case.facts.meeting.sitting.ends_at
    return None if case.now < ends_at else f"The meeting's time was up {ends_at.isoformat()}."


def items_open(case: Case[Close]) -> str | None:
    """A meeting closes only when each of its items has an outcome."""
    left = case.facts.open_items
    if not left or case.ask.inquorate:
        return None
    named = [case.facts.called(item) for item in left]
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    return f"{len(named)} items have no outcome yet: {', '.join(named[:_SHOWN])}{more}."


def quorum_is_there(case: Case[Close]) -> str | None:
    """A meeting that has its quorum is not closed as inquorate."""
    if not case.ask.inquorate or not case.facts.quorate:
        return None
    return (
        f"{case.facts.meeting.voices()} voting seats are filled and the quorum is "
        f"{case.facts.body.quorum}: deal with each item, then close it."
    )


def not_closed_as_inquorate(case: Case[Close]) -> str | None:
    """A meeting without its quorum can only be closed as inquorate."""
    return None if case.ask.inquorate else inquorate(case)


def already_sat(case: Case[Any]) -> str | None:
    """A meeting that people have come to is closed, not cancelled or moved."""
    if case.facts.meeting.procedure.present is None:
        return None
    return "Its attendance has been taken: deal with its items and close it."


def moved_into_the_past(case: Case[Move]) -> str | None:
    """A meeting is moved to a time ahead."""
    starts_at = case.ask.starts_at
    if starts_at is None or starts_at > case.now:
        return None
    return f"`starts_at` must be ahead; it is {starts_at.isoformat()}."


def meets_then_already(case: Case[Move]) -> str | None:
    """A forum has one meeting at a time."""
    starts_at = case.ask.starts_at
    if starts_at is None:
        return None
    return taken(case.facts, starts_at, but=case.facts.meeting.id)


def taken(facts: MeetingFacts, starts_at: datetime, *, but: str = "") -> str | None:
    """Why the forum cannot meet then: it does already."""
    by_rule = forum.identified(facts.body.code, starts_at)
    diary = facts.under.diary
    meets = bool(facts.body.meeting.between(starts_at, starts_at + forum.INSTANT))
    by_rule_too = meets and by_rule not in diary.set_aside and by_rule != but
    instead = diary.instead.get(facts.body.code, ())
    if by_rule_too or any(s.starts_at == starts_at and s.id != but for s in instead):
        return f"{facts.body.title} meets {starts_at.isoformat()} already."
    return None


def minutes_confirmed_already(case: Case[ConfirmMinutes]) -> str | None:
    """Minutes are confirmed once."""
    confirmed = case.facts.meeting.procedure.confirmed
    return f"They were confirmed at meeting {confirmed['meeting']}." if confirmed else None


Rule = Callable[[Case[Any]], str | None]
RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        not_your_forum,
        not_on_that_agenda,
        item_dealt_with,
        only_to_note,
        only_to_decide,
        meeting_not_begun,
        attendance_not_taken,
        inquorate,
        not_enough_assent,
        mover_does_not_sit,
        mover_recused,
        nothing_to_move,
        not_before_this_forum,
        agenda_closed,
        meeting_over,
        items_open,
        quorum_is_there,
        not_closed_as_inquorate,
        already_sat,
        moved_into_the_past,
        meets_then_already,
        minutes_confirmed_already,
    )
}
