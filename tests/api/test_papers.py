"""What a forum works with: papers, agendas and minutes, in three formats that say the same."""

from typing import Any

import pytest

from tests.api.service import Service, problem
from tests.api.sitting import FORUM, begin, does, done, meeting_of, sit, tabled_issue

EXAMPLE = "EXAMPLE: invented parties, people and matters"
FORMATS = {"text/html": "<!DOCTYPE html>", "text/markdown": "# "}


def every_format(service: Service, path: str) -> tuple[Any, str, str]:
    """A document as JSON, HTML and Markdown."""
    found = service.found(path)
    texts = []
    for kind, begins in FORMATS.items():
        answer = service.get(path, accept=kind)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
        assert answer.text.startswith(begins)
        texts.append(answer.text)
    return found, texts[0], texts[1]


def test_an_issue_paper_tells_what_a_forum_needs_to_decide(service: Service) -> None:
    issue = tabled_issue(service, about_person="ruth-goldfinch")
    meeting = meeting_of(issue)
    done(service, meeting, "table", issue=issue["id"], sought="Pay the difference", reason="r")
    found, html, markdown = every_format(service, f"/v1/issues/{issue['reference']}/paper")
    assert found["sought"] == "Pay the difference"
    assert found["meeting"]["id"] == meeting
    assert [entry["what"] for entry in found["history"]] == ["logged", "escalated", "tabled"]
    assert {clock["kind"] for clock in found["clocks"]} >= {"forum", "overall"}
    assert found["recused"] == [{"person": "ruth-goldfinch", "reason": "the issue is about them"}]
    for text in (html, markdown):
        assert "Pay the difference" in text
        assert "Neither side has stated a position" in text


def test_nobody_takes_what_is_invented_for_real(sqlite_service: Service) -> None:
    """The example's directory says of itself that it is one, and so does every paper under it."""
    service = sqlite_service
    issue = tabled_issue(service)
    meeting = meeting_of(issue)
    for path in (
        f"/v1/issues/{issue['id']}/paper",
        f"/v1/meetings/{meeting}/agenda",
        f"/v1/meetings/{meeting}/minutes",
    ):
        found, html, markdown = every_format(service, path)
        assert found["marking"] == EXAMPLE
        assert html.count(EXAMPLE) >= 2, "at the head and at the foot"
        assert EXAMPLE in markdown
    for body in ({"forum": FORUM}, {"profile": "scorecard:ssi"}):
        made = service.post("/v1/digests", body).json()["id"]
        assert service.found(f"/v1/digests/{made}.json")["marking"] == EXAMPLE
        assert EXAMPLE in service.get(f"/v1/digests/{made}.html").text
    own = service.post("/v1/digests", {"forum": FORUM, "marking": "OFFICIAL"}).json()["id"]
    assert service.found(f"/v1/digests/{own}.json")["marking"] == "OFFICIAL"


def test_an_issue_that_waits_for_no_meeting_has_a_paper_too(service: Service) -> None:
    found, html, _ = every_format(service, f"/v1/issues/{service.log()['id']}/paper")
    assert (found["meeting"], found["sought"]) == (None, None)
    assert "Issue paper" in html
    problem(service.get("/v1/issues/SSI-2026-999999/paper"), 404, "not_found")


def test_an_agenda_has_the_forums_sections_its_items_and_their_papers(service: Service) -> None:
    issue = tabled_issue(service)
    meeting = meeting_of(issue)
    matter = {"kind": "matter", "title": "Too few trainers", "section": "Capacity constraints"}
    done(service, meeting, "table", **matter)
    found, html, markdown = every_format(service, f"/v1/meetings/{meeting}/agenda")
    told = [(part["title"], [i["title"] for i in part["items"]]) for part in found["sections"]]
    assert told == [
        ("Cluster-wide service delivery issues", [issue["title"]]),
        ("Capacity constraints", ["Too few trainers"]),
        ("Complementary activities", []),
        ("Issues to raise at the partnering forum", []),
    ]
    assert found["papers_by"] < found["meeting"]["starts_at"]
    assert [paper["issue"]["id"] for paper in found["papers"]] == [issue["id"]]
    for text in (html, markdown):
        assert issue["reference"] in text
        assert "Too few trainers" in text


