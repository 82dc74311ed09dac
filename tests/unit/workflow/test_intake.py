"""An issue comes in: where it enters, what runs from when, and what is told about it."""

from datetime import timedelta

import pytest

from escalation.errors import Invalid
from escalation.routing.vocabulary import Scope, Severity
from escalation.workflow.states import ClockClass, ClockKind, Status
from tests.unit.workflow import world
from tests.unit.workflow.asks import OUTCOME
from tests.unit.workflow.builders import DAY, HOUR, MONDAY, logged


def test_agencies_that_are_also_affected_are_other_clients() -> None:
    with pytest.raises(Invalid) as caught:
        logged(also_affects=("bravo", "alpha", "maplee"))
    told = [(fault.code, fault.pointer) for fault in caught.value.errors]
    assert told == [
        ("wrong_value", "/also_affects/1"),
        ("unknown_reference", "/also_affects/2"),
    ]


def test_it_enters_at_the_first_rung_with_holders_and_clocks() -> None:
    story = logged()
    issue = story.issue
    assert (issue.status, issue.rung, issue.layer, issue.version) == (
        Status.OPEN,
        "desk",
        "operational",
        1,
    )
    assert (issue.ola, issue.ladder, issue.cluster) == ("ola-alpha", "standard", "north")
    assert {c.kind for c in story.facts.clocks} == {
        ClockKind.ACKNOWLEDGE,
        ClockKind.RUNG,
        ClockKind.OVERALL,
        ClockKind.INFORM,
    }
    assert story.clock("inform").class_ is ClockClass.PLANNED
    assert issue.warnings == ()
    assert story.plans[0].new
    assert story.plans[0].left_stay is None


def test_clocks_of_the_issue_are_anchored_at_its_receipt_the_rungs_at_entry() -> None:
    received = MONDAY - 2 * DAY
    story = logged(received_at=received)
    assert {c.kind.value: c.anchor for c in story.facts.clocks} == {
        "acknowledge": received,
        "overall": received,
        "inform": received,
        "rung": MONDAY,
    }
    assert story.issue.entered_at == story.issue.created_at == MONDAY


def test_a_receipt_ahead_counts_as_now() -> None:
    assert logged(received_at=MONDAY + DAY).issue.received_at == MONDAY


def test_an_issue_may_enter_at_a_forum() -> None:
    story = logged(agency="juliet")
    assert (story.issue.status, story.issue.rung) == (Status.TABLED, "forum")
    assert story.types() == ["logged", "tabled"]


def test_an_outcome_at_log_resolves_at_first_contact() -> None:
    story = logged(outcome=OUTCOME)
    assert story.issue.status is Status.RESOLVED
    assert story.types() == ["logged", "resolved"]
    assert {c.kind for c in story.facts.clocks} == {ClockKind.OVERALL, ClockKind.REVIEW}
    assert story.used(story.clock("overall")) == 0


def test_an_outcome_at_log_leaves_no_item_on_a_forums_agenda() -> None:
    story = logged(agency="juliet", outcome={"summary": "x", "cause": "workflow"})
    assert set(story.book.agenda.values()) == {"withdrawn"}
    assert not story.has("forum")


def test_no_agreement_that_fits_is_a_warning_on_the_record() -> None:
    story = logged(agency="foxtrot")
    assert story.issue.ola is None
    assert story.last("logged")["warnings"] == list(story.issue.warnings)
    assert "the default ladder is used" in story.issue.warnings[0]


def test_what_does_not_fit_is_refused_and_nothing_is_logged() -> None:
    with pytest.raises(Invalid):
        logged(agency="nobody")


def test_an_agreement_wide_issue_enters_its_own_ladder() -> None:
    story = logged(scope=Scope.AGREEMENT, function=None)
    assert (story.issue.ladder, story.issue.rung) == ("whole", "accounts")


def test_severity_is_medium_where_nothing_is_said() -> None:
    assert logged(severity=None).issue.severity is Severity.MEDIUM


@pytest.mark.parametrize("ladder", ["ola-rivers", "ola-transit", "ola-schools", "ola-fisheries"])
def test_the_shipped_ladders_carry_an_issue_to_exhaustion_and_on(ladder: str) -> None:
    publication, directory = world.shipped()
    ola = publication.file.olas[ladder]
    story = logged(publication=publication, directory=directory, agency=ola.client)
    seen = [story.issue.rung]
    while story.issue.exhausted_at is None:
        assert story.next_at is not None
        story.sweep(story.next_at)
        if story.issue.status is Status.OPEN and ladder == "ola-transit":
            story.at_forum()
        if story.issue.rung != seen[-1]:
            seen.append(story.issue.rung)
    rungs = [rung.id for rung in publication.effective(ladder, "function").rungs]
    assert seen == [rung for rung in rungs if rung in seen]
    assert seen[-1] == rungs[-1]


def test_two_logs_of_one_stem_make_the_same_identifiers() -> None:
    one, two = logged(), logged()
    assert one.issue == two.issue
    assert [e.id for e in one.book.events] == [e.id for e in two.book.events]


def test_an_old_receipt_makes_clocks_that_were_due_before_it_was_logged() -> None:
    story = logged(received_at=MONDAY - timedelta(days=30))
    assert story.sweep() > 0
    assert story.last("warned")["step"] == "end"
    assert (story.clock("rung").due_at or MONDAY) > MONDAY + HOUR
