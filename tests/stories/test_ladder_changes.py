"""A change of the ladder waits for who signed the agreement, or for its cluster's forum."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.api.service import fault, problem
from tests.stories.databases import on_both
from tests.stories.teller import ADMIN, COUNTER, Story

FILE = Path(__file__).resolve().parents[2] / "config" / "escalation_ladders.yaml"
LABEL = ('label: "2026.2"', 'label: "2026.3"')
CLAUSE = "    clause: OLA Rivers, part 8\n"
ASKS = (CLAUSE, f"{CLAUSE}    approval: parties\n")
FASTER = ("high: 6 business hours", "high: 5 business hours")
FORUM = "pf-southern-cross"
PARTNERS = (
    "Judith Abernethy",
    "Alastair Munro",
    "Anselm Baptiste",
    "Edmund Lacey",
    "Beatrix van Wyk",
)


def file(*changes: tuple[str, str]) -> str:
    text = FILE.read_text(encoding="utf-8")
    for old, new in (LABEL, *changes):
        assert old in text, old
        text = text.replace(old, new)
    return text


def proposes(story: Story, who: str, text: str) -> dict[str, Any]:
    """Somebody puts a file forward; the change."""
    body = {"text": text, "reason": "the flood season is near"}
    change = story.asks(who, "POST", "/v1/ladder-changes", body)
    story.tells({"ladders": "ladder.change_proposed"})
    return change


def answer(story: Story, who: str, act: str, change: dict[str, Any], **body: Any) -> Any:
    """Somebody answers a change as it stands; what they are answered."""
    path = f"/v1/ladder-changes/{change['id']}"
    seen = story.service.get(path).headers["etag"]
    return story.service.post(f"{path}/acts/{act}", body, key=story.key(who), if_match=seen)


def publish(story: Story, text: str) -> Any:
    body = {"text": text, "reason": "approved"}
    return story.service.post("/v1/ladder-publications", body, key=story.key(ADMIN))


@on_both
def test_a_change_is_published_once_both_who_signed_the_agreement_have_approved(
    story: Story,
) -> None:
    text = file(ASKS, FASTER)
    checked = story.asks(ADMIN, "POST", "/v1/ladder-checks", {"text": text})
    assert [need["party"] for need in checked["approvals"]] == ["meridian", "rivers"]
    told = problem(publish(story, text), 409, "approval_needed")
    assert [each["detail"] for each in told["errors"]] == [
        "the executive director of meridian (ola-rivers)",
        "the corporate purchaser of rivers (ola-rivers)",
    ]
    problem(
        story.service.post(
            "/v1/ladder-changes", {"text": text, "reason": "r"}, key=story.key("Ruth Goldfinch")
        ),
        409,
        "not_the_maintainer",
    )
    change = proposes(story, "Dominic Ferraro", text)
    problem(answer(story, "Ruth Goldfinch", "approve", change), 409, "not_your_approval")
    problem(answer(story, COUNTER, "approve", change), 422, "invalid")
    approved = {"ladders": "ladder.change_approved"}
    first = answer(story, "Anselm Baptiste", "approve", change, note="At last")
    assert first.json()["left"] == ["the executive director of meridian (ola-rivers)"]
    story.tells(approved)
    problem(answer(story, "Anselm Baptiste", "approve", change), 409, "approved_already")
    problem(publish(story, text), 409, "approval_needed")
    second = answer(story, "Judith Abernethy", "approve", change).json()
    assert (second["status"], second["left"]) == ("approved", [])
    story.tells(approved)
    published = publish(story, text).json()
    assert [each["person"] for each in published["approvals"]] == [
        "anselm-baptiste",
        "judith-abernethy",
    ]
    story.tells({"ladders": "ladder.published"})
    assert story.finds("/v1/ladder-changes?status=published")["data"][0]["id"] == change["id"]


def test_what_one_party_declines_is_settled_and_what_is_withdrawn_too(story: Story) -> None:
    text = file(ASKS)
    change = proposes(story, ADMIN, text)
    again = {"text": text, "reason": "once more"}
    twice = story.service.post("/v1/ladder-changes", again, key=story.key(ADMIN))
    assert change["id"] in problem(twice, 409, "proposed_already")["detail"]
    path = f"/v1/ladder-changes/{change['id']}/acts/decline"
    body = {"seat": "agency", "note": "Too soon"}
    problem(story.service.post(path, body, key=story.key(ADMIN)), 428, "precondition_required")
    stale = story.service.post(path, body, key=story.key(ADMIN), if_match='"9"')
    assert problem(stale, 412, "precondition_failed")["current"]["id"] == change["id"]
    declined = answer(story, ADMIN, "decline", change, **body).json()
    assert (declined["status"], declined["answers"][0]["note"]) == ("declined", "Too soon")
    story.tells({"ladders": "ladder.change_declined"})
    problem(answer(story, ADMIN, "approve", change, seat="provider"), 409, "change_settled")
    other = proposes(story, ADMIN, text)
    assert answer(story, ADMIN, "withdraw", other, note="a slip").json()["status"] == "withdrawn"
    story.tells({"ladders": "ladder.change_withdrawn"})
    problem(publish(story, text), 409, "approval_needed")


@on_both
def test_changes_are_read_page_by_page_and_none_is_missed_or_told_twice(story: Story) -> None:
    made: list[tuple[int, str]] = []
    for number in range(6):
        change = proposes(story, ADMIN, file((LABEL[1], f'label: "2027.{number}"')))
        made.append((number // 3, change["id"]))
        if number == 2:
            answer(story, ADMIN, "withdraw", change)
            story.tells({"ladders": "ladder.change_withdrawn"})
            story.service.clock.advance(timedelta(seconds=1))
    newest = [change for _, change in sorted(made, reverse=True)]
    path, seen = "/v1/ladder-changes?limit=2", []
    while path:
        page = story.finds(path)
        assert len(page["data"]) <= 2
        assert not any("text" in each for each in page["data"])
        seen += [each["id"] for each in page["data"]]
        path = page["links"].get("next", "")
    assert seen == newest
    newest.remove(made[2][1])
    first = story.finds("/v1/ladder-changes?limit=4&status=approved")
    onward = first["links"]["next"]
    assert [each["id"] for page in (first, story.finds(onward)) for each in page["data"]] == newest
    elsewhere = onward.replace("status=approved", "status=proposed")
    fault(story.service.get(elsewhere), 400, "wrong_cursor", {"parameter": "cursor"})


def test_a_change_that_concerns_no_agreement_which_asks_needs_nobody(story: Story) -> None:
    text = file(FASTER)
    assert proposes(story, "Dominic Ferraro", text)["status"] == "approved"
    assert publish(story, text).json()["approvals"] == []
    story.tells({"ladders": "ladder.published"})
    body = {"text": text, "reason": "r"}
    told = story.service.post("/v1/ladder-changes", body, key=story.key(ADMIN))
    problem(told, 409, "in_force_already")


@on_both
def test_the_partnering_forum_approves_for_its_cluster_by_a_decision_that_is_named(
    story: Story,
) -> None:
    agreement = "/v1/partnering-agreements/pa-southern-cross"
    story.asks(ADMIN, "PATCH", agreement, {"ladder_changes": "forum"}, if_match="*")
    story.hears()
    text = file(FASTER)
    told = problem(publish(story, text), 409, "approval_needed")
    assert [each["detail"] for each in told["errors"]] == [f"the forum {FORUM} (ola-rivers)"]
    returned = proposes(story, ADMIN, file(FASTER, ("OLA Rivers, cl 8.2(a)", "cl 8.2")))
    change = proposes(story, "Dominic Ferraro", text)
    meeting = story.next_meeting(FORUM)
    items = {item["subject"]: item for item in story.items(meeting)}
    assert items.keys() == {returned["id"], change["id"]}
    assert items[change["id"]]["kind"] == "ladder"
    problem(answer(story, "Judith Abernethy", "approve", change), 409, "not_your_approval")
    story.sits(meeting, *PARTNERS)
    at = {"item": change["id"], "text": "So be it"}
    story.overruled(meeting, "decide", "nothing_to_move", effect="climb", **at)
    story.overruled(meeting, "note", "only_to_decide", item=change["id"])
    decided = {FORUM: "(meeting.decided)"}
    back = {"item": returned["id"], "text": "Not in March", "effect": "return"}
    story.rules(meeting, "decide", then={**decided, "ladders": "ladder.change_declined"}, **back)
    made = story.rules(
        meeting, "decide", then={**decided, "ladders": "ladder.change_approved"}, **at
    )
    assert made["status"] == "scheduled"
    story.rules(meeting, "close", then={FORUM: "meeting.closed"})
    assert story.finds(f"/v1/ladder-changes/{returned['id']}")["status"] == "declined"
    [approval] = publish(story, text).json()["approvals"]
    assert (approval["forum"], approval["decision"]) == (FORUM, "PF-SC-2026-002")
    story.tells({"ladders": "ladder.published"})


def test_a_change_that_is_withdrawn_leaves_the_agenda_of_the_forum(story: Story) -> None:
    agreement = "/v1/partnering-agreements/pa-southern-cross"
    story.asks(ADMIN, "PATCH", agreement, {"ladder_changes": "forum"}, if_match="*")
    story.hears()
    change = proposes(story, ADMIN, file(FASTER))
    meeting = story.next_meeting(FORUM)
    answer(story, ADMIN, "withdraw", change)
    story.tells({"ladders": "ladder.change_withdrawn"})
    [item] = story.items(meeting)
    assert (item["outcome"], item["remark"]) == ("withdrawn", "the change was withdrawn")
    body = {"kind": "ladder", "item": change["id"], "reason": "again"}
    other = story.finds(f"/v1/forums/{FORUM}/meetings?limit=2")["data"][1]
    path = f"/v1/meetings/{other['id']}/acts/table"
    problem(story.service.post(path, body, if_match="*"), 409, "change_settled")


@on_both
def test_a_change_is_tabled_by_hand_for_another_meeting_of_the_forum_that_is_asked(
    story: Story,
) -> None:
    agreement = "/v1/partnering-agreements/pa-southern-cross"
    story.asks(ADMIN, "PATCH", agreement, {"ladder_changes": "forum"}, if_match="*")
    story.hears()
    change = proposes(story, ADMIN, file(FASTER))
    first, later = story.finds(f"/v1/forums/{FORUM}/meetings?limit=2")["data"]
    path = f"/v1/meetings/{later['id']}/acts/table"
    by = {"kind": "ladder", "item": change["id"]}
    unknown = story.service.post(path, {**by, "item": "lch_none"}, if_match="*")
    assert "lch_none" in problem(unknown, 422, "invalid")["errors"][0]["detail"]
    board = story.next_meeting("board-meridian")
    story.overruled(board, "table", "not_your_approval", **by)
    tabled = {FORUM: "(meeting.tabled)"}
    story.rules(later["id"], "table", then=tabled, section="Benchmarks", **by)
    [item] = story.items(later["id"])
    assert (item["kind"], item["section"], item["outcome"]) == ("ladder", "Benchmarks", None)
    assert "2026.3" in item["title"]
    assert item["sought"]
    [left] = story.items(first["id"])
    assert (left["outcome"], left["remark"]) == ("withdrawn", "tabled for another meeting")
    story.rules(later["id"], "table", then=tabled, sought="Say yes", **by)
    [item] = story.items(later["id"])
    assert (item["sought"], item["outcome"]) == ("Say yes", None)
