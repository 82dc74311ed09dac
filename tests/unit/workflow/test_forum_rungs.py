"""A forum's rung: tabled, waited for, not reached, carried over, and never left in silence."""

from datetime import timedelta

import pytest

from escalation.routing.vocabulary import IssueKind, Severity
from escalation.workflow.commands import Escalate, Reclassify, ReferBack, Resume, Skip, Withdraw
from escalation.workflow.plan import Plan
from escalation.workflow.states import ClockKind, ClockState, Effect, Status
from tests.fakes import utc
from tests.unit.workflow import world
from tests.unit.workflow.asks import a_decision, a_deferral, a_hold
from tests.unit.workflow.builders import DAY, HOUR, MINUTE, Story, logged, told

THURSDAY = utc("2026-03-05 00:00")
"""The cluster's forum meets for two hours; its agenda closes the day before at the same hour."""
CUTOFF = THURSDAY - DAY
WEEK = 7 * DAY


def outcomes(plan: Plan) -> list[str | None]:
    return [tabling.outcome for tabling in plan.tablings]


def test_on_entry_it_is_tabled_for_the_next_meeting_whose_cut_off_is_ahead() -> None:
    story = logged().at_forum()
    assert story.issue.status is Status.TABLED
    assert (story.issue.forum, story.issue.meeting_at) == ("bmf-north", THURSDAY)
    sitting = story.plans[-1].tablings[0].sitting
    assert sitting is not None
    assert (sitting.cutoff_at, sitting.ends_at) == (CUTOFF, THURSDAY + 2 * HOUR)


@pytest.mark.parametrize(("late", "meets"), [(-1, THURSDAY), (0, THURSDAY + WEEK)])
def test_the_cut_off_is_the_last_instant_that_is_too_late(late: int, meets: object) -> None:
    story = logged(CUTOFF + timedelta(seconds=late), agency="juliet")
    assert story.issue.meeting_at == meets


def test_the_forum_clock_is_due_at_the_meetings_scheduled_end_plus_the_grace() -> None:
    clock = logged().at_forum().clock("forum")
    assert clock.due_at == THURSDAY + 3 * HOUR
    assert clock.duration == "until the meeting of 2026-03-05 has ended, and 1 business hour"


def test_a_forum_rung_has_neither_a_rung_clock_nor_an_acknowledge_clock() -> None:
    story = logged().at_forum()
    assert {c.kind for c in story.facts.clocks} == {
        ClockKind.FORUM,
        ClockKind.OVERALL,
        ClockKind.INFORM,
    }


def test_not_reached_it_is_tabled_again_and_the_secretariat_is_told() -> None:
    story = logged().at_forum()
    first = story.issue.meeting
    plan = story.end("forum")
    assert told(plan) == ["deferred", "tabled"]
    deferred = story.last("deferred")
    assert (deferred["outcome"], deferred["tells"], deferred["carried_over"]) == (
        "not_reached",
        "secretariat",
        1,
    )
    assert deferred["meeting"] == first != story.issue.meeting
    assert outcomes(plan) == ["not_reached", None]
    assert (story.issue.meeting_at, story.issue.carried_over) == (THURSDAY + WEEK, 1)


def test_at_the_carry_over_limit_it_climbs() -> None:
    story = logged().at_forum()
    story.end("forum")
    story.end("forum")
    assert story.issue.carried_over == 2
    plan = story.end("forum")
    assert story.issue.rung == "board"
    assert outcomes(plan)[0] == "not_reached"
    assert story.last("escalated")["how"] == "carried over to its limit"
    assert story.issue.carried_over == 0, "another rung counts anew"


def test_on_the_last_rung_the_limit_exhausts_and_it_stays_on_the_agenda() -> None:
    story = logged()
    story.do(Skip(to="board"))
    story.end("forum")
    plan = story.end("forum")
    assert told(plan) == ["exhausted", "deferred", "tabled"]
    assert story.issue.exhausted_at == story.now
    assert story.issue.status is Status.TABLED
    story.fire("remind")
    assert story.types()[-1] == "exhausted", "and reminded of while it waits"


