"""Limits on a raiser's conduct: with a reason, an approver, a review and an end."""

import json
from datetime import timedelta
from typing import Any

import pytest

from escalation.store import journal
from escalation.store.transaction import read
from tests.api.sealed import key_of
from tests.api.service import Service, fault, problem

APPROVER, CONTACT = "mick-callaghan", "thi-lan-pham"
LIMIT: dict[str, Any] = {
    "raiser": {"name": "Ana", "email": "Ana@Example.com", "reference": "C 77"},
    "limits": [
        {"kind": "sole_contact", "person": CONTACT},
        {"kind": "frequency", "times": 2, "per": "week"},
    ],
    "reason": "Forty calls a day, and threats",
    "approved_by": APPROVER,
    "review_at": "2026-04-01T09:00:00+10:00",
    "expires_at": "2026-05-01T09:00:00+10:00",
}


def limited(service: Service, **changes: Any) -> dict[str, Any]:
    answer = service.post("/v1/conduct-limits", {**LIMIT, **changes})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/conduct-limits/{answer.json()['id']}"
    made: dict[str, Any] = answer.json()
    return made


def review(service: Service, limit: dict[str, Any], **sent: Any) -> Any:
    body = {"reason": "looked at again", "reviewed_by": APPROVER, **sent}
    return service.post(f"/v1/conduct-limits/{limit['id']}/reviews", body)


def of_raiser(service: Service, **raiser: Any) -> list[Any]:
    issue = service.log(raiser={"type": "customer", **raiser})
    shown: list[Any] = issue["conduct_limits"]
    assert service.found(f"/v1/issues/{issue['id']}")["conduct_limits"] == shown
    return shown


def test_it_is_shown_on_the_raisers_issues_however_they_are_written(service: Service) -> None:
    before = service.log(raiser={"type": "customer", "email": "ana@example.com"})
    made = limited(service)
    shown = {"id": made["id"], "limits": LIMIT["limits"], "until": "2026-04-30T23:00:00Z"}
    assert of_raiser(service, email="ANA@example.com") == [shown]
    assert of_raiser(service, name="Somebody", reference="c77") == [shown]
    assert of_raiser(service, name="Ana") == [], "a name is many people's"
    assert of_raiser(service, phone="1") == []
    assert service.found(f"/v1/issues/{before['id']}")["conduct_limits"] == [shown]
    acted = service.act(before, "acknowledge")
    assert acted["conduct_limits"] == [shown]


def test_their_issue_climbs_as_any_other(service: Service) -> None:
    limited(service)
    issue = service.log(raiser={"type": "customer", "email": "ana@example.com"})
    other = service.log()
    kinds = [(clock["kind"], clock["due_at"]) for clock in issue["clocks"]]
    assert kinds == [(clock["kind"], clock["due_at"]) for clock in other["clocks"]]
    service.clock.advance(timedelta(days=10))
    while service.container.desk.sweep().result(60):
        pass
    rungs = [service.found(f"/v1/issues/{each['id']}")["rung"]["id"] for each in (issue, other)]
    assert rungs[0] == rungs[1] != issue["rung"]["id"]


def test_it_ends_by_itself(service: Service) -> None:
    made = limited(service)
    assert made["in_force"] is True
    service.clock.advance(timedelta(days=61))
    found = service.found(f"/v1/conduct-limits/{made['id']}")
    assert (found["in_force"], found["ended_at"]) == (False, None)
    assert of_raiser(service, email="ana@example.com") == []
    problem(review(service, made, outcome="keep"), 409, "limit_ended")


def test_one_that_begins_later_does_not_hold_yet(service: Service) -> None:
    made = limited(service, begins_at="2026-03-05T09:00:00+10:00")
    assert made["in_force"] is False
    assert of_raiser(service, email="ana@example.com") == []
    service.clock.advance(timedelta(days=4))
    assert len(of_raiser(service, email="ana@example.com")) == 1


