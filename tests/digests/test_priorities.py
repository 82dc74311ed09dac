"""What a forum has agreed to put first, through the interface and in its paper."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from escalation.api.schemas.themes import ThemeEntry
from tests.api.service import Service, problem, serving
from tests.api.sitting import FORUM, done, meeting_of, sit, tabled_issue

THEME = {"title": "Late or lost", "key_result_area": "customers", "layer": "service"}


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url) as service:
        yield service


def decisions(service: Service) -> tuple[str, str]:
    """The numbers of two decisions of one meeting: on a matter of its own, and on an issue."""
    issue = tabled_issue(service, themes=["fuel"])
    meeting = meeting_of(issue)
    done(service, meeting, "table", kind="matter", title="What to put first next year")
    sections = service.found(f"/v1/meetings/{meeting}/agenda")["sections"]
    [matter] = [i["subject"] for each in sections for i in each["items"] if i["kind"] == "matter"]
    sit(service, meeting)
    done(service, meeting, "decide", item=matter, text="Late pay first")
    done(service, meeting, "decide", issue=issue["id"], text="Pay", effect="keep")
    minutes = service.found(f"/v1/meetings/{meeting}/minutes")["decisions"]
    on_matter, on_issue = (each["number"] for each in minutes)
    return on_matter, on_issue


def test_what_a_forum_decides_to_put_first_stands_first_in_its_paper(service: Service) -> None:
    for code in ("late-payment", "fuel"):
        assert service.post("/v1/themes", {**THEME, "code": code}).status_code == 201
    decided, on_issue = decisions(service)
    until = (service.clock.now() + timedelta(days=300)).date().isoformat()
    path = "/v1/themes/late-payment"
    for number in ("BMF-SC-1999-001", on_issue):
        agreed = {"priority": {"decision": number, "until": until}}
        answer = service.call("PATCH", path, agreed, if_match="*")
        [fault] = problem(answer, 422, "invalid")["errors"]
        assert fault["source"]["pointer"] == "/priority/decision"
    agreed = {"priority": {"decision": decided, "until": until}}
    answer = service.call("PATCH", path, agreed, if_match="*")
    assert answer.status_code == 200, answer.text
    assert ThemeEntry.model_validate(answer.json()).priority is not None
    service.clock.advance(timedelta(minutes=1))
    assert service.found(path)["versions"][-1]["priority"] == agreed["priority"]
    made = service.post("/v1/digests", {"forum": FORUM}).json()
    service.clock.advance(timedelta(minutes=1))
    first, second = service.get(f"/v1/digests/{made['id']}.json").json()["sections"]["themes"]
    assert (first["code"], first["priority"]) == ("late-payment", agreed["priority"])
    assert (second["code"], second.get("priority")) == ("fuel", None)
    page = service.get(f"/v1/digests/{made['id']}.md").text
    assert f"priority by {decided} until" in page
    back = service.call("PATCH", path, {"priority": None}, if_match="*")
    assert back.json()["priority"] is None