def test_minutes_agree_with_decisions_and_timelines(service: Service) -> None:
    first, second = tabled_issue(service), tabled_issue(service)
    meeting = meeting_of(first)
    sit(service, meeting)
    action = {"text": "Pay", "owner": "priya-nair", "due_on": "2026-03-20"}
    done(
        service,
        meeting,
        "decide",
        issue=first["id"],
        text="Pay the difference",
        mover="ruth-goldfinch",
        actions=[action],
    )
    done(service, meeting, "defer", issue=second["id"], reason="no figures")
    done(service, meeting, "close")
    found, html, markdown = every_format(service, f"/v1/meetings/{meeting}/minutes")
    [made] = found["decisions"]
    history = service.found(f"/v1/issues/{first['id']}/timeline?limit=200")["data"]
    [decided] = [entry["data"] for entry in history if entry["type"] == "issue.decided"]
    assert decided["decision"] == made["id"]
    assert (decided["number"], decided["text"]) == (made["number"], made["text"])
    assert [(i["reference"], i["outcome"]) for i in found["items"]] == [
        (first["reference"], "decided"),
        (second["reference"], "deferred"),
    ]
    for text in (html, markdown):
        assert "Pay the difference" in text
        assert "not confirmed yet" in text
    assert "BMF-SC-2026-001" in html


def test_minutes_are_confirmed_once_at_a_later_meeting_of_the_forum(service: Service) -> None:
    issue = tabled_issue(service)
    meeting = meeting_of(issue)
    later = service.found(f"/v1/forums/{FORUM}/meetings?limit=2")["data"][1]["id"]
    other = service.found("/v1/forums/ceo-board/meetings?limit=1")["data"][0]["id"]
    sit(service, meeting)
    problem(does(service, meeting, "confirm-minutes", at_meeting=later), 409, "meeting_scheduled")
    done(service, meeting, "note-not-reached", issue=issue["id"])
    done(service, meeting, "close")
    for wrong in (other, meeting, "mtg_none"):
        problem(does(service, meeting, "confirm-minutes", at_meeting=wrong), 422, "invalid")
    begin(service, later)
    sit(service, later)
    confirmed = done(service, meeting, "confirm-minutes", at_meeting=later)
    assert confirmed["minutes_confirmed"]["meeting"] == later
    again = does(service, meeting, "confirm-minutes", at_meeting=later)
    problem(again, 409, "minutes_confirmed_already")
    assert "at meeting" in service.get(f"/v1/meetings/{meeting}/minutes", accept="text/html").text


@pytest.mark.parametrize("what", ["agenda", "minutes"])
def test_a_meeting_that_is_not_there_has_no_papers(shared: Service, what: str) -> None:
    problem(shared.get(f"/v1/meetings/mtg_none/{what}"), 404, "not_found")


@pytest.mark.parametrize("what", ["agenda", "minutes"])
def test_an_empty_meeting_has_its_papers_all_the_same(shared: Service, what: str) -> None:
    meeting = shared.found("/v1/forums/customer-forum-far-north/meetings?limit=1")["data"][0]
    _, html, _ = every_format(shared, f"/v1/meetings/{meeting['id']}/{what}")
    assert "Far North customer forum" in html


def test_an_issues_paper_tells_of_its_meeting_when_and_where_and_nothing_of_other_items(
    service: Service,
) -> None:
    issue, other = tabled_issue(service), tabled_issue(service)
    meeting = meeting_of(issue)
    kin = {"issue": other["id"], "person": "ruth-goldfinch", "reason": "her brother runs it"}
    done(service, meeting, "recuse", **kin)
    found, html, markdown = every_format(service, f"/v1/issues/{issue['id']}/paper")
    for text in (str(found), html, markdown):
        assert "her brother runs it" not in text
        assert other["id"] not in text
    told = {"id", "forum", "starts_at", "ends_at", "status", "place"}
    assert found["meeting"].keys() == told
