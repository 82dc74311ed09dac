"""Advice: a question to a body or a person, a clock that reminds them, and the answer."""

import pytest

from escalation.errors import Invalid
from escalation.timekeeping.duration import Duration
from escalation.workflow.commands import (
    Acknowledge,
    Close,
    GiveAdvice,
    Propose,
    Resolve,
    SeekAdvice,
    Withdraw,
)
from escalation.workflow.facts import Actor
from escalation.workflow.outlook import at_the_end, open_acts
from escalation.workflow.states import ClockKind, Status
from tests.unit.workflow import world
from tests.unit.workflow.asks import OUTCOME, a_hold
from tests.unit.workflow.builders import DAY, HOUR, MONDAY, Story, logged

OF_ZED = SeekAdvice(person="zed", question="What is owed?")
OF_CLIENTS = SeekAdvice(forum="clients", question="Is it usual?")


def asked() -> Story:
    story = logged()
    story.do(OF_ZED)
    return story


def test_advice_has_a_clock_of_its_own_and_who_must_act_stays() -> None:
    story = asked()
    [sought] = story.issue.advice
    clock = story.clock("advice")
    assert (sought["person"], sought["question"], sought["within"]) == (
        "zed",
        "What is owed?",
        "2 business days",
    )
    assert (sought["clock"], clock.class_.value) == (clock.id, "planned")
    assert story.issue.status is Status.OPEN
    assert story.last("advice_sought")["due_at"] == (clock.due_at or MONDAY).isoformat()
    assert at_the_end(story.facts, clock, story.now).startswith("whose advice was sought")


def test_the_question_may_say_how_long_they_have() -> None:
    story = logged()
    story.do(SeekAdvice(forum="clients", question="?", within=Duration.parse("2 business hours")))
    assert story.clock("advice").due_at == MONDAY + 2 * HOUR


def test_its_end_reminds_and_again_at_the_same_cadence_until_it_is_given() -> None:
    story = asked()
    first = story.clock("advice")
    story.end("advice")
    assert story.last("warned")["tells"] == {"forum": None, "person": "zed"}
    again = story.clock("advice")
    assert (again.anchor, again.id != first.id) == (first.due_at, True)
    story.end("advice")
    story.do(GiveAdvice(answer="A day's pay."), at=story.now + HOUR)
    assert not story.has("advice")
    [given] = story.issue.advice
    assert (given["answer"], given["ended"], given["given_by"]) == ("A day's pay.", "given", "Ana")
    assert story.last("advice_given")["question"] == "What is owed?"


def test_a_hold_does_not_let_it_stand_still() -> None:
    story = asked()
    due = story.clock("advice").due_at
    story.do(a_hold(story, days=3))
    assert story.clock("advice").due_at == due


def test_several_are_open_at_once_and_each_is_answered_for_itself() -> None:
    story = asked()
    story.do(OF_CLIENTS, at=MONDAY + HOUR)
    clocks = [c for c in story.facts.clocks if c.kind is ClockKind.ADVICE]
    assert len(clocks) == 2
    with pytest.raises(Invalid, match="Say which") as caught:
        story.do(GiveAdvice(answer="yes"))
    assert caught.value.errors[0].pointer == "/advice"
    story.do(GiveAdvice(forum="clients", answer="It is."))
    assert [("ended" in each) for each in story.issue.advice] == [False, True]
    assert story.clock("advice").id == story.issue.advice[0]["clock"]
    story.do(GiveAdvice(advice=story.issue.advice[0]["id"], answer="A day."))
    assert not story.has("advice")


def test_the_same_question_is_not_put_twice_while_it_is_open() -> None:
    story = asked()
    refused = story.refused(OF_ZED)
    assert refused.code == "advice_sought_already"
    assert "Zed of Maple was asked this already" in refused.detail
    story.do(SeekAdvice(person="zed", question="Another one?"))


def test_advice_that_nobody_sought_cannot_be_given() -> None:
    story = logged()
    assert story.refused(GiveAdvice(answer="well")).code == "no_advice_sought"
    story.do(OF_CLIENTS)
    refused = story.refused(GiveAdvice(person="zed", answer="well"))
    assert "That is not among the advice which is open: of Forum clients." in refused.detail
    assert "give-advice" in open_acts(story.facts)


@pytest.mark.parametrize(
    ("field", "ask"),
    [
        ("/forum", SeekAdvice(forum="clientz", question="?")),
        ("/person", SeekAdvice(person="zedd", question="?")),
        ("/person", GiveAdvice(person="zedd", answer="?")),
    ],
)
def test_who_is_asked_must_be_known(field: str, ask: SeekAdvice | GiveAdvice) -> None:
    with pytest.raises(Invalid) as caught:
        logged().do(ask)
    assert caught.value.errors[0].pointer == field


def keyed(person: str) -> Actor:
    return Actor(kind="person", name=f"the key of {person}", person=person)


def test_a_person_answers_for_themselves_and_nobody_answers_for_them() -> None:
    story = asked()
    refused = story.refused(GiveAdvice(answer="a day"), by=keyed("sec"))
    assert refused.code == "advice_not_sought_of_you"
    assert "Zed of Maple" in refused.detail
    story.do(GiveAdvice(answer="a day"), by=keyed("zed"))


def test_a_body_is_answered_for_by_its_secretariat_and_by_its_members() -> None:
    for person in ("sec", "abe"):
        story = logged()
        story.do(OF_CLIENTS)
        assert story.refused(GiveAdvice(answer="x"), by=keyed("zed")).code == (
            "advice_not_sought_of_you"
        )
        story.do(GiveAdvice(answer="It is usual."), by=keyed(person))


def test_advice_of_a_body_or_person_that_has_left_the_directory_is_told_by_its_code() -> None:
    story = asked()
    story.do(OF_CLIENTS)
    story.directory(world.directory(bodies=world.BODIES.replace("  clients:", "  patrons:")))
    refused = story.refused(GiveAdvice(advice="adv_none", answer="x"))
    assert "of Zed of Maple, clients" in refused.detail
    assert (
        story.refused(
            GiveAdvice(forum=None, advice=story.issue.advice[1]["id"], answer="x"), by=keyed("sec")
        ).code
        == "advice_not_sought_of_you"
    )


def test_nobody_is_reminded_once_it_has_its_outcome() -> None:
    story = asked()
    story.do(Resolve(outcome=OUTCOME), at=MONDAY + HOUR)
    assert not story.has("advice")
    assert story.issue.advice[0]["ended"] == "resolved"
    assert story.refused(GiveAdvice(answer="late")).code == "not_when_resolved"


def test_a_terminal_issue_has_no_advice_open() -> None:
    for end in (Withdraw(reason="settled"), Resolve(outcome=OUTCOME)):
        story = asked()
        story.do(Acknowledge())
        story.do(end, at=MONDAY + DAY)
        if story.issue.status is Status.RESOLVED:
            story.do(Close())
        assert story.facts.clocks == ()
        assert all("ended" in each for each in story.issue.advice)


def test_an_agreement_ends_it_too() -> None:
    story = logged(agency="kilo")
    story.do(OF_ZED)
    story.do(OF_CLIENTS)
    story.do(GiveAdvice(person="zed", answer="a day"))
    ids = [each["ended"] for each in story.issue.advice if "ended" in each]
    assert ids == ["given"]
    story.do(Propose(outcome=OUTCOME), by=keyed("sam"))
    assert story.has("advice"), "a proposal is no outcome yet"
