"""Seats that nobody holds, and seats that change hands: told once, alarmed, never silent."""

from msgspec.structs import replace

from escalation.routing.vocabulary import Side
from escalation.workflow.commands import Escalate, Reassign, Reclassify, SeatsChanged, Withdraw
from escalation.workflow.facts import ENGINE
from escalation.workflow.states import Status
from tests.unit.workflow import world
from tests.unit.workflow.builders import MONDAY, Story, logged, told


def vacant(story: Story) -> list[tuple[str, str]]:
    return [
        (e.payload["rung"], e.payload["side"])
        for e in story.book.events
        if e.type.value == "issue.seat_vacant"
    ]


def test_an_empty_lead_passes_the_issue_on_past_each_such_rung() -> None:
    story = logged(agency="charlie")
    assert story.issue.rung == "three"
    assert story.last("logged")["passed"] == [
        "The one: nobody holds the seat that leads",
        "The two: nobody holds the seat that leads",
    ]
    assert vacant(story) == [("one", "provider"), ("two", "provider"), ("two", "agency")]


def test_an_empty_lead_is_taken_by_the_alternate_where_the_rung_says_so() -> None:
    story = logged(agency="charlie", directory=world.directory(without=("abe",)))
    assert story.issue.rung == "three"
    assert story.issue.seats[Side.PROVIDER].person == "alt"
    assert "as the alternate" in story.issue.seats[Side.PROVIDER].reason


def test_without_an_alternate_the_rung_is_alarmed_and_the_issue_stays() -> None:
    story = logged(agency="charlie", directory=world.directory(without=("abe", "alt")))
    assert story.issue.rung == "three"
    assert ("three", "provider") in vacant(story)
    assert story.next_at is not None


def test_on_the_last_rung_an_empty_lead_is_alarmed_for_there_is_no_next() -> None:
    story = logged(agency="charlie")
    story.do(Escalate())
    assert (story.issue.rung, story.issue.status) == ("four", Status.OPEN)
    assert ("four", "provider") in vacant(story)


def test_an_empty_counterpart_is_alarmed_only() -> None:
    story = logged(directory=world.directory(without=("alpha-function-manager",)))
    assert story.issue.rung == "desk"
    assert vacant(story) == [("desk", "agency")]
    detail = story.last("seat_vacant")["detail"]
    assert detail.startswith("Nobody holds the seat of function manager")
    assert story.last("seat_vacant")["role"] == "function_manager"


def test_a_forums_empty_seat_is_alarmed_and_it_is_tabled_all_the_same() -> None:
    story = logged(agency="juliet", directory=world.directory(without=("abe",)))
    assert story.issue.status is Status.TABLED
    assert vacant(story) == [("forum", "provider")]


# -- the directory changes ------------------------------------------------------------------------


def new_manager(*without: str) -> str:
    del without
    return "  app-new: {person: zed, role: service_manager, party: maple, function: payroll}"


def test_a_change_of_holder_is_told_once() -> None:
    story = logged()
    story.directory(world.directory(without=("sam",), more=new_manager()))
    plan = story.do(SeatsChanged(), by=ENGINE)
    assert told(plan) == ["holder_changed"]
    assert story.last("holder_changed")["seats"]["provider"] == "zed"
    assert story.last("holder_changed")["from"]["provider"] == "sam"
    assert story.do(SeatsChanged(), by=ENGINE).nothing
    assert story.issue.visits[-1].holders == ("sam", "alpha-function-manager", "zed")


def test_an_issue_whose_holders_stay_is_written_as_seen_and_keeps_its_version() -> None:
    story = logged()
    version = story.issue.version
    story.directory(world.directory(without=("fin",)))
    plan = story.do(SeatsChanged(), by=ENGINE)
    assert not plan.nothing, "else it would be asked again for ever"
    assert not plan.events
    assert (story.issue.directory_epoch, story.issue.version) == (2, version)
    assert story.book.issue == story.issue


