"""Values that only the pinned ladder and the directory can judge: the place, the nearest word."""

from typing import Any

import pytest

from escalation.errors import Fault, Invalid
from escalation.routing.vocabulary import Degree, Severity, Side
from escalation.workflow.commands import (
    Do,
    Reassign,
    Reclassify,
    ReferBack,
    ReportUp,
    Resolve,
    Skip,
)
from tests.unit.workflow.builders import Story, a_log, logged


def fault(story: Story, ask: Do) -> Fault:
    before = story.facts
    with pytest.raises(Invalid) as caught:
        story.do(ask)
    assert story.facts == before
    (found,) = caught.value.errors
    return found


@pytest.mark.parametrize(
    ("ask", "pointer", "nearest"),
    [
        (Skip(to="bord"), "/to", "board"),
        (ReferBack(to="dsk", question="?"), "/to", "desk"),
        (ReportUp(to="bmf-nort"), "/to", "bmf-north"),
        (Reassign(seat=Side.PROVIDER, person="zedd"), "/person", "zed"),
        (Resolve(outcome={"summary": "x", "cause": "staf"}), "/outcome/cause", "staff"),
    ],
)
def test_a_name_that_is_not_there_is_told_at_its_place_with_the_nearest(
    ask: Do, pointer: str, nearest: str
) -> None:
    found = fault(logged(), ask)
    assert found.pointer == pointer
    assert found.detail.endswith(f"; the nearest is `{nearest}`")


@pytest.mark.parametrize("field", ["agency", "function", "region", "service"])
def test_reclassifying_to_what_the_directory_does_not_know_is_told(field: str) -> None:
    assert fault(logged(), Reclassify(changes={field: "alpah"})).pointer == f"/{field}"


def test_an_outcome_takes_a_cause_of_the_layer_that_resolves() -> None:
    story = logged()
    found = fault(story, Resolve(outcome={"summary": "x", "cause": "policy"}))
    assert found.detail == "found `policy`, expected `staff`"
    story.do(Resolve(outcome={"summary": "x", "cause": "staff"}))
    assert (story.issue.outcome or {})["cause"] == "staff"


def test_a_wrong_cause_at_first_contact_burns_no_reference() -> None:
    drawn: list[str] = []
    with pytest.raises(Invalid) as caught:
        logged(outcome={"summary": "x", "cause": "policy"}, drawn=drawn)
    assert caught.value.errors[0].pointer == "/outcome/cause"
    assert not drawn
    logged(drawn=drawn)
    assert drawn == ["SSI-2026-000001"]


@pytest.mark.parametrize("changes", [{}, {"severity": Severity.MEDIUM, "function": "payroll"}])
def test_reclassifying_to_what_it_is_already_is_refused_as_no_change(
    changes: dict[str, Any],
) -> None:
    story = logged(severity=Severity.MEDIUM)
    found = fault(story, Reclassify(changes=changes))
    assert (found.code, found.pointer) == ("no_change", "")


def test_severity_follows_impact_and_urgency_by_the_matrix() -> None:
    story = logged(severity=None, impact=Degree.MEDIUM, urgency=Degree.MEDIUM)
    assert story.issue.severity == "medium"
    story.do(Reclassify(changes={"impact": Degree.HIGH}))
    assert (story.issue.severity, story.issue.impact) == ("high", "high")
    assert "impact" in story.issue.severity_reason
    story.do(Reclassify(changes={"severity": Severity.LOW}))
    assert story.issue.severity == "low"


def test_the_fields_of_a_log_are_judged_at_their_places() -> None:
    with pytest.raises(Invalid) as caught:
        logged(agency="alpah", function="payrol")
    assert {f.pointer for f in caught.value.errors} == {"/agency", "/function"}
    assert a_log().agency == "alpha"
