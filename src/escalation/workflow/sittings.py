"""What a forum does with an item of its agenda: decide it, or put it off.

Same shape as :mod:`escalation.workflow.acts`. The meeting's own procedure (quorum, attendance,
closing) is :mod:`escalation.workflow.meetings`.
"""

from datetime import datetime
from typing import cast

from escalation.routing.effective import EffectiveRung
from escalation.workflow import clocks, forum
from escalation.workflow.acts import Move, move, settle
from escalation.workflow.case import Case
from escalation.workflow.commands import (
    Decide,
    Defer,
)
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Clock
from escalation.workflow.of_meetings import NotedUp, PutOn, Resit
from escalation.workflow.plan import Decision, Tabling
from escalation.workflow.states import ClockEnd, ClockKind, Effect, Status

_LEAVES_AS = {Effect.CLIMB: "referred_up", Effect.RETURN: "referred_back"}
_MOVES_AS = {Effect.CLIMB: EventType.ESCALATED, Effect.RETURN: EventType.REFERRED_BACK}


def decide_item(draft: Draft, case: Case[Decide], status: Status) -> None:
    """Record the decision and carry out its effect on the issue in one go."""
    ask, issue = case.ask, case.issue
    decision = Decision(
        id=draft.new_id("dec"),
        meeting=ask.meeting,
        forum=issue.forum or "",
        text=ask.text,
        reasons=ask.reason,
        conditions=ask.conditions,
        effect=ask.effect.value,
        actions=ask.actions,
        decided_at=draft.now,
        mover=ask.mover,
        assents=ask.assents,
        recused=ask.recused,
        number=ask.number,
    )
    draft.decisions.append(decision)
    told = {
        "decision": decision.id,
        "number": ask.number,
        "meeting": ask.meeting,
        "forum": decision.forum,
        "effect": decision.effect,
        "text": ask.text,
        "conditions": ask.conditions,
        "mover": ask.mover,
        "assents": list(ask.assents) or None,
        "recused": list(ask.recused) or None,
    }
    draft.event(EventType.DECIDED, told)
    _carry_out(draft, case, status, decision)


def _carry_out(draft: Draft, case: Case[Decide], status: Status, decision: Decision) -> None:
    effect = case.ask.effect
    if effect is Effect.RESOLVE:
        outcome = {"summary": decision.text, "decision": decision.number or decision.id}
        if decision.reasons:
            outcome["reasons"] = decision.reasons
        settle(draft, outcome, status, "decided")
    elif effect is Effect.KEEP:
        _keep(draft, case)
    else:
        by = Move(
            kind=_MOVES_AS[effect],
            how=f"decided to {effect}",
            told={"decision": decision.id},
            agenda_outcome=_LEAVES_AS[effect],
        )
        move(draft, case.lands, status, by)


def _keep(draft: Draft, case: Case[Decide]) -> None:
    """On to the next meeting; out of session that is the one it is tabled for already."""
    draft.stop(ClockKind.OUT_OF_SESSION)
    if cast("datetime", case.issue.meeting_at) <= draft.now:  # it is on that meeting's agenda
        retable(draft, case.rung, "decided", carried=False)


def defer_item(draft: Draft, case: Case[Defer], status: Status) -> None:
    """To the forum's next meeting; past the rung's carry-over limit the clock's end climbs."""
    draft.set(status=status)
    draft.event(EventType.DEFERRED, {"forum": case.issue.forum, "meeting": case.ask.meeting})
    retable(draft, case.rung, "deferred", carried=True)


def retable(
    draft: Draft, rung: EffectiveRung, outcome: str, *, carried: bool, remark: str | None = None
) -> None:
    """Off this agenda and onto the next one."""
    draft.stop(ClockKind.FORUM, how=ClockEnd.STOPPED)
    later_than = draft["meeting_at"]
    forum.take_off(draft, outcome, remark)
    forum.table_next(draft, rung, carried=carried, later_than=later_than)


def put_on(draft: Draft, ask: PutOn) -> None:
    """Onto the agenda of this meeting, off the one that it was on."""
    when = f"tabled for the meeting of {ask.sitting.starts_at:%Y-%m-%d}"
    draft.stop(ClockKind.FORUM)
    forum.take_off(draft, "withdrawn", when)
    item = Tabling(
        ask.sitting.id, ask.sitting, section=ask.section, sought=ask.sought, late=ask.late
    )
    forum.table_for(draft, draft.ladder.rung(draft["rung"]), item, ask.reason)


def resit(draft: Draft, ask: Resit) -> None:
    """Its meeting was moved: it stays on the agenda, and the forum clock waits for the new end."""
    before = draft["meeting_at"]
    draft.set(meeting_at=ask.sitting.starts_at)
    clock = cast("Clock", draft.clock(ClockKind.FORUM))  # whatever waits for a meeting has one
    until, says = forum.waits_until(draft, draft.ladder.rung(draft["rung"]), ask.sitting)
    draft.put(clocks.retimed(clock, until, draft.under.calendar(clock.calendar), says))
    moved_from = None if before is None else before.isoformat()
    forum.tell_tabled(draft, ask.sitting, moved_from=moved_from, reason=ask.reason)


def noted_up(draft: Draft, ask: NotedUp) -> None:
    """A body to which it was reported up has noted it: it stands in its digests no longer."""
    noted = {"noted_at": draft.now.isoformat()}
    reports = tuple(
        {**report, **noted} if report["forum"] == ask.forum and "noted_at" not in report else report
        for report in draft["reported_up"]
    )
    draft.set(reported_up=reports)
    draft.tablings.append(Tabling(ask.meeting, outcome="noted", kind="reported", remark=ask.text))
    told = {"forum": ask.forum, "meeting": ask.meeting, "text": ask.text}
    draft.event(EventType.NOTED_BY_FORUM, told)
