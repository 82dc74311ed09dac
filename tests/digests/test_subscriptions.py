"""Subscriptions as people ask for them, and what the worker makes of their windows."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from escalation.services.subscribing import closing, making, posting
from escalation.store import models
from escalation.store.transaction import read
from tests.api.service import Service, fault, problem, serving
from tests.builders import copied_sqlite
from tests.fakes import utc

BMF = "bmf-southern-cross"
PATH = "/v1/digest-subscriptions"
BEFORE: Mapping[str, Any] = {"kind": "before_meetings", "by": "3 business days"}
DAILY: Mapping[str, Any] = {
    "kind": "recurring", "rule": "FREQ=DAILY", "start": "2026-03-01T08:00",
    "zone": "Australia/Brisbane",
}  # fmt: skip
TO_SECRETARIAT: Mapping[str, Any] = {
    "forum": BMF, "recipient": {"kind": "secretariat"}, "when": BEFORE,
}  # fmt: skip
DAY = timedelta(days=1)
SIGNED_FOR: dict[str, Any] = {
    "digest_domains": "board.example",
    "public_url": "https://issues.example",
}


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url, **SIGNED_FOR) as service:
        yield service


@pytest.fixture
def small(furnished_sqlite: Any, tmp_path: Any) -> Iterator[Service]:
    """A service for tests to which the database is all the same."""
    with serving(copied_sqlite(furnished_sqlite, tmp_path / "e.db"), **SIGNED_FOR) as service:
        yield service


def subscribe(service: Service, **changes: Any) -> dict[str, Any]:
    answer = service.post(PATH, {**TO_SECRETARIAT, **changes}, key=service.admin)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{PATH}/{made['id']}"
    return made


def to_endpoint(service: Service, **changes: Any) -> dict[str, Any]:
    url = "https://93.184.216.34/in"
    more = {"types": ["ping"], **changes}
    made = service.post("/v1/webhook-endpoints", {"url": url, **more}, key=service.admin)
    assert made.status_code == 201, made.text
    return {"kind": "webhook", "endpoint": made.json()["id"]}


def work(service: Service) -> None:
    """What the worker does of subscriptions, until nothing is left."""
    inside = service.container
    while closing.close_due(inside.desk) or making.make_due(inside.desk, inside.posting):
        pass


def windows(service: Service, subscription: str) -> list[dict[str, Any]]:
    """The oldest first."""
    found = service.found(f"{PATH}/{subscription}/windows", key=service.admin)["data"]
    return list(reversed(found))


def sent(service: Service) -> list[dict[str, Any]]:
    """What endpoints are sent of digests."""
    table = models.message
    with read(service.container.engine) as connection:
        rows = connection.execute(table.select().order_by(table.c.made_at, table.c.id))
        bodies = [json.loads(row.body) for row in rows if row.type == "digest.ready"]
    return [body["data"]["details"] for body in bodies if "subscription" in body["data"]["details"]]


def test_a_secretariat_has_its_digest_before_each_meeting(service: Service) -> None:
    made = subscribe(service, marking="OFFICIAL")
    assert [each["as_at"] for each in made["next_windows"]] == [
        "2026-03-05T00:00:00Z", "2026-04-09T00:00:00Z", "2026-05-07T00:00:00Z",
        "2026-06-04T00:00:00Z", "2026-07-09T00:00:00Z",
    ]  # fmt: skip
    work(service)
    assert windows(service, made["id"]) == []
    service.clock.move_to(utc("2026-03-05 00:00"))
    work(service)
    [window] = windows(service, made["id"])
    assert (window["state"], window["late_seconds"]) == ("made", 0)
    digest = service.found(f"/v1/digests/{window['digest']}")
    assert (digest["since"], digest["as_at"]) == (window["since"], window["as_at"])
    assert digest["document"]["marking"] == "OFFICIAL"
    told = service.found(f"{PATH}/{made['id']}")
    assert told["last_window"] == {"number": 1, "state": "made", "why": None}
    assert (told["since"], told["next_at"]) == ("2026-03-05T00:00:00Z", "2026-04-09T00:00:00Z")


def test_windows_of_an_outage_are_each_made_as_at_their_own_end_and_told_once(
    service: Service,
) -> None:
    made = subscribe(service, recipient=to_endpoint(service), when=DAILY, formats=["md", "csv"])
    service.clock.advance(3 * DAY + timedelta(hours=1))
    work(service)
    found = windows(service, made["id"])
    assert [w["as_at"] for w in found] == [f"2026-03-0{n}T22:00:00Z" for n in (2, 3, 4)]
    assert [w["since"] for w in found[1:]] == [w["as_at"] for w in found[:-1]]
    assert [(w["state"], w["gathered"]) for w in found] == [
        ("made", True), ("made", True), ("made", False),
    ]  # fmt: skip
    [message] = sent(service)
    assert message["late_seconds"] == 3 * 3600
    assert [each["window"]["number"] for each in message["earlier"]] == [1, 2]
    assert [link["format"] for link in message["links"]] == ["md", "csv"]
    service.clock.advance(DAY)
    work(service)
    assert sent(service)[1]["earlier"] == []
    assert len({w["digest"] for w in windows(service, made["id"])}) == 4


def test_after_a_long_outage_the_newest_are_told_with_it_and_the_others_are_counted(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "EARLIER", 2)
    made = subscribe(service, recipient=to_endpoint(service), when=DAILY, formats=["md"])
    service.clock.advance(5 * DAY + timedelta(hours=1))
    work(service)
    assert len(windows(service, made["id"])) == 5
    [message] = sent(service)
    assert [each["window"]["number"] for each in message["earlier"]] == [3, 4]
    assert message["earlier_left_out"] == 2


def test_a_pause_leaves_no_gap_and_what_was_promised_before_is_kept(service: Service) -> None:
    made = subscribe(service, when=DAILY)
    service.clock.advance(DAY)
    paused = service.post(f"{PATH}/{made['id']}/pause", key=service.admin).json()
    assert (paused["state"], paused["windows"], paused["next_windows"]) == ("paused", 1, [])
    service.clock.advance(5 * DAY)
    work(service)
    assert len(windows(service, made["id"])) == 1
    resumed = service.post(f"{PATH}/{made['id']}/resume", key=service.admin).json()
    assert resumed["next_windows"][0] == {
        "since": "2026-03-02T22:00:00Z", "as_at": "2026-03-08T22:00:00Z",
    }  # fmt: skip


def test_a_scorecard_comes_with_its_figures_over_the_periods_that_were_asked_for(
    service: Service,
) -> None:
    made = subscribe(
        service, forum=None, profile="scorecard:ssi", recipient=to_endpoint(service), when=DAILY,
        periods=3,
    )  # fmt: skip
    assert made["periods"] == 3
    path, trends = f"{PATH}/{made['id']}", []
    for given in ({}, {"periods": 4}, {"periods": None}):
        if given:
            changed = service.call("PATCH", path, given, key=service.admin)
            assert changed.json()["periods"] == given["periods"], changed.text
        service.clock.advance(DAY)
        work(service)
        digest = service.found(f"/v1/digests/{windows(service, made['id'])[-1]['digest']}")
        trends.append(len(digest["document"].get("trend", ())))
        begun = [each["since"] for each in digest["document"].get("trend", ())]
        assert begun == sorted(set(begun))
    assert trends == [3, 4, 0]


def test_another_rule_goes_on_where_the_last_window_ended(service: Service) -> None:
    made = subscribe(service, when=DAILY)
    service.clock.advance(DAY)
    weekly = {**DAILY, "rule": "FREQ=WEEKLY;BYDAY=FR", "zone": "Europe/London"}
    body = {"when": weekly, "formats": ["html", "html"], "marking": "OFFICIAL"}
    changed = service.call("PATCH", f"{PATH}/{made['id']}", body, key=service.admin).json()
    assert (changed["windows"], changed["formats"], changed["marking"]) == (1, ["html"], "OFFICIAL")
    assert changed["next_windows"][0] == {
        "since": "2026-03-02T22:00:00Z", "as_at": "2026-03-06T08:00:00Z",
    }  # fmt: skip


def test_a_window_goes_with_its_meeting(service: Service) -> None:
    made = subscribe(service)
    meeting = service.found(f"/v1/forums/{BMF}/meetings")["data"][0]
    path = f"/v1/meetings/{meeting['id']}/acts"
    to = {"starts_at": "2026-03-17T10:00:00+10:00", "reason": "r"}
    assert service.post(f"{path}/move", to, key=service.admin, if_match="*").status_code == 200
    assert service.found(f"{PATH}/{made['id']}")["next_at"] == "2026-03-05T00:00:00Z"
    work(service)
    assert service.found(f"{PATH}/{made['id']}")["next_at"] == "2026-03-12T00:00:00Z"
    gone = service.post(f"{path}/cancel", {"reason": "r"}, key=service.admin, if_match="*")
    assert gone.status_code == 200
    work(service)
    assert service.found(f"{PATH}/{made['id']}")["next_at"] == "2026-04-09T00:00:00Z"


def test_a_rule_that_is_over_ends_its_subscription(small: Service) -> None:
    made = subscribe(small, when={**DAILY, "rule": "FREQ=DAILY;COUNT=4"})
    small.clock.advance(9 * DAY)
    work(small)
    told = small.found(f"{PATH}/{made['id']}")
    assert (told["state"], told["windows"], told["next_at"]) == ("ended", 2, None)
    for act in ("pause", "resume"):
        answer = small.post(f"{PATH}/{made['id']}/{act}", key=small.admin)
        problem(answer, 409, "subscription_ended")


def test_it_is_ended_and_its_windows_stay(small: Service) -> None:
    made = subscribe(small, when=DAILY)
    small.clock.advance(DAY)
    assert small.call("DELETE", f"{PATH}/{made['id']}", key=small.admin).status_code == 204
    small.clock.advance(5 * DAY)
    work(small)
    assert [w["state"] for w in windows(small, made["id"])] == ["made"]
    answer = small.call("PATCH", f"{PATH}/{made['id']}", {"formats": ["md"]}, key=small.admin)
    problem(answer, 409, "subscription_ended")
    answer = small.call("DELETE", f"{PATH}/{made['id']}", key=small.admin)
    problem(answer, 409, "subscription_ended")


def test_an_idempotent_repeat_subscribes_nobody_twice(service: Service) -> None:
    asked = [
        service.post(PATH, dict(TO_SECRETARIAT), key=service.admin, idempotency_key="k")
        for _ in range(2)
    ]
    assert asked[0].json() == asked[1].json()
    assert asked[1].headers["idempotency-replayed"] == "true"
    assert len(service.found(PATH)["data"]) == 1


def test_subscriptions_and_windows_come_page_by_page(small: Service) -> None:
    made = []
    for _ in range(3):
        made.append(subscribe(small, when=DAILY)["id"])
        small.clock.advance(timedelta(minutes=1))
    first = small.found(f"{PATH}?limit=2")
    last = small.found(first["links"]["next"])
    assert [each["id"] for each in (*first["data"], *last["data"])] == made[::-1]
    small.clock.advance(3 * DAY)
    work(small)
    first = small.found(f"{PATH}/{made[0]}/windows?limit=2")
    last = small.found(first["links"]["next"])
    assert [each["number"] for each in (*first["data"], *last["data"])] == [3, 2, 1]


# ---------------------------------------------------------------- what will not do

WRONG = [
    ({"forum": "bmf-southern-crust"}, "/forum", "unknown_reference", "bmf-southern-cross"),
    ({"forum": None}, "/forum", "missing_key", "neither"),
    ({"forum": None, "profile": "agency:river"}, "/profile", "unknown_reference", "rivers"),
    ({"when": {**BEFORE, "by": "3 business hours"}}, "/when/by", "wrong_duration", "business days"),
    ({"when": {**BEFORE, "by": "3 bd"}}, "/when/by", "wrong_duration", "3 business days"),
    ({"when": {**BEFORE, "forum": "bmf-southern-crust"}}, "/when/forum",
     "unknown_reference", "nearest"),
    ({"when": {**DAILY, "zone": "Brisbane"}}, "/when/zone", "unknown_zone", "Australia/Brisbane"),
    ({"when": {**DAILY, "rule": "FREQ=HOURLY"}}, "/when/rule", "wrong_rule", "DAILY"),
    ({"when": {**DAILY, "rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}}, "/when/rule",
     "wrong_rule", "never comes round"),
    ({"when": {**DAILY, "rule": "FREQ=DAILY;UNTIL=20260301"}}, "/when/rule", "never", "passed"),
    ({"when": {**DAILY, "rule": "FREQ=DAILY;BYMINUTE=0,1"}}, "/when/rule", "too_often", "60"),
    ({"when": {**DAILY, "start": "2026-03-02"}}, "/when/start", "wrong_instant", "2026-03-02T08"),
    ({"when": {**DAILY, "start": "2026-13-02T08:00"}}, "/when/start", "wrong_instant", "clock"),
    ({"when": {"kind": "weekly"}}, "/when/kind", "unknown_word", "recurring"),
    ({"since": "2026-03-03T00:00:00Z"}, "/since", "in_the_future", "before now"),
    ({"formats": ["docx"]}, "/formats/0", "unknown_word", "pdf"),
    ({"formats": []}, "/formats", "too_short", "at least 1"),
    ({"recipient": {"kind": "person", "person": "callum"}}, "/recipient/person", "unknown", ""),
    ({"recipient": {"kind": "person", "person": "jacinta-morrow"}}, "/recipient/person",
     "not_theirs", "may not read"),
    ({"recipient": {"kind": "address", "address": "a@elsewhere.example"}}, "/recipient/address",
     "not_allowed", "board.example"),
    ({"recipient": {"kind": "webhook", "endpoint": "whe_0"}}, "/recipient/endpoint", "unknown",
     "whe_0"),
    ({"forum": None, "profile": "scorecard:ssi", "when": DAILY}, "/recipient/kind", "wrong_value",
     "scorecard"),
    ({"forum": None, "profile": "scorecard:ssi"}, "/when/forum", "missing", "whose meetings"),
    ({"periods": 4}, "/periods", "wrong_value", "its meetings"),
    ({"forum": None, "profile": "benchmark", "when": DAILY, "periods": 4}, "/periods",
     "wrong_value", "no totals"),
    ({"forum": None, "profile": "scorecard:ssi", "periods": 13}, "/periods", "wrong_value", "12"),
]  # fmt: skip


@pytest.fixture(scope="module")
def strict(furnished_sqlite: Any, tmp_path_factory: Any) -> Iterator[Service]:
    """A service that tests share which are refused."""
    url = copied_sqlite(furnished_sqlite, tmp_path_factory.mktemp("strict") / "e.db")
    with serving(url, **SIGNED_FOR) as service:
        yield service


@pytest.mark.parametrize(("changes", "pointer", "code", "words"), WRONG)
@pytest.mark.parametrize("path", [PATH, "/v1/digest-subscription-previews"])
def test_what_will_not_do_is_told_with_its_place(
    strict: Service, path: str, changes: dict[str, Any], pointer: str, code: str, words: str
) -> None:
    sent = {name: value for name, value in {**TO_SECRETARIAT, **changes}.items() if value}
    sent |= {name: value for name, value in changes.items() if value == []}
    answer = strict.post(path, sent, key=strict.admin)
    assert words in fault(answer, 422, code, {"pointer": pointer})
    assert strict.found(PATH)["data"] == []


def test_a_preview_keeps_nothing(strict: Service) -> None:
    when = {**DAILY, "rule": "FREQ=WEEKLY;BYDAY=SU", "zone": "Europe/London"}
    sent = {**TO_SECRETARIAT, "when": when, "since": "2026-02-01T00:00:00Z"}
    told = strict.post("/v1/digest-subscription-previews", sent).json()
    assert [each["as_at"] for each in told["next_windows"]] == [
        "2026-03-08T08:00:00Z", "2026-03-15T08:00:00Z", "2026-03-22T08:00:00Z",
        "2026-03-29T07:00:00Z", "2026-04-05T07:00:00Z",
    ]  # fmt: skip
    assert told["next_windows"][0]["since"] == "2026-02-01T00:00:00Z"
    assert strict.found(PATH)["data"] == []


def test_a_scorecard_may_come_before_a_forums_meetings(strict: Service) -> None:
    sent = {
        "profile": "scorecard:ssi", "when": {**BEFORE, "forum": BMF},
        "recipient": {"kind": "address", "address": "Chair@Board.example"},
    }  # fmt: skip
    told = strict.post("/v1/digest-subscription-previews", sent).json()
    assert told["when"]["forum"] == BMF
    assert told["next_windows"][0]["as_at"] == "2026-03-05T00:00:00Z"
