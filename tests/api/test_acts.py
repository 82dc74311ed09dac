"""Acts on an issue: each does what it says, on the version that was seen."""

from typing import Any

import pytest

from escalation.api.schemas.answers import IssueView
from tests.api.service import COMPLAINT, Service, fault, problem


def test_acts_follow_one_another_through_a_whole_life(service: Service) -> None:
    issue = service.log()
    issue = service.act(issue, "acknowledge")
    assert issue["status"] == "in_progress"
    issue = service.act(
        issue, "hold", reason="waits", until="2026-03-03T10:00:00+10:00", awaiting="raiser"
    )
    assert issue["status"] == "on_hold"
    issue = service.act(issue, "resume")
    issue = service.act(issue, "escalate", reason="beyond us")
    assert issue["rung"]["id"] == "function_director"
    issue = service.act(issue, "refer-back", reason="yours", question="Who pays?")
    assert issue["rung"]["id"] == "service_manager"
    issue = service.act(issue, "skip", reason="urgent", to="business_manager_forum")
    assert issue["status"] == "tabled"
    issue = service.act(issue, "report-up")
    issue = service.act(
        issue, "refer-back", reason="yours", question="Again?", to="service_manager"
    )
    issue = service.act(issue, "reassign", seat="provider", person="mick-callaghan")
    assert issue["rung"]["seats"]["provider"]["holder"]["id"] == "mick-callaghan"
    issue = service.act(issue, "reclassify", reason="worse", severity="high")
    issue = service.act(issue, "resolve", reason="paid", outcome={"summary": "Paid"})
    assert (issue["outcome"]["summary"], issue["outcome"]["reasons"]) == ("Paid", "paid")
    issue = service.act(issue, "dispute", grounds="Not all of it")
    assert issue["rung"]["id"] == "function_director"
    issue = service.act(issue, "resolve", outcome={"summary": "All of it", "reasons": "found"})
    issue = service.act(issue, "close")
    issue = service.act(issue, "reopen")
    issue = service.act(issue, "withdraw", reason="they say so")
    assert issue["status"] == "withdrawn"
    assert issue["available_acts"] == ["inform", "contact", "note", "link"]
    assert [clock for clock in issue["clocks"] if clock["state"] != "ended"] == []
    IssueView.model_validate(issue)


@pytest.mark.parametrize("act", ["inform", "contact", "note"])
def test_words_need_no_version(service: Service, act: str) -> None:
    issue = service.log()
    answer = service.post(f"/v1/issues/{issue['reference']}/acts/{act}", {"text": "hello"})
    assert answer.status_code == 200


def test_a_link_needs_no_version_and_names_the_other_by_reference(service: Service) -> None:
    one, other = service.log(), service.log()
    path = f"/v1/issues/{one['id']}/acts/link"
    assert service.post(path, {"issue": other["reference"], "as": "depends_on"}).status_code == 200
    missing = service.post(path, {"issue": "SSI-2026-999999", "as": "related"})
    fault(missing, 422, "unknown", {"pointer": "/issue"})


def test_a_body_without_what_it_needs_names_the_field(shared: Service) -> None:
    issue = shared.log()
    for act in ("escalate", "withdraw"):
        answer = shared.post(f"/v1/issues/{issue['id']}/acts/{act}", raw=b"{}", if_match='"1"')
        assert "no `reason`" in fault(answer, 422, "missing", {"pointer": "/reason"})
    answer = shared.post(
        f"/v1/issues/{issue['id']}/acts/resolve", {"outcome": {"summary": "s"}}, if_match='"1"'
    )
    assert "no `outcome.reasons`" in fault(answer, 422, "missing", {"pointer": "/reason"})


def test_an_act_that_needs_nothing_takes_no_body(service: Service) -> None:
    issue = service.log()
    answer = service.post(f"/v1/issues/{issue['id']}/acts/acknowledge", if_match='"1"')
    assert answer.status_code == 200


def test_without_if_match_a_change_is_refused_and_told_what_to_send(shared: Service) -> None:
    issue = shared.log()
    answer = shared.post(f"/v1/issues/{issue['id']}/acts/acknowledge")
    assert 'it is "1" now' in problem(answer, 428, "precondition_required")["detail"]


def test_a_stale_change_is_refused_with_the_issue_as_it_is(shared: Service) -> None:
    issue = shared.log()
    shared.act(issue, "acknowledge")
    answer = shared.post(f"/v1/issues/{issue['id']}/acts/withdraw", {"reason": "r"}, if_match='"1"')
    told = problem(answer, 412, "precondition_failed")
    assert told["current"]["version"] == 2
    assert told["current"]["status"] == "in_progress"


def test_any_version_will_do_for_who_says_so(service: Service) -> None:
    issue = service.act(service.log(), "acknowledge")
    answer = service.post(f"/v1/issues/{issue['id']}/acts/escalate", {"reason": "r"}, if_match="*")
    assert answer.status_code == 200


def test_a_version_of_another_making_is_stale(shared: Service) -> None:
    issue = shared.log()
    answer = shared.post(f"/v1/issues/{issue['id']}/acts/acknowledge", if_match='"abc"')
    problem(answer, 412, "precondition_failed")


