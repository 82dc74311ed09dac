"""What was learned of issues: found by who sees them, and across clusters where it was shared."""

from typing import Any

from escalation.api.schemas.learnings import LearningList
from escalation.services import keys
from escalation.services.keys import KeyRole
from tests.api.service import Service, fault
from tests.builders import CLERK

OUTCOME = {"summary": "Paid.", "reasons": "It was owed.", "cause": "process"}


def resolved(service: Service, text: str, **more: Any) -> dict[str, Any]:
    shared = more.pop("shared", False)
    issue = service.log(**more)
    learning = {"text": text, "shared": shared}
    outcome = {**OUTCOME, "cause": "work_standards"}
    return service.act(issue, "resolve", outcome=outcome, learning=learning)


def texts(service: Service, query: str = "", **more: Any) -> list[str]:
    page = service.found(f"/v1/learnings{query}", **more)
    LearningList.model_validate(page)
    return [each["text"] for each in page["data"]]


def test_what_was_learned_is_found_by_its_words_and_by_what_it_was_of(service: Service) -> None:
    first = resolved(service, "=Check the <b>award</b> first", themes=["allowances"])
    second = resolved(service, "Ask the bank", shared=True, agency="schools")
    service.act(second, "close", learning={"text": "Ring them too"})
    assert set(texts(service)) == {"Ring them too", "Ask the bank", "=Check the <b>award</b> first"}
    assert texts(service, "?q=BANK") == ["Ask the bank"]
    assert texts(service, "?theme=allowances") == ["=Check the <b>award</b> first"]
    assert texts(service, "?shared=true&layer=operational&cluster=southern-cross") == [
        "Ask the bank"
    ]
    assert texts(service, "?function=finance") == []
    page = service.found("/v1/learnings?limit=2")
    [last] = service.found(page["links"]["next"])["data"]
    every = [*page["data"], last]
    [own] = [each for each in every if each["text"].startswith("=")]
    assert own["issue"] == {"id": first["id"], "reference": first["reference"]}
    assert {each["act"] for each in every} == {"resolve", "close"}
    kinds = [e["type"] for e in service.found(f"/v1/issues/{first['id']}/timeline")["data"]]
    assert "issue.learned" in kinds


def test_others_see_what_was_shared_and_not_of_which_issue(service: Service) -> None:
    resolved(service, "Ours alone")
    resolved(service, "For everybody", shared=True, themes=["allowances"])
    made = keys.create(
        service.container.desk, name="t", role=KeyRole.VIEWER, actor=CLERK,
        scopes={"cluster": ["technology"]},
    ).secret  # fmt: skip
    [seen] = service.found("/v1/learnings", key=made)["data"]
    assert seen["text"] == "For everybody"
    hidden = ("issue", "act", "by")
    assert [seen[name] for name in hidden] == [None, None, None]
    assert seen["themes"] == []
    assert texts(service, "?theme=allowances", key=made) == []


def test_what_is_learned_of_a_sealed_matter_is_not_shared(service: Service) -> None:
    issue = service.post(
        "/v1/issues",
        {"title": "t", "agency": "rivers", "function": "payroll", "sensitive": ["privacy"]},
        key=service.admin,
    ).json()
    body = {"outcome": {"summary": "s", "reasons": "r"}, "learning": {"text": "l", "shared": True}}
    answer = service.try_act(issue, "resolve", key=service.admin, **body)
    assert "sealed" in fault(answer, 422, "sealed", {"pointer": "/learning/shared"})
    learning = {"learning": {"text": "For those who see it"}}
    service.act(issue, "resolve", key=service.admin, **(body | learning))
    assert texts(service) == []
    assert texts(service, key=service.admin) == ["For those who see it"]


def test_a_matter_that_is_sealed_later_takes_what_was_shared_with_it(service: Service) -> None:
    issue = resolved(service, "For everybody", shared=True)
    assert texts(service) == ["For everybody"]
    service.act(issue, "reclassify", key=service.admin, reason="r", sensitive=["privacy"])
    assert texts(service) == []
