"""Forums: when they meet, what is before them, and what they decide."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.api.schemas.meetings import MeetingDetail
from tests.api.service import Service, fault, problem

FORUM = "bmf-southern-cross"


@pytest.fixture
def tabled(service: Service) -> dict[str, Any]:
    """An issue on the agenda of a meeting that has begun."""
    issue = service.log(severity="high")
    issue = service.act(issue, "skip", reason="r", to="business_manager_forum")
    starts_at = issue["rung"]["meeting"]["starts_at"]
    service.clock.move_to(service.clock.now().fromisoformat(starts_at) + timedelta(minutes=5))
    return issue


def meeting_of(issue: dict[str, Any]) -> str:
    meeting: str = issue["rung"]["meeting"]["id"]
    return meeting


def test_meetings_ahead_and_past_are_pages_that_meet_at_now(shared: Service) -> None:
    path = f"/v1/forums/{FORUM}/meetings"
    ahead = shared.found(f"{path}?limit=3")
    more = shared.found(ahead["links"]["next"])
    starts = [meeting["starts_at"] for meeting in (*ahead["data"], *more["data"])]
    assert starts == sorted(set(starts))
    assert starts[0] == "2026-03-10T00:00:00Z"
    past = shared.found(f"{path}?when=past&limit=200")
    begun = [meeting["starts_at"] for meeting in past["data"]]
    assert begun == sorted(begun, reverse=True)
    assert begun[0] == "2026-02-10T00:00:00Z"
    assert begun[-1] == "2025-07-08T00:00:00Z"
    assert "next" not in past["links"]


def test_pages_go_on_to_the_end_of_what_the_calendar_knows(sqlite_service: Service) -> None:
    path, count = f"/v1/forums/{FORUM}/meetings?limit=50", 0
    while path:
        page = sqlite_service.found(path)
        count += len(page["data"])
        path = page["links"].get("next", "")
    assert 50 < count < 70


def test_a_cursor_of_the_past_is_none_of_what_is_ahead(shared: Service) -> None:
    path = f"/v1/forums/{FORUM}/meetings"
    cursor = shared.found(f"{path}?limit=1")["links"]["next"].partition("cursor=")[2]
    answer = shared.get(f"{path}?when=past&limit=1&cursor={cursor}")
    fault(answer, 400, "wrong_cursor", {"parameter": "cursor"})


def test_every_meeting_that_is_listed_can_be_read(shared: Service) -> None:
    for forum in shared.found("/v1/forums")["data"]:
        for when in ("upcoming", "past"):
            listed = shared.found(f"/v1/forums/{forum['code']}/meetings?when={when}&limit=1")
            for meeting in listed["data"]:
                found = shared.found(f"/v1/meetings/{meeting['id']}")
                MeetingDetail.model_validate(found)
                assert found == {**meeting, "items": found["items"], "decisions": []}


def test_a_meeting_shows_its_agenda(service: Service, tabled: dict[str, Any]) -> None:
    meeting = service.found(f"/v1/meetings/{meeting_of(tabled)}")
    MeetingDetail.model_validate(meeting)
    [item] = meeting["items"]
    assert item["issue"]["reference"] == tabled["reference"]
    assert item["outcome"] is None


def test_a_decision_moves_the_issue_and_stands_in_the_meeting(
    service: Service, tabled: dict[str, Any]
) -> None:
    path = f"/v1/meetings/{meeting_of(tabled)}"
    body = {
        "issue": tabled["reference"],
        "text": "Pay at once",
        "reasons": "It is owed",
        "conditions": "By Friday",
        "actions": [{"text": "Pay", "owner": "priya-nair", "due_on": "2026-03-13"}],
    }
    answer = service.post(f"{path}/acts/decide", body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "resolved"
    meeting = service.found(path)
    MeetingDetail.model_validate(meeting)
    [made] = meeting["decisions"]
    assert made["effect"] == "resolve"
    assert made["actions"] == [{"text": "Pay", "owner": "priya-nair", "due_on": "2026-03-13"}]
    assert meeting["items"][0]["outcome"] == "decided"


def test_a_deferred_item_comes_before_the_next_meeting(
    service: Service, tabled: dict[str, Any]
) -> None:
    path = f"/v1/meetings/{meeting_of(tabled)}/acts/defer"
    issue = service.post(path, {"issue": tabled["id"], "reason": "no quorum"}).json()
    assert issue["rung"]["meeting"]["id"] != meeting_of(tabled)
    assert issue["rung"]["carried_over"] == 1


def test_a_decision_on_a_stale_version_is_refused_where_one_is_named(
    service: Service, tabled: dict[str, Any]
) -> None:
    path = f"/v1/meetings/{meeting_of(tabled)}/acts/decide"
    answer = service.post(path, {"issue": tabled["id"], "text": "t"}, if_match='"1"')
    problem(answer, 412, "precondition_failed")


def test_an_item_that_is_not_on_the_agenda_is_refused(
    service: Service, tabled: dict[str, Any]
) -> None:
    other = service.log()
    path = f"/v1/meetings/{meeting_of(tabled)}/acts/decide"
    answer = service.post(path, {"issue": other["id"], "text": "t"})
    problem(answer, 409, "not_when_open")
    answer = service.post(path, {"issue": "SSI-2026-999999", "text": "t"})
    fault(answer, 422, "unknown", {"pointer": "/issue"})


def test_a_meeting_that_is_not_there_comes_before_a_wrong_body(shared: Service) -> None:
    for body in ({}, {"issue": "x", "text": "t"}, {"issue": "x", "text": 7}):
        answer = shared.post("/v1/meetings/mtg_1/acts/decide", body)
        problem(answer, 404, "not_found")


@pytest.mark.parametrize("act", ["table", "attend", "note-not-reached", "close", "cancel", "move"])
def test_acts_of_a_meeting_that_come_later_are_refused_by_name(shared: Service, act: str) -> None:
    meeting = shared.found(f"/v1/forums/{FORUM}/meetings?limit=1")["data"][0]["id"]
    answer = shared.post(f"/v1/meetings/{meeting}/acts/{act}", {})
    told = problem(answer, 409, "not_available_yet")
    assert told["detail"] == f"`{act}` is not available in this release."


def test_an_act_that_no_meeting_has_names_the_nearest(shared: Service) -> None:
    meeting = shared.found(f"/v1/forums/{FORUM}/meetings?limit=1")["data"][0]["id"]
    answer = shared.post(f"/v1/meetings/{meeting}/acts/decided", {})
    assert "the nearest is `decide`" in problem(answer, 404, "not_found")["detail"]
    problem(shared.post("/v1/meetings/mtg_1/acts/close", {}), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"text": "t"}, "missing", "/issue"),
        ({"issue": "x", "text": "t", "effect": "burn"}, "unknown_word", "/effect"),
        (
            {"issue": "x", "text": "t", "actions": [{"text": "a", "owner": "b", "due_on": "soon"}]},
            "wrong_date",
            "/actions/0/due_on",
        ),
    ],
)
def test_a_decision_with_a_wrong_value_is_told(
    shared: Service, body: dict[str, Any], code: str, pointer: str
) -> None:
    meeting = shared.found(f"/v1/forums/{FORUM}/meetings?limit=1")["data"][0]["id"]
    answer = shared.post(f"/v1/meetings/{meeting}/acts/decide", body)
    fault(answer, 422, code, {"pointer": pointer})