@pytest.mark.parametrize("sent", ['W/"1"', "1", '"1", "2"', "", '"1'])
def test_a_version_that_is_no_strong_etag_cannot_be_read(shared: Service, sent: str) -> None:
    issue = shared.log()
    answer = shared.post(f"/v1/issues/{issue['id']}/acts/acknowledge", if_match=sent)
    detail = fault(answer, 400, "wrong_header", {"parameter": "If-Match"})
    assert 'expected one strong ETag such as `"3"`' in detail


def test_an_act_that_the_state_does_not_have_is_refused_with_those_it_has(shared: Service) -> None:
    issue = shared.act(shared.log(), "acknowledge")
    answer = shared.post(f"/v1/issues/{issue['id']}/acts/acknowledge", if_match='"2"')
    told = problem(answer, 409, "not_when_in_progress")
    assert told["available_acts"] == issue["available_acts"]
    assert told["detail"] == "It has been acknowledged on this rung already."


def test_an_act_that_there_is_not_names_the_nearest(shared: Service) -> None:
    issue = shared.log()
    answer = shared.post(f"/v1/issues/{issue['id']}/acts/acknowlege", if_match='"1"')
    assert "the nearest is `acknowledge`" in problem(answer, 404, "not_found")["detail"]


def test_a_repeated_act_is_answered_before_its_version_is_looked_at(service: Service) -> None:
    issue = service.log()
    path = f"/v1/issues/{issue['id']}/acts/acknowledge"
    first = service.post(path, {}, if_match='"1"', idempotency_key="a")
    again = service.post(path, {}, if_match='"1"', idempotency_key="a")
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == '"2"'


def test_words_are_edited_and_all_else_stays(service: Service) -> None:
    issue = service.log()
    answer = service.call(
        "PATCH",
        f"/v1/issues/{issue['id']}",
        {"title": "Other", "themes": ["pay"], "needs": "An interpreter"},
        if_match='"1"',
    )
    edited = answer.json()
    assert answer.headers["etag"] == '"2"'
    assert (edited["title"], edited["themes"]) == ("Other", ["pay"])
    assert edited["raiser"] == {**issue["raiser"], "needs": "An interpreter"}
    assert edited["clocks"] == issue["clocks"]
    last = service.found(f"/v1/issues/{issue['id']}/timeline")["data"][-1]
    assert last["data"]["changes"]["needs"] == {"from": None, "to": "An interpreter"}


def test_an_edit_of_nothing_changes_nothing(service: Service) -> None:
    issue = service.log()
    answer = service.call(
        "PATCH", f"/v1/issues/{issue['id']}", {"title": issue["title"]}, if_match='"1"'
    )
    assert answer.json()["version"] == 1


def test_what_only_reclassify_changes_is_no_field_of_an_edit(shared: Service) -> None:
    issue = shared.log()
    answer = shared.call("PATCH", f"/v1/issues/{issue['id']}", {"severity": "high"}, if_match='"1"')
    detail = fault(answer, 422, "unknown_field", {"pointer": "/severity"})
    assert "expected `description`, `needs`, `themes` or `title`" in detail


ORDER: list[tuple[str, dict[str, Any], int]] = [
    ("nobody", {"key": None, "raw": b"{", "name": "SSI-2026-999999"}, 401),
    ("no such issue, broken body", {"raw": b"{", "name": "SSI-2026-999999"}, 404),
    ("no such issue, wrong header", {"if_match": "W/1", "name": "SSI-2026-999999"}, 404),
    ("broken body, stale", {"raw": b"{", "if_match": '"9"'}, 400),
    ("wrong body, stale", {"body": {}, "if_match": '"9"'}, 412),
    ("wrong body, no version", {"body": {}}, 428),
    ("wrong body", {"body": {}, "if_match": '"1"'}, 422),
    ("unknown rung", {"body": {"reason": "r", "to": "attic"}, "if_match": '"1"'}, 422),
    ("not above", {"body": {"reason": "r", "to": "service_manager"}, "if_match": '"1"'}, 409),
]


@pytest.mark.parametrize(("what", "sent", "status"), ORDER, ids=[what for what, *_ in ORDER])
def test_refusals_come_in_one_order(
    shared: Service, what: str, sent: dict[str, Any], status: int
) -> None:
    del what
    sent = dict(sent)
    name = sent.pop("name", None) or shared.log()["id"]
    answer = shared.post(f"/v1/issues/{name}/acts/skip", **sent)
    assert answer.status_code == status, answer.text


def test_an_act_by_a_name_that_is_no_issue_is_not_found(shared: Service) -> None:
    for name in ("iss_0", "SSI-2026-999999", "x" * 300, "%00", "a%0Ab"):
        answer = shared.post(f"/v1/issues/{name}/acts/acknowledge", if_match='"1"')
        problem(answer, 404, "not_found")


def test_an_issue_is_named_by_who_acted(service: Service) -> None:
    issue = service.act(service.log(), "acknowledge", note="seen")
    entry = service.found(f"/v1/issues/{issue['id']}/timeline")["data"][-1]
    assert entry["type"] == "issue.acknowledged"
    assert entry["actor"]["name"] == "operator"
    assert entry["data"]["note"] == "seen"
    assert COMPLAINT["title"] not in str(entry["actor"])
