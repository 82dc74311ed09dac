"""The register of decisions: what forums decided, without opening each of their meetings."""

from datetime import timedelta

from escalation.api.schemas.decisions import DecisionList
from tests.api.principals import FOREIGN, OWN, key_for
from tests.api.sealed import key_of, sealed_matter
from tests.api.service import Service, problem
from tests.api.sitting import done, meeting_of, sit, tabled_issue


def texts(service: Service, query: str = "", key: str = "") -> list[str]:
    page = service.found(f"/v1/decisions{query}", key=key)
    DecisionList.model_validate(page)
    return [each["text"] for each in page["data"]]


def test_the_register_tells_the_newest_first_and_is_narrowed(service: Service) -> None:
    issues = [tabled_issue(service), tabled_issue(service)]
    meeting = meeting_of(issues[0])
    sit(service, meeting)
    asked = [{"text": "Pay", "owner": "priya-nair", "due_on": "2026-03-20"}]
    done(service, meeting, "decide", issue=issues[0]["id"], text="Pay it.", actions=asked)
    service.clock.advance(timedelta(minutes=1))
    done(service, meeting, "decide", issue=issues[1]["id"], text="Ask them.", effect="return")
    assert texts(service) == ["Ask them.", "Pay it."]
    assert texts(service, "?forum=bmf-southern-cross&year=2026") == ["Ask them.", "Pay it."]
    assert texts(service, "?year=2025") == texts(service, "?forum=ceo-board") == []
    assert texts(service, f"?meeting={meeting}&effect=return") == ["Ask them."]
    first = service.found("/v1/decisions?limit=1&include_total=true")
    assert first["meta"]["total"] == 2
    [last] = service.found(first["links"]["next"])["data"]
    assert (last["number"], last["reference"]) == ("BMF-SC-2026-001", issues[0]["reference"])
    assert (last["forum"], last["meeting"]) == ("bmf-southern-cross", meeting)
    assert [each["text"] for each in last["actions"]] == ["Pay"]
    problem(service.get("/v1/decisions?effect=shout"), 400, "malformed")


def test_a_decision_on_a_sealed_matter_is_in_the_register_of_who_may_see_it(
    service: Service,
) -> None:
    matter = sealed_matter(service, None, "thi-lan-pham")
    assert texts(service, key=matter.named) == ["Pay the zanzibar"]
    assert texts(service, key=matter.stranger) == []
    assert texts(service, key=key_of(service, "trang-nguyen")) == []
    page = service.found("/v1/decisions?include_total=true", key=matter.stranger)
    assert page["meta"]["total"] == 0


def test_what_a_forum_decided_on_a_topic_is_for_those_whom_its_papers_are_for(
    service: Service,
) -> None:
    meeting = meeting_of(tabled_issue(service))
    done(service, meeting, "table", kind="matter", title="Rosters in zanzibar")
    sections = service.found(f"/v1/meetings/{meeting}/agenda")["sections"]
    [topic] = [i["subject"] for each in sections for i in each["items"] if i["kind"] == "matter"]
    sit(service, meeting)
    owner = "jacinta-morrow"  # of another agency
    asked = [{"text": "Draw them up", "owner": owner, "due_on": "2026-03-20"}]
    done(service, meeting, "decide", item=topic, text="Agreed.", actions=asked)
    [registered] = service.found("/v1/decisions")["data"]
    assert (registered["title"], registered["reference"]) == ("Rosters in zanzibar", None)
    [action] = service.found("/v1/actions")["data"]
    theme = {"code": "rosters", "title": "Rosters", "key_result_area": "customers"}
    assert service.post("/v1/themes", {**theme, "layer": "service"}).status_code == 201
    serves = service.call(
        "PATCH", f"/v1/actions/{action['id']}", {"theme": "rosters"}, if_match="*"
    )
    assert serves.status_code == 200
    for name, given in {**FOREIGN, **OWN}.items():
        key, mine = key_for(service.container.desk, given), given[1] == owner
        there = service.get(f"/v1/meetings/{meeting}", key=key).status_code == 200
        assert texts(service, key=key) == (["Agreed."] if there else []), name
        actions = service.found("/v1/actions", key=key)["data"]
        told = ["Draw them up"] if there or mine else []
        assert [each["text"] for each in actions] == told, name
        agreed = service.found("/v1/themes/rosters", key=key)["actions"]
        assert [each["text"] for each in agreed] == (["Draw them up"] if there else []), name


def test_what_was_decided_on_a_call_is_hidden_once_the_call_is_raised_into_a_sealed_matter(
    service: Service,
) -> None:
    call = {"text": "A zanzibar call", "party": "rivers", "function": "payroll"}
    said = service.post("/v1/contacts", call).json()
    meeting = meeting_of(tabled_issue(service))
    done(service, meeting, "table", kind="contact", item=said["reference"])
    sit(service, meeting)
    asked = [{"text": "Ring zanzibar", "owner": "priya-nair"}]
    done(service, meeting, "decide", item=said["id"], text="Ask zanzibar.", actions=asked)
    stranger = key_of(service, "trang-nguyen")
    paths = ("/v1/decisions", "/v1/actions", f"/v1/meetings/{meeting}/minutes")
    for path in paths:
        assert "zanzibar" in service.get(path, key=stranger).text, path
    sealing = {"sensitive": ["privacy"]}
    raised = service.post(f"/v1/contacts/{said['id']}/raise", sealing, key=service.admin)
    assert raised.is_success, raised.text
    for path in paths:
        assert "zanzibar" not in service.get(path, key=stranger).text, path
        assert "zanzibar" in service.get(path, key=service.admin).text, path
