"""A forum's rung: the meeting an issue is tabled for, and the clock that waits for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import merge
from itertools import takewhile
from typing import cast

from escalation.ids import named
from escalation.routing.directory import Forum
from escalation.routing.effective import EffectiveRung, ForumRef, Valued
from escalation.timekeeping.calendar import BeyondHorizon, Calendar
from escalation.timekeeping.duration import Duration
from escalation.timekeeping.ledger import Interval, before, budget, due_at
from escalation.workflow import clocks
from escalation.workflow.diary import Sitting
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Agreement, Facts, Issue
from escalation.workflow.plan import Tabling
from escalation.workflow.states import HORIZON, ClockKind

INSTANT = timedelta(seconds=1)
"""The shortest stretch of time that is looked at."""
SEEN = timedelta(days=3 * 366)
"""How far back and ahead a meeting that nothing was ever tabled for is known by its id."""


def identified(code: str, occurs_at: datetime) -> str:
    """The identifier of the meeting that a forum's rule has at an instant."""
    return named("mtg", code, occurs_at.isoformat())


def sitting(under: Agreement, body: Forum, starts_at: datetime) -> Sitting:
    """The meeting of a forum that begins at an instant, with its end and its agenda's cut-off."""
    calendar = under.calendar(body.calendar)
    return Sitting(
        id=identified(body.code, starts_at),
        forum=body.code,
        starts_at=starts_at,
        ends_at=after(starts_at, body.duration, calendar),
        cutoff_at=ahead_of(starts_at, body.agenda_cutoff, calendar),
    )


def ahead_of(starts_at: datetime, wait: Duration, calendar: Calendar) -> datetime:
    """That long before a meeting; beyond the calendar's horizon, when the meeting begins."""
    try:
        return before(starts_at, wait, calendar)
    except BeyondHorizon:
        return starts_at


def sittings_after(under: Agreement, body: Forum, instant: datetime) -> Iterator[Sitting]:
    """The forum's meetings that begin after an instant, in order, as long as its rule goes on.

    What was moved, cancelled or put in between stands as the diary has it.
    """
    by_rule = _by_rule(under, body, instant)
    return merge(by_rule, under.diary.after(body.code, instant), key=lambda s: s.starts_at)


def _by_rule(under: Agreement, body: Forum, instant: datetime) -> Iterator[Sitting]:
    start = body.meeting.first_after(instant)
    while start is not None:
        found = sitting(under, body, start)
        if found.id not in under.diary.set_aside:
            yield found
        start = body.meeting.first_after(start)


def next_sitting(
    under: Agreement, body: Forum, at: datetime, later_than: datetime | None = None
) -> Sitting | None:
    """The next meeting whose cut-off is ahead of ``at``; ``None`` where the rule has ended.

    With ``later_than``, one that also begins later than that.
    """
    start = at if later_than is None else max(at, later_than)
    ahead = sittings_after(under, body, start)
    return next((found for found in ahead if found.cutoff_at > at), None)


def table_next(
    draft: Draft,
    rung: EffectiveRung,
    *,
    carried: bool = False,
    later_than: datetime | None = None,
) -> None:
    """Put the issue on the agenda of the forum's next meeting and let the forum clock run.

    With ``later_than``, the next one that also begins later than that instant. Where there is
    none the rung is alarmed as a vacant seat is, and reminded of at the ladder's cadence: nothing
    waits in silence.
    """
    body = _body_at(draft, rung)
    ahead = next_sitting(draft.under, body, draft.now, later_than) if body is not None else None
    if body is None or ahead is None:
        reason = "its forum is not in the directory" if body is None else "it does not meet again"
        draft.set(forum=body.code if body else None, meeting=None, meeting_at=None)
        draft.event(EventType.SEAT_VACANT, {"rung": rung.id, "detail": f"{rung.title}: {reason}"})
        draft.stop(ClockKind.REMIND)
        draft.begin(ClockKind.REMIND, draft.ladder.clocks.remind.value)
        return
    draft.set(carried_over=draft["carried_over"] + carried)
    section = body.sections[0] if body.sections else None
    table_for(draft, rung, Tabling(ahead.id, ahead, section=section))
    _alarm_without_quorum(draft, rung, body, ahead)


def _alarm_without_quorum(draft: Draft, rung: EffectiveRung, body: Forum, meeting: Sitting) -> None:
    """Say so where the forum has fewer seats on that day than may decide anything."""
    seats = len(body.members_at(meeting.starts_at))
    if seats < body.quorum:
        detail = (
            f"{rung.title}: {body.title} has {seats} voting seats on "
            f"{meeting.starts_at:%Y-%m-%d}, and its quorum is {body.quorum}"
        )
        tells = {"secretariat": body.secretariat}
        draft.event(EventType.SEAT_VACANT, {"rung": rung.id, "detail": detail, "tells": tells})


def begin_out_of_session(draft: Draft, rung: EffectiveRung) -> None:
    """The time for deciding it between meetings, from entry, where the rung gives it any."""
    target = rung.out_of_session.get(draft["severity"])
    if target is not None:
        draft.begin(ClockKind.OUT_OF_SESSION, target.value, draft["entered_at"])


