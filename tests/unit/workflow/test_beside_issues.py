"""What is said beside issues, and limits on how it may be said."""

from datetime import datetime
from typing import Any

import pytest

from escalation.routing.vocabulary import Channel, IssueKind
from escalation.workflow.commands import Contact
from escalation.workflow.conduct import ConductLimit, by_marks, limits_on, marks
from escalation.workflow.facts import Actor
from escalation.workflow.interactions import ContactKind, Family, Interaction, raised
from tests.unit.workflow.builders import DAY, MONDAY, logged


def said(text: str = "Where is it?\nI looked.", **changes: Any) -> Interaction:
    given: dict[str, Any] = {
        "id": "con_1",
        "reference": "CON-2026-000001",
        "family": Family.CONTACT,
        "kind": ContactKind.ENQUIRY.value,
        "channel": Channel.PHONE,
        "text": text,
        "raiser": {"type": "staff", "name": "Ana"},
        "recorded_by": "Clerk",
        "received_at": MONDAY,
        "created_at": MONDAY,
        "centre": "cairns",
        "function": "payroll",
        "themes": ("pay",),
    }
    return Interaction(**given | changes)


def test_an_issue_made_of_what_was_said_carries_it_all() -> None:
    log = raised(said(), {"agency": "alpha", "kind": IssueKind.COMPLAINT})
    assert (log.title, log.description) == ("Where is it?", "Where is it?\nI looked.")
    assert (log.channel, log.centre, log.function) == (Channel.PHONE, "cairns", "payroll")
    assert (log.themes, log.raiser, log.received_at) == (("pay",), said().raiser, MONDAY)
    assert log.raised_from == {
        "family": "contact",
        "id": "con_1",
        "reference": "CON-2026-000001",
    }


def test_what_is_given_wins_over_what_is_carried() -> None:
    log = raised(said(), {"agency": "alpha", "kind": IssueKind.ISSUE, "title": "Lost"})
    assert (log.title, log.kind) == ("Lost", IssueKind.ISSUE)


@pytest.mark.parametrize(
    ("text", "title"),
    [("", "Raised from CON-2026-000001"), ("\n  \nThird", "Third"), ("x" * 400, "x" * 300)],
)
def test_a_title_is_the_first_line_that_says_something(text: str, title: str) -> None:
    assert raised(said(text), {"agency": "a", "kind": IssueKind.ISSUE}).title == title


def test_what_a_raiser_writes_by_a_receipt_is_told_to_the_lead() -> None:
    story = logged()
    story.do(Contact(text="I have papers"), by=Actor(kind="raiser", name="the raiser"))
    assert story.last("contacted")["tells"] == {"lead": "desk"}
    story.do(Contact(text="They rang"))
    assert "tells" not in story.last("contacted")


# -- limits on conduct


def limit(name: str = "lim_1", ended_at: datetime | None = None, **raiser: str) -> ConductLimit:
    return ConductLimit(
        id=name,
        raiser=raiser or {"email": "Ana@example.com"},
        limits=({"kind": "writing_only"},),
        reason="threats",
        approved_by="sam",
        recorded_by="Clerk",
        begins_at=MONDAY,
        review_at=MONDAY + 5 * DAY,
        expires_at=MONDAY + 10 * DAY,
        created_at=MONDAY,
        ended_at=ended_at,
    )


def test_a_raiser_is_known_again_by_reference_email_and_phone_never_by_name() -> None:
    assert marks({"name": "Ana", "phone": "07 12"}) == (("phone", "0712"),)
    known = by_marks([limit(email="ana@example.com", reference="C7")])
    for raiser in ({"email": "ANA@example.com"}, {"reference": "c 7", "email": "other"}):
        assert [each.id for each in limits_on(known, raiser, MONDAY)] == ["lim_1"]
    assert limits_on(known, {"name": "Ana"}, MONDAY) == []
    assert limits_on({}, {"email": "ana@example.com"}, MONDAY) == []


@pytest.mark.parametrize(
    ("days", "ended", "holds"),
    [(-1, None, False), (0, None, True), (9, None, True), (10, None, False), (9, 3, False)],
)
def test_a_limit_holds_from_its_beginning_to_its_end(
    days: int, ended: int | None, holds: bool
) -> None:
    made = limit(ended_at=None if ended is None else MONDAY + ended * DAY)
    known, now = by_marks([made]), MONDAY + days * DAY
    assert made.in_force(now) is holds
    assert bool(limits_on(known, {"email": "ana@example.com"}, now)) is holds


def test_a_limit_that_two_marks_find_is_shown_once_the_first_made_first() -> None:
    known = by_marks([limit("lim_2", email="a@b", phone="1"), limit("lim_1", phone="1")])
    found = limits_on(known, {"email": "a@b", "phone": "1"}, MONDAY)
    assert [each.id for each in found] == ["lim_1", "lim_2"]
