import json
import re
from datetime import timedelta
from typing import Any

import pytest

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.errors import Invalid
from escalation.routing.vocabulary import Severity
from escalation.services import deliveries, endpoints, framework, secrets
from escalation.services.endpoints import Wishes
from escalation.services.filters import Filter, fits
from escalation.services.secrets import Vault
from escalation.store.outbox import Standing
from escalation.store.transaction import read
from escalation.workflow.commands import Acknowledge, Escalate, Reclassify
from tests.builders import CLERK, CONFIG, LADDERS, ask, complaint
from tests.delivery.acts import deliver, states, subscribe
from tests.delivery.receiver import Receiver

UNDER = ("service_manager", "executive_pair", "business_manager_forum", "ceo_board")
PLAIN = ("service_manager", "function_director", "business_manager_forum", "ceo_board")
STANDING = Standing("p", "ola", "ssi-standard", "executive_pair", "high", "rivers", ("coast",))


def told(receiver: Receiver, path: str) -> list[tuple[str, str]]:
    bodies = [json.loads(got.body) for got in receiver.at(path)]
    return [(each["type"], each["data"]["issue"]["id"]) for each in bodies]


@pytest.mark.parametrize(
    ("asked", "fit"),
    [
        ({}, True),
        ({"ladders": ("ssi-standard", "corptech")}, True),
        ({"ladders": ("corptech",)}, False),
        ({"severities": ("critical", "high")}, True),
        ({"severities": ("low",)}, False),
        ({"agencies": ("rivers",)}, True),
        ({"agencies": ("coast",)}, True),  # it is affected
        ({"agencies": ("hills",)}, False),
        ({"olas": ("ola",)}, True),
        ({"olas": ("other",)}, False),
        ({"severities": ("high",), "agencies": ("hills",)}, False),
        ({"rung_from": "service_manager"}, True),
        ({"rung_from": "executive_pair"}, True),
        ({"rung_from": "business_manager_forum"}, False),
        ({"rung_from": "function_director"}, False),  # omitted: it counts from the one above it
        ({"rung_from": "no_such_rung"}, False),
    ],
)
def test_an_issue_fits_by_how_it_stands(asked: dict[str, Any], fit: bool) -> None:
    assert fits(Filter(**asked), STANDING, lambda _: (UNDER, PLAIN)) is fit


def test_an_event_is_judged_by_its_issue_as_it_stood_when_it_was_recorded(
    inside: Container, receiver: Receiver, clock: VirtualClock
) -> None:
    high = subscribe(inside, receiver.url("/high"), filters={"severities": ["high"]})
    above = subscribe(inside, receiver.url("/above"), filters={"rung_from": "function_director"})
    issue = ask(inside.desk, complaint(severity=Severity.LOW))["id"]
    for act in (
        Acknowledge(),
        Reclassify(changes={"severity": Severity.HIGH}, reason="worse"),
        Escalate(reason="up"),
        Reclassify(changes={"severity": Severity.LOW}, reason="better"),
    ):
        clock.advance(timedelta(minutes=1))
        ask(inside.desk, act, issue)
    deliver(inside)  # all of it is handed on only now
    assert told(receiver, "/high") == [("issue.changed", issue), ("issue.escalated", issue)]
    assert told(receiver, "/above") == [("issue.escalated", issue), ("issue.changed", issue)]
    assert states(inside, high.stored.id) == states(inside, above.stored.id) == ["delivered"] * 2


def test_what_is_about_no_issue_goes_to_whom_nothing_narrows(
    inside: Container, receiver: Receiver
) -> None:
    subscribe(inside, receiver.url("/all"))
    subscribe(inside, receiver.url("/rivers"), filters={"agencies": ["rivers"]})
    ladders = (CONFIG / LADDERS).read_text(encoding="utf-8")
    another = re.sub(r"(?m)^label: .*$", "label: another", ladders)
    framework.publish(inside.desk, another, LADDERS, mode="new-only", reason="r", actor=CLERK)
    ask(inside.desk, complaint(agency="rivers"))
    deliver(inside)
    kinds = [{json.loads(got.body)["type"] for got in receiver.at(p)} for p in ("/all", "/rivers")]
    assert kinds == [{"ladder.published", "issue.logged"}, {"issue.logged"}]