def table_for(draft: Draft, rung: EffectiveRung, item: Tabling, reason: str | None = None) -> None:
    """Put the issue on this agenda and let the forum clock run."""
    meeting = cast("Sitting", item.sitting)
    draft.set(forum=meeting.forum, meeting=meeting.id, meeting_at=meeting.starts_at)
    draft.tablings.append(item)
    if draft["exhausted_at"] is None:
        draft.stop(ClockKind.REMIND)
    _wait_for(draft, rung, meeting)
    tell_tabled(draft, meeting, late=item.late or None, reason=reason)


def tell_tabled(draft: Draft, meeting: Sitting, **more: object) -> None:
    """Say for which meeting it is tabled, and when that is."""
    told = {"forum": meeting.forum, "meeting": meeting.id}
    draft.event(EventType.TABLED, {**told, "starts_at": meeting.starts_at.isoformat(), **more})


def waits_until(draft: Draft, rung: EffectiveRung, meeting: Sitting) -> tuple[datetime, str]:
    """When the forum clock is due, the scheduled end plus the rung's grace, and in words."""
    grace = cast("Valued[Duration]", rung.grace).value  # every forum's rung has one
    says = f"until the meeting of {meeting.starts_at:%Y-%m-%d} has ended, and {grace}"
    return after(meeting.ends_at, grace, draft.calendar), says


def wait_again(draft: Draft, rung: EffectiveRung) -> None:
    """The forum clock for the meeting that it waits for, by the rung and calendar as they now are.

    It waits on as it did where its forum's rule has that meeting no more.
    """
    clock, meeting = draft.clock(ClockKind.FORUM), _tabled_for(draft, rung)
    if clock is None or meeting is None:
        return
    until, says = waits_until(draft, rung, meeting)
    draft.put(clocks.retimed(clock, until, draft.calendar, says))


def _tabled_for(draft: Draft, rung: EffectiveRung) -> Sitting | None:
    """The meeting on whose agenda it is."""
    body, starts_at = _body_at(draft, rung), draft["meeting_at"]
    if body is None or starts_at is None:
        return None
    near = sittings_after(draft.under, body, starts_at - INSTANT)
    on_time = takewhile(lambda found: found.starts_at <= starts_at, near)
    return next((found for found in on_time if found.id == draft["meeting"]), None)


def _wait_for(draft: Draft, rung: EffectiveRung, meeting: Sitting) -> None:
    """The forum clock, from now."""
    until, says = waits_until(draft, rung, meeting)
    if until > draft.calendar.horizon:
        draft.event(EventType.WARNED, {"clock": ClockKind.FORUM, "step": HORIZON, "budget": says})
    clock_id = draft.new_id("clk")
    draft.put(
        clocks.begin_until(
            clock_id,
            ClockKind.FORUM,
            until,
            draft.now,
            draft.calendar,
            visit=draft.visit,
            says=says,
        )
    )


def carry_over_limit(rung: EffectiveRung) -> int:
    """How often a forum's rung lets an item be put off."""
    return cast("Valued[int]", rung.carry_over_limit).value  # every forum's rung has one


def papers_by(under: Agreement, body: Forum, starts_at: datetime) -> datetime:
    """When the papers of a meeting are due; beyond the calendar's horizon, when it begins."""
    return ahead_of(starts_at, body.paper_date, under.calendar(body.calendar))


def after(instant: datetime, wait: Duration, calendar: Calendar) -> datetime:
    """The end of ``wait`` from ``instant``; beyond the calendar's horizon, the instant itself."""
    runs = (Interval(instant, None),)
    try:
        return due_at(budget(wait, instant, calendar), runs, calendar) or instant
    except BeyondHorizon:
        return instant


def take_off(draft: Draft, outcome: str, remark: str | None = None) -> None:
    """Take the issue off the agenda it is on, saying how it left."""
    if draft["meeting"] is not None:
        draft.tablings.append(Tabling(draft["meeting"], outcome=outcome, remark=remark))
        draft.set(meeting=None, meeting_at=None)


def _body_at(draft: Draft, rung: EffectiveRung) -> Forum | None:
    """The body that sits on a rung for the issue as it now stands in the draft."""
    ref = cast("ForumRef", rung.forum)  # asked of forums' rungs only
    return draft.directory.forum_for(ref, draft["cluster"], draft["provider"])


def code_at(draft: Draft, rung: EffectiveRung) -> str | None:
    """The code of that body."""
    body = _body_at(draft, rung)
    return None if body is None else body.code


def body_for(facts: Facts, rung: EffectiveRung) -> Forum | None:
    """The body that sits on a rung for this issue's cluster and provider."""
    if rung.forum is None:
        return None
    issue = facts.issue
    return facts.under.directory.forum_for(rung.forum, issue.cluster, issue.provider)


def next_body(under: Agreement, issue: Issue) -> Forum | None:
    """The body of the issue's rung, or else of the next rung above that is a forum's."""
    ladder = under.ladder
    for rung in ladder.rungs[ladder.position(issue.rung) :]:
        if rung.forum is not None:
            return under.directory.forum_for(rung.forum, issue.cluster, issue.provider)
    return None


def reports_to(facts: Facts, code: str | None) -> Forum | None:
    """The body an issue would be reported up to: the one named, else the next forum rung's."""
    if code is not None:
        return facts.under.directory.forums.get(code)
    ladder = facts.under.ladder
    above = ladder.rungs[ladder.position(facts.issue.rung) + 1 :]
    bodies = (body_for(facts, rung) for rung in above)
    return next((body for body in bodies if body is not None), None)
