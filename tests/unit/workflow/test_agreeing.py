"""On a rung that both seats resolve: one side proposes, the other agrees or dissents."""

import pytest

from escalation.errors import Invalid
from escalation.routing.seats import Holding
from escalation.routing.vocabulary import Side
from escalation.workflow.commands import Agree, Dissent, Do, Escalate, Propose, ReferBack, Resolve
from escalation.workflow.facts import Actor
from escalation.workflow.outlook import open_acts
from escalation.workflow.states import ClockKind, Status
from tests.unit.workflow.asks import OUTCOME
from tests.unit.workflow.builders import DAY, HOUR, MONDAY, Story, logged

SAM = Actor(kind="person", name="Sam's key", person="sam")
MANAGER = Actor(kind="person", name="the manager's key", person="kilo-function-manager")
ADMIN = Actor(kind="person", name="Ann", person="zed", any_seat=True)
LESS = {"summary": "Half of it", "reasons": "the rest was paid"}


def together() -> Story:
    return logged(agency="kilo")


def test_either_seat_proposes_and_the_other_agreeing_resolves_with_that_outcome() -> None:
    story = together()
    story.do(Propose(outcome=OUTCOME), by=MANAGER)
    assert not story.has("review"), "it goes on until the other side answers"
    story.do(Agree(note="fair"), at=MONDAY + HOUR, by=SAM)
    assert story.issue.status is Status.RESOLVED
    assert story.last("resolved")["outcome"].items() >= OUTCOME.items()
    assert story.types()[-3:] == ["proposed", "agreed", "resolved"]
    assert story.facts.clock(ClockKind.REVIEW) is not None


def test_positions_of_both_sides_are_kept_with_who_when_and_what() -> None:
    story = together()
    story.do(Propose(outcome=OUTCOME), by=MANAGER)
    story.do(Dissent(grounds="nothing is owed", note="see the file"), at=MONDAY + HOUR, by=SAM)
    proposed, dissented = story.issue.positions
    assert proposed == {
        "number": 1,
        "visit": 1,
        "rung": "desk",
        "seat": "agency",
        "person": "kilo-function-manager",
        "by": "the manager's key",
        "as": "kilo-function-manager",
        "at": MONDAY.isoformat(),
        "stance": "proposed",
        "outcome": OUTCOME,
    }
    assert (dissented["seat"], dissented["person"], dissented["answers"]) == ("provider", "sam", 1)
    assert (dissented["grounds"], dissented["note"]) == ("nothing is owed", "see the file")
    story.do(Propose(outcome=LESS, seat=Side.AGENCY))
    assert [p["rung"] for p in story.issue.positions] == ["desk", "desk", "directors"]


def test_dissenting_climbs_at_once_with_the_grounds() -> None:
    story = together()
    story.do(Propose(outcome=OUTCOME), by=SAM)
    story.do(Dissent(grounds="too little"), by=MANAGER)
    assert (story.issue.rung, story.issue.status) == ("directors", Status.OPEN)
    assert story.last("dissented")["grounds"] == "too little"
    assert story.last("escalated")["how"] == "dissent"
    assert story.clock("rung").anchor == story.now


def test_on_the_last_rung_a_dissent_exhausts_it_and_an_agreement_may_still_come() -> None:
    story = together()
    story.do(Escalate())
    story.do(Propose(outcome=OUTCOME, seat=Side.AGENCY))
    story.do(Dissent(grounds="no", seat=Side.PROVIDER))
    assert (story.issue.rung, story.issue.status) == ("directors", Status.OPEN)
    assert story.issue.exhausted_at == story.now
    assert story.last("exhausted")["external_review"]
    assert story.has("remind")
    refused = story.refused(Dissent(grounds="no", seat=Side.PROVIDER))
    assert refused.code == "already_dissented"
    story.do(Agree(seat=Side.PROVIDER), at=MONDAY + DAY)
    assert story.issue.status is Status.RESOLVED
    assert not story.has("remind")


def test_a_new_proposal_takes_the_place_of_ones_own_and_each_side_may_have_one() -> None:
    story = together()
    story.do(Propose(outcome=OUTCOME), by=SAM)
    story.do(Propose(outcome=LESS), by=SAM)
    assert [p["outcome"] for p in story.issue.positions] == [LESS]
    story.do(Propose(outcome=OUTCOME), by=MANAGER)
    assert [p["seat"] for p in story.issue.positions] == ["provider", "agency"]
    story.do(Agree(), by=MANAGER)
    assert story.issue.outcome is not None
    assert story.issue.outcome["summary"] == "Half of it", "one agrees to the other side's"


