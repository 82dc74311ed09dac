"""What products of this kind get wrong again and again, as a user would notice it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.stories.databases import on_both
from tests.stories.passing import brisbane, local
from tests.stories.teller import ADMIN, COUNTER, Story

FILE = Path(__file__).resolve().parents[2] / "config" / "escalation_ladders.yaml"
FORUM = "bmf-southern-cross"


def publishes(story: Story, *changes: tuple[str, str]) -> None:
    """The owner of the process puts the ladder file in force, changed."""
    text = FILE.read_text(encoding="utf-8")
    for old, new in (('label: "2026.2"', 'label: "2026.3"'), *changes):
        assert old in text, old
        text = text.replace(old, new)
    body = {"text": text, "reason": "the yearly review"}
    story.asks(ADMIN, "POST", "/v1/ladder-publications", body)
    story.tells({"ladders": "ladder.published"})


@pytest.mark.parametrize(
    "born",
    [
        "2026-03-07 23:59",
        "2026-03-08 03:00",
        "2026-03-09 08:30",
        "2026-03-09 17:00",
        "2026-04-03 12:00",
    ],
)
def test_no_issue_is_past_target_at_birth_whenever_it_is_logged(story: Story, born: str) -> None:
    story.until(born)
    issue = story.logs("the late pay", severity="critical")
    assert issue["past_target"] is False
    for clock in issue["clocks"]:
        assert brisbane(born) < brisbane(local(clock["due_at"])), clock["kind"]
    story.looks()


@pytest.mark.parametrize("received", ["2026-03-02T00:00:00Z", "2026-03-02T10:00:00+10:00"])
def test_one_instant_written_in_two_zones_has_one_due_instant(story: Story, received: str) -> None:
    issue = story.logs("the late pay", received_at=received)
    assert issue["received_at"] == "2026-03-02T00:00:00Z"
    assert local(story.clock("rung")["due_at"]) == "2026-03-03 17:00"
    assert issue["clocks"]


def test_a_new_ladder_file_moves_no_open_issue_and_holds_for_each_new_one(story: Story) -> None:
    story.logs("before", agency="records")
    publishes(story, ("medium: 2 business days, low: 5", "medium: 4 business days, low: 5"))
    story.logs("after", agency="records")
    assert local(story.clock("rung", "before")["due_at"]) == "2026-03-04 17:00"
    assert local(story.clock("rung", "after")["due_at"]) == "2026-03-06 17:00"


def test_an_agreement_that_has_ended_claims_no_new_issue_and_keeps_its_open_ones(
    story: Story,
) -> None:
    story.logs("before")
    part = "functions: [payroll, finance, human_resources, procurement]\n    begins: 2025-07-01\n"
    ended = f"{part}    ends: 2026-02-28\n    review_date: 2026-02-01\n    clause: OLA Rivers"
    running = f"{part}    ends: 2029-06-30\n    review_date: 2027-03-31\n    clause: OLA Rivers"
    publishes(story, (running, ended))
    issue = story.logs("after")
    assert story.issue("before")["ola"] == "ola-rivers"
    assert issue["ola"] is None
    assert any("expired" in each or "ended" in each for each in issue["warnings"]), issue[
        "warnings"
    ]
    story.until(
        "2026-03-03 17:00", {"before": "warned warned warned escalated", "after": "warned warned"}
    )


def test_looking_at_an_issue_from_every_side_changes_nothing(story: Story) -> None:
    issue = story.logs("the late pay")
    before = story.issue()
    path = f"/v1/issues/{issue['id']}"
    for part in ("", "/timeline", "/clocks", "/explain", "/paper"):
        for who in (ADMIN, COUNTER, "Priya Nair", "Bronwyn Tait"):
            story.finds(f"{path}{part}", who)
    for look in ("/v1/issues?q=pay", "/v1/vacancies", f"/v1/forums/{FORUM}/meetings"):
        story.finds(look)
    story.tells("")
    assert story.issue() == before


@on_both
def test_what_a_side_writes_for_itself_is_read_by_the_other_nowhere(story: Story) -> None:
    issue = story.logs("the late pay", raiser={"type": "staff", "anonymous": True})
    code = issue["receipt_code"]
    for who, side in (("Priya Nair", "provider"), ("Bronwyn Tait", "agency")):
        for act in ("note", "contact", "inform"):
            then = {"note": "(noted)", "contact": "(contacted)", "inform": "(informed)"}[act]
            text = f"a secret of the {side}"
            story.does(who, act, text=text, visibility=side, then=then)
    story.does(COUNTER, "skip", to="business_manager_forum", reason="all", then="escalated tabled")
    meeting = story.meeting_of()
    path = f"/v1/issues/{issue['id']}"
    views = [f"{path}/timeline?limit=200", path, f"{path}/paper", f"{path}/explain"]
    views += [f"/v1/meetings/{meeting}/agenda", "/v1/issues?q=secret"]
    by_side = {
        "provider": ("Priya Nair", "Margaret O'Dwyer"),
        "agency": ("Bronwyn Tait", "Deepak Menon"),
    }
    for side, people in by_side.items():
        for who in people:
            for view in views:
                read = json.dumps(story.finds(view, who))
                assert read.count("a secret of") == (3 if view == views[0] else 0), view
                assert read.count(f"a secret of the {side}") == read.count("a secret of")
    receipt: Any = story.service.get("/v1/receipt", key=None, receipt_code=code).json()
    assert "a secret of" not in json.dumps(receipt)
    for neither in ("Callum Treloar", "Jacinta Morrow"):
        assert "a secret of" not in json.dumps(story.finds(views[0], neither))
    for both in (ADMIN, COUNTER):
        assert json.dumps(story.finds(views[0], both)).count("a secret of") == 6
