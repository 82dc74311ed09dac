"""Up, down, settled, disputed, reopened, taken back: where an issue goes, and what runs then."""

from datetime import timedelta
from typing import Any

from escalation.routing.vocabulary import RaiserType, Severity, Side
from escalation.workflow.commands import (
    Acknowledge,
    Close,
    Contact,
    Dispute,
    Edit,
    Escalate,
    Inform,
    Reassign,
    Reclassify,
    ReferBack,
    Reopen,
    ReportUp,
    Resolve,
    SeatsChanged,
    Skip,
    Withdraw,
)
from escalation.workflow.facts import ENGINE
from escalation.workflow.states import ClockKind, ClockState, Status
from tests.unit.workflow import world
from tests.unit.workflow.asks import OUTCOME, a_hold
from tests.unit.workflow.builders import DAY, HOUR, MINUTE, MONDAY, Story, logged, told


def resolved() -> Story:
    story = logged()
    story.do(Acknowledge(), at=MONDAY + HOUR)
    story.do(Resolve(outcome=OUTCOME, note="paid by hand"), at=MONDAY + 2 * HOUR)
    return story


def test_an_escalation_stands_on_the_next_rung_with_its_own_holders_and_clocks() -> None:
    story = logged()
    story.do(Escalate(reason="too large"), at=MONDAY + HOUR)
    event = story.last("escalated")
    assert (event["from"], event["to"], event["how"]) == ("desk", "directors", "escalate")
    assert event["reason"] == "too large"
    assert event["seats"] == {"provider": "dee", "agency": "alpha-function-director"}
    assert story.clock("rung").anchor == story.issue.entered_at == MONDAY + HOUR
    visit = story.issue.visits[-1]
    assert (visit.came_from, visit.how) == ("desk", "escalate")
    assert story.clock("rung").visit == 2


def test_a_skip_rule_leaves_a_rung_out_and_says_so() -> None:
    story = logged(severity=Severity.CRITICAL)
    story.do(Escalate())
    assert story.issue.rung == "forum"
    assert story.last("escalated")["passed"] == ["The directors is left out: no time to lose"]


def test_a_skip_goes_past_the_rungs_between() -> None:
    story = logged()
    story.do(Skip(to="forum", reason="policy"))
    assert (story.issue.rung, story.last("escalated")["how"]) == ("forum", "skip")


def test_a_referral_back_is_a_new_stay_with_the_full_target_while_overall_runs_on() -> None:
    story = logged()
    overall = story.clock("overall")
    story.do(Escalate(), at=MONDAY + HOUR)
    story.do(ReferBack(question="what was paid?", reason="unclear"), at=MONDAY + 3 * HOUR)
    assert (story.issue.rung, story.issue.status) == ("desk", Status.OPEN)
    assert story.last("referred_back")["question"] == "what was paid?"
    assert story.clock("rung").anchor == MONDAY + 3 * HOUR
    assert story.clock("acknowledge").anchor == MONDAY + 3 * HOUR
    assert story.clock("overall") == overall
    assert [v.rung for v in story.issue.visits] == ["desk", "directors", "desk"]


def test_after_a_referral_back_the_normal_ladder_goes_on_from_there() -> None:
    story = logged().at_forum()
    story.do(ReferBack(question="?", to="desk"))
    story.end("rung")
    assert story.issue.rung == "directors"


def test_a_referral_back_goes_to_the_lower_rung_it_last_came_from() -> None:
    story = logged()
    story.do(Skip(to="forum"))
    story.do(ReferBack(question="?"))
    assert story.issue.rung == "desk"


def test_a_rung_that_its_present_ladder_does_not_have_is_no_place_to_refer_back_to() -> None:
    story = logged()
    story.do(Skip(to="forum"))
    story.do(ReferBack(question="?"))
    story.do(Reclassify(changes={"agency": "bravo"}))
    assert story.refused(ReferBack(question="?")).code == "nowhere_to_refer_back"


def test_reporting_up_changes_nothing_but_the_record() -> None:
    story = logged()
    before = (story.issue.rung, story.issue.status, story.facts.clocks, story.issue.seats)
    plan = story.do(ReportUp(reason="for information"))
    assert told(plan) == ["reported_up"]
    assert (story.issue.rung, story.issue.status, story.facts.clocks, story.issue.seats) == before
    assert story.issue.reported_up == ({"forum": "bmf-north", "at": MONDAY.isoformat()},)


def test_a_report_up_survives_a_climb() -> None:
    story = logged()
    story.do(ReportUp(to="board"))
    story.do(Escalate())
    assert story.issue.reported_up[0]["forum"] == "board"


