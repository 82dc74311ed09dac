"""An issue is logged: what the answer says, and that a repeat is harmless."""

import pytest

from escalation.api.schemas.answers import IssueView
from tests.api.service import COMPLAINT, Service, fault, problem


def test_logging_answers_with_the_issue_its_place_and_its_version(service: Service) -> None:
    answer = service.post("/v1/issues", dict(COMPLAINT))
    issue = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/issues/{issue['id']}"
    assert answer.headers["etag"] == '"1"'
    assert issue["reference"].startswith("SSI-2026-")
    assert issue["status"] == "open"
    assert issue["rung"]["id"] == "service_manager"
    assert issue["rung"]["seats"]["provider"]["holder"]["name"] == "Priya Nair"
    assert "is service manager" in issue["rung"]["seats"]["provider"]["reason"]
    assert {clock["kind"] for clock in issue["clocks"]} == {
        "acknowledge",
        "rung",
        "overall",
        "inform",
    }
    assert issue["due_at"] == min(clock["due_at"] for clock in issue["clocks"])
    assert issue["why"][0].startswith("SSI standard ladder is the ladder of ola-rivers")
    IssueView.model_validate(issue)


def test_what_was_logged_is_read_back_by_id_and_by_reference(service: Service) -> None:
    issue = service.log(
        title="Fahrtkosten für Straße 7, دفع",
        themes=["pay", "overtime"],
        external_refs=[{"system": "jira", "id": "OPS-7", "url": "https://jira.example/OPS-7"}],
        occurred_at="2026-03-01T09:00:00+10:00",
        impact="high",
        urgency="medium",
    )
    for name in (issue["id"], issue["reference"]):
        answer = service.get(f"/v1/issues/{name}")
        assert answer.json() == issue
        assert answer.headers["etag"] == '"1"'
    assert issue["occurred_at"] == "2026-02-28T23:00:00Z"
    assert issue["severity"] == "high"


def test_what_is_left_out_has_a_default(service: Service) -> None:
    issue = service.log(description="", channel="internet")
    bare = service.post(
        "/v1/issues", {"title": "The pay is late", "agency": "rivers", "function": "payroll"}
    ).json()
    assert bare["kind"] == "complaint"
    assert bare["channel"] == "internet"
    assert bare["raiser"] == {"type": "customer", "anonymous": False}
    assert bare["severity"] == issue["severity"] == "medium"


def test_a_repeat_with_the_same_key_gets_the_very_same_answer(service: Service) -> None:
    first = service.post("/v1/issues", dict(COMPLAINT), idempotency_key="k-1")
    again = service.post("/v1/issues", dict(COMPLAINT), idempotency_key="k-1")
    assert again.content == first.content
    assert again.status_code == 201
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert service.found("/v1/issues?include_total=true")["meta"]["total"] == 1


def test_a_key_used_for_another_body_is_refused(service: Service) -> None:
    service.post("/v1/issues", dict(COMPLAINT), idempotency_key="k-1")
    answer = service.post("/v1/issues", {**COMPLAINT, "title": "Other"}, idempotency_key="k-1")
    problem(answer, 422, "idempotency_key_reused")
    fault(answer, 422, "reused", {"parameter": "Idempotency-Key"})


def test_the_same_key_from_another_caller_is_another_key(service: Service) -> None:
    first = service.post("/v1/issues", dict(COMPLAINT), idempotency_key="k-1")
    other = service.post("/v1/issues", dict(COMPLAINT), idempotency_key="k-1", key=service.admin)
    assert other.json()["id"] != first.json()["id"]


def test_an_outcome_resolves_at_first_contact(service: Service) -> None:
    issue = service.log(outcome={"summary": "Paid by hand", "reasons": "A wrong account"})
    assert issue["status"] == "resolved"
    assert issue["outcome"]["summary"] == "Paid by hand"
    assert [clock["kind"] for clock in issue["clocks"] if clock["state"] == "running"] == ["review"]


