"""Seats that change hands: given, recused, by a term that begins or ends, by the directory."""

from datetime import datetime, timedelta

import pytest

from escalation.errors import Invalid
from escalation.routing.directory import Directory
from escalation.routing.vocabulary import Side
from escalation.workflow.commands import (
    Acknowledge,
    Dispute,
    Escalate,
    Reassign,
    Recuse,
    Resolve,
    SeatsChanged,
)
from escalation.workflow.facts import ENGINE
from escalation.workflow.outlook import open_acts
from escalation.workflow.states import Status
from tests.unit.workflow import world
from tests.unit.workflow.asks import OUTCOME, a_hold
from tests.unit.workflow.builders import MONDAY, Story, logged, told

PROVIDER, AGENCY = Side.PROVIDER, Side.AGENCY
SPARE = "  app-spare: {person: zed, role: service_manager, party: maple, alternate: true}"


def held(story: Story, side: Side = PROVIDER) -> str | None:
    return story.issue.seats[side].person


def look_again(story: Story, at: datetime | None = None) -> list[str]:
    return told(story.do(SeatsChanged(), at=at, by=ENGINE))


# -- recused --------------------------------------------------------------------------------------


def test_a_recused_holder_gives_way_to_the_alternate_and_the_reason_stays_on_the_timeline() -> None:
    story = logged(directory=world.directory(more=SPARE))
    plan = story.do(Recuse(seat=PROVIDER, reason="he is my brother"))
    assert told(plan) == ["recused", "holder_changed"]
    assert story.last("recused") == {
        "seat": "provider",
        "person": "sam",
        "reason": "he is my brother",
    }
    assert held(story) == "zed"
    assert story.issue.seats[PROVIDER].reason.startswith("Sam of Maple is recused; Zed of Maple")
    assert "reason" not in story.last("holder_changed")
    assert story.book.read(story.under).issue == story.issue


def test_who_is_recused_holds_no_seat_of_the_issue_on_any_rung() -> None:
    both = "  app-again: {person: sam, role: service_director, party: maple, function: payroll}"
    story = logged(directory=world.directory(more=f"{SPARE}\n{both}"))
    story.do(Recuse(seat=PROVIDER))
    story.do(Escalate())
    assert held(story) == "dee"


def test_without_an_alternate_a_recusal_leaves_the_seat_empty_and_alarmed() -> None:
    story = logged()
    plan = story.do(Recuse(seat=AGENCY))
    assert told(plan) == ["recused", "holder_changed", "seat_vacant"]
    assert story.last("seat_vacant")["tells"] == {"account_manager": "abe", "secretariat": "sec"}
    [empty] = story.issue.vacant
    assert (empty["side"], empty["rung"], empty["role"]) == ("agency", "desk", "function_manager")
    assert empty["since"] == story.now.isoformat()


def test_somebody_who_does_not_hold_the_seat_may_be_kept_out_beforehand() -> None:
    story = logged()
    assert told(story.do(Recuse(seat=PROVIDER, person="dee"))) == ["recused"]
    assert held(story) == "sam"
    assert told(story.do(Escalate())) == ["escalated", "seat_vacant"]


def test_a_seat_that_was_given_to_a_recused_person_is_not_theirs_any_more() -> None:
    story = logged()
    story.do(Reassign(seat=PROVIDER, person="zed"))
    story.do(Recuse(seat=PROVIDER))
    assert (held(story), story.issue.given) == ("sam", ())


def test_a_recusal_that_leaves_nobody_to_lead_climbs_where_the_rung_says_so() -> None:
    lead = "  app-lead: {person: zed, role: regional_service_director, party: maple}"
    story = logged(agency="charlie", directory=world.directory(more=lead))
    assert (story.issue.rung, held(story)) == ("one", "zed")
    plan = story.do(Recuse(seat=PROVIDER))
    assert story.issue.rung == "three"
    assert told(plan)[:2] == ["recused", "escalated"]
    assert story.last("escalated")["how"] == "nobody holds the seat that leads"
    assert story.last("escalated")["passed"][0] == "The one: nobody holds the seat that leads"
    assert next(e.payload["rung"] for e in story.book.events if "vacant" in e.type) == "one"


def test_recusing_is_refused_by_a_rule_with_a_name() -> None:
    story = logged(directory=world.directory(without=("alpha-function-manager",)))
    assert story.refused(Recuse(seat=AGENCY)).code == "nobody_to_recuse"
    story.do(Recuse(seat=PROVIDER, person="dee"))
    assert story.refused(Recuse(seat=PROVIDER, person="dee")).code == "recused_already"
    with pytest.raises(Invalid):
        story.do(Recuse(seat=PROVIDER, person="nobody"))
    summit = logged(agency="juliet")
    summit.do(Escalate())
    assert summit.refused(Recuse(seat=PROVIDER)).code == "no_such_seat"
    assert not {"recuse", "reassign"} & set(open_acts(summit.facts))


# -- complained about -----------------------------------------------------------------------------


def test_a_complaint_about_a_holder_never_reaches_them() -> None:
    story = logged(about_person="sam", directory=world.directory(more=SPARE))
    assert held(story) == "zed"
    assert story.issue.seats[PROVIDER].reason.startswith("Sam of Maple is whom it is about; Zed")
    assert story.refused(Reassign(seat=PROVIDER, person="sam")).code == "may_not_hold_it"


def test_a_complaint_about_a_director_bypasses_them_when_it_climbs() -> None:
    story = logged(about_person="dee")
    story.do(Escalate())
    assert held(story) is None
    assert story.last("seat_vacant")["side"] == "provider"


