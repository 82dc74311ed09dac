"""Feedback with consent to be quoted, told that it arrived, and reported by team."""

import csv
import io
from collections import Counter
from itertools import product
from random import Random
from typing import Any

import pytest

from escalation.services.keys import KeyRole
from tests.access.test_injection import PAYLOADS, READERS
from tests.api.principals import FORUM, key_for
from tests.api.service import Service, fault, problem
from tests.api.test_interactions import NAMELESS, PRAISE, came_back, recorded

PERIOD = "since=2026-01-01T00:00:00Z&as_at=2026-03-02T00:00:00Z"
REPORT = "/v1/reports/compliments"


def praised(service: Service, **changes: Any) -> dict[str, Any]:
    told = {"received_at": "2026-02-27T09:00:00+10:00", **changes}
    return recorded(service, "feedback", **told)


def test_consent_area_and_region_are_kept_shown_and_looked_for(service: Service) -> None:
    said = praised(service, region="far-north", key_result_area="capability", quote="named")
    other = praised(service)
    shown = ("region", "key_result_area", "quote", "acknowledged_at", "about")
    assert [said[name] for name in shown] == ["far-north", "capability", "named", None, None]
    assert [other[name] for name in shown] == [None, None, "no", None, None]
    for query in ("region=far-north", "key_result_area=capability", "quote=anonymous,named"):
        assert [e["id"] for e in service.found(f"/v1/feedback?{query}")["data"]] == [said["id"]]


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"region": "far-nort"}, "unknown", "/region"),
        ({"quote": "named", "raiser": NAMELESS}, "missing", "/quote"),
        ({"quote": "yes"}, "unknown_word", "/quote"),
        ({"key_result_area": "profit"}, "unknown_word", "/key_result_area"),
    ],
)
def test_consent_that_cannot_be_is_refused(
    shared: Service, changes: dict[str, Any], code: str, pointer: str
) -> None:
    fault(shared.post("/v1/feedback", {**PRAISE, **changes}), 422, code, {"pointer": pointer})


def test_its_giver_is_told_once_that_it_arrived(service: Service) -> None:
    said = praised(service)
    path, thanks = f"/v1/feedback/{said['id']}/acknowledge", {"text": "Thank you"}
    answer = service.post(path, thanks, idempotency_key="t")
    assert answer.status_code == 201, answer.text
    assert answer.json()["acknowledged_at"] == "2026-03-02T00:00:00Z"
    assert [(m["from"], m["text"]) for m in answer.json()["messages"]] == [("us", "Thank you")]
    again = service.post(path, thanks, idempotency_key="t")
    assert again.headers["idempotency-replayed"] == "true"
    problem(service.post(path, thanks), 409, "acknowledged_already")
    assert service.found("/v1/feedback?acknowledged=false")["data"] == []
    assert len(service.found("/v1/feedback?acknowledged=true")["data"]) == 1
    problem(service.post("/v1/feedback/fbk_none/acknowledge", thanks), 404, "not_found")


def test_who_gave_no_name_reads_it_with_their_receipt(service: Service) -> None:
    said = praised(service, raiser=NAMELESS)
    service.post(f"/v1/feedback/{said['id']}/acknowledge", {"text": "Thank you"})
    seen = came_back(service, said["receipt_code"])
    assert [(m["from"], m["text"]) for m in seen["messages"]] == [("us", "Thank you")]


PARTIES, FUNCTIONS = ("rivers", "schools", "meridian", None), ("payroll", "finance", None)
REGIONS, AREAS = ("far-north", "central", None), ("customers", "capability", None)
THEMES = ((), ("pace",), ("pace", "care"))


def _many(service: Service) -> list[dict[str, Any]]:
    """Praise of all kinds, some of it outside the period or no compliment."""
    chance = Random(7)  # noqa: S311 - to be repeated
    every = [
        praised(
            service,
            party=party,
            function=function,
            region=chance.choice(REGIONS),
            key_result_area=chance.choice(AREAS),
            themes=list(chance.choice(THEMES)),
            channel=chance.choice(("phone", "email")),
            quote=chance.choice(("no", "anonymous", "named")),
            text="Well done",
        )
        for party, function in product(PARTIES, FUNCTIONS)
        for _ in range(chance.randrange(4))
    ]
    praised(service, received_at="2026-03-02T00:00:00Z", text="Now, and so in the period")
    praised(service, kind="suggestion", quote="named", text="Sooner, please")
    every.append(service.found("/v1/feedback?q=period")["data"][0])
    return every