def test_meetings_that_passed_in_an_outage_do_not_use_the_carry_over() -> None:
    story = logged().at_forum()
    plan = story.end("forum", late=3 * WEEK)
    assert story.issue.carried_over == 0
    assert (story.issue.meeting_at or story.now) > story.now
    assert plan.events[0].due_at == THURSDAY + 3 * HOUR
    assert plan.events[0].effective_at == story.now
    assert story.last("deferred")["carried_over"] == 0


@pytest.mark.parametrize(("late", "carried"), [(10 * MINUTE, 0), (9 * MINUTE, 1)])
def test_an_outage_is_ten_minutes_of_lateness(late: timedelta, carried: int) -> None:
    story = logged().at_forum()
    story.end("forum", late=late)
    assert story.issue.carried_over == carried


def test_an_outage_at_the_limit_still_does_not_climb() -> None:
    story = logged().at_forum()
    story.end("forum")
    story.end("forum")
    story.end("forum", late=DAY)
    assert (story.issue.rung, story.issue.carried_over) == ("forum", 2)


def test_a_hold_leaves_the_agenda_and_a_resume_tables_again() -> None:
    story = logged().at_forum()
    plan = story.do(a_hold(story))
    assert outcomes(plan) == ["withdrawn"]
    assert (story.issue.meeting, story.issue.meeting_at) == (None, None)
    assert not story.has("forum")
    promised = story.clock("hold").due_at
    story.do(Resume(), at=THURSDAY + HOUR)
    assert story.issue.status is Status.TABLED
    assert story.issue.meeting_at == THURSDAY + WEEK
    assert story.clock("forum").anchor == promised, "a late resume holds from what was promised"


def test_a_hold_that_ends_by_itself_late_tables_as_if_the_engine_had_been_there() -> None:
    story = logged().at_forum()
    story.do(a_hold(story, days=1))
    until = story.clock("hold").due_at
    assert until is not None
    assert until < CUTOFF
    plan = story.fire("hold", late=CUTOFF + HOUR - until)
    assert plan.effective_at == until
    assert story.issue.meeting_at == THURSDAY, "its cut-off was ahead when the hold ended"
    other = logged().at_forum()
    other.do(a_hold(other, days=1))
    other.fire("hold", late=2 * WEEK)
    assert (other.issue.meeting_at or other.now) > other.now, "never a meeting that has been"


@pytest.mark.parametrize("ask", [Escalate(), Withdraw(), ReferBack(question="?"), Skip(to="board")])
def test_an_act_that_moves_it_takes_it_off_the_agenda(ask: Escalate) -> None:
    story = logged().at_forum()
    meeting = story.issue.meeting
    story.do(ask)
    assert story.book.agenda[str(meeting)] == "withdrawn"


def test_reclassifying_it_into_another_cluster_tables_it_before_that_clusters_forum() -> None:
    story = logged().at_forum()
    plan = story.do(Reclassify(changes={"agency": "hotel"}))
    assert outcomes(plan) == ["withdrawn", None]
    assert (story.issue.forum, story.issue.cluster) == ("bmf-south", "south")
    assert story.clock("forum").due_at == THURSDAY + DAY + 3 * HOUR


def test_reclassifying_it_for_the_same_forum_keeps_its_place_on_the_agenda() -> None:
    story = logged().at_forum()
    meeting, clock = story.issue.meeting, story.clock("forum")
    story.do(Reclassify(changes={"severity": Severity.HIGH}), at=CUTOFF + HOUR)
    assert (story.issue.meeting, story.clock("forum")) == (meeting, clock)


# -- nothing waits in silence -------------------------------------------------------------------


def at_summit() -> Story:
    """On a forum's rung whose body the directory does not have."""
    story = logged(agency="juliet")
    story.do(Escalate())
    return story


def test_a_forum_that_is_not_in_the_directory_is_alarmed_and_reminded_of() -> None:
    story = at_summit()
    assert story.last("seat_vacant")["detail"] == "The summit: its forum is not in the directory"
    assert (story.issue.forum, story.issue.meeting) == (None, None)
    story.fire("remind")
    assert story.types()[-1] == "seat_vacant"
    assert story.clock("remind").anchor == story.now


