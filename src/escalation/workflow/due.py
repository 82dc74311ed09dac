"""What the engine does when a clock's step is due: warn, climb, table again, remind, resume, close.

Source: the domain's "Clocks", the table's last column and rules 4 to 8.
"""

from collections.abc import Callable
from datetime import datetime

from escalation.routing.entry import next_rung
from escalation.routing.vocabulary import PastTarget
from escalation.workflow import advising, clocks, forum
from escalation.workflow.acts import Move, begin_informing, end_hold, finish, move
from escalation.workflow.climbing import (
    Landing,
    exhaust,
    land_above,
    status_at,
    told_of_vacancy,
)
from escalation.workflow.commands import (
    ClockDue,
)
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Clock
from escalation.workflow.of_meetings import Retarget
from escalation.workflow.plan import Claim
from escalation.workflow.sittings import retable
from escalation.workflow.states import END, HORIZON, ClockEnd, ClockKind, Status

GOES_ON = frozenset(
    {
        ClockKind.ACKNOWLEDGE,
        ClockKind.RUNG,
        ClockKind.OUT_OF_SESSION,
        ClockKind.OVERALL,
        ClockKind.STATUTORY,
    }
)
"""Clocks that run on past their end, until the act that stops them."""


def clock_due(draft: Draft, ask: ClockDue) -> None:
    """Fire what is due of one clock; a hint that was wrong is put right and fires nothing."""
    clock = next((c for c in draft.facts.clocks if c.id == ask.clock), None)
    if clock is None:
        return
    clock = clocks.scheduled(clock, draft.under.calendar(clock.calendar))
    if clock.next_at is None or clock.next_at > draft.now:
        draft.put(clock)
        return
    if clock.kind is ClockKind.HOLD:
        # Rule 2: the engine's own resume takes effect at the promised instant, however late.
        draft.now = clock.next_at
    if clock.due_at is not None and clock.due_at <= draft.now:
        _end(draft, clock, clock.due_at)
    else:
        _warn(draft, clock, clock.next_at)


def _warn(draft: Draft, clock: Clock, due: datetime) -> None:
    """One warning, or the alarm that the calendar does not reach the clock's end."""
    step = clock.step or HORIZON
    _claim(draft, clock, step, due)
    draft.put(clocks.step_done(clock, step, draft.under.calendar(clock.calendar)))
    told = {"clock": clock.name, "step": step, "rung": draft["rung"]}
    if clock.due_at is not None:
        told["ends_at"] = clock.due_at.isoformat()
    draft.event(EventType.WARNED, told, due_at=due)


def _end(draft: Draft, clock: Clock, due: datetime) -> None:
    """The clock's end; warnings it has overtaken are recorded as missed, without a message."""
    calendar = draft.under.calendar(clock.calendar)
    for text, when in clocks.overtaken(clock, calendar):
        _claim(draft, clock, text, when)
        draft.event(EventType.WARNING_MISSED, {"clock": clock.name, "step": text}, due_at=when)
    _claim(draft, clock, END, due)
    if clock.kind in GOES_ON:
        draft.put(clocks.run_out(clock))
    else:
        draft.put(clocks.ended(clock, draft.now, ClockEnd.FIRED))
    _AT_THE_END[clock.kind](draft, clock, due)


def _claim(draft: Draft, clock: Clock, step: str, due: datetime) -> None:
    draft.claims.append(Claim(clock.id, step, due, draft.now))


def _acknowledge(draft: Draft, clock: Clock, due: datetime) -> None:
    above, _ = next_rung(draft.ladder, draft["rung"], draft.facts.issue.shape(draft.now))
    _tell(draft, clock, due, {"lead": draft["rung"], "rung_above": above.id if above else None})


def _tell(draft: Draft, clock: Clock, due: datetime, tells: dict[str, str | None]) -> None:
    """Past target (or, of a planned clock, time to remind): who is told."""
    told = {"clock": clock.kind, "step": END, "rung": draft["rung"], "tells": tells}
    draft.event(EventType.WARNED, told, due_at=due)


def _rung(draft: Draft, clock: Clock, due: datetime) -> None:
    rung = draft.ladder.rung(draft["rung"])
    landing = land_above(draft.under, draft.facts.issue, draft.now)
    if landing is None:
        exhaust(draft, due)
    elif rung.past_target.value is PastTarget.NOTIFY:
        _tell(draft, clock, due, {"lead": rung.id})
    else:
        draft.put(clocks.ended(clock, draft.now, ClockEnd.FIRED))
        _climb(draft, landing, due, "past target")


def _climb(draft: Draft, landing: Landing, due: datetime | None, how: str) -> None:
    """One rung up, however late."""
    by = Move(
        kind=EventType.ESCALATED,
        how=how,
        due_at=due,
        agenda_outcome="not_reached",
        ends=ClockEnd.SUPERSEDED,
    )
    move(draft, landing, status_at(landing), by)