def test_resolving_ends_the_rungs_clocks_and_begins_the_review() -> None:
    story = resolved()
    assert {c.kind: c.state for c in story.facts.clocks} == {
        ClockKind.OVERALL: ClockState.PAUSED,
        ClockKind.REVIEW: ClockState.RUNNING,
    }
    outcome = dict(story.issue.outcome or {})
    review = outcome.pop("review")
    assert outcome == OUTCOME
    assert review == {
        "goes_to": "directors",
        "right": "It may be disputed within the review window, and then goes to The directors.",
        "until": "2026-03-16T07:00:00+00:00",
    }
    assert story.issue.resolved_at == MONDAY + 2 * HOUR
    assert story.last("resolved")["note"] == "paid by hand"


def test_a_hold_does_not_stand_in_the_way_of_an_outcome() -> None:
    story = logged()
    left = story.left("overall")
    story.do(a_hold(story))
    story.do(Resolve(outcome=OUTCOME), at=MONDAY + HOUR)
    assert story.issue.hold is None
    assert not story.has("hold")
    assert story.left("overall") == left


def test_the_end_of_the_review_closes() -> None:
    story = resolved()
    due = story.clock("review").due_at
    plan = story.end("review", late=DAY)
    assert told(plan) == ["closed"]
    assert (plan.events[0].due_at, plan.events[0].effective_at) == (due, story.now)
    assert story.issue.status is Status.CLOSED


def test_words_in_the_review_window_begin_no_clock() -> None:
    story = resolved()
    before = story.facts.clocks
    story.do(Inform(text="we have told them"))
    story.do(Contact(text="they thank us"))
    assert story.facts.clocks == before


def test_a_dispute_climbs_and_overall_goes_on_with_what_it_had_left() -> None:
    story = resolved()
    left = story.left("overall")
    story.do(Dispute(grounds="not paid"), at=MONDAY + 5 * DAY)
    assert (story.issue.rung, story.issue.status) == ("directors", Status.OPEN)
    assert (story.issue.outcome, story.issue.resolved_at) == (None, None)
    assert story.left("overall") == left
    assert not story.has("review")
    assert story.clock("inform").anchor == MONDAY + 5 * DAY
    disputed = story.last("disputed")
    assert (disputed["grounds"], disputed["handled_it_before"]) == ("not paid", [])


def disputed_after_the_directors_had_it(**changes: Any) -> Story:
    story = logged(**changes)
    story.do(Escalate())
    story.do(ReferBack(question="?"))
    story.do(Resolve(outcome=OUTCOME))
    story.do(Dispute(grounds="no"))
    return story


def test_who_handled_it_before_does_not_review_a_dispute_and_an_empty_seat_is_alarmed() -> None:
    story = disputed_after_the_directors_had_it()
    assert story.issue.rung == "directors", "it is not passed over"
    held = story.issue.seats[Side.PROVIDER]
    assert held.person is None
    assert "has handled it before; Nobody holds the seat" in held.reason
    assert story.last("seat_vacant")["side"] == "provider"
    assert story.last("disputed")["handled_it_before"] == ["alpha-function-director"]


def test_the_alternate_reviews_a_dispute_that_the_holder_has_handled() -> None:
    line = "  app-zed: {person: zed, role: service_director, party: maple, alternate: true}"
    people = world.directory(more=line)
    story = disputed_after_the_directors_had_it(directory=people)
    held = story.issue.seats[Side.PROVIDER]
    assert (held.person, "as the alternate" in held.reason) == ("zed", True)
    story.directory(people)
    story.do(SeatsChanged(), by=ENGINE)
    assert story.issue.seats[Side.PROVIDER].person == "zed", "the directory does not undo it"
    story.do(Reclassify(changes={"severity": Severity.HIGH}))
    assert story.issue.seats[Side.PROVIDER].person == "zed"


def test_in_a_forum_who_handled_it_before_is_recused_and_blocks_nothing() -> None:
    story = logged().at_forum()
    story.do(ReferBack(to="directors", question="?"))
    story.do(Resolve(outcome=OUTCOME))
    story.do(Dispute(grounds="no"))
    assert story.issue.status is Status.TABLED
    assert story.issue.seats[Side.PROVIDER].person == "abe"
    assert story.last("disputed")["recused"] == ["abe", "alpha-business-manager"]


def test_everybody_who_held_a_seat_stands_in_the_visit() -> None:
    story = logged()
    story.do(Reassign(seat=Side.PROVIDER, person="zed"))
    assert story.issue.visits[-1].holders == ("sam", "alpha-function-manager", "zed")


def test_reopened_from_the_review_it_is_again_on_the_rung_that_resolved() -> None:
    story = resolved()
    left = story.left("overall")
    story.do(Reopen(reason="it came back"), at=MONDAY + DAY)
    assert (story.issue.rung, story.issue.status) == ("desk", Status.OPEN)
    assert story.left("overall") == left
    assert story.clock("rung").anchor == story.clock("acknowledge").anchor == MONDAY + DAY
    assert story.issue.outcome is None