def test_with_other_fields_what_no_forum_sits_for_is_reminded_of_as_before() -> None:
    story = at_summit()
    before = story.clock("remind")
    story.do(Reclassify(reason="r", changes={"severity": Severity.HIGH}))
    assert (story.issue.forum, story.has("forum"), story.clock("remind")) == (None, False, before)


def with_summit() -> str:
    summit = world.body("peak", "ceo_board", "initiative", "", "FREQ=WEEKLY;BYDAY=MO", MEETS)
    return world.BODIES + summit


MEETS = "2025-01-06T10:00"


def test_once_the_forum_is_there_the_next_reminder_tables_it() -> None:
    story = at_summit()
    story.directory(world.directory(bodies=with_summit()))
    story.fire("remind")
    assert (story.issue.forum, story.types()[-1]) == ("peak", "tabled")
    assert not story.has("remind")


def test_a_forum_that_has_come_is_tabled_once_and_not_again_at_the_old_reminder() -> None:
    story = at_summit()
    story.do(a_hold(story))
    assert not story.has("remind"), "an issue on hold stands on no agenda"
    story.directory(world.directory(bodies=with_summit()))
    story.do(Resume())
    assert [c.kind for c in story.facts.clocks].count(ClockKind.FORUM) == 1
    assert not story.has("remind")


def test_a_forum_that_does_not_meet_again_is_alarmed() -> None:
    rule = "FREQ=WEEKLY;BYDAY=TH;UNTIL=20260306T000000"
    ends = world.BODIES.replace("FREQ=WEEKLY;BYDAY=TH", rule)
    story = logged(directory=world.directory(bodies=ends)).at_forum()
    story.end("forum")
    assert story.last("seat_vacant")["detail"] == "The forum: it does not meet again"
    assert story.issue.forum == "bmf-north"
    assert story.next_at is not None


def test_exhausted_where_its_forum_has_gone_it_is_still_tabled_when_one_comes() -> None:
    gone = world.BODIES.replace("FREQ=MONTHLY;BYDAY=1WE", "FREQ=MONTHLY;BYDAY=1WE;COUNT=16")
    story = logged(directory=world.directory(bodies=gone))
    story.do(Skip(to="board"))
    story.end("forum")
    story.end("forum")
    assert story.types()[-2:] == ["deferred", "seat_vacant"]
    story.fire("remind")
    assert story.types()[-2:] == ["exhausted", "seat_vacant"]
    story.directory(world.directory())
    story.fire("remind")
    assert story.types()[-2:] == ["exhausted", "tabled"]
    assert story.issue.forum == "board"
    assert story.has("remind"), "an exhausted issue is reminded of on the agenda too"


# -- the horizon of what calendars know -----------------------------------------------------------


def test_a_meeting_beyond_the_calendars_horizon_is_tabled_and_alarmed() -> None:
    story = logged(utc("2031-12-30 23:30"), agency="juliet")
    assert story.issue.meeting_at == utc("2032-01-01 00:00")
    assert story.clock("forum").due_at == utc("2032-01-01 02:00"), "its end, without the grace"
    alarms = [e.payload["clock"] for e in story.book.events if e.payload.get("step") == "horizon"]
    assert alarms == ["forum", "overall", "inform"]


def test_a_deferral_counts_as_a_carry_over() -> None:
    story = logged().at_forum()
    story.now = THURSDAY
    plan = story.do(a_deferral(story))
    assert told(plan) == ["deferred", "tabled"]
    assert outcomes(plan) == ["deferred", None]
    assert story.issue.carried_over == 1


# -- between meetings


def before_the_forum(severity: Severity = Severity.CRITICAL) -> Story:
    """On the forum's rung since eleven on Monday; of critical severity it has a business day."""
    story = logged(severity=severity)
    story.do(Skip(to="forum", reason="many agencies have it"))
    return story


def test_of_a_severity_with_a_time_between_meetings_a_clock_runs_from_entry() -> None:
    story = before_the_forum()
    clock = story.clock("out_of_session")
    assert (clock.anchor, clock.duration) == (story.issue.entered_at, "1 business day")
    assert not before_the_forum(Severity.HIGH).has("out_of_session")


