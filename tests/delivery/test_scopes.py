"""An endpoint for a part of the installation is told of what a key for that part sees."""

import json
from datetime import timedelta
from typing import Any

import pytest

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.errors import Invalid, Refused
from escalation.services import deliveries, endpoints
from escalation.workflow.commands import Acknowledge, Merge, Reclassify
from tests.builders import CLERK, ask, complaint
from tests.delivery.acts import deliver, subscribe
from tests.delivery.receiver import Receiver

RIVERS = {"agency": ["rivers"]}


def told(receiver: Receiver, path: str) -> list[tuple[str, str]]:
    bodies = [json.loads(got.body) for got in receiver.at(path)]
    return [(each["type"], each["data"].get("issue", {}).get("id", "")) for each in bodies]


def issues(receiver: Receiver, path: str) -> set[str]:
    return {issue for _, issue in told(receiver, path)}


def logged(inside: Container, **changes: Any) -> str:
    issue: str = ask(inside.desk, complaint(**changes))["id"]
    return issue


def test_what_lies_outside_the_scopes_is_never_sent(inside: Container, receiver: Receiver) -> None:
    wanted: dict[str, dict[str, list[str]]] = {
        "/rivers": RIVERS,
        "/function": {"function": ["payroll"]},
        "/provider": {"provider": ["meridian"]},
        "/another": {"function": ["finance"]},
        "/no-such-two": {"agency": ["rivers"], "function": ["finance"]},
        "/all": {},
    }
    for path, scopes in wanted.items():
        subscribe(inside, receiver.url(path), scopes=scopes)
    rivers = logged(inside)
    schools = logged(inside, agency="schools")
    affected = logged(inside, agency="schools", also_affects=("rivers",))
    deliver(inside)
    every = {rivers, schools, affected}
    assert issues(receiver, "/rivers") == {rivers, affected}
    for path in ("/all", "/function", "/provider"):
        assert issues(receiver, path) == every, path
    assert issues(receiver, "/another") == issues(receiver, "/no-such-two") == set()


def test_an_issue_is_told_to_whom_it_belongs_when_its_events_are_handed_on(
    inside: Container, receiver: Receiver, clock: VirtualClock
) -> None:
    subscribe(inside, receiver.url("/rivers"), scopes=RIVERS)
    subscribe(inside, receiver.url("/schools"), scopes={"agency": ["schools"]})
    issue = logged(inside)
    deliver(inside)
    clock.advance(timedelta(minutes=1))
    ask(inside.desk, Reclassify(changes={"agency": "schools"}, reason="theirs"), issue)
    ask(inside.desk, Acknowledge(), issue)
    deliver(inside)
    assert told(receiver, "/rivers") == [("issue.logged", issue)]
    kinds = [kind for kind, _ in told(receiver, "/schools")]
    assert kinds == ["issue.changed", "issue.holder_changed", "issue.acknowledged"]


def test_an_event_that_names_an_issue_outside_is_kept_back(
    inside: Container, receiver: Receiver
) -> None:
    subscribe(inside, receiver.url("/payroll"), scopes={"function": ["payroll"]})
    subscribe(inside, receiver.url("/all"))
    mine, others = logged(inside), logged(inside, function="finance")
    ask(inside.desk, Merge(issue="", reference="", reason="the same pay"), mine, other=others)
    deliver(inside)
    named = {
        path: [got for got in receiver.at(path) if others.encode() in got.body]
        for path in ("/all", "/payroll")
    }
    assert len(named["/all"]) > 1  # it was logged, and the merging names it
    assert named["/payroll"] == []
    assert told(receiver, "/payroll") == [("issue.logged", mine), ("issue.closed", mine)]


def test_what_is_sealed_is_told_to_no_endpoint_whatever_its_scopes(
    inside: Container, receiver: Receiver
) -> None:
    for path, scopes in (("/rivers", RIVERS), ("/all", {})):
        subscribe(inside, receiver.url(path), scopes=scopes)
    logged(inside, sensitive=("privacy",))
    deliver(inside)
    assert receiver.got == []


def test_meetings_digests_and_ladders_are_for_endpoints_without_scopes(
    inside: Container, receiver: Receiver
) -> None:
    made = subscribe(inside, receiver.url("/rivers"), scopes=RIVERS)
    endpoints.ping(inside.desk, made.stored.id)
    deliver(inside)
    assert [kind for kind, _ in told(receiver, "/rivers")] == ["ping"]
    view = deliveries.endpoint_view(inside.desk, made.stored)
    assert view["scopes"] == RIVERS


def test_a_code_that_the_directory_does_not_have_is_refused(inside: Container) -> None:
    with pytest.raises(Invalid) as refused:
        subscribe(inside, "http://127.0.0.1:1/", scopes={"agency": ["rivers", "riverz"]})
    assert [fault.pointer for fault in refused.value.errors] == ["/scopes/agency/1"]


def test_each_party_may_have_so_many_endpoints_and_another_is_not_kept_from_its_own(
    inside: Container,
) -> None:
    def add(scopes: dict[str, list[str]]) -> str:
        made = subscribe(inside, "http://127.0.0.1:1/", scopes=scopes, quota=2)
        return made.stored.id

    first, _ = add(RIVERS), add({"agency": ["rivers", "schools"]})
    with pytest.raises(Refused, match="There are 2 webhook endpoints of rivers") as refused:
        add({"agency": ["rivers"], "function": ["payroll"]})
    assert refused.value.code == "endpoint_quota"
    assert "ESCALATION_ENDPOINT_QUOTA" in str(refused.value)
    for scopes in ({"agency": ["schools"]}, {}, {"function": ["payroll"]}):
        add(scopes)
    with pytest.raises(Refused, match="of no party in particular"):
        add({})
    endpoints.remove(inside.desk, first, actor=CLERK)
    add(RIVERS)
