"""Forums: when they meet, what is before them, and what they decide."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.api.schemas.meetings import MeetingDetail
from tests.api.service import Service, fault, problem
from tests.api.sitting import (
    FORUM,
    VOTERS,
    begin,
    does,
    done,
    meeting_of,
    sit,
    tabled_issue,
    timeline,
)


@pytest.fixture
def tabled(service: Service) -> dict[str, Any]:
    """An issue on the agenda of a meeting that has begun, with everybody there."""
    issue = tabled_issue(service)
    sit(service, meeting_of(issue))
    return issue


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
    assert item["section"] == "Cluster-wide service delivery issues"
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
        "mover": "ruth-goldfinch",
        "actions": [{"text": "Pay", "owner": "priya-nair", "due_on": "2026-03-13"}],
    }
    answer = does(service, meeting_of(tabled), "decide", **body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "resolved"
    assert answer.headers["content-location"] == f"/v1/issues/{tabled['id']}"
    meeting = service.found(path)
    MeetingDetail.model_validate(meeting)
    [made] = meeting["decisions"]
    assert (made["effect"], made["number"]) == ("resolve", "BMF-SC-2026-001")
    [action] = made["actions"]
    assert action.pop("id").startswith("acn_")
    assert action == {
        "text": "Pay",
        "owner": "priya-nair",
        "due_on": "2026-03-13",
        "done": False,
    }
    assert meeting["items"][0]["outcome"] == "decided"


def test_a_deferred_item_comes_before_the_next_meeting(
    service: Service, tabled: dict[str, Any]
) -> None:
    issue = done(service, meeting_of(tabled), "defer", issue=tabled["id"], reason="no papers")
    assert meeting_of(issue) != meeting_of(tabled)
    assert issue["rung"]["carried_over"] == 1


def test_an_item_that_is_not_on_the_agenda_is_refused(
    service: Service, tabled: dict[str, Any]
) -> None:
    other, meeting = service.log(), meeting_of(tabled)
    answer = does(service, meeting, "decide", issue=other["id"], text="t")
    problem(answer, 409, "not_on_that_agenda")
    answer = does(service, meeting, "decide", issue="SSI-2026-999999", text="t")
    fault(answer, 422, "unknown", {"pointer": "/issue"})


def test_a_meeting_that_is_not_there_comes_before_a_wrong_body(shared: Service) -> None:
    for body in ({}, {"issue": "x", "text": "t"}, {"issue": "x", "text": 7}):
        answer = shared.post("/v1/meetings/mtg_1/acts/decide", body)
        problem(answer, 404, "not_found")


def test_an_act_that_no_meeting_has_names_the_nearest(shared: Service) -> None:
    meeting = shared.found(f"/v1/forums/{FORUM}/meetings?limit=1")["data"][0]["id"]
    answer = shared.post(f"/v1/meetings/{meeting}/acts/decided", {})
    assert "the nearest is `decide`" in problem(answer, 404, "not_found")["detail"]
    problem(shared.post("/v1/meetings/mtg_1/acts/close", {}), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"text": "t"}, "missing", ""),
        ({"issue": "x"}, "missing", "/text"),
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
    answer = does(shared, meeting, "decide", **body)
    fault(answer, 422, code, {"pointer": pointer})


def test_nothing_is_done_at_a_meeting_before_it_begins(service: Service) -> None:
    issue = tabled_issue(service)
    meeting = meeting_of(issue)
    for act in ("defer", "note-not-reached"):
        problem(does(service, meeting, act, issue=issue["id"]), 409, "meeting_not_begun")
    problem(does(service, meeting, "attend", present=[]), 409, "meeting_not_begun")
    problem(does(service, meeting, "close"), 409, "meeting_not_begun")


def test_a_meeting_acts_once_it_is_known_who_is_there(service: Service) -> None:
    issue = tabled_issue(service)
    begin(service, meeting_of(issue))
    answer = does(service, meeting_of(issue), "decide", issue=issue["id"], text="t")
    problem(answer, 409, "attendance_not_taken")


def test_attendance_tells_seats_proxies_invitees_and_observers(service: Service) -> None:
    meeting = meeting_of(tabled_issue(service))
    begin(service, meeting)
    found = done(
        service,
        meeting,
        "attend",
        present=[
            {"person": "helena-costa"},
            {"person": "winifred-osei"},
            {"person": "gareth-llewellyn"},
            {
                "person": "priya-nair",
                "seat": "business_manager@rivers",
                "authority": "letter of 9 March",
            },
        ],
        apologies=["ruth-goldfinch"],
    )
    assert found["voting_seats_filled"] == 2
    assert found["quorate"] is False
    assert [(each["person"], each["as"], each["seat"]) for each in found["attendance"]] == [
        ("helena-costa", "member", "business_manager@wellbeing"),
        ("winifred-osei", "invitee", "program_office@program-office"),
        ("gareth-llewellyn", "observer", None),
        ("priya-nair", "proxy", "business_manager@rivers"),
    ]


@pytest.mark.parametrize(
    ("who", "code", "pointer"),
    [
        ({"person": "nobody-at-all"}, "unknown", "/present/0/person"),
        ({"person": "priya-nair", "seat": "ceo@rivers"}, "unknown", "/present/0/seat"),
        (
            {"person": "priya-nair", "seat": "business_manager@rivers"},
            "missing",
            "/present/0/authority",
        ),
    ],
)
def test_a_seat_that_somebody_cannot_fill_is_told(
    service: Service, who: dict[str, str], code: str, pointer: str
) -> None:
    meeting = meeting_of(tabled_issue(service))
    begin(service, meeting)
    answer = does(service, meeting, "attend", present=[who])
    fault(answer, 422, code, {"pointer": pointer})


def test_an_inquorate_meeting_can_only_be_closed_as_such_and_its_items_go_on(
    service: Service,
) -> None:
    issue = tabled_issue(service)
    meeting = meeting_of(issue)
    sit(service, meeting, VOTERS[:4])
    for act in ("decide", "defer", "note-not-reached"):
        body = {"text": "t"} if act == "decide" else {}
        problem(does(service, meeting, act, issue=issue["id"], **body), 409, "inquorate")
    problem(does(service, meeting, "close"), 409, "not_closed_as_inquorate")
    closed = done(service, meeting, "close", inquorate=True)
    assert (closed["status"], closed["quorate"]) == ("closed", False)
    issue = service.found(f"/v1/issues/{issue['id']}")
    assert meeting_of(issue) != meeting
    assert issue["rung"]["carried_over"] == 0
    [item] = service.found(f"/v1/meetings/{meeting}")["items"]
    assert (item["outcome"], item["remark"]) == ("not_reached", "the meeting had no quorum")


def test_a_meeting_closes_only_when_each_item_has_an_outcome(service: Service) -> None:
    first, second = tabled_issue(service), tabled_issue(service)
    meeting = meeting_of(first)
    sit(service, meeting)
    problem(does(service, meeting, "close", inquorate=True), 409, "quorum_is_there")
    done(service, meeting, "decide", issue=first["id"], text="Pay.")
    told = problem(does(service, meeting, "close"), 409, "items_open")
    assert second["reference"] in told["detail"]
    assert first["reference"] not in told["detail"]
    done(service, meeting, "note-not-reached", issue=second["id"])
    assert done(service, meeting, "close")["status"] == "closed"
    problem(does(service, meeting, "close"), 409, "meeting_closed")
    answer = does(service, meeting, "decide", issue=second["id"], text="t")
    problem(answer, 409, "meeting_closed")


def test_an_item_is_dealt_with_once(service: Service, tabled: dict[str, Any]) -> None:
    meeting = meeting_of(tabled)
    done(service, meeting, "decide", issue=tabled["id"], text="Pay.")
    answer = does(service, meeting, "decide", issue=tabled["id"], text="Pay again.")
    problem(answer, 409, "item_dealt_with")


def test_a_repeat_with_the_same_key_decides_once(service: Service, tabled: dict[str, Any]) -> None:
    path = f"/v1/meetings/{meeting_of(tabled)}/acts/decide"
    body = {"issue": tabled["id"], "text": "Pay."}
    seen = service.get(f"/v1/meetings/{meeting_of(tabled)}").headers["etag"]
    first = service.post(path, body, idempotency_key="k1", if_match=seen)
    again = service.post(path, body, idempotency_key="k1", if_match=seen)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    other = service.post(path, {**body, "text": "No."}, idempotency_key="k1", if_match=seen)
    problem(other, 422, "idempotency_key_reused")


def test_decisions_are_numbered_without_gaps_whatever_was_refused(service: Service) -> None:
    issues = [tabled_issue(service) for _ in range(3)]
    meeting = meeting_of(issues[0])
    sit(service, meeting)
    for issue in issues:
        refused = does(service, meeting, "decide", issue=issue["id"], text="t", mover="priya-nair")
        problem(refused, 409, "mover_does_not_sit")
        done(service, meeting, "decide", issue=issue["id"], text="Pay.")
    numbers = [made["number"] for made in service.found(f"/v1/meetings/{meeting}")["decisions"]]
    assert numbers == [f"BMF-SC-2026-{n:03}" for n in (1, 2, 3)]


def test_a_moved_meeting_keeps_its_items_and_its_clock_waits_for_the_new_end(
    service: Service,
) -> None:
    issue = tabled_issue(service)
    meeting = meeting_of(issue)
    before = service.found(f"/v1/meetings/{meeting}")
    moved = done(
        service,
        meeting,
        "move",
        starts_at="2026-03-17T01:00:00Z",
        place="Cairns",
        reason="the bridge is closed",
    )
    assert (moved["starts_at"], moved["place"]) == ("2026-03-17T01:00:00Z", "Cairns")
    assert (moved["occurs_at"], moved["id"]) == (before["starts_at"], meeting)
    assert moved["cutoff_at"] > before["cutoff_at"]
    after = service.found(f"/v1/issues/{issue['id']}")
    assert after["rung"]["meeting"] == {"id": meeting, "starts_at": "2026-03-17T01:00:00Z"}
    [was] = [c for c in issue["clocks"] if c["kind"] == "forum"]
    [clock] = [c for c in after["clocks"] if c["kind"] == "forum"]
    assert (clock["id"], clock["anchor"]) == (was["id"], was["anchor"])
    assert clock["due_at"] > was["due_at"]
    later = service.log(severity="high")
    later = service.act(later, "skip", reason="r", to="business_manager_forum")
    assert meeting_of(later) == meeting
    listed = service.found(f"/v1/forums/{FORUM}/meetings?limit=2")["data"]
    assert [m["starts_at"] for m in listed] == ["2026-03-17T01:00:00Z", "2026-04-14T00:00:00Z"]


def test_a_cancelled_meeting_sends_its_items_on_and_says_so_on_each(service: Service) -> None:
    issue = tabled_issue(service)
    meeting = meeting_of(issue)
    done(service, meeting, "cancel", reason="flood")
    after = service.found(f"/v1/issues/{issue['id']}")
    assert after["rung"]["meeting"]["starts_at"] == "2026-04-14T00:00:00Z"
    assert after["rung"]["carried_over"] == 0
    [entry] = timeline(service, issue, "deferred")
    assert entry["data"]["because"] == "the meeting was cancelled: flood"
    later = tabled_issue(service)
    assert meeting_of(later) == meeting_of(after)
    problem(does(service, meeting, "cancel", reason="again"), 409, "meeting_cancelled")
    [first, *_] = service.found(f"/v1/forums/{FORUM}/meetings?limit=2")["data"]
    assert (first["id"], first["status"]) == (meeting, "cancelled")


def test_a_meeting_in_between_takes_what_comes_before_its_cut_off(service: Service) -> None:
    path = f"/v1/forums/{FORUM}/meetings"
    body = {"starts_at": "2026-03-24T00:00:00Z", "reason": "a backlog", "duration": "1 hour"}
    answer = service.post(path, body)
    assert answer.status_code == 201, answer.text
    extra = answer.json()
    assert (extra["occurs_at"], extra["ends_at"]) == (None, "2026-03-24T01:00:00Z")
    problem(service.post(path, body), 409, "meets_then_already")
    wrong = service.post(path, {**body, "starts_at": "2026-03-01T00:00:00Z"})
    fault(wrong, 422, "in_the_past", {"pointer": "/starts_at"})
    problem(service.post("/v1/forums/nowhere/meetings", body), 404, "not_found")
    service.clock.advance(timedelta(days=7))
    assert meeting_of(tabled_issue(service)) == extra["id"]


def test_a_seat_is_filled_once_and_its_holder_may_be_named_in_it(service: Service) -> None:
    meeting = meeting_of(tabled_issue(service))
    begin(service, meeting)
    seat = "business_manager@rivers"
    proxy = {"person": "priya-nair", "seat": seat, "authority": "letter"}
    holder = {"person": "ruth-goldfinch", "seat": seat}
    answer = does(service, meeting, "attend", present=[holder, proxy])
    fault(answer, 422, "repeated", {"pointer": "/present/1"})
    found = done(service, meeting, "attend", present=[holder])
    assert [(each["as"], each["seat"]) for each in found["attendance"]] == [("member", seat)]
    answer = does(service, meeting, "attend", present=[], apologies=["nobody"])
    fault(answer, 422, "unknown", {"pointer": "/apologies/0"})
