"""What two sides do to each other's issues, told through the interface on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.api.schemas.answers import IssueView
from escalation.services.keys import KeyRole
from tests.api.service import Service, fault, problem

LATE = {"summary": "Two days late", "reasons": "the roster was wrong", "cause": "workflow"}


def again(service: Service, issue: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = service.found(f"/v1/issues/{issue['id']}")
    IssueView.model_validate(found)
    return found


def types(service: Service, issue: dict[str, Any]) -> list[str]:
    entries = service.found(f"/v1/issues/{issue['id']}/timeline")["data"]
    return [entry["type"].removeprefix("issue.") for entry in entries]


def holder(issue: dict[str, Any], side: str) -> str:
    person: str = issue["rung"]["seats"][side]["holder"]["id"]
    return person


def at_the_forum(service: Service) -> dict[str, Any]:
    issue = service.act(service.log(), "skip", reason="both must", to="business_manager_forum")
    assert issue["status"] == "tabled"
    return issue


def test_the_sides_propose_dissent_and_agree_and_the_positions_are_kept(service: Service) -> None:
    issue = at_the_forum(service)
    ours, theirs = (service.key_of(holder(issue, side)) for side in ("provider", "agency"))
    issue = service.act(issue, "propose", key=theirs, outcome=LATE)
    assert {"agree", "dissent"} <= set(again(service, issue)["available_acts"])
    told = problem(service.try_act(issue, "agree", key=theirs), 409, "own_proposal")
    assert "agree" not in told["available_acts"]
    issue = service.act(issue, "dissent", key=ours, grounds="it was one day")
    assert issue["rung"]["id"] == "partnering_forum"
    proposed, dissented = issue["positions"]
    assert (proposed["seat"], proposed["stance"], proposed["outcome"]) == (
        "agency",
        "proposed",
        LATE,
    )
    assert (dissented["seat"], dissented["grounds"]) == ("provider", "it was one day")
    assert proposed["at"].endswith("Z")
    issue = service.act(issue, "propose", seat="provider", outcome={**LATE, "cause": "governance"})
    issue = service.act(issue, "agree", seat="agency")
    assert (issue["status"], issue["outcome"]["cause"]) == ("resolved", "governance")
    assert [p["stance"] for p in again(service, issue)["positions"]] == [
        "proposed",
        "dissented",
        "proposed",
        "agreed",
    ]


def test_a_key_without_a_person_says_for_which_side_it_proposes(shared: Service) -> None:
    issue = at_the_forum(shared)
    answer = shared.try_act(issue, "propose", outcome=LATE)
    assert "the side that you act for" in fault(answer, 422, "missing", {"pointer": "/seat"})
    answer = shared.try_act(issue, "propose", outcome={"summary": "x"}, seat="agency")
    fault(answer, 422, "missing", {"pointer": "/reason"})
    answer = shared.try_act(issue, "propose", outcome={**LATE, "cause": "gremlins"}, seat="agency")
    fault(answer, 422, "unknown", {"pointer": "/outcome/cause"})


def test_an_act_by_the_wrong_seat_is_refused_and_says_whose_it_is(service: Service) -> None:
    issue = service.log()
    theirs = service.key_of(holder(issue, "agency"))
    told = problem(service.try_act(issue, "acknowledge", key=theirs), 409, "not_your_seat")
    assert issue["rung"]["seats"]["provider"]["holder"]["name"] in told["detail"]
    assert "acknowledge" not in told["available_acts"]
    assert "acknowledge" in issue["available_acts"], "a key without a person acts for any seat"
    mine = again(service, issue)
    assert mine["version"] == issue["version"], "a refusal leaves no trace"
    listed = service.found("/v1/issues", key=theirs)["data"][0]
    assert "acknowledge" not in listed["available_acts"]
    admin = service.key_of(holder(issue, "agency"), KeyRole.ADMIN)
    assert service.act(issue, "acknowledge", key=admin)["status"] == "in_progress"


def test_advice_is_sought_reminded_of_and_given(service: Service) -> None:
    issue = service.act(service.log(), "seek-advice", person="priya-nair", question="Who pays?")
    body = service.found("/v1/forums")["data"][0]["code"]
    ask = {"forum": body, "question": "Usual?", "within": "1 business hour"}
    issue = service.act(issue, "seek-advice", **ask)
    assert [each["question"] for each in issue["advice"]] == ["Who pays?", "Usual?"]
    assert issue["next"]["clock"] == "advice"
    clock = next(c for c in issue["clocks"] if c["id"] == issue["advice"][1]["clock"])
    assert (clock["class"], clock["budget"]) == ("planned", "1 business hour")
    explained = service.found(f"/v1/issues/{issue['id']}/explain")
    assert "advice" in {c["kind"] for c in explained["clocks"]}
    asked = service.try_act(issue, "give-advice", answer="It is")
    assert "several questions" in fault(asked, 422, "ambiguous", {"pointer": "/advice"})
    service.clock.advance(timedelta(days=1))
    service.container.desk.sweep().result()
    told = service.found(f"/v1/issues/{issue['id']}/timeline")["data"]
    [reminded] = [entry["data"] for entry in told if entry["data"].get("clock") == "advice"]
    assert reminded["tells"]["forum"] == body
    issue = again(service, issue)
    issue = service.act(issue, "give-advice", person="priya-nair", answer="The provider")
    assert issue["advice"][0]["answer"] == "The provider"
    issue = service.act(issue, "withdraw", reason="done")
    assert issue["advice"][1]["ended"] == "withdrawn"
    assert [c for c in issue["clocks"] if c["state"] != "ended"] == []


@pytest.mark.parametrize("body", [{}, {"forum": "a", "person": "b"}])
def test_advice_is_sought_of_one(shared: Service, body: dict[str, str]) -> None:
    answer = shared.try_act(shared.log(), "seek-advice", question="?", **body)
    fault(answer, 422, "wrong_value", {"pointer": "/forum"})


def test_how_long_advice_may_take_is_a_duration(shared: Service) -> None:
    answer = shared.try_act(shared.log(), "seek-advice", question="?", person="x", within="soon")
    assert answer.json()["errors"][0]["source"] == {"pointer": "/within"}


def test_a_link_shows_how_the_other_stands_and_is_undone_from_either_end(service: Service) -> None:
    issue, other = service.log(), service.log(title="The pay system is down")
    path = f"/v1/issues/{issue['id']}/acts"
    tie = {"issue": other["reference"], "as": "depends_on"}
    [shown] = service.post(f"{path}/link", tie).json()["links"]
    assert (shown["reference"], shown["as"], shown["status"]) == (
        other["reference"],
        "depends_on",
        "open",
    )
    service.act(again(service, other), "acknowledge")
    assert again(service, issue)["links"][0]["status"] == "in_progress"
    listed = service.found("/v1/issues?q=pay")["data"]
    assert {each["reference"]: len(each["links"]) for each in listed} == {
        issue["reference"]: 1,
        other["reference"]: 1,
    }
    waits = f"/v1/issues?depends_on={other['reference']}"
    assert len(service.found(waits)["data"]) == 1
    back = {"issue": issue["id"], "as": "upstream_of", "reason": "the wrong one"}
    undone = service.post(f"/v1/issues/{other['id']}/acts/unlink", back)
    assert (undone.status_code, undone.json()["links"]) == (200, [])
    assert again(service, issue)["links"] == []
    assert service.found(waits)["data"] == []
    for each in (issue, other):
        told = service.found(f"/v1/issues/{each['id']}/timeline")["data"][-1]
        assert told["type"] == "issue.unlinked"
    problem(service.post(f"{path}/unlink", tie), 409, "not_linked")
    assert service.post(f"{path}/link", tie).status_code == 200, "it may be tied again"
    assert len(service.found(waits)["data"]) == 1
    odd = service.post(f"{path}/unlink", {**tie, "as": "cousin"})
    assert odd.json()["errors"][0]["source"] == {"pointer": "/as"}


def test_who_is_recused_is_shown(service: Service) -> None:
    issue = service.log()
    assert issue["recused"] == []
    held = issue["rung"]["seats"]["provider"]["holder"]
    issue = service.act(issue, "recuse", seat="provider", reason="a relative")
    assert issue["recused"] == [held]


def test_reopening_tells_who_handled_it_before(service: Service) -> None:
    issue = service.act(service.log(), "resolve", outcome={"summary": "s", "reasons": "r"})
    seats = issue["rung"]["seats"].values()
    issue = service.act(issue, "reopen", reason="it came back")
    told = service.found(f"/v1/issues/{issue['id']}/timeline")["data"]
    [reopened] = [each["data"] for each in told if each["type"] == "issue.reopened"]
    assert reopened["handled_it_before"] == sorted(seat["holder"]["id"] for seat in seats)


def test_an_issue_waits_for_another_and_goes_on_when_that_is_settled(service: Service) -> None:
    issue, upstream = service.log(), service.log(title="The pay system is down")
    until = "2026-03-06T10:00:00+10:00"
    hold = {"reason": "upstream", "until": until, "awaiting": "dependency"}
    fault(service.try_act(issue, "hold", **hold), 422, "missing", {"pointer": "/issue"})
    hold["issue"] = upstream["reference"]
    told = problem(service.try_act(issue, "hold", **hold), 409, "dependency_not_named")
    assert "link it as `depends_on` first" in told["detail"]
    path = f"/v1/issues/{issue['id']}/acts/link"
    body = {"issue": upstream["reference"], "as": "depends_on"}
    assert service.post(path, body).status_code == 200
    problem(service.post(path, body), 409, "already_linked")
    back = service.post(
        f"/v1/issues/{upstream['id']}/acts/link", {"issue": issue["id"], "as": "depends_on"}
    )
    problem(back, 409, "dependency_cycle")
    issue = service.act(again(service, issue), "hold", **hold)
    assert issue["hold"]["reference"] == upstream["reference"]
    before = next(c for c in issue["clocks"] if c["kind"] == "rung")["remaining_seconds"]
    upstream = again(service, upstream)
    assert [(tie["reference"], tie["as"]) for tie in upstream["links"]] == [
        (issue["reference"], "upstream_of")
    ]
    service.clock.advance(timedelta(hours=3))
    service.act(upstream, "resolve", outcome={"summary": "It is up", "reasons": "restarted"})
    issue = again(service, issue)
    assert (issue["status"], issue["hold"]) == ("in_progress", None)
    left = next(c for c in issue["clocks"] if c["kind"] == "rung")["remaining_seconds"]
    assert left == before
    assert types(service, issue)[-2:] == ["upstream_settled", "resumed"]
    assert [each["id"] for each in listed(service, depends_on=upstream["reference"])] == [
        issue["id"]
    ]
    assert listed(service, depends_on=issue["id"]) == []


def test_an_upstream_issue_that_is_sealed_later_is_named_to_nobody_else(service: Service) -> None:
    issue, upstream = service.log(), service.log(title="Who signed it")
    body = {"issue": upstream["id"], "as": "depends_on"}
    service.post(f"/v1/issues/{issue['id']}/acts/link", body)
    hold = {"until": "2026-03-06T10:00:00+10:00", "awaiting": "dependency", "reason": "upstream"}
    issue = service.act(again(service, issue), "hold", **hold, issue=upstream["id"])
    seal = {"reason": "a disclosure", "sensitive": ["privacy"]}
    upstream = service.act(again(service, upstream), "reclassify", key=service.admin, **seal)
    settled = {"summary": "It was Bo", "reasons": "the log says so"}
    paths = [
        f"/v1/issues/{issue['id']}",
        f"/v1/issues/{issue['id']}/timeline",
        f"/v1/issues?depends_on={upstream['id']}",
    ]
    for _ in ("while it waits", "once it goes on"):
        for path in paths:
            found = service.get(path).text
            assert upstream["reference"] not in found.replace(path, ""), path
            assert upstream["id"] not in found.replace(path, ""), path
        if upstream["status"] != "resolved":
            upstream = service.act(upstream, "resolve", key=service.admin, outcome=settled)
    assert again(service, issue)["status"] == "in_progress"
    assert listed(service, depends_on=upstream["id"]) == []


def test_a_circle_through_a_third_issue_is_refused(service: Service) -> None:
    one, two, three = (service.log() for _ in range(3))
    for a, b in ((one, two), (two, three)):
        body = {"issue": b["id"], "as": "depends_on"}
        assert service.post(f"/v1/issues/{a['id']}/acts/link", body).status_code == 200
    body = {"issue": one["id"], "as": "depends_on"}
    answer = service.post(f"/v1/issues/{three['id']}/acts/link", body)
    assert "by way of others" in problem(answer, 409, "dependency_cycle")["detail"]


def listed(service: Service, **query: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    data: list[dict[str, Any]] = service.found(f"/v1/issues?{asked}")["data"]
    return data


def test_a_duplicate_is_merged_and_its_raiser_hears_of_the_primary(service: Service) -> None:
    primary = service.log()
    twin = service.log(agency="fisheries", also_affects=["records"], raiser={"name": "Bo"})
    body = {"reason": "the same pay run", "issue": primary["reference"]}
    twin = service.act(twin, "merge", **body)
    assert (twin["status"], twin["merged_into"]["reference"]) == ("closed", primary["reference"])
    assert twin["outcome"]["reasons"] == "the same pay run"
    primary = again(service, primary)
    assert [(j["reference"], j["raiser"]["name"]) for j in primary["joined"]] == [
        (twin["reference"], "Bo")
    ]
    assert primary["also_affects"] == ["fisheries", "records"]
    assert types(service, primary)[-1] == "merged"
    informed = service.post(f"/v1/issues/{primary['id']}/acts/inform", {"text": "soon"})
    assert informed.status_code == 200
    last = service.found(f"/v1/issues/{primary['id']}/timeline")["data"][-1]
    assert last["data"]["also_owed"] == [twin["reference"]]
    problem(service.try_act(again(service, twin), "reopen"), 409, "merged_into_another")
    own = service.try_act(again(service, primary), "merge", reason="r", issue=primary["id"])
    problem(own, 409, "same_issue")
    onto = service.try_act(service.log(), "merge", reason="r", issue=twin["id"])
    problem(onto, 409, "primary_merged_away")
    unknown = service.try_act(service.log(), "merge", reason="r", issue="SSI-2026-999999")
    fault(unknown, 422, "unknown", {"pointer": "/issue"})
    assert [each["id"] for each in listed(service, merged_into=primary["id"])] == [twin["id"]]
    both = {primary["id"], twin["id"]}
    assert {each["id"] for each in listed(service, also_affects="records")} == both
    assert [each["id"] for each in listed(service, also_affects="fisheries")] == [primary["id"]]
    assert {each["id"] for each in listed(service, affects="fisheries")} == both


def test_agencies_that_are_also_affected_are_known_and_others(shared: Service) -> None:
    body = {"title": "t", "agency": "rivers", "function": "payroll"}
    answer = shared.post("/v1/issues", {**body, "also_affects": ["fisheries", "riverz"]})
    fault(answer, 422, "unknown_reference", {"pointer": "/also_affects/1"})
    answer = shared.post("/v1/issues", {**body, "also_affects": ["rivers"]})
    fault(answer, 422, "wrong_value", {"pointer": "/also_affects/0"})


def test_those_whose_rung_a_skip_leaves_out_are_named(service: Service) -> None:
    issue = service.act(service.log(), "skip", reason="urgent", to="partnering_forum")
    event = service.found(f"/v1/issues/{issue['id']}/timeline")["data"]
    skipped = next(e for e in event if e["type"] == "issue.escalated")["data"]["skipped"]
    assert [each["rung"] for each in skipped] == ["function_director", "business_manager_forum"]
    assert skipped[0]["holders"]["provider"]
    assert skipped[1]["forum"]


def test_the_layer_of_its_rung_says_who_answers_for_it(shared: Service) -> None:
    issue = shared.log()
    layer = issue["rung"]["accountability"]
    assert issue["rung"]["layer"] == "operational"
    assert set(layer) == {
        "title",
        "about",
        "accountable_officers",
        "delivery_lead",
        "progress_reported_to",
        "key_strategies",
    }
    assert all(layer.values())
    explained = shared.found(f"/v1/issues/{issue['id']}/explain")["rung"]
    assert explained["accountability"] == layer
    assert explained["rules"]["delivery_lead"]["source"]["line"] > 0


def test_a_page_of_the_timeline_is_as_long_whatever_the_other_side_wrote_for_itself(
    service: Service,
) -> None:
    issue = service.log()
    path = f"/v1/issues/{issue['id']}"
    for visibility in ("agency", "agency", "shared", "agency"):
        body = {"text": "n", "visibility": visibility}
        assert service.post(f"{path}/acts/note", body).status_code == 200
    theirs = service.key_of(holder(issue, "provider"))
    first = service.found(f"{path}/timeline?limit=1", key=theirs)
    assert [entry["type"] for entry in first["data"]] == ["issue.logged"]
    second = service.found(first["links"]["next"], key=theirs)
    assert [entry["data"]["text"] for entry in second["data"]] == ["n"]
    assert "next" not in second["links"], "nothing follows that they may read"