def test_a_proposal_that_was_dissented_from_stays_beside_a_new_one() -> None:
    story = together()
    story.do(Escalate())
    story.do(Propose(outcome=OUTCOME, seat=Side.AGENCY))
    story.do(Dissent(grounds="no", seat=Side.PROVIDER))
    story.do(Propose(outcome=LESS, seat=Side.AGENCY))
    assert [p["stance"] for p in story.issue.positions] == ["proposed", "dissented", "proposed"]
    story.do(Dissent(grounds="not that either", seat=Side.PROVIDER))
    assert story.last("dissented")["answers"] == 3


def test_a_proposal_of_an_earlier_stay_is_not_answered_in_a_later_one() -> None:
    story = together()
    story.do(Propose(outcome=OUTCOME), by=SAM)
    story.do(Escalate())
    story.do(ReferBack(question="?"))
    assert story.refused(Agree(), by=MANAGER).code == "nothing_proposed"


def test_nobody_answers_their_own_sides_proposal() -> None:
    story = together()
    assert story.refused(Agree(), by=MANAGER).code == "nothing_proposed"
    story.do(Propose(outcome=OUTCOME), by=MANAGER)
    refused = story.refused(Agree(), by=MANAGER)
    assert refused.code == "own_proposal"
    assert "the provider side answers it" in refused.detail
    assert story.refused(Dissent(grounds="no"), by=MANAGER).code == "own_proposal"


def test_who_holds_both_seats_does_not_agree_with_themselves() -> None:
    story = together()
    seats = story.issue.seats.items()
    story.seated({side: Holding(side, held.role, "sam", "alone") for side, held in seats})
    story.do(Propose(outcome=OUTCOME, seat=Side.AGENCY), by=SAM)
    assert "agree" in open_acts(story.facts, SAM)
    refused = story.refused(Agree(seat=Side.PROVIDER), by=SAM)
    assert (refused.code, "themselves" in refused.detail) == ("own_proposal", True)
    with pytest.raises(Invalid, match="Say for which side"):
        story.do(Agree(), by=SAM)


@pytest.mark.parametrize("ask", [Propose(outcome=OUTCOME), Agree(), Dissent(grounds="no")])
def test_a_key_without_a_seat_of_its_own_says_for_which_side(ask: Do) -> None:
    story = together()
    for actor in (Actor(kind="person", name="the desk's key"), ADMIN):
        with pytest.raises(Invalid) as caught:
            story.do(ask, by=actor)
        assert [fault.pointer for fault in caught.value.errors] == ["/seat"]


def test_an_administrator_acts_for_any_seat_and_nobody_else_for_that_of_the_other_side() -> None:
    story = together()
    refused = story.refused(Propose(outcome=OUTCOME, seat=Side.PROVIDER), by=MANAGER)
    assert refused.code == "not_your_seat"
    story.do(Propose(outcome=OUTCOME, seat=Side.PROVIDER), by=ADMIN)
    story.do(Agree(seat=Side.AGENCY), by=ADMIN)
    assert story.issue.status is Status.RESOLVED


def test_who_holds_no_seat_is_told_who_does() -> None:
    zed = Actor(kind="person", name="Zed's key", person="zed")
    refused = together().refused(Propose(outcome=OUTCOME), by=zed)
    assert refused.code == "not_your_seat"
    assert "that of the provider is held by Sam of Maple" in refused.detail


def test_where_the_lead_resolves_alone_a_proposal_is_refused_and_says_who_that_is() -> None:
    story = logged()
    refused = story.refused(Propose(outcome=OUTCOME, seat=Side.AGENCY))
    assert refused.code == "lead_resolves"
    assert refused.detail == (
        "On The desk the seat that leads resolves alone: that of the provider is held by "
        "Sam of Maple."
    )
    board = logged(agency="juliet")
    board.do(Escalate())
    refused = board.refused(Propose(outcome=OUTCOME, seat=Side.AGENCY))
    assert refused.code == "lead_resolves"
    assert "by its own decision" in refused.detail


def test_alone_neither_seat_resolves_where_both_must() -> None:
    assert together().refused(Resolve(outcome=OUTCOME), by=SAM).code == "both_must_agree"


def test_at_a_forum_the_two_seats_may_agree_before_it_meets() -> None:
    story = logged().at_forum()
    story.do(Propose(outcome=OUTCOME, seat=Side.PROVIDER))
    story.do(Agree(seat=Side.AGENCY))
    assert story.issue.status is Status.RESOLVED
    assert list(story.book.agenda.values()) == ["withdrawn"]


def test_the_open_acts_know_who_may_answer() -> None:
    story = together()
    assert {"propose"} == {"propose", "agree", "dissent"} & set(open_acts(story.facts, SAM))
    story.do(Propose(outcome=OUTCOME), by=SAM)
    assert {"agree", "dissent"} <= set(open_acts(story.facts, MANAGER))
    assert not {"agree", "dissent"} & set(open_acts(story.facts, SAM))