def test_a_reference_that_another_issue_has_is_refused_and_names_it(service: Service) -> None:
    refs = [{"system": "jira", "id": "OPS-7"}]
    issue = service.log(external_refs=refs)
    answer = service.post("/v1/issues", {**COMPLAINT, "external_refs": refs})
    told = problem(answer, 409, "external_ref_taken")
    assert told["issue"] == issue["id"]
    assert told["errors"][0]["source"] == {"pointer": "/external_refs/0"}


def test_a_wrong_value_is_told_before_a_reference_that_is_taken(service: Service) -> None:
    refs = [{"system": "jira", "id": "OPS-7"}]
    service.log(external_refs=refs)
    body = {**COMPLAINT, "external_refs": refs, "agency": "river"}
    detail = fault(
        service.post("/v1/issues", body), 422, "unknown_reference", {"pointer": "/agency"}
    )
    assert "the nearest is `rivers`" in detail


def test_several_agreements_that_fit_are_named(shared: Service) -> None:
    body = {**COMPLAINT, "agency": "meridian", "scope": "agreement", "provider": "meridian"}
    answer = shared.post("/v1/issues", body)
    assert answer.status_code == 422, answer.text
    assert "/provider" in answer.text


def test_only_an_admin_may_log_far_back(service: Service) -> None:
    body = {**COMPLAINT, "received_at": "2025-01-06T09:00:00+10:00"}
    refused = service.post("/v1/issues", body)
    assert "an admin may log it" in fault(refused, 422, "too_long_ago", {"pointer": "/received_at"})
    assert service.post("/v1/issues", body, key=service.admin).status_code == 201


@pytest.mark.parametrize("name", ["received_at", "occurred_at"])
def test_what_has_not_happened_yet_cannot_be_logged(shared: Service, name: str) -> None:
    answer = shared.post("/v1/issues", {**COMPLAINT, name: "2026-03-02T00:00:01Z"})
    detail = fault(answer, 422, "in_the_future", {"pointer": f"/{name}"})
    assert "is ahead of now, 2026-03-02T00:00:00Z" in detail


def test_a_batch_logs_what_is_right_and_tells_what_is_not(service: Service) -> None:
    good = dict(COMPLAINT)
    entries = [good, {"title": "No agency"}, 7, {**good, "agency": "nowhere"}, good]
    answer = service.post("/v1/issue-batches", {"issues": entries})
    told = answer.json()
    assert answer.status_code == 200
    assert told["meta"] == {"logged": 2, "refused": 3}
    assert [result["status"] for result in told["results"]] == [201, 422, 422, 422, 201]
    assert told["results"][4]["issue"]["status"] == "open"
    assert told["results"][3]["problem"]["instance"] == "/v1/issue-batches#/issues/3"
    assert service.found("/v1/issues?include_total=true")["meta"]["total"] == 2


def test_a_batch_that_is_repeated_logs_only_what_was_not(service: Service) -> None:
    first = service.post(
        "/v1/issue-batches", {"issues": [dict(COMPLAINT)] * 3}, idempotency_key="b"
    )
    again = service.post(
        "/v1/issue-batches", {"issues": [dict(COMPLAINT)] * 3}, idempotency_key="b"
    )
    ids = [result["issue"]["id"] for result in first.json()["results"]]
    assert [result["issue"]["id"] for result in again.json()["results"]] == ids
    assert again.headers["idempotency-replayed"] == "true"
    assert len(set(ids)) == 3


def test_a_batch_takes_a_thousand_and_no_more(sqlite_service: Service) -> None:
    small = {"title": "t", "agency": "rivers", "function": "payroll"}
    answer = sqlite_service.post("/v1/issue-batches", {"issues": [small] * 1_000})
    assert answer.json()["meta"] == {"logged": 1_000, "refused": 0}
    more = sqlite_service.post("/v1/issue-batches", {"issues": [small] * 1_001})
    assert "at most 1000" in fault(more, 422, "too_long", {"pointer": "/issues"})
