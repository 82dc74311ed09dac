"""What each act of a person does once the table and its rules allow it.

Every function has the shape ``(draft, case, status) -> None``: ``status`` is where the table says
it leads.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from escalation.routing.directory import Forum
from escalation.routing.effective import EffectiveRung
from escalation.routing.entry import next_rung
from escalation.routing.vocabulary import RungKind, StatutoryStop
from escalation.timekeeping.duration import Duration
from escalation.workflow import clocks, forum
from escalation.workflow.climbing import (
    Landing,
    enter,
    handled_by,
    leave,
    seat_anew,
    seats_told,
    warnings_of,
)
from escalation.workflow.commands import (
    Acknowledge,
    Close,
    Contact,
    Dispute,
    Do,
    Escalate,
    Hold,
    Inform,
    Link,
    Name,
    Note,
    Reclassify,
    RecordReferral,
    Refer,
    ReferBack,
    Reopen,
    ReportUp,
    Resolve,
    Resume,
    Skip,
    Unname,
    Withdraw,
)
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.guards import Case
from escalation.workflow.outlook import review_right
from escalation.workflow.plan import LinkRow, Tabling
from escalation.workflow.sealing import (
    align_statutory,
    name,
    record_referral,
    refer,
    seal,
    unname,
)
from escalation.workflow.states import TERMINAL, ClockEnd, ClockKind, Status

AGREED = (ClockKind.ACKNOWLEDGE, ClockKind.RUNG, ClockKind.OVERALL)
"""The agreed clocks that a hold lets stand still; a forum's is taken off with its agenda item."""


def acknowledge(draft: Draft, case: Case[Acknowledge], status: Status) -> None:  # noqa: ARG001 - one shape for all
    """Stops the acknowledge clock, and nothing else."""
    draft.stop(ClockKind.ACKNOWLEDGE)
    draft.stop_statutory(StatutoryStop.ACKNOWLEDGE)
    draft.set(status=status)
    draft.event(
        EventType.ACKNOWLEDGED, {"rung": draft["rung"], "seats": seats_told(draft["seats"])}
    )


def inform(draft: Draft, case: Case[Inform], status: Status) -> None:
    """Begins the inform clock anew, while somebody still has to act."""
    if status not in {Status.RESOLVED, *TERMINAL}:
        draft.stop(ClockKind.INFORM)
        begin_informing(draft)
    draft.stop_statutory(StatutoryStop.INFORM)
    _say(draft, EventType.INFORMED, case.ask)


def contact(draft: Draft, case: Case[Contact], status: Status) -> None:  # noqa: ARG001 - one shape
    """An interaction; touches no clock."""
    _say(draft, EventType.CONTACTED, case.ask)


def note(draft: Draft, case: Case[Note], status: Status) -> None:  # noqa: ARG001 - one shape
    """A note; touches no clock."""
    _say(draft, EventType.NOTED, case.ask)


def _say(draft: Draft, kind: EventType, said: Inform | Contact | Note) -> None:
    told: dict[str, Any] = {"text": said.text, "channel": said.channel}
    if draft.command.actor.kind == "raiser":
        told["tells"] = {"lead": draft["rung"]}
    draft.event(kind, told, visibility=said.visibility)


def hold(draft: Draft, case: Case[Hold], status: Status) -> None:
    """Pauses the agreed clocks until an instant; acknowledges, and leaves the agenda."""
    draft.stop(ClockKind.ACKNOWLEDGE, ClockKind.FORUM)
    draft.stop_statutory(StatutoryStop.ACKNOWLEDGE)
    if draft["exhausted_at"] is None:
        draft.stop(ClockKind.REMIND)
    draft.pause(*AGREED)
    forum.take_off(draft, "withdrawn")
    until = case.ask.until
    held = {
        "until": until.isoformat(),
        "awaiting": str(case.ask.awaiting),
        "from": case.issue.status,
    }
    draft.put(
        clocks.begin_until(
            draft.new_id("clk"),
            ClockKind.HOLD,
            until,
            draft.now,
            draft.calendar,
            visit=draft.visit,
            says=f"until {until:%Y-%m-%d %H:%M:%S} UTC",
        )
    )
    draft.set(status=status, hold=held)
    draft.event(EventType.HELD, {"until": held["until"], "awaiting": held["awaiting"]})


