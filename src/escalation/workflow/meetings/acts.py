"""What each act on a meeting does once the table and its rules allow it.

Every function has the shape ``(going, case) -> None``. What is done to an issue among the items is
that issue's own decision.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from msgspec import structs

from escalation.workflow import forum
from escalation.workflow.commands import Decide as DecideIssue
from escalation.workflow.commands import Defer as DeferIssue
from escalation.workflow.commands import GiveAdvice
from escalation.workflow.diary import Sitting
from escalation.workflow.draft import part_id
from escalation.workflow.meetings.asks import (
    Asked,
    Attend,
    Cancel,
    Close,
    ConfirmMinutes,
    Decide,
    Defer,
    Move,
    Note,
    NoteNotReached,
    Recuse,
    Table,
    Withdraw,
)
from escalation.workflow.meetings.attendance import present_at
from escalation.workflow.meetings.conflicts import recused_on
from escalation.workflow.meetings.facts import OF_ISSUES, Item, ItemKind, MeetingFacts, Recusal
from escalation.workflow.meetings.plan import MeetingEvent, Proceeding
from escalation.workflow.meetings.rules import Case, asked_here, before_it
from escalation.workflow.of_meetings import NotedUp, PutOn, Resit, Retarget
from escalation.workflow.plan import Decision
from escalation.workflow.states import Effect


def _table(going: Proceeding, case: Case[Table]) -> None:
    ask, item, sitting = case.ask, case.item, case.facts.meeting.sitting
    if item is not None and item.open:
        section, sought = ask.section or item.section, ask.sought or item.sought
        going.put(replace(item, section=section, sought=sought, title=ask.title or item.title))
        late = item.late
    else:
        late = case.now >= sitting.cutoff_at
        _put_on(going, case, late=late)
    going.tell(
        MeetingEvent.TABLED,
        subject=ask.subject,
        item=ask.kind,
        title=ask.title,
        section=ask.section,
        sought=ask.sought,
        late=late or None,
    )


def _put_on(going: Proceeding, case: Case[Table], *, late: bool) -> None:
    ask = case.ask
    kind = before_it(case.facts, ask.subject) if ask.kind in OF_ISSUES else ask.kind
    if kind is ItemKind.ISSUE:
        sitting = case.facts.meeting.sitting
        on = PutOn(
            sitting=sitting, section=ask.section, sought=ask.sought, late=late, reason=ask.reason
        )
        going.issue(ask.subject, on)
        return
    item = Item(
        subject=ask.subject,
        kind=kind or ask.kind,
        title=ask.title,
        section=ask.section,
        sought=ask.sought,
        late=late,
        carried_over=0,
        tabled_at=going.now,
    )
    going.put(item)


def _attend(going: Proceeding, case: Case[Attend]) -> None:
    present = present_at(case.facts, case.ask)
    going.procedure(present=present, apologies=case.ask.apologies)
    going.tell(
        MeetingEvent.ATTENDED,
        present=[
            {"person": p.person, "as": p.sits_as, "seat": p.seat, "authority": p.authority}
            for p in present
        ],
        apologies=list(case.ask.apologies) or None,
        voting_seats_filled=going.meeting.voices(),
        quorum=case.facts.body.quorum,
    )


def _recuse(going: Proceeding, case: Case[Recuse]) -> None:
    ask = case.ask
    said = Recusal(ask.subject, ask.person, ask.reason or "by hand")
    going.procedure(recusals=(*case.facts.meeting.procedure.recusals, said))
    going.tell(MeetingEvent.RECUSED, subject=ask.subject, person=ask.person)


def _decide(going: Proceeding, case: Case[Decide]) -> None:
    ask, item = case.ask, case.here
    what = replace(ask.what, recused=_recused(case))
    if item.kind is ItemKind.ISSUE:
        (decision,) = going.issue(item.subject, what).decisions
    else:
        decision = _decision(going, what)
        going.decided(item, decision)
        if what.effect is Effect.KEEP:
            _carry(going, item, "decided", None, counted=False)
        else:
            _leave(going, item, "decided", None)
    going.tell(
        MeetingEvent.DECIDED,
        subject=item.subject,
        decision=decision.id,
        number=decision.number,
        effect=decision.effect,
        out_of_session=None if case.begun else True,
        recused=list(what.recused) or None,
    )


def _recused(case: Case[Decide]) -> tuple[Mapping[str, str], ...]:
    """Those of the forum and of those present who keep out of the item."""
    present = case.facts.meeting.procedure.present or ()
    people = [p.person for p in present]
    people += [s.person for s in case.facts.seats_at(case.now) if s.person and s.votes]
    found = recused_on(case.facts, case.ask.subject, people)
    return tuple({"person": each.person, "reason": each.reason} for each in found)


def _decision(going: Proceeding, what: DecideIssue) -> Decision:
    """A decision on an item that is no issue."""
    return Decision(
        id=part_id("dec", going.command.stem, 0),
        meeting=going.meeting.id,
        forum=going.facts.body.code,
        text=what.text,
        reasons=what.reason,
        conditions=what.conditions,
        effect=what.effect.value,
        actions=what.actions,
        decided_at=going.now,
        mover=what.mover,
        assents=what.assents,
        recused=what.recused,
        number=what.number,
    )


def _defer(going: Proceeding, case: Case[Defer]) -> None:
    item = case.here
    if item.kind is ItemKind.ISSUE:
        ask = DeferIssue(meeting=going.meeting.id, reason=case.ask.reason, note=case.ask.note)
        going.issue(item.subject, ask)
    else:
        _carry(going, item, "deferred", case.ask.reason, counted=True)
    going.tell(MeetingEvent.DEFERRED, subject=item.subject)


def _note(going: Proceeding, case: Case[Note]) -> None:
    item, text = case.here, case.ask.text
    if item.kind is ItemKind.REPORTED:
        noted = NotedUp(forum=case.facts.body.code, meeting=going.meeting.id, text=text)
        going.issue(item.subject, noted)
    else:
        questions = asked_here(going.facts, item.subject) if item.kind is ItemKind.ADVICE else ()
        if questions and text is not None:  # what it says answers the oldest question
            going.issue(item.subject, GiveAdvice(advice=questions[0]["id"], answer=text))
        if text is not None and len(questions) > 1:
            going.put(replace(item, sought=questions[1]["question"]))
        else:
            _leave(going, item, "noted", text)
    going.tell(MeetingEvent.NOTED, subject=item.subject, text=text)


def _note_not_reached(going: Proceeding, case: Case[NoteNotReached]) -> None:
    _pass_over(going, case.here, case.ask.reason or "the meeting did not reach it", counted=True)
    going.tell(MeetingEvent.NOT_REACHED, subject=case.here.subject)


def _withdraw(going: Proceeding, case: Case[Withdraw]) -> None:
    _leave(going, case.here, "withdrawn", case.ask.reason)
    going.tell(MeetingEvent.WITHDRAWN, subject=case.here.subject)


def _close(going: Proceeding, case: Case[Close]) -> None:
    quorate = not case.ask.inquorate
    going.procedure(quorate=quorate, ended_at=going.now, reason=case.ask.reason)
    left = case.facts.open_items
    for item in left:  # none where it was quorate: the rules made sure
        _pass_over(going, item, "the meeting had no quorum", counted=False)
    going.tell(
        MeetingEvent.CLOSED,
        quorate=quorate,
        items=_told_of(case.facts, case.facts.items),
        re_targeted=_told_of(case.facts, left),
    )


def _cancel(going: Proceeding, case: Case[Cancel]) -> None:
    meeting = going.meeting
    going.facts = case.facts.with_diary(meeting.sitting, takes_place=False)
    going.meeting = replace(meeting, otherwise=True, sequence=meeting.sequence + 1)
    going.re_dated = True
    going.procedure(reason=case.ask.reason, ended_at=going.now)
    left = case.facts.open_items
    for item in left:
        _pass_over(going, item, f"the meeting was cancelled: {case.ask.reason}", counted=False)
    going.tell(
        MeetingEvent.CANCELLED,
        **_times(meeting.sitting),
        otherwise=True,
        re_targeted=_told_of(case.facts, left),
    )


def _move(going: Proceeding, case: Case[Move]) -> None:
    ask, before = case.ask, going.meeting.sitting
    starts_at = ask.starts_at or before.starts_at
    under, body = case.facts.under, case.facts.body
    timed = replace(body, duration=ask.duration or body.duration)
    after = structs.replace(forum.sitting(under, timed, starts_at), id=before.id)
    only_the_place = ask.duration is None and ask.starts_at is None
    after = before if only_the_place else after
    occurs_at = going.meeting.occurs_at
    by_rule = None if occurs_at is None else forum.sitting(under, body, occurs_at)
    going.facts = case.facts.with_diary(after, takes_place=True)
    going.meeting = replace(
        going.meeting,
        sitting=after,
        otherwise=after != by_rule,
        sequence=going.meeting.sequence + 1,
    )
    going.re_dated = True
    going.procedure(place=ask.place or going.meeting.procedure.place)
    for item in case.facts.open_items:
        if item.kind is ItemKind.ISSUE and after != before:
            going.issue(item.subject, Resit(sitting=after, reason=ask.reason))
    going.tell(
        MeetingEvent.MOVED,
        moved_from=before.starts_at.isoformat(),
        **_times(after),
        otherwise=going.meeting.otherwise,
        place=ask.place,
    )


def _told_of(facts: MeetingFacts, items: Iterable[Item]) -> int:
    """How many items there are for everybody: this is sent, and sealed issues are not counted."""
    found = (facts.issues.get(item.subject) for item in items)
    return sum(known is None or known.issue.sealing is None for known in found)


def _times(sitting: Sitting) -> dict[str, str]:
    times = {
        "starts_at": sitting.starts_at,
        "ends_at": sitting.ends_at,
        "cutoff_at": sitting.cutoff_at,
    }
    return {name: at.isoformat() for name, at in times.items()}


def _confirm(going: Proceeding, case: Case[ConfirmMinutes]) -> None:
    confirmed = {"meeting": case.ask.at_meeting, "at": going.now.isoformat()}
    going.procedure(confirmed=confirmed)
    going.tell(MeetingEvent.MINUTES_CONFIRMED, at_meeting=case.ask.at_meeting)


def _pass_over(going: Proceeding, item: Item, why: str, *, counted: bool) -> None:
    """On to the next meeting, and said so on the item."""
    if item.kind is ItemKind.ISSUE:
        going.issue(item.subject, Retarget(why=why, carried=counted))
    else:
        _carry(going, item, "not_reached", why, counted=counted)


def _leave(going: Proceeding, item: Item, outcome: str, remark: str | None) -> None:
    going.put(replace(item, outcome=outcome, remark=remark, left_at=going.now))


def _carry(going: Proceeding, item: Item, outcome: str, why: str | None, *, counted: bool) -> None:
    """An item that is no issue of this forum's: off this agenda and onto the next one.

    One that was reported up and is over goes no further.
    """
    over = _over(going, item)
    later_than = max(going.now, going.meeting.sitting.starts_at)
    facts = going.facts
    ahead = None
    if facts.meets_on:
        ahead = forum.next_sitting(facts.under, facts.body, going.now, later_than)
    if over or ahead is None:
        _leave(going, item, "withdrawn", "it is over" if over else "the forum meets no more")
        return
    _leave(going, item, outcome, why)
    fresh = replace(item, carried_over=item.carried_over + counted, late=False)
    going.carry(ahead, replace(fresh, tabled_at=going.now))


def _over(going: Proceeding, item: Item) -> bool:
    """Whether the item is about an issue that has ended."""
    issue = going.facts.issues.get(item.subject)
    return issue is not None and issue.issue.ended_at is not None


DOES: dict[type[Asked], Callable[[Proceeding, Case[Any]], None]] = {
    Table: _table,
    Attend: _attend,
    Recuse: _recuse,
    Decide: _decide,
    Defer: _defer,
    Note: _note,
    NoteNotReached: _note_not_reached,
    Withdraw: _withdraw,
    Close: _close,
    Cancel: _cancel,
    Move: _move,
    ConfirmMinutes: _confirm,
}
