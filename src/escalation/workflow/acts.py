"""What each act of a person does once the table and its rules allow it.

Every function has the shape ``(draft, case, status) -> None``: ``status`` is where the table says
it leads.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from msgspec import Struct, field

from escalation.routing.directory import Forum
from escalation.routing.entry import next_rung
from escalation.routing.vocabulary import RungKind, StatutoryStop
from escalation.workflow import advising, clocks, forum
from escalation.workflow.case import Case
from escalation.workflow.climbing import (
    Landing,
    enter,
    handled_by,
    leave,
    seats_at,
    seats_told,
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
    Name,
    Note,
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
from escalation.workflow.facts import Issue
from escalation.workflow.outlook import review_right
from escalation.workflow.plan import Learning, Tabling
from escalation.workflow.sealing import (
    name,
    record_referral,
    refer,
    unname,
)
from escalation.workflow.states import TERMINAL, Act, ClockEnd, ClockKind, Status

AGREED = (
    ClockKind.ACKNOWLEDGE,
    ClockKind.RUNG,
    ClockKind.OUT_OF_SESSION,
    ClockKind.OVERALL,
)
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
    _say(draft, EventType.INFORMED, case.ask, also_owed=owed(draft))


def contact(draft: Draft, case: Case[Contact], status: Status) -> None:  # noqa: ARG001 - one shape
    """An interaction; touches no clock."""
    _say(draft, EventType.CONTACTED, case.ask)


def note(draft: Draft, case: Case[Note], status: Status) -> None:  # noqa: ARG001 - one shape
    """A note; touches no clock."""
    _say(draft, EventType.NOTED, case.ask)


def _say(
    draft: Draft,
    kind: EventType,
    said: Inform | Contact | Note,
    **more: Any,  # noqa: ANN401 - what else its payload has
) -> None:
    told: dict[str, Any] = {"text": said.text, "channel": said.channel, **more}
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
    if case.ask.issue is not None:
        upstream = case.facts.beside[case.ask.issue]
        held |= {"issue": upstream.id, "reference": upstream.reference}
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
    told = {name: held.get(name) for name in ("until", "awaiting", "reference")}
    draft.event(EventType.HELD, told)


def resume(draft: Draft, case: Case[Resume], status: Status) -> None:  # noqa: ARG001 - one shape
    """The agreed clocks go on with exactly what they had left; a forum tables it again.

    Rule 2: where the promised instant has passed and the engine was late, they go on from there.
    """
    draft.now = min(draft.now, *promised_ends(draft))
    end_hold(draft)


def promised_ends(draft: Draft) -> list[datetime]:
    """When the hold that it is on was to end; nothing where it is on none."""
    return [c.due_at for c in draft.live_clocks() if c.kind is ClockKind.HOLD and c.due_at]


def end_hold(draft: Draft, how: str | None = None, due_at: datetime | None = None) -> None:
    """No longer on hold, by a person or for the reason that ``how`` tells."""
    rung = draft.ladder.rung(draft["rung"])
    at_forum = rung.kind is RungKind.FORUM
    draft.stop(ClockKind.HOLD)
    draft.resume(*AGREED)
    draft.set(status=Status.TABLED if at_forum else Status.IN_PROGRESS, hold=None)
    draft.event(EventType.RESUMED, {"rung": rung.id, "how": how}, due_at=due_at)
    if at_forum:
        forum.table_next(draft, rung, later_than=draft.processed_at)


def escalate(draft: Draft, case: Case[Escalate | Skip], status: Status) -> None:
    """Up a rung, or to a named one; those whose rungs a skip leaves out are told."""
    told = {} if case.ask.act is Act.ESCALATE else {"skipped": list(_skipped(case))}
    move(
        draft, case.lands, status, Move(kind=EventType.ESCALATED, how=case.ask.act.value, told=told)
    )


def _skipped(case: Case[Any]) -> Iterator[dict[str, Any]]:
    """The rungs between, each with who holds its seats, or its body and who keeps its papers."""
    here, there = case.position(case.issue.rung), case.position(case.lands.rung.id)
    for rung in case.facts.under.ladder.rungs[here + 1 : there]:
        body = forum.body_for(case.facts, rung)
        seats = seats_at(case.facts.under, rung, case.issue.shape(case.now), case.now)
        told = {
            "rung": rung.id,
            "title": rung.title,
            "holders": seats_told(seats),
            "forum": None if body is None else body.code,
            "secretariat": None if body is None else body.secretariat,
        }
        yield {name: value for name, value in told.items() if value is not None}


def refer_back(draft: Draft, case: Case[ReferBack], status: Status) -> None:
    """Down, with a question and the rung's full target."""
    by = Move(
        kind=EventType.REFERRED_BACK,
        how=case.ask.act.value,
        told={"question": case.ask.question},
    )
    move(draft, case.lands, status, by)


class Move(Struct, frozen=True, kw_only=True):
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