def test_reopened_after_it_closed_the_overall_clock_goes_on_with_its_intervals() -> None:
    story = resolved()
    before = story.clock("overall")
    used = story.used(before)
    story.end("review")
    story.do(Reopen(), at=story.now + 30 * DAY)
    after = story.clock("overall")
    assert after.id != before.id, "a restarted clock is a new row"
    assert after.intervals[:-1] == before.intervals
    assert story.used(after) == used
    assert story.issue.ended_at is None
    assert story.facts.ended == ()


def test_reopened_twice_after_it_closed_nothing_that_was_consumed_is_lost() -> None:
    story = resolved()
    for _ in range(2):
        used = story.used(story.clock("overall"))
        story.do(Close())
        story.facts = story.book.read(story.under)
        story.do(Reopen(), at=story.now + DAY)
        assert story.used(story.clock("overall")) == used
        story.now += DAY
        story.do(Resolve(outcome=OUTCOME))
        assert story.used(story.clock("overall")) > used


def test_reopened_after_a_reclassification_it_is_the_last_overall_clock_that_goes_on() -> None:
    story = logged(severity=Severity.CRITICAL)
    story.end("overall")
    story.do(Reclassify(changes={"severity": Severity.LOW}))
    story.do(Skip(to="board"))
    story.do(Resolve(outcome=OUTCOME))
    story.do(Close())
    budget = story.book.read(story.under).last_overall
    story.facts = story.book.read(story.under)
    story.do(Reopen())
    assert budget is not None
    assert story.clock("overall").budget == budget.budget


def test_an_overall_target_that_was_told_is_not_told_again_after_reopening() -> None:
    story = logged(severity=Severity.CRITICAL)
    story.live_until(story.clock("overall").due_at or MONDAY)
    assert [e for e in story.book.events if e.payload.get("clock") == "overall"]
    story.do(Skip(to="board")) if story.issue.rung != "board" else None
    story.do(Resolve(outcome=OUTCOME))
    story.do(Close())
    story.do(Reopen())
    assert story.clock("overall").next_at is None


def test_taken_back_nothing_runs_and_nothing_more_can_be_done() -> None:
    story = logged()
    story.do(a_hold(story))
    story.do(Withdraw(reason="settled at home"))
    assert story.issue.status is Status.WITHDRAWN
    assert (story.issue.hold, story.facts.clocks) == (None, ())
    assert story.last("withdrawn")["reason"] == "settled at home"
    assert story.refused(Reopen()).code == "not_when_withdrawn"


def test_a_stay_ends_where_the_next_begins() -> None:
    story = logged()
    story.do(Edit(changes={"themes": ("pay",)}), at=MONDAY + HOUR)
    story.do(Edit(changes={"description": "Late"}), at=MONDAY + 2 * HOUR)
    story.do(Escalate(), at=MONDAY + 3 * HOUR)
    bounds = [(s.begins - MONDAY, s.ends and s.ends - MONDAY) for s in story.book.stays]
    assert bounds == [
        (timedelta(0), HOUR),
        (HOUR, 3 * HOUR),
        (3 * HOUR, None),
    ]


def test_a_resume_processed_late_does_not_reach_behind_a_stay_that_has_begun() -> None:
    story = logged()
    story.do(a_hold(story))
    story.do(Edit(changes={"themes": ("pay",)}), at=MONDAY + 2 * DAY)
    story.fire("hold", late=3 * DAY)
    ends = [s.ends for s in story.book.stays]
    assert ends[:-1] == [s.begins for s in story.book.stays[1:]]
    assert all(s.ends is None or s.begins <= s.ends for s in story.book.stays)


def test_a_client_may_enter_above_the_first_rung_and_climbs_from_there() -> None:
    story = logged(
        severity=Severity.CRITICAL, raiser={"type": RaiserType.CLIENT.value, "name": "Cy"}
    )
    assert story.issue.rung == "directors"
    assert story.clock("acknowledge").anchor == story.issue.received_at
    story.end("rung", late=MINUTE)
    assert story.issue.rung == "forum"


def test_an_outcome_on_the_last_rung_tells_of_the_external_review() -> None:
    story = logged(agency="bravo")
    story.do(Escalate())
    story.do(Resolve(outcome=OUTCOME))
    review = (story.issue.outcome or {})["review"]
    assert review["goes_to"] is None
    assert "Ombudsman" in review["right"]


def test_a_dispute_after_the_review_window_is_refused_before_the_engine_has_closed_it() -> None:
    story = logged()
    story.do(Resolve(outcome=OUTCOME))
    over = story.clock("review").due_at
    refused = story.refused(Dispute(grounds="not settled"), at=over)
    assert refused.code == "review_window_over"
    assert "reopen it" in refused.detail


def test_editing_what_a_raiser_needs_keeps_what_else_is_known_of_them() -> None:
    story = logged()
    raiser = dict(story.issue.raiser)
    story.do(Edit(changes={"needs": "an interpreter"}))
    assert story.issue.raiser == {**raiser, "needs": "an interpreter"}
    story.do(Edit(changes={"needs": None}))
    assert story.issue.raiser == raiser
