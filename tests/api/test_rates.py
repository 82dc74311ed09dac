"""How much callers may ask, as they see it: headers, refusals, and nobody else slowed."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from escalation.api.limits import address_of
from escalation.bootstrap import allowances_of
from escalation.errors import Broken
from escalation.services import keys
from escalation.services.keys import KeyRole
from escalation.settings import Settings
from tests.api.service import COMPLAINT, Service, problem, serving
from tests.builders import CLERK

SLOW: dict[str, Any] = {
    "key_rate": "1000/day, viewer=5/day",
    "issue_rate": "4/day",
    "hook_rate": "3/day",
    "stranger_rate": "6/day",
}


@pytest.fixture
def slow(furnished_url: str) -> Iterator[Service]:
    with serving(furnished_url, **SLOW) as service:
        yield service


def key(service: Service, role: KeyRole, rate: str | None = None) -> str:
    desk = service.container.desk
    return keys.create(desk, name="a key", role=role, actor=CLERK, rate=rate).secret


def told(answer: httpx.Response) -> tuple[str, str]:
    return answer.headers["ratelimit-policy"], answer.headers["ratelimit"]


def test_answers_say_what_may_be_asked_and_what_is_left(slow: Service) -> None:
    viewer = key(slow, KeyRole.VIEWER)
    first, second = (slow.get("/v1/issues", key=viewer) for _ in range(2))
    assert told(first) == ('"key";q=5;w=86400', '"key";r=4;t=17280')
    assert told(second) == ('"key";q=5;w=86400', '"key";r=3;t=34560')


def test_a_key_that_asks_too_much_is_told_to_wait_and_no_other_is(slow: Service) -> None:
    viewer, other = key(slow, KeyRole.VIEWER), key(slow, KeyRole.VIEWER)
    asked = [slow.get("/v1/issues", key=viewer).status_code for _ in range(5)]
    assert asked == [200] * 5
    refused = slow.get("/v1/issues", key=viewer)
    detail = problem(refused, 429, "rate_limited")["detail"]
    assert "5 a day" in detail
    assert int(refused.headers["retry-after"]) == pytest.approx(17_280, abs=5)
    assert told(refused)[1] == f'"key";r=0;t={refused.headers["retry-after"]}'
    assert slow.get("/v1/issues", key=other).status_code == 200
    assert slow.get("/v1/issues").status_code == 200


def test_what_a_key_may_not_do_is_counted_too(slow: Service) -> None:
    viewer = key(slow, KeyRole.VIEWER)
    asked = [slow.get("/v1/keys", key=viewer).status_code for _ in range(7)]
    assert asked == [403] * 5 + [429] * 2


def test_a_key_may_have_a_rate_of_its_own_which_is_rotated_with_it(slow: Service) -> None:
    body = {"name": "x", "role": "viewer", "rate": "2/day"}
    made = slow.post("/v1/keys", body, key=slow.admin).json()
    assert made["rate"] == "2/day"
    asked = [slow.get("/v1/issues", key=made["key"]).status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    after = slow.post(f"/v1/keys/{made['id']}/rotate", {}, key=slow.admin).json()
    assert after["rate"] == "2/day"


@pytest.mark.parametrize("rate", ["fast", "0/day", "5/week"])
def test_a_rate_that_is_none_is_refused_with_what_one_is(shared: Service, rate: str) -> None:
    body = {"name": "x", "role": "viewer", "rate": rate}
    refused = problem(shared.post("/v1/keys", body, key=shared.admin), 422, "invalid")
    [fault] = refused["errors"]
    assert fault["source"] == {"pointer": "/rate"}
    assert "600/minute" in fault["detail"]


def test_issues_are_counted_one_by_one_and_in_batches(slow: Service) -> None:
    slow.log()
    batch = {"issues": [dict(COMPLAINT)] * 3}
    assert slow.post("/v1/issue-batches", batch).json()["meta"]["logged"] == 3
    refused = slow.post("/v1/issues", dict(COMPLAINT))
    assert "4 a day" in problem(refused, 429, "rate_limited")["detail"]
    assert told(refused)[0] == '"issues";q=4;w=86400'
    assert slow.found("/v1/issues?include_total=true")["meta"]["total"] == 4
    assert slow.post("/v1/issues", dict(COMPLAINT), key=slow.admin).status_code == 201


def test_more_issues_than_may_ever_be_logged_at_once_are_too_many(slow: Service) -> None:
    refused = slow.post("/v1/issue-batches", {"issues": [dict(COMPLAINT)] * 5})
    assert "these are 5" in problem(refused, 413, "too_large")["detail"]


def strangers(service: Service, count: int, path: str = "/v1/issues") -> list[int]:
    return [service.get(path, key=None).status_code for _ in range(count)]


def test_strangers_of_one_address_are_told_to_wait_and_good_keys_are_not(slow: Service) -> None:
    assert strangers(slow, 4) == [401] * 4
    wrong = slow.get("/v1/issues", key="esc_wrong")
    assert wrong.status_code == 401
    assert strangers(slow, 1, "/v1/problems") == [200]
    for path in ("/v1/issues", "/v1/problems", "/v1/receipt"):
        refused = slow.get(path, key=None)
        assert "one address" in problem(refused, 429, "rate_limited")["detail"]
        assert told(refused)[0] == '"address";q=6;w=86400'
    assert strangers(slow, 3, "/livez") == [200] * 3
    assert slow.get("/v1/issues").status_code == 200


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
        ("no:address", "no:address"),
    ],
)
def test_neighbours_of_one_network_are_one_address(host: str, address: str) -> None:
    assert address_of({"client": (host, 1)}) == address
    assert address_of({"client": None}) == "unknown"


def test_a_rate_of_a_role_that_there_is_none_of_stops_the_start() -> None:
    with pytest.raises(Broken) as refused:
        allowances_of(Settings(key_rate="5/day, viewr=6/day"))
    assert "viewer" in refused.value.errors[0].detail
    assert refused.value.errors[0].parameter == "ESCALATION_KEY_RATE"