def test_not_decided_between_meetings_it_is_told_once_and_waits_for_its_meeting() -> None:
    story = before_the_forum()
    meeting, due = story.issue.meeting, story.clock("out_of_session").due_at
    plan = story.end("out_of_session")
    assert told(plan) == ["warned"]
    assert story.last("warned")["tells"] == {"forum": "bmf-north", "meeting": meeting}
    assert (story.issue.meeting, story.issue.status) == (meeting, Status.TABLED)
    clock = story.clock("out_of_session")
    assert (clock.due_at, clock.next_at) == (due, None), "past target until it is decided"
    story.do(Withdraw(reason="settled"))
    assert not story.has("out_of_session")


def test_a_hold_keeps_what_is_left_of_the_time_between_meetings() -> None:
    story = before_the_forum()
    story.now += HOUR
    left = story.left("out_of_session")
    story.do(a_hold(story))
    story.now += DAY
    story.do(Resume())
    assert story.left("out_of_session") == left > 0


def test_of_another_severity_the_time_between_meetings_is_another() -> None:
    story = before_the_forum()
    anchor = story.clock("out_of_session").anchor
    story.do(Reclassify(reason="r", changes={"severity": Severity.HIGH}))
    assert not story.has("out_of_session")
    story.do(Reclassify(reason="r", changes={"severity": Severity.CRITICAL}))
    assert story.clock("out_of_session").anchor == anchor


def test_what_becomes_critical_while_it_is_held_has_its_time_between_meetings_still_ahead() -> None:
    story = before_the_forum(Severity.HIGH)
    entered = story.issue.entered_at
    story.now += HOUR
    story.do(a_hold(story, days=5))
    story.now += 3 * DAY
    story.do(Reclassify(reason="r", changes={"severity": Severity.CRITICAL}))
    clock = story.clock("out_of_session")
    assert (clock.state, clock.anchor, clock.due_at) == (ClockState.PAUSED, entered, None)
    left = story.left("out_of_session")
    story.do(Resume())
    assert story.left("out_of_session") == left > 0
    story.do(Reclassify(reason="r", changes={"severity": Severity.HIGH}))
    story.do(Reclassify(reason="r", changes={"severity": Severity.CRITICAL}))
    assert story.left("out_of_session") == left, "the days on hold are not of it"


def test_what_is_held_as_it_enters_a_forums_rung_may_become_critical_too() -> None:
    story = before_the_forum(Severity.HIGH)
    story.do(a_hold(story, days=5))
    story.now += DAY
    story.do(Reclassify(reason="r", changes={"severity": Severity.CRITICAL}))
    story.do(Resume())
    assert story.clock("out_of_session").state is ClockState.RUNNING


def test_what_was_decided_between_meetings_has_no_such_time_again() -> None:
    story = before_the_forum()
    before = story.clock("out_of_session")
    story.do(Reclassify(reason="r", changes={"kind": IssueKind.ISSUE}))
    assert story.clock("out_of_session") == before
    due = before.due_at
    assert story.plans[-1].deadlines.past_target_at == due
    story.do(a_decision(story, Effect.KEEP))
    assert not story.has("out_of_session")
    kept = story.plans[-1]
    assert kept.left_stay is not None, "from here on it stands with other deadlines"
    assert kept.deadlines.past_target_at != due, "what was decided in time is not past target"
    story.do(Reclassify(reason="r", changes={"kind": IssueKind.COMPLAINT}))
    assert not story.has("out_of_session")


def test_a_forum_with_too_few_seats_on_the_day_to_decide_anything_is_alarmed() -> None:
    seat = "{role: account_manager, party: maple}"
    over = seat.replace("}", ", until: 2026-03-04}")
    story = logged(directory=world.directory(bodies=world.BODIES.replace(seat, over)))
    story.at_forum()
    assert told(story.plans[-1]) == ["escalated", "tabled", "seat_vacant"]
    alarm = story.last("seat_vacant")
    assert "has 0 voting seats on 2026-03-05, and its quorum is 1" in alarm["detail"]
    assert alarm["tells"] == {"secretariat": "sec"}
    assert story.has("forum"), "it is waited for all the same"
