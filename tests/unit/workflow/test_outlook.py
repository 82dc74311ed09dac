"""What is told of what lies ahead of an issue."""

from msgspec.structs import replace

from escalation.workflow.commands import Acknowledge, Escalate, Resolve
from escalation.workflow.outlook import at_the_end, at_the_next_step, open_acts
from escalation.workflow.states import HORIZON
from tests.unit.workflow.asks import OUTCOME, a_hold
from tests.unit.workflow.builders import Story, logged


def says(story: Story, kind: str) -> str:
    return at_the_end(story.facts, story.clock(kind), story.now)


def test_the_end_of_a_target_says_which_rung_it_climbs_to() -> None:
    assert says(logged(), "rung") == "it climbs to The directors"


def test_the_end_of_a_target_on_the_last_rung_says_that_it_is_exhausted() -> None:
    story = logged(agency="bravo")
    story.do(Escalate())
    assert says(story, "rung").startswith("it is exhausted")


def test_where_past_target_is_only_told_the_end_says_so() -> None:
    assert says(logged(agency="delta"), "rung").endswith("it stays where it is")


def test_the_end_of_a_meetings_time_says_how_often_it_may_still_be_carried_over() -> None:
    story = logged().at_forum()
    assert "carried over 0 of at most" in says(story, "forum")
    limit = replace(story.issue, carried_over=9)
    facts = replace(story.facts, issue=limit)
    told = at_the_end(facts, story.clock("forum"), story.now)
    assert told == "not reached again, it climbs to The board"


def test_the_ends_of_the_other_clocks_are_said_in_words() -> None:
    story = logged()
    assert "not acknowledged" in says(story, "acknowledge")
    assert "overall target" in says(story, "overall")
    assert "reminded to inform" in says(story, "inform")
    story.do(a_hold(story))
    assert "resumes" in says(story, "hold")


def test_the_next_step_is_a_warning_the_alarm_of_the_horizon_or_the_end() -> None:
    story = logged()
    clock = story.clock("rung")
    assert "warning that the rung clock has reached" in at_the_next_step(
        story.facts, clock, story.now
    )
    beyond = replace(clock, step=HORIZON)
    assert "does not reach the end" in at_the_next_step(story.facts, beyond, story.now)
    ending = replace(clock, step="end")
    assert at_the_next_step(story.facts, ending, story.now) == says(story, "rung")


def test_an_act_that_the_rung_rules_out_is_not_offered() -> None:
    story = logged(agency="bravo")
    assert "refer-back" not in open_acts(story.facts)
    assert {"escalate", "resolve"} <= set(open_acts(story.facts))
    story.do(Acknowledge())
    story.do(Escalate())
    assert "escalate" not in open_acts(story.facts)
    assert "refer-back" in open_acts(story.facts)
    story.do(Resolve(outcome=OUTCOME))
    assert "dispute" not in open_acts(story.facts)
