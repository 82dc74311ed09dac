"""The action register: what forums have asked of people, and whether it was done."""

from typing import Any

from escalation.api.schemas.actions import ActionList, ActionView
from tests.api.service import Service, problem
from tests.api.sitting import does, done, meeting_of, sit, tabled_issue

ACTIONS = [
    {"text": "Pay", "owner": "priya-nair", "due_on": "2026-03-20"},
    {"text": "Write to them", "owner": "dominic-ferraro", "due_on": "2026-03-13"},
    {"text": "Think", "owner": "priya-nair"},
]


def decided(service: Service) -> str:
    """A meeting that has decided and asked for three actions."""
    issue = tabled_issue(service)
    sit(service, meeting_of(issue))
    done(service, meeting_of(issue), "decide", issue=issue["id"], text="Pay.", actions=ACTIONS)
    return meeting_of(issue)


def texts(service: Service, query: str = "") -> list[str]:
    page = service.found(f"/v1/actions{query}")
    ActionList.model_validate(page)
    return [each["text"] for each in page["data"]]


def test_the_register_tells_what_is_due_first_and_is_narrowed(service: Service) -> None:
    meeting = decided(service)
    assert texts(service) == ["Write to them", "Pay", "Think"]
    assert texts(service, "?owner=priya-nair") == ["Pay", "Think"]
    assert texts(service, "?due_before=2026-03-20") == ["Write to them"]
    assert texts(service, "?due_after=2026-03-13") == ["Pay"]
    assert texts(service, "?forum=ceo-board") == []
    assert texts(service, f"?meeting={meeting}&done=true") == []
    first = service.found("/v1/actions?limit=2&include_total=true")
    assert first["meta"]["total"] == 3
    assert [each["text"] for each in service.found(first["links"]["next"])["data"]] == ["Think"]
    assert first["data"][0]["decision"]["number"] == "BMF-SC-2026-001"


def test_an_action_is_done_once_and_can_be_opened_again(service: Service) -> None:
    decided(service)
    action: dict[str, Any] = service.found("/v1/actions?owner=priya-nair")["data"][0]
    path = f"/v1/actions/{action['id']}"
    unsaid = service.post(f"{path}/acts/done", {})
    problem(unsaid, 428, "precondition_required")
    answer = service.post(f"{path}/acts/done", {"note": "Paid on Monday"}, if_match='"1"')
    found = answer.json()
    ActionView.model_validate(found)
    assert (found["done"], found["note"], found["done_by"]) == (True, "Paid on Monday", "operator")
    assert service.found(path) == found
    problem(service.post(f"{path}/acts/done", {}, if_match="*"), 409, "action_done")
    stale = service.post(f"{path}/acts/reopen", {"note": "bounced"}, if_match='"1"')
    problem(stale, 412, "precondition_failed")
    reopened = service.post(f"{path}/acts/reopen", {"note": "bounced"}, if_match='"2"').json()
    assert (reopened["done"], reopened["version"]) == (False, 3)
    problem(service.post(f"{path}/acts/reopen", if_match="*"), 409, "action_open")
    assert texts(service, "?done=true") == []
    problem(service.post("/v1/actions/acn_none/acts/done"), 404, "not_found")


def test_an_owner_that_is_nobody_is_refused_with_the_whole_decision(service: Service) -> None:
    issue = tabled_issue(service)
    sit(service, meeting_of(issue))
    body = {"issue": issue["id"], "text": "t", "actions": [{"text": "a", "owner": "no-one"}]}
    answer = does(service, meeting_of(issue), "decide", **body)
    told = problem(answer, 422, "invalid")
    assert told["errors"][0]["source"] == {"pointer": "/actions/0/owner"}
    assert service.found(f"/v1/meetings/{meeting_of(issue)}")["decisions"] == []