def test_the_report_is_what_counting_by_hand_comes_to(service: Service) -> None:
    every = _many(service)
    found = service.found(f"{REPORT}?{PERIOD}")
    assert found["compliments"] == len(every)
    teams = Counter((e["party"], e["function"], e["region"]) for e in every)
    told = {(t["party"], t["function"], t["region"]): t["compliments"] for t in found["teams"]}
    assert told == teams
    for name in ("party", "function", "region", "channel", "key_result_area"):
        counted = {each["code"]: each["compliments"] for each in found["by"][name]}
        assert counted == Counter(e[name] for e in every), name
    themes = Counter(theme for e in every for theme in e["themes"])
    assert {e["code"]: e["compliments"] for e in found["by"]["theme"]} == themes
    consented = {e["reference"]: e["quote"] for e in every if e["quote"] != "no"}
    assert {e["reference"] for e in found["quotes"]} == set(consented)
    for each in found["quotes"]:
        assert each["name"] == ("Ana" if consented[each["reference"]] == "named" else None)
    assert found["quotes_in_all"] == len(consented)
    narrowed = service.found(f"{REPORT}?{PERIOD}&party=rivers&function=payroll&region=central")
    assert narrowed["compliments"] == teams["rivers", "payroll", "central"]
    assert (
        service.found(f"{REPORT}?since=2025-01-01T00:00:00Z&as_at=2025-06-01T00:00:00Z")["teams"]
        == []
    )


def test_teams_stand_in_the_order_of_their_codes_whatever_they_are_given(
    service: Service,
) -> None:
    for party, count in (("schools", 3), ("rivers", 1), ("fisheries", 2)):
        for _ in range(count):
            praised(service, party=party)
    parties = [team["party"] for team in service.found(f"{REPORT}?{PERIOD}")["teams"]]
    assert parties == ["fisheries", "rivers", "schools"]


def test_each_sees_the_compliments_of_their_own_and_nobody_those_that_are_sealed(
    service: Service,
) -> None:
    praised(service, party="rivers")
    praised(service, party="meridian")
    hidden = praised(service, party="rivers", quote="anonymous", text="The quokka helped")
    body = {"sensitive": ["privacy"], "agency": "rivers"}
    assert service.post(f"/v1/feedback/{hidden['id']}/raise", body).status_code == 201
    desk = service.container.desk
    for scope, count in (({"agency": ["rivers"]}, 1), ({"provider": ["meridian"]}, 1)):
        key = key_for(desk, (KeyRole.VIEWER, None, scope))
        assert service.found(f"{REPORT}?{PERIOD}", key=key)["compliments"] == count
    for key in (service.operator, service.admin):
        found = service.found(f"{REPORT}?{PERIOD}", key=key)
        assert (found["compliments"], found["quotes"]) == (2, [])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_quoted_stays_words_in_every_format(sqlite_service: Service, payload: str) -> None:
    told = {"text": payload, "quote": "anonymous", "themes": [], "raiser": {"type": "staff"}}
    assert sqlite_service.post("/v1/feedback", {**PRAISE, **told}).status_code == 201
    for kind in ("text/html", "text/markdown", "text/csv"):
        answer = sqlite_service.get(REPORT, accept=kind)
        assert answer.headers["content-type"].startswith(kind)
        assert READERS[kind](answer.content) == []


def test_the_table_has_what_the_document_has(service: Service) -> None:
    praised(service, quote="named", region="far-north")
    body = service.get(f"{REPORT}?{PERIOD}", accept="text/csv").content
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    [team] = [row for row in rows if row[:2] == ["Teams", "Teams"] and row[-1] == "1"]
    assert team[2:] == ["Department of Rivers and Catchments", "Payroll", "Far North", "1"]
    assert any("Ana" in row and "That was quick" in row for row in rows)


def test_a_period_that_cannot_be_is_named(shared: Service) -> None:
    answer = shared.get(f"{REPORT}?as_at=2027-01-01T00:00:00Z&known_at=2026-01-01T00:00:00Z")
    fault(answer, 422, "in_the_future", {"parameter": "as_at"})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/reports/compliments?known_at=2001-01-01T00:00:00Z", None),
        ("GET", "/v1/reports/scorecard?known_at=2001-01-01T00:00:00Z", None),
        ("GET", "/v1/reports/benchmark?known_at=2001-01-01T00:00:00Z", None),
        ("GET", "/v1/reports/statutory-counts?known_at=2001-01-01T00:00:00Z", None),
        ("POST", "/v1/digests", {"forum": FORUM, "known_at": "2001-01-01T00:00:00Z"}),
        ("POST", "/v1/digests", {"profile": "scorecard:ssi", "known_at": "2001-01-01T00:00:00Z"}),
    ],
)
def test_what_was_known_before_anything_was_in_force_is_the_askers_slip_and_no_outage(
    shared: Service, method: str, path: str, body: Any
) -> None:
    where = {"pointer": "/known_at"} if body else {"parameter": "known_at"}
    fault(shared.call(method, path, body, key=shared.admin), 422, "before_the_first", where)
