"""The nine rules that hold of every clock, each as the description of the domain has it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from escalation.routing.vocabulary import Awaiting, Severity
from escalation.timekeeping.duration import Duration
from escalation.timekeeping.ledger import Interval
from escalation.workflow import clocks
from escalation.workflow.commands import (
    Acknowledge,
    ClockDue,
    Close,
    Contact,
    Edit,
    Escalate,
    Hold,
    Inform,
    Link,
    Note,
    Reclassify,
    Resolve,
    Resume,
    Withdraw,
)
from escalation.workflow.facts import ENGINE
from escalation.workflow.states import ClockEnd, ClockKind, ClockState, Status
from tests.fakes import utc
from tests.unit.workflow.asks import OUTCOME, a_hold
from tests.unit.workflow.builders import DAY, HOUR, MINUTE, MONDAY, Story, logged, told

# -- 1. Acknowledging stops its own clock only ------------------------------------------------


def test_acknowledging_stops_the_acknowledge_clock_and_no_other() -> None:
    story = logged()
    before = {c.kind: c for c in story.facts.clocks}
    story.do(Acknowledge(), at=MONDAY + HOUR)
    after = {c.kind: c for c in story.facts.clocks}
    assert before.keys() - after.keys() == {ClockKind.ACKNOWLEDGE}
    assert all(after[kind] == before[kind] for kind in after)


def test_the_ladder_goes_on_after_an_acknowledgement() -> None:
    story = logged()
    story.do(Acknowledge())
    story.live_until(story.clock("rung").due_at or MONDAY)
    assert story.issue.rung == "directors"


def test_each_rung_has_an_acknowledge_clock_of_its_own_from_entry() -> None:
    story = logged()
    story.do(Acknowledge())
    story.do(Escalate(), at=MONDAY + HOUR)
    assert story.clock("acknowledge").anchor == MONDAY + HOUR
    assert story.issue.status is Status.OPEN


# -- 2. Holds -----------------------------------------------------------------------------------


def test_a_hold_pauses_the_agreed_clocks_and_lets_the_planned_ones_run() -> None:
    story = logged()
    story.do(a_hold(story), at=MONDAY + HOUR)
    assert story.clock("rung").state is ClockState.PAUSED
    assert story.clock("overall").state is ClockState.PAUSED
    assert story.clock("inform").state is ClockState.RUNNING
    assert not story.has("acknowledge"), "a hold acknowledges"


@pytest.mark.parametrize("agency", ["alpha", "echo"])
def test_after_a_resume_each_clock_has_to_the_second_what_it_had_left(agency: str) -> None:
    story = logged(agency=agency)
    story.now += timedelta(hours=2, minutes=3, seconds=7)
    left = {kind: story.left(kind) for kind in ("rung", "overall")}
    story.do(a_hold(story, days=3))
    story.do(Resume(), at=story.now + timedelta(days=1, hours=20, seconds=11))
    assert {kind: story.left(kind) for kind in left} == left


def test_a_hold_and_a_resume_at_one_instant_leave_no_trace_on_the_clocks() -> None:
    story = logged()
    story.now += HOUR
    before = {c.id: c for c in story.facts.clocks if c.kind is not ClockKind.ACKNOWLEDGE}
    story.do(a_hold(story))
    story.do(Resume())
    assert {c.id: c for c in story.facts.clocks} == before


def test_the_engines_resume_takes_effect_at_the_promised_instant_however_late() -> None:
    story = logged()
    until = MONDAY + 26 * HOUR
    story.do(Hold(until=until, awaiting=Awaiting.RAISER))
    on_time = logged()
    on_time.do(Hold(until=until, awaiting=Awaiting.RAISER))
    story.do(Note(text="somebody writes while the engine is down"), at=until + DAY)
    plan = story.fire("hold", late=2 * DAY)
    on_time.fire("hold")
    assert plan.effective_at == plan.events[0].effective_at == until
    assert plan.events[0].due_at == until
    assert story.clock("rung").due_at == on_time.clock("rung").due_at
    assert story.issue.updated_at == until + DAY, "the record does not go back in time"
    assert story.issue.hold is None


def test_an_escalation_from_a_hold_lets_the_overall_clock_go_on() -> None:
    story = logged()
    left = story.left("overall")
    story.do(a_hold(story))
    story.do(Escalate(), at=MONDAY + 4 * HOUR)
    assert story.left("overall") == left
    assert story.clock("overall").state is ClockState.RUNNING
    assert not story.has("hold")
    assert story.issue.hold is None


# -- 3. Only clock events change a clock --------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        Note(text="x"),
        Contact(text="x"),
        Edit(changes={"title": "Other", "themes": ("pay",)}),
        Link(issue="iss_other", reference="SSI-2026-000002", as_="related"),
    ],
)
def test_words_touch_no_clock(ask: Note) -> None:
    story = logged()
    before = story.facts.clocks
    plan = story.do(ask, at=MONDAY + 5 * HOUR)
    assert story.facts.clocks == before
    assert not plan.changed
    assert not plan.started


def test_an_edit_that_changes_nothing_does_nothing() -> None:
    story = logged()
    assert story.do(Edit(changes={"title": story.issue.title})).nothing


def test_informing_the_raiser_begins_that_clock_anew_and_touches_no_other() -> None:
    story = logged()
    others = {c.id: c for c in story.facts.clocks if c.kind is not ClockKind.INFORM}
    story.do(Inform(text="we are on it"), at=MONDAY + DAY)
    assert story.clock("inform").anchor == MONDAY + DAY
    assert {c.id: c for c in story.facts.clocks if c.kind is not ClockKind.INFORM} == others


def test_reclassifying_derives_the_budget_again_from_the_same_anchor() -> None:
    story = logged()
    anchors = {c.kind: c.anchor for c in story.facts.clocks}
    story.do(Reclassify(changes={"severity": Severity.HIGH}), at=MONDAY + 3 * HOUR)
    fresh = logged(severity=Severity.HIGH)
    assert {c.kind: c.anchor for c in story.facts.clocks} == anchors
    assert {c.kind: c.due_at for c in story.facts.clocks} == {
        c.kind: c.due_at for c in fresh.facts.clocks
    }


def test_reclassifying_carries_the_intervals_of_a_hold_over() -> None:
    story = logged()
    story.do(a_hold(story), at=MONDAY + HOUR)
    story.do(Resume(), at=MONDAY + 3 * HOUR)
    before = story.clock("rung").intervals
    assert before == (
        Interval(MONDAY, MONDAY + HOUR),
        Interval(MONDAY + 3 * HOUR, None),
    )
    story.do(Reclassify(changes={"severity": Severity.LOW}), at=MONDAY + 4 * HOUR)
    assert story.clock("rung").intervals == before
    assert story.used(story.clock("rung")) == 2 * 3600


def test_reclassifying_into_another_calendar_measures_the_same_intervals_by_it() -> None:
    story = logged()
    story.do(Reclassify(changes={"agency": "echo"}), at=MONDAY + HOUR)
    fresh = logged(agency="echo")
    assert story.clock("rung").calendar == "always"
    assert story.clock("rung").due_at == fresh.clock("rung").due_at
    assert story.clock("rung").warnings == ("80%",)


def test_a_target_that_lies_ahead_again_is_a_new_clock_that_fires_again() -> None:
    story = logged(agency="delta")
    story.end("rung", late=MINUTE)
    story.do(Reclassify(changes={"severity": Severity.LOW}))
    story.end("rung")
    fired = [key for key in story.book.claims if key[1] == "end"]
    assert len(fired) == 2


def test_a_target_that_lies_ahead_again_while_on_hold_fires_again_after_it() -> None:
    story = logged(agency="delta")
    story.end("rung", late=MINUTE)
    story.do(a_hold(story))
    story.do(Reclassify(changes={"severity": Severity.LOW}))
    story.do(Resume(), at=story.now + HOUR)
    assert story.clock("rung").step is not None
    story.end("rung")
    assert len([key for key in story.book.claims if key[1] == "end"]) == 2


def test_a_target_still_past_after_reclassifying_is_not_told_twice() -> None:
    story = logged(agency="delta", severity=Severity.LOW)
    story.end("rung")
    story.do(Reclassify(changes={"severity": Severity.HIGH}))
    assert story.clock("rung").next_at is None


# -- 4. Exactly once -----------------------------------------------------------------------------


def test_every_step_of_a_clock_fires_once() -> None:
    story = logged()
    rung = story.clock("rung").id
    story.live_until(MONDAY + 60 * DAY)
    steps = [step for clock, step in story.book.claims if clock == rung]
    assert sorted(steps) == ["1 business hour", "50%", "end"]


def test_a_clock_that_was_fired_finds_nothing_to_do_when_asked_again() -> None:
    story = logged()
    clock = story.clock("acknowledge")
    story.end("acknowledge")
    again = story.do(ClockDue(clock=clock.id), by=ENGINE)
    assert again.nothing
    assert story.facts.issue == again.issue


# -- 5. Nothing early, nothing skipped, nothing at once -----------------------------------------


def test_a_clock_asked_a_second_early_fires_nothing() -> None:
    story = logged()
    for kind in ("acknowledge", "rung", "overall", "inform"):
        clock = story.clock(kind)
        assert clock.next_at is not None
        early = clock.next_at - timedelta(seconds=1)
        probe = Story(story.facts, early, story.book, story.ids)
        assert probe.do(ClockDue(clock=clock.id), at=early, by=ENGINE).nothing


@pytest.mark.parametrize("down", [HOUR, 3 * DAY, 30 * DAY, 300 * DAY])
def test_after_downtime_it_walks_one_rung_and_the_next_is_measured_from_the_climb(
    down: timedelta,
) -> None:
    story = logged(agency="bravo")
    due = story.clock("rung").due_at
    assert due is not None
    back = due + down
    story.sweep(back)
    assert story.issue.rung == "directors"
    assert story.clock("rung").anchor == story.clock("acknowledge").anchor == back
    climb = next(e for e in story.book.events if e.type.value == "issue.escalated")
    assert (climb.due_at, climb.effective_at) == (due, back)
    assert story.sweep(back) == 0, "nothing cascades"


def test_warnings_overtaken_by_the_end_are_recorded_as_missed() -> None:
    story = logged()
    story.do(Acknowledge())
    plan = story.end("rung", late=DAY)
    assert told(plan)[:2] == ["warning_missed", "warning_missed"]
    assert {c.step for c in plan.claims} == {"50%", "1 business hour", "end"}
    warned = [c.due_at for c in plan.claims if c.step != "end"]
    assert all(at < plan.claims[-1].due_at for at in warned), "each at its own instant"


def test_a_warning_that_would_have_come_before_its_clock_began_was_not_missed() -> None:
    office = logged().facts.under.calendar("office")
    half_an_hour = Duration.parse("30 minutes")
    clock = clocks.begin(
        "clk_1",
        ClockKind.RUNG,
        half_an_hour,
        MONDAY,
        office,
        visit=1,
        warnings=("1 business hour",),
    )
    assert clock.step == "end"
    assert clocks.overtaken(clock, office) == ()
    assert clocks.overtaken(replace(clock, budget=None), office) == ()


def test_a_late_warning_that_its_end_has_not_overtaken_is_given() -> None:
    story = logged()
    plan = story.fire("rung", late=HOUR)
    assert told(plan) == ["warned"]
    assert plan.events[0].due_at == utc("2026-03-03 03:30")
    assert plan.events[0].payload["ends_at"] == "2026-03-04T07:00:00+00:00"


# -- 7. Stale acts --------------------------------------------------------------------------------


def test_a_stale_engine_act_finds_nothing_to_do() -> None:
    story = logged()
    rung = story.clock("rung")
    story.do(Escalate())
    assert story.do(ClockDue(clock=rung.id), at=rung.due_at, by=ENGINE).nothing


def test_a_hint_that_is_right_is_not_written_again() -> None:
    story = logged()
    assert not story.do(ClockDue(clock=story.clock("rung").id), by=ENGINE).changed


def test_a_clock_that_lost_its_race_ends_as_superseded() -> None:
    story = logged()
    acknowledge = story.clock("acknowledge").id
    rung = story.clock("rung").id
    story.end("rung")
    assert story.book.clocks[acknowledge].ended_how is ClockEnd.SUPERSEDED
    assert story.book.clocks[rung].ended_how is ClockEnd.FIRED


# -- 8. Never into silence ------------------------------------------------------------------------


def test_past_target_on_the_last_rung_exhausts_and_reminds_at_its_cadence() -> None:
    story = logged(agency="bravo")
    story.do(Escalate())
    story.end("rung")
    assert story.issue.exhausted_at == story.now
    assert story.last("exhausted")["external_review"] == "You may ask the Ombudsman."
    assert "reminder" not in story.last("exhausted")
    for _ in range(3):
        before = story.now
        story.fire("remind")
        assert story.last("exhausted")["reminder"] is True
        assert story.now > before
    assert story.issue.exhausted_at < story.now


def test_the_last_rung_exhausts_even_where_past_target_is_only_told() -> None:
    story = logged(agency="delta")
    story.end("rung")
    assert story.issue.exhausted_at is None
    assert story.last("warned")["tells"] == {"lead": "desk"}
    story.do(Escalate())
    story.end("rung")
    assert story.issue.exhausted_at == story.now


def test_a_hold_does_not_silence_the_reminders_of_an_exhausted_issue() -> None:
    story = logged(agency="bravo")
    story.do(Escalate())
    story.end("rung")
    story.do(a_hold(story, days=9))
    story.fire("remind")
    assert story.types()[-1] == "exhausted"
    assert story.issue.status is Status.ON_HOLD


# -- 9. Terminal issues ---------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["close", "withdraw", "review"])
def test_a_terminal_issue_has_no_live_clock_in_the_same_plan(how: str) -> None:
    story = logged()
    if how == "withdraw":
        plan = story.do(Withdraw(reason="no more"))
    else:
        story.do(Resolve(outcome=OUTCOME))
        plan = story.do(Close()) if how == "close" else story.end("review")
    assert story.facts.clocks == ()
    assert all(clock.state is ClockState.ENDED for clock in plan.changed)
    assert story.issue.ended_at == story.now