def test_a_reason_that_changes_alone_is_kept_and_not_told() -> None:
    story = logged()
    again = "  app-zz: {person: sam, role: service_manager, party: maple, function: payroll}"
    story.directory(world.directory(without=("sam",), more=again))
    plan = story.do(SeatsChanged(), by=ENGINE)
    assert not plan.events
    assert "app-zz" in story.issue.seats[Side.PROVIDER].reason


def test_a_seat_that_falls_vacant_is_alarmed_once() -> None:
    story = logged()
    story.directory(world.directory(without=("sam",)))
    assert told(story.do(SeatsChanged(), by=ENGINE)) == ["holder_changed", "seat_vacant"]
    story.directory(world.directory(without=("sam", "fin")))
    assert told(story.do(SeatsChanged(), by=ENGINE)) == []


def test_a_seat_given_by_hand_is_kept_until_the_rung_is_left() -> None:
    story = logged()
    story.do(Reassign(seat=Side.PROVIDER, person="zed", reason="sam is away"))
    assert story.last("reassigned")["from"] == "sam"
    assert story.issue.seats[Side.PROVIDER].reason == "given to them by Ana"
    story.directory(world.directory(without=("sam", "alpha-function-manager")))
    story.do(SeatsChanged(), by=ENGINE)
    assert story.issue.seats[Side.PROVIDER].person == "zed"
    assert story.issue.seats[Side.AGENCY].person is None
    story.do(Escalate())
    assert story.issue.given == ()


def test_a_seat_given_by_hand_is_kept_when_the_issue_is_reclassified() -> None:
    story = logged()
    story.do(Reassign(seat=Side.PROVIDER, person="zed"))
    story.do(Reclassify(changes={"function": "finance"}))
    assert story.issue.seats[Side.PROVIDER].person == "zed"


def test_reclassifying_resolves_the_seats_again_and_tells_it() -> None:
    story = logged()
    plan = story.do(Reclassify(changes={"function": "finance"}))
    assert told(plan) == ["changed", "holder_changed"]
    assert story.last("holder_changed")["seats"]["provider"] == "fin"
    assert story.last("changed")["changes"] == {"function": {"from": "payroll", "to": "finance"}}


def test_reclassifying_into_a_seat_that_nobody_holds_is_alarmed() -> None:
    story = logged(directory=world.directory(without=("fin",)))
    plan = story.do(Reclassify(changes={"function": "finance"}))
    assert told(plan) == ["changed", "holder_changed", "seat_vacant"]


def test_reclassifying_records_the_agreement_it_now_stands_under_and_why() -> None:
    story = logged()
    story.do(Reclassify(changes={"agency": "foxtrot"}))
    assert story.issue.ola is None
    assert "ended on 2025-12-31" in story.issue.warnings[0]
    assert story.issue.entry_reasons[0] == "The standard ladder is the default ladder"


def test_what_is_settled_is_not_seated_again() -> None:
    story = logged()
    story.do(Withdraw())
    story.directory(world.directory(without=("sam",)))
    assert story.do(SeatsChanged(), by=ENGINE).nothing


def test_an_agreement_that_names_its_corporate_purchaser_is_followed() -> None:
    publication, directory = world.shipped()
    story = logged(
        MONDAY, publication=publication, directory=directory, agency="wellbeing", function="payroll"
    )
    assert story.under.corporate_purchaser == "helena-costa"
    bare = replace(story.under, ladder=publication.effective(None, "function"))
    assert bare.corporate_purchaser is None


def test_after_reclassifying_the_next_act_of_the_same_batch_goes_by_the_new_ladder() -> None:
    story = logged()
    story.do(Reclassify(changes={"agency": "bravo"}))
    assert story.under.ladder.id == "officers"
    story.do(Escalate())
    assert story.refused(Escalate()).code == "no_further_rung"