def test_a_review_keeps_changes_or_ends_it_and_stands_with_it(service: Service) -> None:
    made = limited(service)
    service.clock.advance(timedelta(days=31))
    assert service.found(f"/v1/conduct-limits/{made['id']}")["review_due"] is True
    kept = review(service, made, outcome="keep", review_at="2026-04-20T09:00:00+10:00").json()
    assert kept["review_due"] is False
    milder = [{"kind": "writing_only"}]
    changed = review(service, made, outcome="change", limits=milder).json()
    assert changed["limits"] == milder
    assert of_raiser(service, email="ana@example.com")[0]["limits"] == milder
    ended = review(service, made, outcome="end").json()
    assert (ended["in_force"], ended["ended_at"]) == (False, "2026-04-02T00:00:00Z")
    assert [each["outcome"] for each in ended["reviews"]] == ["keep", "change", "end"]
    assert of_raiser(service, email="ana@example.com") == []
    with read(service.container.engine) as connection:
        entries = journal.entries(connection, made["id"])
    assert [entry.type for entry in entries] == [
        "conduct_limit.recorded",
        *["conduct_limit.reviewed"] * 3,
    ]
    assert json.loads(entries[0].payload)["limit"]["approved_by"] == APPROVER


def test_who_records_it_does_not_approve_it(service: Service) -> None:
    own = service.post("/v1/conduct-limits", LIMIT, key=key_of(service, APPROVER))
    problem(own, 409, "own_approval")


def test_the_list_has_those_in_force_those_that_ended_or_all(service: Service) -> None:
    first, second = limited(service), limited(service)
    review(service, first, outcome="end")
    ids = {
        query: [each["id"] for each in service.found(f"/v1/conduct-limits{query}")["data"]]
        for query in ("", "?in_force=true", "?in_force=false")
    }
    assert set(ids[""]) == {first["id"], second["id"]}
    assert (ids["?in_force=true"], ids["?in_force=false"]) == ([second["id"]], [first["id"]])
    page = service.found("/v1/conduct-limits?limit=1")
    rest = service.found(page["links"]["next"])
    assert {page["data"][0]["id"], rest["data"][0]["id"]} == {first["id"], second["id"]}
    problem(service.get("/v1/conduct-limits/lim_none"), 404, "not_found")
    missing = {"id": "lim_none"}
    problem(review(service, missing, outcome="end"), 404, "not_found")


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"raiser": {"name": "Ana"}}, "missing", "/raiser"),
        ({"limits": []}, "too_short", "/limits"),
        ({"limits": [{"kind": "sole_contact"}]}, "missing", "/limits/0/person"),
        ({"limits": [{"kind": "writing_only", "times": 1}]}, "wrong_value", "/limits/0/times"),
        ({"limits": [{"kind": "subject"}]}, "missing", "/limits/0/subject"),
        ({"limits": [{"kind": "frequency", "times": 1}]}, "missing", "/limits/0/per"),
        ({"limits": [{"kind": "sole_contact", "person": "x"}]}, "unknown", "/limits/0/person"),
        ({"approved_by": "mick-callagan"}, "unknown", "/approved_by"),
        ({"expires_at": "2026-01-01T09:00:00Z"}, "in_the_past", "/expires_at"),
        ({"review_at": "2026-06-01T09:00:00Z"}, "wrong_value", "/review_at"),
        ({"reason": ""}, "too_short", "/reason"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_recorded(
    shared: Service, changes: dict[str, Any], code: str, pointer: str
) -> None:
    answer = shared.post("/v1/conduct-limits", {**LIMIT, **changes})
    fault(answer, 422, code, {"pointer": pointer})


def test_limits_go_with_a_change_alone(service: Service) -> None:
    made = limited(service)
    answer = review(service, made, outcome="keep", limits=[{"kind": "writing_only"}])
    fault(answer, 422, "wrong_value", {"pointer": "/limits"})
    late = review(service, made, outcome="keep", expires_at="2026-03-01T09:00:00Z")
    fault(late, 422, "in_the_past", {"pointer": "/expires_at"})
