"""What is read: histories, explanations, ladders, the directory, and whether it is ready."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from escalation.api.app import OPERATIONS
from escalation.api.codes import CODES
from escalation.api.schemas import answers, explanations, ladders
from tests.api.service import Service, problem

CONFIG = Path(__file__).resolve().parents[2] / "config"
LINES = (CONFIG / "escalation_ladders.yaml").read_text(encoding="utf-8").splitlines()


def held(model: type[BaseModel], told: Any) -> None:
    """Hold an answer to its description."""
    model.model_validate(told)


def test_a_timeline_is_read_page_by_page_from_its_beginning(service: Service) -> None:
    issue = service.log()
    for number in range(5):
        service.post(f"/v1/issues/{issue['id']}/acts/note", {"text": f"n{number}"})
    path, numbers = f"/v1/issues/{issue['reference']}/timeline?limit=2", []
    while path:
        page = service.found(path)
        held(answers.Timeline, page)
        numbers += [entry["number"] for entry in page["data"]]
        path = page["links"].get("next", "")
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_each_clock_adds_up_window_by_window(service: Service) -> None:
    issue = service.act(service.log(), "acknowledge")
    until = (service.clock.now() + timedelta(days=2)).isoformat()
    service.clock.advance(timedelta(hours=3))
    issue = service.act(issue, "hold", reason="r", until=until, awaiting="raiser")
    service.clock.advance(timedelta(days=1))
    issue = service.act(issue, "resume")
    service.clock.advance(timedelta(hours=26))
    found = service.found(f"/v1/issues/{issue['id']}/clocks")
    held(answers.ClockList, found)
    clocks = {clock["kind"]: clock for clock in found["data"]}
    assert set(clocks) == {"acknowledge", "rung", "overall", "inform", "hold"}
    for clock in found["data"]:
        assert sum(row["seconds"] for row in clock["windows"]) == clock["consumed_seconds"]
        if clock["measure"] != "days":
            left = clock["budget_seconds"] - clock["consumed_seconds"]
            assert left == clock["remaining_seconds"], clock["kind"]
    assert len(clocks["rung"]["intervals"]) == 2
    assert clocks["rung"]["windows"][0]["local"] == (
        "Mon 2026-03-02 10:00:00 to Mon 2026-03-02 13:00:00"
    )
    assert clocks["acknowledge"]["state"] == "ended"


def test_an_explanation_says_where_each_value_was_set_and_adds_up_to_the_due_instant(
    service: Service,
) -> None:
    issue = service.log()
    told = service.found(f"/v1/issues/{issue['id']}/explain")
    held(explanations.Explanation, told)
    for clock in told["clocks"]:
        arithmetic = clock["arithmetic"]
        total = sum(row["seconds"] for row in arithmetic["windows"])
        assert total == arithmetic["total_seconds"]
        assert total == arithmetic["budget_seconds"] + arithmetic["rolled_seconds"]
        assert arithmetic["lead_to"] == "due"
        assert arithmetic["at"] == clock["due_at"]
        source = clock["set"]["source"]
        assert source["publication"]["label"] == "2026.2"
        assert clock["set"]["value"] == clock["budget"]
        assert clock["budget"].split()[0] in LINES[source["line"] - 1]
        assert clock["at_its_end"]
    assert told["entered_because"] == issue["why"]
    assert told["next_rung"]["id"] == "function_director"
    assert told["next"]["at"] == issue["next"]["at"]
    assert told["rung"]["rules"]["past_target"]["value"] in {"escalate", "notify"}


def test_an_explanation_of_a_hold_says_when_it_would_be_due(service: Service) -> None:
    issue = service.act(service.log(), "acknowledge")
    until = (service.clock.now() + timedelta(days=2)).isoformat()
    issue = service.act(issue, "hold", reason="r", until=until, awaiting="raiser")
    told = service.found(f"/v1/issues/{issue['id']}/explain")
    clocks = {clock["kind"]: clock for clock in told["clocks"]}
    assert clocks["rung"]["arithmetic"]["lead_to"] == "due_if_resumed_now"
    assert clocks["hold"]["at_its_end"].startswith("it resumes")
    assert clocks["hold"]["set"]["value"]


def test_a_clock_tells_which_standards_of_the_charter_it_serves(service: Service) -> None:
    issue = service.log()
    promised = {
        "acknowledge": ["answered-soon"],
        "rung": ["pay-put-right"],
        "overall": ["pay-put-right"],
        "inform": ["kept-informed"],
    }
    shown = (
        issue["clocks"],
        service.found(f"/v1/issues/{issue['id']}/clocks")["data"],
        service.found(f"/v1/issues/{issue['id']}/explain")["clocks"],
    )
    for clocks in shown:
        assert {c["kind"]: [s["id"] for s in c["standards"]] for c in clocks} == promised
    [standard] = next(c["standards"] for c in issue["clocks"] if c["kind"] == "acknowledge")
    assert standard["title"] == "We answer soon"
    assert standard["clause"] == "Customer service charter, 2"


def test_an_issue_is_explained_at_every_place_it_may_stand(service: Service) -> None:
    issue = service.log(severity="high")
    while True:
        told = service.found(f"/v1/issues/{issue['id']}/explain")
        held(explanations.Explanation, told)
        assert len(told["visits"]) == len({visit["number"] for visit in told["visits"]})
        if told["next_rung"] is None:
            break
        issue = service.act(issue, "escalate", reason="up")
        assert issue["rung"]["id"] == told["next_rung"]["id"]
    assert told["rung"]["id"] == "ceo_board"
    assert "Ombudsman" in told["external_review"]["value"]
    answer = service.post(
        f"/v1/issues/{issue['id']}/acts/escalate",
        {"reason": "r"},
        if_match=f'"{issue["version"]}"',
    )
    assert "Ombudsman" in problem(answer, 409, "no_further_rung")["detail"]
    issue = service.act(issue, "resolve", outcome={"summary": "s", "reasons": "r"})
    told = service.found(f"/v1/issues/{issue['id']}/explain")
    assert [clock["kind"] for clock in told["clocks"]] == ["overall", "review"]
    issue = service.act(issue, "close")
    held(explanations.Explanation, service.found(f"/v1/issues/{issue['id']}/explain"))


def test_a_reclassified_issue_still_explains_where_it_has_been(service: Service) -> None:
    issue = service.act(service.log(), "escalate", reason="r")
    issue = service.act(issue, "skip", reason="r", to="business_manager_forum")
    issue = service.act(issue, "reclassify", reason="r", scope="agreement")
    told = service.found(f"/v1/issues/{issue['id']}/explain")
    assert told["ladder"]["id"] == "agreement-wide"
    assert told["visits"][0]["rung"] == "service_manager"


@pytest.mark.parametrize("part", ["", "/timeline", "/clocks", "/explain"])
def test_what_is_no_issue_has_no_history(shared: Service, part: str) -> None:
    for name in ("iss_1", "SSI-2026-999999", "%00", "..%2f"):
        problem(shared.get(f"/v1/issues/{name}{part}"), 404, "not_found")


def test_ladders_are_told_with_the_line_of_every_value(shared: Service) -> None:
    held(ladders.LadderList, shared.found("/v1/ladders"))
    told = shared.found("/v1/olas/ola-rivers/ladder")
    held(ladders.LadderView, told)
    assert told["ola"] == "ola-rivers"
    by = {value["source"]["set_by"] for value in told["values"]}
    assert by == {"base", "ladder", "ola"}
    assert all(0 < value["source"]["line"] <= len(LINES) for value in told["values"])
    plain = shared.found("/v1/ladders/ssi-standard")
    held(ladders.LadderView, plain)
    assert {value["source"]["set_by"] for value in plain["values"]} == {"base", "ladder"}
    wide = shared.found("/v1/olas/ola-rivers/ladder?scope=agreement")
    assert wide["id"] == "agreement-wide"


def test_every_ladder_of_every_agreement_is_told(sqlite_service: Service) -> None:
    for ola in sqlite_service.found("/v1/olas")["data"]:
        held(ladders.OlaView, ola)
        assert sqlite_service.found(f"/v1/olas/{ola['id']}") == ola
        for scope in ola["ladders"]:
            held(
                ladders.LadderView,
                sqlite_service.found(f"/v1/olas/{ola['id']}/ladder?scope={scope}"),
            )


NOT_THERE = [
    ("/v1/ladders/ssi-standart", "the nearest is `ssi-standard`"),
    ("/v1/ladders/none/versions", "No publication has a ladder 'none'"),
    ("/v1/olas/ola-river", "the nearest is `ola-rivers`"),
    ("/v1/olas/ola-river/ladder", "the nearest is `ola-rivers`"),
    ("/v1/ladder-publications/1999.1", "name its label or its hash"),
    ("/v1/people/priya", "`priya-nair`"),
    ("/v1/forums/bmf", "`bmf-southern-cross`"),
    ("/v1/problems/refusd", "the nearest is `refused`"),
    ("/v1/meetings/mtg_1", "There is no meeting mtg_1"),
    ("/v1/forums/bmf/meetings", "There is no such forum"),
]


@pytest.mark.parametrize(("path", "words"), NOT_THERE)
def test_what_is_not_there_names_the_nearest(shared: Service, path: str, words: str) -> None:
    assert words in problem(shared.get(path), 404, "not_found")["detail"]


NOUNS = ["clusters", "providers", "agencies", "functions", "services", "regions", "people"]


@pytest.mark.parametrize("noun", [*NOUNS, "appointments", "forums"])
def test_each_noun_of_the_directory_is_listed_and_read(shared: Service, noun: str) -> None:
    listed = shared.found(f"/v1/{noun}")["data"]
    assert listed
    assert [entry["id"] for entry in listed] == sorted(entry["id"] for entry in listed)
    for entry in (listed[0], listed[-1]):
        assert shared.found(f"/v1/{noun}/{entry['id']}") == entry


def test_the_type_of_every_problem_resolves_to_its_page(shared: Service) -> None:
    for code in CODES:
        page = shared.found(f"/v1/problems/{code}", key=None)
        assert page["code"] == code
        assert page["status"] >= 400
        assert page["title"]
        assert page["remedy"]
    assert len(shared.found("/v1/problems", key=None)["data"]) == len(CODES)


def test_it_says_what_it_is_and_that_it_lives(shared: Service) -> None:
    about = shared.found("/v1/", key=None)
    assert about["api_version"] == "v1"
    assert shared.get(about["api_documentation"], key=None).status_code == 200
    assert shared.found("/livez", key=None) == {"status": "alive"}
    checks = shared.found("/readyz", key=None)["checks"]
    assert {name: check["ok"] for name, check in checks.items()} == dict.fromkeys(
        ("desk", "database", "schema", "ladder", "directory"), True
    )


def test_a_dead_desk_is_not_ready(service: Service) -> None:
    service.container.desk.stop()
    answer = service.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["desk"] == {"ok": False, "detail": "dead: restart this process"}


def test_every_list_of_instants_ends_in_z(shared: Service) -> None:
    issue = shared.log()
    for name, value in issue.items():
        if name.endswith("_at") and value is not None:
            assert value.endswith("Z"), name
            assert datetime.fromisoformat(value).tzinfo is not None


def test_reads_of_every_operation_answer_as_described(shared: Service) -> None:
    issue = shared.log()
    meeting = shared.found("/v1/forums/bmf-southern-cross/meetings?limit=1")["data"][0]["id"]
    parts = {
        "{issue}": issue["id"],
        "{forum}": "bmf-southern-cross",
        "{meeting}": meeting,
        "{ladder}": "corptech",
        "{ola}": "ola-schools",
        "{publication}": "2026.2",
    }
    key = shared.found("/v1/keys", key=shared.admin)["data"][0]["id"]
    contact = shared.post("/v1/contacts", {"text": "A call"}).json()
    praise = shared.post("/v1/feedback", {"kind": "compliment", "text": "Good"}).json()
    parts |= {"{contact}": contact["id"], "{feedback}": praise["id"]}
    nameless = shared.log(raiser={"anonymous": True})["receipt_code"]
    for operation in OPERATIONS:
        if operation.method != "GET" or operation.answer is None:
            continue
        path = operation.path.replace("{key}", key)
        for name, value in parts.items():
            path = path.replace(name, value)
        if "{" in path:  # something of which there is none yet
            continue
        if operation.path == "/v1/seats":  # a question of a role and a party
            path += "?role=service_manager&party=meridian&function=payroll"
        held(operation.answer, shared.found(path, key=shared.admin, receipt_code=nameless))
