"""What a forum decides, and what each effect does to the issue in the same plan."""

from dataclasses import replace

import pytest

from escalation.routing.vocabulary import Severity
from escalation.workflow.commands import Decide, Escalate, Skip
from escalation.workflow.states import ClockKind, Effect, Status
from tests.fakes import utc
from tests.unit.workflow.asks import a_decision
from tests.unit.workflow.builders import DAY, Story, logged, told

THURSDAY = utc("2026-03-05 00:00")


def meeting(severity: Severity = Severity.MEDIUM) -> Story:
    story = logged(severity=severity)
    story.do(Escalate())
    story.at_forum()
    story.now = THURSDAY
    return story


def test_a_decision_resolves_unless_it_says_otherwise() -> None:
    story = meeting()
    ask = replace(
        a_decision(story), conditions="by Friday", actions=({"text": "pay", "owner": "sam"},)
    )
    plan = story.do(ask)
    assert told(plan) == ["decided", "resolved"]
    (decision,) = plan.decisions
    assert (decision.text, decision.reasons) == ("Pay it", "it is owed")
    assert (decision.conditions, decision.actions) == ("by Friday", ask.actions)
    assert decision.decided_at == story.now
    outcome = dict(story.issue.outcome or {})
    assert outcome.pop("review")["goes_to"] == "board"
    assert outcome == {
        "summary": "Pay it",
        "decision": decision.id,
        "reasons": "it is owed",
    }
    assert story.issue.resolved_at == story.now
    assert plan.tablings[0].outcome == "decided"
    assert {c.kind for c in story.facts.clocks} == {ClockKind.OVERALL, ClockKind.REVIEW}


def test_a_decision_without_reasons_gives_an_outcome_without_them() -> None:
    story = meeting()
    story.do(Decide(meeting=str(story.issue.meeting), text="No"))
    assert story.issue.outcome is not None
    assert "reasons" not in story.issue.outcome


def test_a_decision_to_climb_moves_it_up() -> None:
    story = meeting()
    plan = story.do(a_decision(story, Effect.CLIMB))
    assert told(plan)[:2] == ["decided", "escalated"]
    assert (story.issue.rung, story.issue.status) == ("board", Status.TABLED)
    assert plan.tablings[0].outcome == "referred_up"
    assert story.last("escalated")["how"] == "decided to climb"
    assert story.last("escalated")["decision"] == plan.decisions[0].id


def test_a_decision_to_return_moves_it_to_the_rung_it_came_from() -> None:
    story = meeting()
    plan = story.do(a_decision(story, Effect.RETURN))
    assert told(plan) == ["decided", "referred_back"]
    assert (story.issue.rung, story.issue.status) == ("directors", Status.OPEN)
    assert plan.tablings[0].outcome == "referred_back"


def test_a_decision_to_keep_tables_it_for_the_next_meeting_without_the_carry_over() -> None:
    story = meeting()
    plan = story.do(a_decision(story, Effect.KEEP))
    assert told(plan) == ["decided", "tabled"]
    assert story.issue.carried_over == 0
    assert story.issue.meeting_at == THURSDAY + 7 * DAY
    assert story.issue.status is Status.TABLED


def test_a_decision_to_keep_out_of_session_leaves_it_on_the_agenda_it_is_on() -> None:
    story = logged(severity=Severity.CRITICAL)
    story.do(Escalate())
    before = (story.issue.meeting, story.clock("forum"))
    plan = story.do(a_decision(story, Effect.KEEP))
    assert told(plan) == ["decided"]
    assert not plan.tablings
    assert (story.issue.meeting, story.clock("forum")) == before


@pytest.mark.parametrize("effect", Effect)
def test_out_of_session_every_effect_is_open_where_the_rung_gives_a_target(effect: Effect) -> None:
    story = logged(severity=Severity.CRITICAL)
    story.do(Escalate())
    assert story.issue.meeting_at is not None
    assert story.now < story.issue.meeting_at
    story.do(a_decision(story, effect))
    status = {Effect.RESOLVE: Status.RESOLVED, Effect.RETURN: Status.OPEN}
    assert story.issue.status is status.get(effect, Status.TABLED)


def test_a_decision_is_open_until_the_meetings_grace_is_over() -> None:
    story = meeting()
    story.now = utc("2026-03-05 02:59")
    story.do(a_decision(story))
    assert story.issue.status is Status.RESOLVED


def test_the_last_body_decides_too() -> None:
    story = logged()
    story.do(Skip(to="board"))
    story.now = story.issue.meeting_at or story.now
    story.do(a_decision(story))
    assert story.issue.status is Status.RESOLVED