def _forum(draft: Draft, clock: Clock, due: datetime) -> None:  # noqa: ARG001 - one shape for all
    """The meeting was not closed in time; one that passed while the engine was down costs nothing.

    Rule 5: meetings that passed during an outage re-target without using the carry-over.
    """
    down = draft.now - due >= draft.under.outage
    not_reached(draft, due, carried=not down, why="the engine was down" if down else None)


def _out_of_session(draft: Draft, clock: Clock, due: datetime) -> None:
    """Not decided between meetings in time: the forum is told, and its next meeting has it."""
    _tell(draft, clock, due, {"forum": draft["forum"], "meeting": draft["meeting"]})


def retarget(draft: Draft, ask: Retarget) -> None:
    """A meeting says that it did not come to it."""
    not_reached(draft, None, carried=ask.carried, why=ask.why)


def not_reached(draft: Draft, due: datetime | None, *, carried: bool, why: str | None) -> None:
    """Not reached: the next meeting, or up at the carry-over limit."""
    rung = draft.ladder.rung(draft["rung"])
    if carried and draft["carried_over"] >= forum.carry_over_limit(rung):
        landing = land_above(draft.under, draft.facts.issue, draft.now)
        if landing is not None:
            _climb(draft, landing, due, "carried over to its limit")
            return
        exhaust(draft, due)
    told = {
        "forum": draft["forum"],
        "meeting": draft["meeting"],
        "outcome": "not_reached",
        "carried_over": draft["carried_over"] + carried,
        "because": why,
        "tells": "secretariat",
    }
    draft.event(EventType.DEFERRED, told, due_at=due)
    retable(draft, rung, "not_reached", carried=carried, remark=why)


def _overall(draft: Draft, clock: Clock, due: datetime) -> None:
    _tell(draft, clock, due, {"lead": draft["rung"]})


def _inform(draft: Draft, clock: Clock, due: datetime) -> None:
    """Remind the lead, and again at the same cadence until the raiser has been informed."""
    _tell(draft, clock, due, {"lead": draft["rung"]})
    begin_informing(draft)


def _hold(draft: Draft, clock: Clock, due: datetime) -> None:  # noqa: ARG001 - one shape for all
    end_hold(draft, "the hold ended", due)


def _advice(draft: Draft, clock: Clock, due: datetime) -> None:
    """Remind whose advice it is, and again at the same cadence until they have given it.

    Whom the directory has no more is not reminded: who sees to empty seats is alarmed instead.
    """
    asked = advising.remind(draft, clock)
    if not advising.is_there(draft.directory, asked):
        tells = told_of_vacancy(draft.under, draft.issue, draft.now)
        detail = f"{advising.sought_of(draft.facts, asked)}, whose advice was sought, is no more"
        told = {"rung": draft["rung"], "advice": asked["id"], "detail": detail, "tells": tells}
        draft.event(EventType.SEAT_VACANT, told, due_at=due)
        return
    _tell(draft, clock, due, {name: asked.get(name) for name in ("forum", "person")})


def _review(draft: Draft, clock: Clock, due: datetime) -> None:  # noqa: ARG001 - one shape for all
    finish(draft, Status.CLOSED, EventType.CLOSED, due)


def _remind(draft: Draft, clock: Clock, due: datetime) -> None:  # noqa: ARG001 - one shape for all
    if draft["exhausted_at"] is not None:
        exhaust(draft, due)
    if draft["status"] is Status.TABLED and draft["meeting"] is None:
        forum.table_next(draft, draft.ladder.rung(draft["rung"]))


def _statutory(draft: Draft, clock: Clock, due: datetime) -> None:
    """The law's time has passed: a breach, whatever the state of the issue."""
    rules = {rule.name: rule for rule in draft.ladder.clocks.statutory}
    rule = rules.get(clock.rule or "")
    told = {
        "clock": clock.name,
        "title": None if rule is None else rule.title,
        "clause": None if rule is None else rule.clause,
        "rung": draft["rung"],
        "tells": "named people",
    }
    draft.event(EventType.BREACHED, told, due_at=due)


_AT_THE_END: dict[ClockKind, Callable[[Draft, Clock, datetime], None]] = {
    ClockKind.ACKNOWLEDGE: _acknowledge,
    ClockKind.RUNG: _rung,
    ClockKind.FORUM: _forum,
    ClockKind.OUT_OF_SESSION: _out_of_session,
    ClockKind.OVERALL: _overall,
    ClockKind.INFORM: _inform,
    ClockKind.HOLD: _hold,
    ClockKind.REVIEW: _review,
    ClockKind.ADVICE: _advice,
    ClockKind.REMIND: _remind,
    ClockKind.STATUTORY: _statutory,
}