def resolve(draft: Draft, case: Case[Resolve], status: Status) -> None:
    """Settled: the review window begins."""
    settle(draft, dict(case.ask.outcome), status)
    _learn(draft, case.ask)


def settle(draft: Draft, outcome: dict[str, Any], status: Status, how: str = "withdrawn") -> None:
    """Give the outcome, end the rung's clocks, let ``overall`` stand and the review run."""
    leave(draft, how)
    advising.no_longer_needed(draft, status)
    draft.stop(ClockKind.INFORM)
    draft.stop_statutory(StatutoryStop.RESOLVE)
    draft.pause(ClockKind.OVERALL)
    review = draft.begin(ClockKind.REVIEW, draft.ladder.clocks.review.value)
    above, _ = next_rung(draft.ladder, draft["rung"], draft.facts.issue.shape(draft.now))
    right = review_right(above, draft.ladder.external_review.value)
    until = None if review.due_at is None else review.due_at.isoformat()
    outcome = {**outcome, "review": {**right, "until": until}}
    draft.set(status=status, outcome=outcome, resolved_at=draft.now, hold=None, exhausted_at=None)
    told = {"rung": draft["rung"], "outcome": outcome, "also_owed": owed(draft)}
    draft.event(EventType.RESOLVED, {**told, "shown_to": handled_below(draft)})


def handled_below(draft: Draft) -> list[str] | None:
    """Who handled it on lower rungs and no more does: they are shown what came of it.

    Framework: recognition of the impact that staff's actions have on service delivery.
    """
    *before, here = draft["visits"]
    places = {rung.id: place for place, rung in enumerate(draft.ladder.rungs)}
    below = [visit for visit in before if places.get(visit.rung, 0) < places[here.rung]]
    people = dict.fromkeys(person for visit in below for person in visit.holders)
    return [person for person in people if person not in here.holders] or None


def owed(draft: Draft) -> list[str] | None:
    """The merged issues whose raisers are to hear of this one what its own raiser hears."""
    return [raiser["reference"] for raiser in draft["joined"]] or None


def dispute(draft: Draft, case: Case[Dispute], status: Status) -> None:
    """Not accepted: to the next rung, where nobody who handled it before leads.

    In a forum those who did are recused, and block nothing.
    """
    before = _handled_before(case.issue, case.lands)
    told = {
        "grounds": case.ask.grounds,
        "handled_it_before": before,
        "recused": before if case.lands.at_forum else None,
    }
    draft.set(outcome=None, resolved_at=None)
    begin_informing(draft)
    _report_again(draft)
    move(
        draft, case.lands, status, Move(kind=EventType.DISPUTED, how=case.ask.act.value, told=told)
    )


def _report_again(draft: Draft) -> None:
    """Once more before the bodies that have not noted it: it left their agendas as settled."""
    for report in draft["reported_up"]:
        body = None if "noted_at" in report else draft.directory.forums.get(report["forum"])
        ahead = None if body is None else forum.next_sitting(draft.under, body, draft.now)
        if ahead is not None:
            draft.tablings.append(Tabling(ahead.id, ahead, kind="reported"))


def _handled_before(issue: Issue, landing: Landing) -> list[str]:
    """Who of those that it comes to has held a seat of it before."""
    there = {held.person for held in landing.seats.values()}
    return sorted(handled_by(issue) & there)


def reopen(draft: Draft, case: Case[Reopen], status: Status) -> None:
    """Back to the rung that resolved it, with its full target."""
    draft.set(outcome=None, resolved_at=None, ended_at=None)
    begin_informing(draft)
    _report_again(draft)
    overall = case.facts.last_overall
    if overall is not None:
        draft.put(clocks.restarted(overall, draft.new_id("clk"), draft.now, draft.calendar))
    told = {"handled_it_before": _handled_before(case.issue, case.lands)}
    by = Move(kind=EventType.REOPENED, how=case.ask.act.value, told=told)
    move(draft, case.lands, status, by)


def withdraw(draft: Draft, case: Case[Withdraw], status: Status) -> None:  # noqa: ARG001 - one shape
    """Taken back: nothing runs any more."""
    finish(draft, status, EventType.WITHDRAWN)


def close(draft: Draft, case: Case[Close], status: Status) -> None:
    """Done: nothing runs any more."""
    finish(draft, status, EventType.CLOSED)
    _learn(draft, case.ask)


def _learn(draft: Draft, ask: Resolve | Close) -> None:
    """Keep what was learned, where something was."""
    if ask.learning is not None:
        told = {"text": ask.learning["text"], "shared": ask.learning["shared"]}
        draft.learnings.append(Learning(draft.new_id("lrn"), act=ask.act.value, **told))
        draft.event(EventType.LEARNED, told)


def finish(draft: Draft, status: Status, kind: EventType, due_at: datetime | None = None) -> None:
    """No more is to come of it: off the agenda, and nothing runs any more."""
    forum.take_off(draft, "withdrawn")
    advising.no_longer_needed(draft, status)
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