def test_a_word_that_is_not_known_is_refused_with_the_nearest(inside: Container) -> None:
    wrong = {
        "ladders": ["ssi-standart"],
        "rung_from": "function_directer",
        "severities": ["hi"],
        "agencies": ["rivers", "riverz"],
        "olas": ["x"],
    }
    with pytest.raises(Invalid) as refused:
        subscribe(inside, "http://127.0.0.1:1/", filters=wrong)
    found = {fault.pointer: fault.detail for fault in refused.value.errors}
    assert set(found) == {
        "/filters/ladders/0",
        "/filters/rung_from",
        "/filters/severities/0",
        "/filters/agencies/1",
        "/filters/olas/0",
    }
    assert "the nearest is `ssi-standard`" in found["/filters/ladders/0"]
    assert "the nearest is `function_director`" in found["/filters/rung_from"]


def test_headers_of_ones_own_go_with_every_message_and_are_never_shown_again(
    inside: Container, receiver: Receiver
) -> None:
    made = subscribe(inside, receiver.url(), headers={"Authorization": "Basic c2VjcmV0"})
    ask(inside.desk, complaint())
    deliver(inside)
    [got] = receiver.got
    assert got.headers["authorization"] == "Basic c2VjcmV0"
    view = deliveries.endpoint_view(inside.desk, made.stored)
    assert view["header_names"] == ["authorization"]
    with read(inside.engine) as connection:
        kept = connection.exec_driver_sql("SELECT headers FROM webhook_endpoint").scalar_one()
    assert "c2VjcmV0" not in f"{kept} {view}"


def test_headers_are_not_sent_to_another_host_than_they_were_given_for(
    inside: Container, receiver: Receiver
) -> None:
    name = subscribe(inside, receiver.url(), headers={"X-Token": "secret"}).stored.id

    def change(**wishes: Any) -> None:
        wanted = Wishes(**wishes)
        endpoints.change(inside.desk, inside.vault, inside.guard, name, wanted, actor=CLERK)

    change(url=receiver.url("/elsewhere"))  # the same host
    with pytest.raises(Invalid) as refused:
        change(url="https://mine.example.org/")
    assert [fault.pointer for fault in refused.value.errors] == ["/headers"]
    change(url="https://mine.example.org/", headers={})
    assert endpoints.one(inside.desk, name).headers is None


@pytest.mark.parametrize(
    ("headers", "pointer"),
    [
        ({"Host": "elsewhere"}, "/headers/Host"),
        ({"webhook-id": "x"}, "/headers/webhook-id"),
        ({"Bad Name": "x"}, "/headers/Bad Name"),
        ({"X-Split": "a\r\nX-More: b"}, "/headers/X-Split"),
        ({"X-Empty": ""}, "/headers/X-Empty"),
        ({"X-Twice": "a", "x-twice": "b"}, "/headers"),
        ({f"x-{number}": "a" for number in range(21)}, "/headers"),
    ],
)
def test_a_header_that_cannot_be_sent_is_refused_without_its_value(
    inside: Container, headers: dict[str, str], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        subscribe(inside, "http://127.0.0.1:1/", headers=headers)
    assert [fault.pointer for fault in refused.value.errors] == [pointer]


def test_headers_are_sealed_again_under_another_master_key(
    inside: Container, receiver: Receiver
) -> None:
    subscribe(inside, receiver.url(), headers={"X-Token": "s3cret"})
    before = endpoints.every(inside.desk)[0].headers
    both = Vault(lambda: [b"n" * 32, *inside_keys(inside)])
    assert secrets.reseal(inside.desk, both) >= 2
    [after] = [each.headers for each in endpoints.every(inside.desk)]
    assert before is not None
    assert after is not None
    assert after["x-token"] != before["x-token"]
    assert Vault(lambda: [b"n" * 32]).open(after["x-token"]) == "s3cret"


def inside_keys(inside: Container) -> list[bytes]:
    return list(secrets.kept_key(inside.settings.data_dir / "master.key", inside.ids))
