"""The register of decisions: what forums decided, without opening each of their meetings."""

from datetime import timedelta

from escalation.api.schemas.decisions import DecisionList
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
