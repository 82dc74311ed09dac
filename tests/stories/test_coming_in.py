"""What comes in and how, and what is sealed: sentence by sentence of the domain's section 4."""

from pathlib import Path
from typing import Any

import pytest

from escalation.services import corrections
from tests.api.service import problem
from tests.stories.databases import on_both
from tests.stories.teller import ADMIN, COUNTER, Story

FORUM = "bmf-southern-cross"
LADDER_FILE = Path(__file__).resolve().parents[2] / "config" / "escalation_ladders.yaml"


def test_a_compliment_and_an_enquiry_are_kept_and_become_issues_when_somebody_asks(
    story: Story,
) -> None:
    praise = story.says(
        "feedback", "praise", kind="compliment", text="Quick and kind", party="rivers"
    )
    asked = story.says(
        "contacts", "enquiry", text="Where is the form?", party="rivers", function="payroll"
    )
    assert {praise["issue"], asked["issue"]} == {None}
    assert story.finds("/v1/feedback-counts")["total"] == 1
    issue = story.raises(
        "contacts",
        "enquiry",
        "the form that is nowhere",
        then={"the form that is nowhere": "logged", "enquiry": "(contact.raised)"},
    )
    assert issue["raised_from"]["id"] == asked["id"]
    assert issue["received_at"] == asked["received_at"]
    issue = story.raises(
        "feedback",
        "praise",
        "more like it",
        function="payroll",
        then={"more like it": "logged", "praise": "(feedback.raised)"},
    )
    assert issue["raised_from"]["id"] == praise["id"]


@pytest.mark.parametrize("raiser", ["customer", "client", "staff", "public"])
def test_whoever_raises_it_is_heard(story: Story, raiser: str) -> None:
    issue = story.logs("the late pay", raiser={"type": raiser, "name": "Jo"})
    assert issue["raiser"] == {"type": raiser, "name": "Jo", **issue["raiser"]}
    assert issue["rung"]["id"] == "service_manager"


def test_a_client_with_a_critical_matter_enters_above_the_first_rung(story: Story) -> None:
    issue = story.logs(
        "pay has stopped", severity="critical", raiser={"type": "client", "name": "Jo"}
    )
    assert issue["rung"]["id"] == "function_director"
    assert any("a client may take a critical issue straight" in why for why in issue["why"])


@on_both
def test_somebody_without_a_name_comes_back_with_a_code_and_is_answered(story: Story) -> None:
    issue = story.logs("something is wrong", raiser={"type": "public", "anonymous": True})
    code = issue["receipt_code"]
    story.comes_back(code, "I have the papers", then="contacted")
    story.does("Priya Nair", "inform", text="Post them to us", then="informed")
    found = story.service.get("/v1/receipt", key=None, receipt_code=code).json()
    assert [(m["from"], m["text"]) for m in found["messages"]] == [
        ("you", "I have the papers"),
        ("us", "Post them to us"),
    ]


@pytest.mark.parametrize(
    "channel",
    [
        "internet",
        "phone",
        "service_centre",
        "email",
        "in_person",
        "forum",
        "service_meeting",
        "survey",
        "ticketing_tool",
    ],
)
def test_it_comes_in_by_whatever_channel(story: Story, channel: str) -> None:
    assert story.logs("the late pay", channel=channel)["channel"] == channel
    listed = story.finds(f"/v1/issues?channel={channel}")["data"]
    assert [each["id"] for each in listed] == [story.id_of()]


@on_both
def test_a_disclosure_is_seen_by_named_people_alone_and_the_law_begins_to_count(
    story: Story,
) -> None:
    issue = story.logs(
        "the zanzibar payment",
        who="Priya Nair",
        sensitive=["public_interest_disclosure", "human_rights"],
        then="(logged) (sealed) (referred)",
    )
    assert [c["kind"] for c in issue["clocks"] if c["class"] == "statutory"] == [
        "statutory:human_rights_response"
    ]
    assert [r["to"] for r in issue["sealed"]["referrals"]] == [
        "The agency's disclosure coordinator"
    ]
    path = f"/v1/issues/{issue['id']}"
    assert story.service.get(path, key=story.key("Callum Treloar")).status_code == 404
    for look in ("/v1/issues", "/v1/issues?q=zanzibar"):
        assert story.finds(look, "Callum Treloar")["data"] == []
    hold = {"until": "2026-03-05T12:00:00+10:00", "awaiting": "raiser", "reason": "papers"}
    due = story.clock("statutory:human_rights_response")["due_at"]
    story.does("Priya Nair", "hold", then="(held)", **hold)
    story.until("2026-03-05 12:00", "(resumed)")
    assert story.clock("statutory:human_rights_response")["due_at"] == due


def test_what_is_sealed_after_a_digest_was_made_is_withheld_there_and_corrected(
    story: Story,
) -> None:
    issue = story.logs("the zanzibar payment", severity="critical")
    to_forum = {"to": "business_manager_forum", "reason": "large"}
    story.does(COUNTER, "skip", then="escalated tabled", **to_forum)
    digest = story.asks(COUNTER, "POST", "/v1/digests", {"forum": FORUM})
    story.tells({"digest": "digest.ready"})
    path = f"/v1/digests/{digest['number']}.json"
    callum = story.key("Callum Treloar")
    assert issue["reference"] in story.service.get(path, key=callum).text
    sealing: dict[str, Any] = {"sensitive": ["by_hand"], "reason": "names a colleague"}
    story.does(ADMIN, "reclassify", then="(sealed)", **sealing)
    problem(story.service.get(path, key=callum), 403, "withheld")
    assert corrections.correct_next(story.service.container.desk) == 1
    story.tells({"digest": "digest.ready"})
    again = {"forum": FORUM, "as_at": digest["as_at"], "known_at": digest["known_at"]}
    correction = story.asks("Callum Treloar", "POST", "/v1/digests", again)
    assert correction["number"] != digest["number"]
    told = story.service.get(f"/v1/digests/{correction['number']}.json", key=callum).text
    assert digest["number"] in told
    assert issue["reference"] not in told


def test_an_issue_enters_at_whatever_rung_the_ladder_opens_to_a_channel(story: Story) -> None:
    text = LADDER_FILE.read_text(encoding="utf-8").replace(
        "      - rung: function_director\n",
        "      - rung: business_manager_forum\n"
        "        when: {channel: forum}\n"
        "        reason: what is raised at a forum is the forum's\n"
        "      - rung: function_director\n",
        1,
    )
    text = text.replace('label: "2026.2"', 'label: "2026.3"')
    sent = {"text": text, "reason": "contact at all levels"}
    story.asks(ADMIN, "POST", "/v1/ladder-publications", sent)
    story.hears()
    issue = story.logs("the crowded counter", channel="forum", then="logged tabled")
    assert (issue["rung"]["id"], issue["status"]) == ("business_manager_forum", "tabled")
    assert any("what is raised at a forum" in why for why in issue["why"])
    assert issue["rung"]["responsibilities"]["responsible"] == ["business manager forum"]
    terms = story.finds(f"/v1/issues/{issue['id']}/paper")["terms"]
    assert terms["code"] == "pa-southern-cross"
    assert terms["known_obstacles"] == ["Service centres in the regions are shared, and few"]