def resume(draft: Draft, case: Case[Resume], status: Status) -> None:
    """The agreed clocks go on with exactly what they had left; a forum tables it again.

    Rule 2: where the promised instant has passed and the engine was late, they go on from there.
    """
    promised = [c.due_at for c in draft.live_clocks() if c.kind is ClockKind.HOLD and c.due_at]
    draft.now = min(draft.now, *promised)
    draft.stop(ClockKind.HOLD)
    draft.resume(*AGREED)
    draft.set(status=status, hold=None)
    draft.event(EventType.RESUMED, {"rung": draft["rung"]})
    if case.rung.kind is RungKind.FORUM:
        forum.table_next(draft, case.rung, later_than=draft.processed_at)


def escalate(draft: Draft, case: Case[Escalate | Skip], status: Status) -> None:
    """Up a rung, or to a named one."""
    move(draft, case.lands, status, Move(kind=EventType.ESCALATED, how=case.ask.act.value))


def refer_back(draft: Draft, case: Case[ReferBack], status: Status) -> None:
    """Down, with a question and the rung's full target."""
    by = Move(
        kind=EventType.REFERRED_BACK,
        how=case.ask.act.value,
        told={"question": case.ask.question},
    )
    move(draft, case.lands, status, by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How an issue comes to another rung, as its timeline tells it."""

    kind: EventType
    how: str
    told: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    agenda_outcome: str = "withdrawn"
    ends: ClockEnd = ClockEnd.STOPPED


def move(draft: Draft, landing: Landing, status: Status, by: Move) -> None:
    """Leave the rung, say so, and stand on another; what a hold had stopped goes on."""
    left = draft["rung"]
    leave(draft, by.agenda_outcome, how=by.ends)
    draft.resume(ClockKind.OVERALL)
    draft.set(status=status)
    event = {
        "from": left,
        "to": landing.rung.id,
        "how": by.how,
        "passed": list(landing.passed) or None,
        "seats": seats_told(landing.seats),
        **by.told,
    }
    draft.event(by.kind, event, due_at=by.due_at)
    enter(draft, landing, by.how)


def report_up(draft: Draft, case: Case[ReportUp], status: Status) -> None:  # noqa: ARG001 - one shape
    """Before a higher body in its digests; who must act stays as it is."""
    body = cast("Forum", forum.reports_to(case.facts, case.ask.to))  # the rules made sure
    reported = {"forum": body.code, "at": draft.now.isoformat()}
    draft.set(reported_up=(*draft["reported_up"], reported))
    ahead = forum.next_sitting(draft.under, body, draft.now)
    if ahead is not None:
        draft.tablings.append(Tabling(ahead.id, ahead, kind="reported"))
    draft.event(EventType.REPORTED_UP, {"forum": body.code, "meeting": ahead and ahead.id})


def reclassify(draft: Draft, case: Case[Reclassify], status: Status) -> None:  # noqa: ARG001 - one shape
    """Other fields, and with them budgets, agreement and holders; anchors and intervals stay."""
    changes = dict(case.ask.changes)
    sensitive = changes.pop("sensitive", None)
    if sensitive is not None:
        seal(draft, sensitive)
    if changes.keys() - {"seats"}:
        _reclassify(draft, case, changes)


def _reclassify(draft: Draft, case: Case[Reclassify], changes: dict[str, Any]) -> None:
    moved = changes.pop("entry", None)
    seats = changes.pop("seats")
    before = {name: getattr(case.issue, name) for name in changes}
    draft.set(**changes)
    left, ladder = draft.ladder, draft.ladder if moved is None else moved.ladder
    rung = ladder.rung(case.issue.rung)
    if moved is not None:
        draft.ladder = ladder
        draft.set(ola=moved.ola, ladder=ladder.id, calendar=moved.calendar, cluster=moved.cluster)
        draft.set(entry_reasons=moved.reasons, warnings=moved.warnings)
    told = {name: {"from": before[name], "to": changes[name]} for name in changes}
    draft.event(EventType.CHANGED, {"changes": told})
    rebudget(draft, rung)
    align_statutory(draft, left, draft["sealing"].sensitive if draft["sealing"] else ())
    seat_anew(draft, rung, seats)
    if draft["status"] is Status.TABLED and forum.code_at(draft, rung) != draft["forum"]:
        draft.stop(ClockKind.FORUM)
        forum.take_off(draft, "withdrawn")
        forum.table_next(draft, rung)


def rebudget(draft: Draft, rung: EffectiveRung) -> None:
    """Each agreed clock's budget derived again: same anchor, same running intervals."""
    severity, ladder = draft["severity"], draft.ladder
    agreed: dict[ClockKind, tuple[Duration, tuple[str, ...]]] = {
        ClockKind.OVERALL: (ladder.clocks.overall[severity].value, ()),
        ClockKind.INFORM: (ladder.clocks.inform[severity].value, ()),
    }
    if rung.kind is RungKind.OFFICERS:
        agreed[ClockKind.RUNG] = (rung.targets[severity].value, warnings_of(rung))
        agreed[ClockKind.ACKNOWLEDGE] = (rung.acknowledge[severity].value, ())
    for kind, (duration, warnings) in agreed.items():
        clock = draft.clock(kind)
        if clock is not None:
            draft.rebudget(clock, duration, warnings)


def link(draft: Draft, case: Case[Link], status: Status) -> None:  # noqa: ARG001 - one shape
    """A tie to another issue."""
    draft.links.append(LinkRow(case.ask.issue, case.ask.as_))
    draft.event(EventType.LINKED, {"issue": case.ask.reference, "as": case.ask.as_})


def resolve(draft: Draft, case: Case[Resolve], status: Status) -> None:
    """Settled: the review window begins."""
    settle(draft, dict(case.ask.outcome), status)


def settle(draft: Draft, outcome: dict[str, Any], status: Status, how: str = "withdrawn") -> None:
    """Give the outcome, end the rung's clocks, let ``overall`` stand and the review run."""
    leave(draft, how)
    draft.stop(ClockKind.INFORM)
    draft.stop_statutory(StatutoryStop.RESOLVE)
    draft.pause(ClockKind.OVERALL)
    review = draft.begin(ClockKind.REVIEW, draft.ladder.clocks.review.value)
    above, _ = next_rung(draft.ladder, draft["rung"], draft.facts.issue.shape(draft.now))
    right = review_right(above, draft.ladder.external_review.value)
    until = None if review.due_at is None else review.due_at.isoformat()
    outcome = {**outcome, "review": {**right, "until": until}}
    draft.set(status=status, outcome=outcome, resolved_at=draft.now, hold=None, exhausted_at=None)
    draft.event(EventType.RESOLVED, {"rung": draft["rung"], "outcome": outcome})


def dispute(draft: Draft, case: Case[Dispute], status: Status) -> None:
    """Not accepted: to the next rung, where nobody who handled it before leads.

    In a forum those who did are recused, and block nothing.
    """
    there = {held.person for held in case.lands.seats.values()}
    before = sorted(handled_by(case.issue) & there)
    told = {
        "grounds": case.ask.grounds,
        "handled_it_before": before,
        "recused": before if case.lands.at_forum else None,
    }
    draft.set(outcome=None, resolved_at=None)
    begin_informing(draft)
    move(
        draft, case.lands, status, Move(kind=EventType.DISPUTED, how=case.ask.act.value, told=told)
    )


def reopen(draft: Draft, case: Case[Reopen], status: Status) -> None:
    """Back to the rung that resolved it, with its full target."""
    draft.set(outcome=None, resolved_at=None, ended_at=None)
    begin_informing(draft)
    overall = case.facts.last_overall
    if overall is not None:
        draft.put(clocks.restarted(overall, draft.new_id("clk"), draft.now, draft.calendar))
    move(draft, case.lands, status, Move(kind=EventType.REOPENED, how=case.ask.act.value))


def withdraw(draft: Draft, case: Case[Withdraw], status: Status) -> None:  # noqa: ARG001 - one shape
    """Taken back: nothing runs any more."""
    finish(draft, status, EventType.WITHDRAWN)


def close(draft: Draft, case: Case[Close], status: Status) -> None:  # noqa: ARG001 - one shape
    """Done: nothing runs any more."""
    finish(draft, status, EventType.CLOSED)


def finish(draft: Draft, status: Status, kind: EventType, due_at: datetime | None = None) -> None:
    """No more is to come of it: off the agenda, and nothing runs any more."""
    forum.take_off(draft, "withdrawn")
    draft.stop_all()
    draft.set(status=status, ended_at=draft.now, hold=None, exhausted_at=None)
    draft.event(kind, {"rung": draft["rung"]}, due_at=due_at)


def begin_informing(draft: Draft) -> None:
    """The clock that says when the raiser is to hear again."""
    draft.begin(ClockKind.INFORM, draft.ladder.clocks.inform[draft["severity"]].value)


DOES: dict[type[Do], Callable[[Draft, Case[Any], Status], None]] = {
    Acknowledge: acknowledge,
    Inform: inform,
    Contact: contact,
    Note: note,
    Hold: hold,
    Resume: resume,
    Escalate: escalate,
    Skip: escalate,
    ReferBack: refer_back,
    ReportUp: report_up,
    Reclassify: reclassify,
    Link: link,
    Resolve: resolve,
    Dispute: dispute,
    Reopen: reopen,
    Withdraw: withdraw,
    Close: close,
    Name: name,
    Unname: unname,
    Refer: refer,
    RecordReferral: record_referral,
}
