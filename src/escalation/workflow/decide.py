"""The engine's one question: given how an issue stands and what is asked, what follows?

Pure. Acts of people and forums go through the table and its rules; clocks and directory changes
are the engine's own and are never refused, only found to have nothing to do.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from escalation.errors import Refused
from escalation.routing.vocabulary import RungKind
from escalation.workflow import advising, agreeing, ties
from escalation.workflow.acts import DOES
from escalation.workflow.case import Case
from escalation.workflow.checks import checked
from escalation.workflow.climbing import (
    NOBODY,
    Landing,
    handled_by,
    land_above,
    land_on,
)
from escalation.workflow.commands import (
    Agree,
    ClockDue,
    Command,
    Decide,
    Defer,
    Dispute,
    Dissent,
    Do,
    Edit,
    Escalate,
    GiveAdvice,
    Link,
    Merge,
    Propose,
    Reassign,
    Reclassify,
    Recuse,
    ReferBack,
    Reopen,
    SeatsChanged,
    SeekAdvice,
    Skip,
    Unlink,
)
from escalation.workflow.consequences import Consequence
from escalation.workflow.draft import Draft
from escalation.workflow.due import clock_due, retarget
from escalation.workflow.events import EventType
from escalation.workflow.facts import Facts
from escalation.workflow.guards import RULES, SEATED
from escalation.workflow.holders import reassign, recuse, seats_changed, where_recusing_leads
from escalation.workflow.inviting import SurveyDue
from escalation.workflow.machine import Moment, way
from escalation.workflow.of_meetings import NotedUp, OfMeeting, PutOn, Resit, Retarget
from escalation.workflow.outlook import open_acts
from escalation.workflow.plan import Plan
from escalation.workflow.reclassifying import reclassify, where_reclassifying_leads
from escalation.workflow.sides import with_seat
from escalation.workflow.sittings import decide_item, defer_item, noted_up, put_on, resit
from escalation.workflow.states import Act, Effect, MeetingAct, Status
from escalation.workflow.surveys import survey_due


def decide(facts: Facts, command: Command, now: datetime) -> Plan:
    """What ``command`` makes of ``facts`` at ``now`` (a whole second, UTC).

    Raises:
        Invalid: the ask names something that is not there.
        Refused: naming the rule, with the acts that the state does allow.
    """
    draft = Draft(facts, command, now)
    ask = command.ask
    if isinstance(ask, ClockDue):
        clock_due(draft, ask)
    elif isinstance(ask, SeatsChanged):
        seats_changed(draft)
    elif isinstance(ask, SurveyDue):
        survey_due(draft, ask)
    elif isinstance(ask, Edit):
        _edit(draft, ask)
    elif isinstance(ask, OfMeeting):
        _OF_MEETING[type(ask)](draft, ask)
    elif isinstance(ask, Consequence):
        ties.FOLLOWS[type(ask)](draft, ask)
    else:
        asked = with_seat(facts, command.actor, cast("Do", ask))  # a log begins in intake
        _act(draft, checked(facts, asked, now))
    return draft.plan()


def _act(draft: Draft, ask: Do) -> None:
    """Through the table: the state must have the act, no rule refuse it."""
    act = ask.act
    issue = draft.facts.issue
    case = Case(
        draft.facts, ask, draft.now, draft.command.actor, _landing(draft.facts, ask, draft.now)
    )
    moment = Moment(
        state=issue.status,
        forum_here=case.rung.kind is RungKind.FORUM,
        lands_at_forum=case.landing is not None and case.landing.at_forum,
        effect=ask.effect if isinstance(ask, Decide) else None,
        lands=case.landing is not None,
    )
    leads = way(act, moment)
    if leads is None:
        raise _refused(draft, f"not_when_{issue.status}", _not_from(act, issue.status))
    for name in (SEATED, *leads.guards):
        why = RULES[name](case)
        if why is not None:
            raise _refused(draft, name, why)
    _DOES[type(ask)](draft, case, leads.to)


_OF_MEETING: dict[type[OfMeeting], Callable[[Draft, Any], None]] = {
    PutOn: put_on,
    Resit: resit,
    Retarget: retarget,
    NotedUp: noted_up,
}
_DOES: dict[type[Do], Callable[[Draft, Case[Any], Status], None]] = {
    **DOES,
    Reassign: reassign,
    Recuse: recuse,
    Propose: agreeing.propose,
    Agree: agreeing.agree,
    Dissent: agreeing.dissent,
    SeekAdvice: advising.seek_advice,
    GiveAdvice: advising.give_advice,
    Link: ties.link,
    Unlink: ties.unlink,
    Reclassify: reclassify,
    Merge: ties.merge,
    Decide: decide_item,
    Defer: defer_item,
}


def _refused(draft: Draft, rule: str, why: str) -> Refused:
    facts = draft.facts
    stands = {
        "available_acts": open_acts(facts, draft.command.actor),
        "status": facts.issue.status,
    }
    return Refused(why, rule, extra=stands)


def _not_from(act: Act | MeetingAct, status: Status) -> str:
    words = status.replace("_", " ")
    if status is Status.ON_HOLD and act is Act.HOLD:
        return "It is on hold already; resume it first to hold it until another instant."
    if status is Status.IN_PROGRESS and act is Act.ACKNOWLEDGE:
        return "It has been acknowledged on this rung already."
    return f"An issue that is {words} cannot be given `{act}`."


def _landing(facts: Facts, ask: Do, now: datetime) -> Landing | None:
    """Where an act would land, if it goes to a rung at all."""
    lands = _LANDS.get(type(ask))
    return None if lands is None else lands(facts, ask, now)


def _above(facts: Facts, ask: Escalate | Dissent | Dispute, now: datetime) -> Landing | None:
    """Up; of a disputed issue, to somebody who has not handled it."""
    excluded = handled_by(facts.issue) if isinstance(ask, Dispute) else NOBODY
    return land_above(facts.under, facts.issue, now, excluded)


def _named(facts: Facts, ask: Skip, now: datetime) -> Landing:
    return land_on(facts.under, facts.issue, ask.to, now)


def _below(facts: Facts, ask: ReferBack, now: datetime) -> Landing | None:
    return _back(facts, ask.to, now)


def _again(facts: Facts, ask: Reopen, now: datetime) -> Landing:  # noqa: ARG001 - one shape
    return land_on(facts.under, facts.issue, facts.issue.rung, now)


def _decided(facts: Facts, ask: Decide, now: datetime) -> Landing | None:
    if ask.effect is Effect.CLIMB:
        return land_above(facts.under, facts.issue, now)
    if ask.effect is Effect.RETURN:
        return _back(facts, None, now)
    return None


def _back(facts: Facts, to: str | None, now: datetime) -> Landing | None:
    """The named rung, else the lower one that it last came from."""
    issue, ladder = facts.issue, facts.under.ladder
    if to is not None:
        return land_on(facts.under, issue, to, now)
    below = {rung.id for rung in ladder.rungs[: ladder.position(issue.rung)]}
    for visit in reversed(issue.visits):
        if visit.rung in below:
            return land_on(facts.under, issue, visit.rung, now)
    return None


_LANDS: dict[type[Do], Callable[[Facts, Any, datetime], Landing | None]] = {
    Escalate: _above,
    Dissent: _above,
    Dispute: _above,
    Skip: _named,
    ReferBack: _below,
    Reopen: _again,
    Decide: _decided,
    Recuse: where_recusing_leads,
    Reclassify: where_reclassifying_leads,
}


def _edit(draft: Draft, ask: Edit) -> None:
    """Words about the issue; no clock, seat or rung is touched."""
    issue = draft.facts.issue
    before = {k: issue.raiser.get(k) if k == "needs" else getattr(issue, k) for k in ask.changes}
    changes = {k: v for k, v in ask.changes.items() if before[k] != v}
    if not changes:
        return
    told = {k: {"from": before[k], "to": v} for k, v in changes.items()}
    if "needs" in changes:
        raiser = {**issue.raiser, "needs": changes.pop("needs")}
        changes["raiser"] = {k: v for k, v in raiser.items() if v is not None}
    draft.set(**changes)
    draft.event(EventType.CHANGED, {"changes": told})
