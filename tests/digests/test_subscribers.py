"""Whose a subscription is: who may have it made, change it, and have its digests."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from escalation.services import endpoints, framework, keys
from escalation.services.keys import KeyRole
from escalation.store import models
from escalation.store.transaction import read, write
from tests.api.service import Service, fault, problem, serving
from tests.builders import CLERK, CONFIG, DIRECTORY, copied_sqlite
from tests.digests.test_subscriptions import (
    DAILY,
    DAY,
    PATH,
    SIGNED_FOR,
    TO_SECRETARIAT,
    sent,
    subscribe,
    to_endpoint,
    windows,
    work,
)


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url, **SIGNED_FOR) as service:
        yield service


@pytest.fixture
def small(furnished_sqlite: Path, tmp_path: Path) -> Iterator[Service]:
    """A service for tests to which the database is all the same."""
    with serving(copied_sqlite(furnished_sqlite, tmp_path / "e.db"), **SIGNED_FOR) as service:
        yield service


def test_who_holds_a_seat_subscribes_themselves_and_changes_nobody_elses(small: Service) -> None:
    key = small.key_of("zoran-petrovic", KeyRole.HOLDER)
    other = {**TO_SECRETARIAT, "recipient": {"kind": "person", "person": "ruth-goldfinch"}}
    told = small.post(PATH, other, key=key)
    assert "zoran-petrovic" in fault(told, 422, "not_theirs", {"pointer": "/recipient/person"})
    own = {**TO_SECRETARIAT, "recipient": {"kind": "person", "person": "zoran-petrovic"}}
    made = small.post(PATH, own, key=key).json()
    theirs = subscribe(small)
    assert len(small.found(PATH, key=key)["data"]) == 2
    problem(small.post(f"{PATH}/{theirs['id']}/pause", key=key), 403, "forbidden")
    assert small.post(f"{PATH}/{made['id']}/pause", key=key).json()["state"] == "paused"
    assert small.post(f"{PATH}/{made['id']}/resume", key=key).json()["state"] == "active"


def test_what_is_others_is_not_there(small: Service) -> None:
    made = subscribe(small)
    stranger = keys.create(
        small.container.desk, name="s", role=KeyRole.OPERATOR, actor=CLERK,
        scopes={"agency": ["schools"]},
    ).secret  # fmt: skip
    assert small.found(PATH, key=stranger)["data"] == []
    for method, more in (("GET", ""), ("GET", "/windows"), ("PATCH", ""), ("POST", "/pause")):
        body: dict[str, str] | None = {} if method == "PATCH" else None
        answer = small.call(method, f"{PATH}/{made['id']}{more}", body, key=stranger)
        absent = small.call(method, f"{PATH}/sub_0{more}", body, key=stranger)
        assert (
            problem(answer, 404, "not_found")["detail"] == f"There is no subscription {made['id']}."
        )
        assert problem(absent, 404, "not_found")["detail"] == "There is no subscription sub_0."
    answer = small.post(PATH, dict(TO_SECRETARIAT), key=stranger)
    fault(answer, 422, "unknown_reference", {"pointer": "/forum"})


def test_an_operator_subscribes_no_webhook(small: Service) -> None:
    recipient = to_endpoint(small)
    problem(small.post(PATH, {**TO_SECRETARIAT, "recipient": recipient}), 403, "forbidden")
    made = subscribe(small, recipient=recipient)
    problem(small.post(f"{PATH}/{made['id']}/pause"), 403, "forbidden")


def undelivered(service: Service) -> list[str]:
    table = models.outbox
    with read(service.container.engine) as connection:
        found = connection.scalars(table.select().with_only_columns(table.c.type)).all()
    return [kind for kind in found if kind == "digest.undelivered"]


def reapply(service: Service, before: str, after: str) -> None:
    text = (CONFIG / DIRECTORY).read_text(encoding="utf-8")
    assert before in text
    desk = service.container.desk
    framework.apply_directory(desk, text.replace(before, after), DIRECTORY, actor=CLERK)


def test_who_has_lost_the_right_has_nothing_and_the_administrator_is_told(
    service: Service,
) -> None:
    address = {"kind": "address", "address": "chair@board.example"}
    key = keys.create(service.container.desk, name="k", role=KeyRole.OPERATOR, actor=CLERK)
    sent = {**TO_SECRETARIAT, "recipient": address, "when": DAILY}
    made = service.post(PATH, sent, key=key.secret).json()
    service.clock.advance(DAY)
    work(service)
    keys.rotate(service.container.desk, key.stored.id, overlap=timedelta(0), actor=CLERK)
    service.clock.advance(DAY)
    work(service)
    assert [w["state"] for w in windows(service, made["id"])] == ["made", "made"]
    follower = next(k for k in keys.every(service.container.desk) if k.replaces == key.stored.id)
    keys.revoke(service.container.desk, follower.id, actor=CLERK)
    service.clock.advance(DAY)
    work(service)
    found = windows(service, made["id"])
    assert found[-1]["state"] == "refused"
    assert "may not read" in found[-1]["why"]
    assert (found[-1]["digest"], found[-1]["since"]) == (None, found[-2]["as_at"])
    assert undelivered(service) == ["digest.undelivered"]


def test_who_has_lost_their_seat_has_nothing(small: Service) -> None:
    recipient = {"kind": "person", "person": "zoran-petrovic"}
    made = subscribe(small, recipient=recipient, when=DAILY)
    reapply(small, "      - {role: business_manager, party: schools}\n", "")
    small.clock.advance(DAY)
    work(small)
    [window] = windows(small, made["id"])
    assert window["state"] == "refused"
    assert (
        window["why"] == "zoran-petrovic may not read what forum:bmf-southern-cross shows any more"
    )


@pytest.mark.parametrize("maker", ["key", "token"])
def test_an_address_has_nothing_more_once_who_asked_for_it_has_left(
    small: Service, maker: str
) -> None:
    person = "callum-treloar"
    address = {"kind": "address", "address": "chair@board.example"}
    key = small.key_of(person, KeyRole.SECRETARIAT)
    wanted = {**TO_SECRETARIAT, "recipient": address, "when": DAILY}
    answer = small.post(PATH, wanted, key=key)
    made = answer.json()
    assert answer.status_code == 201, made
    if maker == "token":  # what is kept of who shows one
        by = {"name": person, "kind": "person", "person": person}
        with write(small.container.engine) as connection:
            connection.execute(models.digest_subscription.update().values(made_by=by))
    small.clock.advance(DAY)
    work(small)
    assert [window["state"] for window in windows(small, made["id"])] == ["made"]
    path = f"/v1/people/{person}"
    left = small.call("PATCH", path, {"until": "2026-03-01"}, key=small.admin, if_match="*")
    assert left.status_code == 200, left.text
    problem(small.get(PATH, key=key), 401, "unauthenticated")
    small.clock.advance(DAY)
    work(small)
    found = windows(small, made["id"])
    assert [window["state"] for window in found] == ["made", "refused"]


def test_an_endpoint_that_was_removed_is_sent_nothing(small: Service) -> None:
    recipient = to_endpoint(small)
    made = subscribe(small, recipient=recipient, when=DAILY)
    small.clock.advance(DAY)
    endpoints.remove(small.container.desk, recipient["endpoint"], actor=CLERK)
    work(small)
    [window] = windows(small, made["id"])
    assert (window["state"], window["handed_to"]) == ("refused", None)
    assert sent(small) == []