# -- given by hand --------------------------------------------------------------------------------


def test_a_seat_is_not_given_to_who_may_not_or_has_it_or_has_left() -> None:
    gone = world.directory_text().replace("{name: Zed of Maple}", "{name: Zed, until: 2024-01-01}")
    story = logged(directory=Directory.read(gone, "directory.yaml"))
    with pytest.raises(Invalid) as refused:
        story.do(Reassign(seat=PROVIDER, person="zed"))
    assert refused.value.errors[0].pointer == "/person"
    assert refused.value.errors[0].detail == "Zed is not there now, by the directory's dates"
    story.do(Recuse(seat=PROVIDER, person="dee"))
    refusal = story.refused(Reassign(seat=PROVIDER, person="dee"))
    assert refusal.code == "may_not_hold_it"
    assert refusal.detail == "Dee of Maple is recused: give the seat to somebody else."
    story.do(Reassign(seat=PROVIDER, person="eve"))
    assert story.refused(Reassign(seat=PROVIDER, person="eve")).code == "has_it_already"


def test_a_seat_given_to_who_has_left_the_directory_is_filled_again() -> None:
    story = logged()
    story.do(Reassign(seat=PROVIDER, person="zed"))
    bare = world.directory_text().replace("  zed: {name: Zed of Maple}\n", "")
    story.directory(Directory.read(bare, "directory.yaml"))
    assert look_again(story) == ["holder_changed"]
    assert held(story) == "sam"


# -- terms that begin and end ---------------------------------------------------------------------

ACTING = """
acting_appointments:
  act-1: {person: zed, for: app-sam, from: 2026-03-04, until: 2026-03-05}"""
BEGINS = datetime.fromisoformat("2026-03-04T00:00:00+10:00")
ENDS = datetime.fromisoformat("2026-03-06T00:00:00+10:00")


def test_an_acting_term_that_begins_and_ends_is_due_and_told_once_each() -> None:
    story = logged(directory=world.directory(more=ACTING))
    assert MONDAY < BEGINS
    assert story.issue.seats_until == BEGINS
    assert look_again(story, BEGINS - timedelta(seconds=1)) == []
    assert look_again(story, BEGINS) == ["holder_changed"]
    assert (held(story), story.issue.seats_until) == ("zed", ENDS)
    assert story.do(SeatsChanged(), by=ENGINE).nothing
    assert look_again(story, ENDS + timedelta(hours=9)) == ["holder_changed"]
    assert held(story) == "sam"
    assert story.facts.issue.seats_until is None, "nothing more is ahead"


def test_a_term_that_begins_late_at_night_moves_what_a_person_gave_by_hand_not_at_all() -> None:
    story = logged(directory=world.directory(more=ACTING))
    story.do(Reassign(seat=PROVIDER, person="eve"))
    assert look_again(story, BEGINS) == []
    assert held(story) == "eve"


# -- the seat that leads empties ------------------------------------------------------------------


def left_by(directory: str) -> Story:
    lead = "  app-lead: {person: zed, role: regional_service_director, party: maple}"
    story = logged(agency="charlie", directory=world.directory(more=lead))
    assert story.issue.rung == "one"
    story.directory(world.directory(more=directory))
    return story


@pytest.mark.parametrize("status", [Status.OPEN, Status.IN_PROGRESS, Status.ON_HOLD])
def test_when_the_lead_leaves_the_issue_climbs_where_the_rung_says_so(status: Status) -> None:
    story = left_by("")
    if status is not Status.OPEN:
        story.do(Acknowledge())
    if status is Status.ON_HOLD:
        story.do(a_hold(story))
    assert look_again(story)[0] == "escalated"
    assert (story.issue.rung, story.issue.status) == ("three", Status.OPEN)
    assert story.issue.hold is None
    assert story.do(SeatsChanged(), by=ENGINE).nothing


def test_when_the_lead_leaves_the_alternate_sits_where_the_rung_says_so() -> None:
    story = logged(agency="charlie")
    assert (story.issue.rung, held(story)) == ("three", "abe")
    story.directory(world.directory(without=("abe",)))
    assert look_again(story) == ["holder_changed"]
    assert held(story) == "alt"


def test_an_alarm_lasts_until_the_seat_is_filled() -> None:
    lead = "  app-lead: {person: zed, role: regional_service_director, party: maple}"
    story = logged(agency="charlie")
    story.do(Escalate())
    assert story.issue.rung == "four"
    since = story.issue.vacant[0]["since"]
    story.now += timedelta(hours=1)
    story.directory(world.directory(without=("fin",)))
    assert look_again(story) == []
    assert story.issue.vacant[0]["since"] == since, "it has been empty all the while"
    story.directory(world.directory(more=lead))
    assert look_again(story) == ["holder_changed"]
    assert [empty["side"] for empty in story.issue.vacant] == []


def test_a_disputed_issue_whose_reviewer_leaves_is_alarmed_and_not_passed_on() -> None:
    lead = "  app-lead: {person: zed, role: regional_service_director, party: maple}"
    other = "  app-pro: {person: eve, role: regional_service_director, party: maple}"
    story = logged(agency="charlie", directory=world.directory(more=lead))
    story.do(Resolve(outcome=OUTCOME))
    story.do(Dispute(grounds="no"))
    assert (story.issue.rung, held(story)) == ("two", None)
    story.directory(world.directory(more=other))
    assert look_again(story) == ["holder_changed"]
    story.directory(world.directory())
    assert look_again(story) == ["holder_changed", "seat_vacant"]
    assert story.issue.rung == "two"
