"""Whose act it is: the seat that an act needs, and who may act for it."""

from typing import Any

import pytest

from escalation.routing.vocabulary import Sensitivity, Severity
from escalation.workflow.commands import (
    Acknowledge,
    Dispute,
    Do,
    Escalate,
    Note,
    Reclassify,
    ReportUp,
    Resolve,
)
from escalation.workflow.facts import Actor
from escalation.workflow.outlook import open_acts
from escalation.workflow.sides import NEEDS
from escalation.workflow.states import Act, MeetingAct
from tests.unit.workflow import world
from tests.unit.workflow.asks import OUTCOME
from tests.unit.workflow.builders import Story, logged


def person(name: str, *, any_seat: bool = False) -> Actor:
    return Actor(kind="person", name=f"the key of {name}", person=name, any_seat=any_seat)


SAM, MANAGER, ZED = person("sam"), person("alpha-function-manager"), person("zed")


def test_every_act_says_which_seat_it_needs() -> None:
    assert set(NEEDS) == {*Act, *MeetingAct}


def test_the_holder_of_the_leading_seat_acknowledges_and_nobody_else_does() -> None:
    story = logged()
    refused = story.refused(Acknowledge(), by=MANAGER)
    assert refused.code == "not_your_seat"
    assert refused.detail == (
        "`acknowledge` needs the seat that leads on The desk: that of the provider is held by "
        "Sam of Maple."
    )
    story.do(Acknowledge(), by=SAM)
    assert story.issue.status == "in_progress"


@pytest.mark.parametrize("actor", [SAM, MANAGER])
def test_either_side_escalates(actor: Actor) -> None:
    story = logged()
    story.do(Escalate(reason="stuck"), by=actor)
    assert story.issue.rung == "directors"
    refused = story.refused(Escalate(reason="stuck"), by=actor)
    assert refused.code == "not_your_seat", "their seat is on the rung below"
    assert "Dee of Maple and that of the agency" in refused.detail


PRIVACY, RIGHTS = Sensitivity.PRIVACY, Sensitivity.HUMAN_RIGHTS


def sealing(*why: Sensitivity, **more: Any) -> Reclassify:
    return Reclassify(changes={"sensitive": why, **more}, reason="it names staff")


@pytest.mark.parametrize("actor", [SAM, MANAGER])
def test_whichever_side_finds_it_sensitive_seals_it_at_once_and_sees_it_still(actor: Actor) -> None:
    story = logged()
    assert "reclassify" in open_acts(story.facts, actor)
    story.do(sealing(PRIVACY), by=actor)
    assert story.issue.sealing is not None
    assert story.issue.sealing.names(str(actor.person))
    story.do(sealing(PRIVACY, RIGHTS), by=actor)
    assert story.issue.sealing.sensitive == (RIGHTS, PRIVACY)


def test_all_else_that_reclassifying_changes_is_for_the_seat_that_leads() -> None:
    story = logged()
    high = {"severity": Severity.HIGH}
    for ask in (Reclassify(changes=high, reason="worse"), sealing(PRIVACY, **high)):
        assert story.refused(ask, by=MANAGER).code == "not_your_seat"
    story.do(sealing(PRIVACY, RIGHTS), by=MANAGER)
    refused = story.refused(sealing(PRIVACY), by=MANAGER)
    assert refused.code == "not_your_seat", "its clock of the law would end"
    story.do(sealing(PRIVACY), by=SAM)
    assert story.refused(sealing(RIGHTS), by=ZED).code == "not_your_seat"


@pytest.mark.parametrize("ask", [Note(text="seen"), Dispute(grounds="unpaid")])
def test_what_is_the_raisers_or_only_words_needs_no_seat(ask: Do) -> None:
    story = logged()
    story.do(Resolve(outcome=OUTCOME), by=SAM)
    story.do(ask, by=ZED)


def test_an_administrator_and_a_key_without_a_person_act_for_any_seat() -> None:
    story = logged()
    story.do(Acknowledge(), by=person("zed", any_seat=True))
    story.do(Resolve(outcome=OUTCOME), by=Actor(kind="person", name="a desk's key"))


def at_forum() -> Story:
    return logged().at_forum()


def test_a_forums_secretariat_acts_for_its_rung() -> None:
    story = at_forum()
    story.do(ReportUp(), by=person("sec"))
    assert story.refused(ReportUp(), by=ZED).code == "not_your_seat"
    board = logged()
    board.do(Escalate())
    board.do(Escalate())
    board.do(Escalate())
    assert board.refused(Escalate(), by=person("sec")).code == "no_further_rung"


def test_on_a_rung_without_seats_the_refusal_names_the_secretariat_if_there_is_one() -> None:
    summit = logged(agency="juliet")
    summit.do(Escalate())
    assert summit.refused(ReportUp(), by=ZED).detail.endswith("on The summit: it has none.")
    bodies = world.BODIES + world.body(
        "summit", "ceo_board", "initiative", "", "FREQ=MONTHLY;BYDAY=1FR", "2025-01-03T09:00"
    )
    summit.directory(world.directory(bodies=bodies))
    assert "its secretariat is Sec of Maple" in summit.refused(ReportUp(), by=ZED).detail


def test_on_a_rung_of_empty_seats_the_refusal_says_that_nobody_holds_them() -> None:
    story = logged(agency="charlie")
    assert "held by" in story.refused(Acknowledge(), by=ZED).detail


def test_the_open_acts_are_those_open_to_who_asks() -> None:
    story = logged()
    everything = set(open_acts(story.facts))
    assert set(open_acts(story.facts, SAM)) == everything
    assert everything - set(open_acts(story.facts, MANAGER)) == {
        "acknowledge",
        "hold",
        "merge",
        "resolve",
    }
    assert set(open_acts(story.facts, ZED)) == {"inform", "contact", "note", "link", "withdraw"}
    assert story.refused(Acknowledge(), by=ZED).extra["available_acts"] == (
        open_acts(story.facts, ZED)
    )
