"""A meeting's acts say which version of it they are done to, and are refused in order."""

from typing import Any

import pytest

from tests.api.service import Service, problem
from tests.api.sitting import FORUM, meeting_of, sit, tabled_issue


def test_an_act_says_which_version_of_the_meeting_it_is_done_to(
    service: Service,
) -> None:
    issue = tabled_issue(service)
    sit(service, meeting_of(issue))
    meeting = f"/v1/meetings/{meeting_of(issue)}"
    path, body = f"{meeting}/acts/decide", {"issue": issue["id"], "text": "t"}
    seen = service.get(meeting).headers["etag"]
    told = problem(service.post(path, body), 428, "precondition_required")
    assert f"it is {seen} now" in told["detail"]
    for stale in ('"99"', '"0"', '"abc"'):
        told = problem(service.post(path, body, if_match=stale), 412, "precondition_failed")
        assert f'"{told["current"]["version"]}"' == seen
    answer = service.post(path, body, if_match=seen)
    assert answer.status_code == 200, answer.text
    problem(service.post(f"{meeting}/acts/close", {}, if_match=seen), 412, "precondition_failed")
    assert service.post(f"{meeting}/acts/close", {}, if_match="*").status_code == 200


def test_nothing_but_its_version_stands_for_a_meeting_that_nothing_was_done_to(
    service: Service,
) -> None:
    meeting = f"/v1/meetings/{meeting_of(tabled_issue(service))}"
    assert service.get(meeting).headers["etag"] == '"0"'
    body = {"starts_at": "2026-03-17T01:00:00Z", "reason": "flood"}
    for other in ('"abc"', '"1"', '"00"'):
        answer = service.post(f"{meeting}/acts/move", body, if_match=other)
        problem(answer, 412, "precondition_failed")
    assert service.post(f"{meeting}/acts/move", body, if_match='"0"').status_code == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"body": {}, "meeting": "mtg_none"}, 404),
        ({"body": {}, "meeting": "mtg_none", "if_match": "W/1"}, 404),
        ({"raw": b"{", "if_match": '"9"'}, 400),
        ({"body": {"text": 7}, "if_match": "W/1"}, 400),
        ({"body": {"text": 7}}, 428),
        ({"body": {"text": 7}, "if_match": '"9"'}, 412),
        ({"body": {"issue": "SSI-2026-999999", "text": "t"}}, 428),
        ({"body": {"issue": "SSI-2026-999999", "text": "t"}, "if_match": '"9"'}, 412),
        ({"body": {"issue": "SSI-2026-999999", "text": "t"}, "if_match": "*"}, 422),
        ({"act": "table", "body": {"kind": "contact", "item": "CON-2026-999999"}}, 428),
        (
            {"act": "table", "body": {"kind": "contact", "item": "con_1"}, "if_match": '"9"'},
            412,
        ),
        ({"act": "table", "body": {"kind": "contact", "item": "con_1"}, "if_match": "*"}, 422),
        ({"act": "close", "body": {}, "if_match": '"9"'}, 412),
        ({"act": "close", "body": {}, "if_match": "*"}, 409),
    ],
)
def test_refusals_of_a_meetings_acts_come_in_the_order_that_is_written_down(
    shared: Service, sent: dict[str, Any], status: int
) -> None:
    sent = dict(sent)
    meeting = sent.pop("meeting", None)
    meeting = meeting or shared.found(f"/v1/forums/{FORUM}/meetings?limit=1")["data"][0]["id"]
    answer = shared.post(f"/v1/meetings/{meeting}/acts/{sent.pop('act', 'decide')}", **sent)
    assert answer.status_code == status, answer.text
