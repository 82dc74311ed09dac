"""Reports as people ask for them: looked at over REST, and kept as digests."""

from collections.abc import Iterator

import pytest

from escalation.services import keys
from escalation.services.roles import KeyRole
from tests.api.service import COMPLAINT, Service, problem, serving
from tests.builders import CLERK


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url) as service:
        yield service


def test_a_scorecard_is_looked_at_and_kept_with_the_same_figures(service: Service) -> None:
    for _ in range(3):
        assert service.post("/v1/issues", COMPLAINT).status_code == 201
    looked = service.get("/v1/reports/scorecard").json()
    assert looked["figures"]["now"]["logged"] == looked["figures"]["now"]["unresolved"] == 3
    assert looked["figures"]["before"]["logged"] == 0
    asked = {"profile": "scorecard:ssi", "as_at": looked["as_at"], "known_at": looked["known_at"]}
    kept = service.post("/v1/digests", asked)
    assert kept.status_code == 201
    assert kept.json()["forum"] is None
    whole = service.get(kept.headers["location"]).json()["document"]
    assert {name: whole[name] for name in looked} == looked
    assert service.get(f"{kept.headers['location']}.pdf").content.startswith(b"%PDF-")
    listed = service.get("/v1/digests").json()["data"]
    assert [each["number"] for each in listed] == [kept.json()["number"]]


def test_what_the_law_counts_and_what_waits_have_reports_of_their_own(service: Service) -> None:
    further = {"outcome": {"summary": "paid", "reasons": "owed", "cause": "capacity"}}
    further["outcome"]["further_action"] = "train the team"
    assert service.post("/v1/issues", {**COMPLAINT, **further}).status_code == 201
    assert service.post("/v1/issues", COMPLAINT).status_code == 201
    counts = service.get("/v1/reports/statutory-counts?of=business:meridian").json()
    three = {"complaints_received": 2, "further_action": 1, "no_further_action": 0}
    assert counts["counts"]["now"] == three
    assert counts["by"]["provider"] == [{"code": "meridian", **three}]
    load = service.get("/v1/reports/workload").json()
    [seat] = load["workload"]
    assert (seat["party"], seat["seat"], seat["unresolved"]) == ("meridian", "service_manager", 1)
    assert sum(each["logged"] for each in load["arrivals"]["by_hour"]) == 2
    assert sum(load["ages"].values()) == 1
    assert set(load["expected"]) == {"weeks", "least", "median", "most"}
    assert "provider" in service.get("/v1/reports/benchmark").json()["benchmark"]["now"]


def test_a_wrong_question_names_its_parameter(service: Service) -> None:
    wrong = problem(service.get("/v1/reports/scorecard?of=business:meridien"), 422, "invalid")
    assert wrong["errors"][0]["source"] == {"parameter": "of"}
    assert "meridian" in wrong["errors"][0]["detail"]
    few = problem(service.get("/v1/reports/workload?of=layer:corporate"), 422, "invalid")
    assert few["errors"][0]["source"] == {"parameter": "of"}
    assert service.get("/v1/reports/scorecard?of=layer:corporate").json()["exceptions"]
    assert service.get("/v1/reports/scorecard?of=scrutiny").json()["benchmark"]
    ahead = problem(service.get("/v1/reports/benchmark?as_at=2040-01-01T00:00:00Z"), 422, "invalid")
    assert ahead["errors"][0]["source"] == {"parameter": "as_at"}


def test_a_key_for_a_provider_is_told_of_that_provider_alone(service: Service) -> None:
    made = keys.create(
        service.container.desk,
        name="theirs",
        role=KeyRole.VIEWER,
        actor=CLERK,
        person=None,
        scopes={"provider": ["meridian"]},
    )
    own = service.get("/v1/reports/scorecard?of=business:meridian", key=made.secret)
    assert own.status_code == 200
    for other in ("ssi", "business:corptech", "agency:rivers"):
        refused = service.get(f"/v1/reports/scorecard?of={other}", key=made.secret)
        assert problem(refused, 422, "invalid")["errors"][0]["code"] == "unknown_reference"
    for profile in ("scorecard:ssi", "scorecard:business:meridian", "scorecard:business:corptech"):
        assert service.post("/v1/digests", {"profile": profile}).status_code == 201
    listed = service.get("/v1/digests", key=made.secret).json()["data"]
    assert [each["profile"] for each in listed] == ["scorecard:business:meridian"]
    assert len(service.get("/v1/digests").json()["data"]) == 3
