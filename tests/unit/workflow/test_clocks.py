"""One clock at a time: its steps, its pauses, its end, and the edges of what its calendar knows."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from escalation.routing.vocabulary import Awaiting
from escalation.timekeeping.calendar import Calendar
from escalation.timekeeping.duration import Duration
from escalation.workflow import clocks
from escalation.workflow.commands import ClockDue, Hold
from escalation.workflow.facts import ENGINE, Clock
from escalation.workflow.states import END, HORIZON, ClockEnd, ClockKind, ClockState
from tests.fakes import utc
from tests.unit.workflow import world
from tests.unit.workflow.builders import DAY, HOUR, MINUTE, MONDAY, logged, told

LAST_DAY = utc("2031-12-30 23:30")


def office() -> Calendar:
    return world.publication().calendar("office")


def a_clock(text: str, *warnings: str, anchor: datetime = MONDAY) -> Clock:
    return clocks.begin(
        "clk_1",
        ClockKind.RUNG,
        Duration.parse(text),
        anchor,
        office(),
        visit=1,
        warnings=warnings,
    )


def test_the_next_step_is_the_earliest_warning_that_is_not_done() -> None:
    clock = a_clock("4 business hours", "50%", "3 business hours", "80%")
    assert (clock.step, clock.next_at) == ("3 business hours", MONDAY + HOUR)
    clock = clocks.step_done(clock, "3 business hours", office())
    assert (clock.step, clock.next_at) == ("50%", MONDAY + 2 * HOUR)
    clock = clocks.step_done(clock, "50%", office())
    assert clock.step == "80%"
    clock = clocks.step_done(clock, "80%", office())
    assert (clock.step, clock.next_at) == (END, clock.due_at)
    clock = clocks.step_done(clock, END, office())
    assert (clock.step, clock.next_at, clock.due_at) == (None, None, MONDAY + 4 * HOUR)


@pytest.mark.parametrize("text", ["100%", "4 business hours", "5 business hours"])
def test_a_warning_at_the_end_or_before_the_start_is_no_step(text: str) -> None:
    assert a_clock("4 business hours", text).step == END


def test_a_warning_before_what_the_calendar_knows_is_left_out() -> None:
    first = utc("2020-01-01 01:00")
    clock = a_clock("1 business hour", "60 business hours", anchor=first)
    assert (clock.step, clock.due_at) == (END, first + HOUR)


def test_a_paused_clock_has_no_step_and_pausing_it_again_changes_nothing() -> None:
    clock = clocks.paused(a_clock("4 business hours", "50%"), MONDAY + HOUR)
    assert (clock.state, clock.step, clock.next_at, clock.due_at) == (
        ClockState.PAUSED,
        None,
        None,
        None,
    )
    assert clocks.paused(clock, MONDAY + 2 * HOUR) is clock
    assert clocks.scheduled(clock, office()) is clock


def test_resuming_a_running_clock_changes_nothing() -> None:
    clock = a_clock("4 business hours")
    assert clocks.resumed(clock, MONDAY + HOUR, office()) is clock


def test_an_ended_clock_keeps_when_it_was_due() -> None:
    clock = clocks.ended(a_clock("4 business hours"), MONDAY + HOUR, ClockEnd.STOPPED)
    assert (clock.ended_at, clock.next_at) == (MONDAY + HOUR, None)
    assert clock.due_at == MONDAY + 4 * HOUR
    assert clock.intervals[-1].end == MONDAY + HOUR


def test_ending_a_clock_before_it_began_consumes_nothing() -> None:
    clock = clocks.ended(a_clock("4 business hours"), MONDAY - HOUR, ClockEnd.STOPPED)
    assert clock.intervals[-1].end == MONDAY


@pytest.mark.parametrize(("at", "past"), [(-1, False), (0, True), (1, True)])
def test_past_target_begins_at_the_due_instant(at: int, past: bool) -> None:
    clock = a_clock("4 business hours")
    now = MONDAY + 4 * HOUR + timedelta(seconds=at)
    assert clocks.past_target(clock, office(), now) is past


def test_past_target_is_derived_of_a_paused_clock_too() -> None:
    soon = clocks.paused(a_clock("4 business hours"), MONDAY + HOUR)
    late = clocks.paused(a_clock("4 business hours"), MONDAY + 4 * HOUR)
    assert not clocks.past_target(soon, office(), MONDAY + 9 * DAY)
    assert clocks.past_target(late, office(), MONDAY + 9 * DAY)


def test_a_clock_that_has_ended_or_has_no_known_end_is_not_past_target() -> None:
    ended = clocks.ended(a_clock("4 business hours"), MONDAY + 9 * HOUR, ClockEnd.STOPPED)
    hidden = a_clock("4 business days", anchor=LAST_DAY)
    assert not clocks.past_target(ended, office(), MONDAY + 9 * HOUR)
    assert hidden.budget is None
    assert not clocks.past_target(hidden, office(), LAST_DAY + 900 * DAY)


# -- the horizon ------------------------------------------------------------------------------


def test_a_clock_whose_end_lies_beyond_the_horizon_starts_and_is_alarmed_once_more_there() -> None:
    clock = a_clock("4 business days", anchor=LAST_DAY)
    assert (clock.step, clock.next_at, clock.due_at) == (HORIZON, office().horizon, None)
    assert clocks.step_done(clock, HORIZON, office()).next_at is None


def test_a_pause_that_pushes_the_end_beyond_the_horizon_alarms_instead() -> None:
    clock = clocks.paused(a_clock("4 business hours", anchor=LAST_DAY), LAST_DAY + HOUR)
    later = clocks.resumed(clock, LAST_DAY + 6 * HOUR, office())
    assert (later.step, later.due_at) == (HORIZON, None)
    assert later.budget is not None, "a calendar that reaches further gives the end again"


def test_the_horizon_alarm_stands_on_the_timeline_at_once_and_when_it_is_reached() -> None:
    story = logged(LAST_DAY)
    assert [e.payload["budget"] for e in story.book.events if "budget" in e.payload] == [
        "2 business days",
        "20 business days",
        "3 business days",
    ]
    plan = story.fire("rung")
    assert told(plan) == ["warned"]
    assert plan.events[0].payload == {"clock": "rung", "step": "horizon", "rung": "desk"}
    assert not story.do(ClockDue(clock=story.clock("rung").id), by=ENGINE).events


def test_a_calendar_that_knows_more_gives_a_rebudgeted_clock_its_end() -> None:
    clock = a_clock("4 business days", anchor=LAST_DAY)
    again = clocks.rebudgeted(clock, Duration.parse("2 business hours"), office(), ("50%",))
    assert (again.step, again.due_at) == ("50%", LAST_DAY + 2 * HOUR)


# -- hints --------------------------------------------------------------------------------------


def test_a_hint_that_was_wrong_is_put_right_and_fires_nothing() -> None:
    story = logged()
    right = story.clock("rung")
    wrong = replace(right, next_at=MONDAY, due_at=MONDAY, step=END)
    others = tuple(c for c in story.facts.clocks if c.id != right.id)
    story.facts = replace(story.facts, clocks=(*others, wrong))
    plan = story.do(ClockDue(clock=right.id), at=MONDAY + MINUTE, by=ENGINE)
    assert plan.changed == (right,)
    assert not plan.events
    assert not plan.claims


def test_a_hold_near_the_horizon_is_capped_by_what_is_known() -> None:
    story = logged(LAST_DAY)
    refused = story.refused(Hold(until=LAST_DAY + 90 * DAY, awaiting=Awaiting.RAISER))
    assert refused.code == "hold_too_long"
