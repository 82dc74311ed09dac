import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from escalation.api.app import create_app
from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.services import keys
from escalation.services.keys import KeyRole
from escalation.store.transaction import read
from tests.builders import CLERK
from tests.delivery.acts import deliver
from tests.delivery.conftest import Open
from tests.delivery.receiver import Receiver

ENDPOINTS = "/v1/webhook-endpoints"


@dataclass
class Api:
    """The REST interface, called with a key."""

    app: FastAPI
    key: str

    def __call__(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return asyncio.run(self._asked(method, path, body))

    async def _asked(self, method: str, path: str, body: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.key}"}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.request(method, path, json=body, headers=headers)


@pytest.fixture
def inside(sqlite_url: str, open_on: Open) -> Container:
    return open_on(sqlite_url)


@pytest.fixture
def api(inside: Container) -> Api:
    key = keys.create(inside.desk, name="k", role=KeyRole.ADMIN, actor=CLERK).secret
    return Api(create_app(inside), key)


def test_a_secret_is_shown_once_and_sealed_at_rest(
    api: Api, inside: Container, receiver: Receiver
) -> None:
    made = api("POST", ENDPOINTS, {"url": receiver.url(), "types": ["issue.logged"]})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    found = api("GET", made.headers["location"])
    assert found.status_code == 200
    assert "secret" not in found.json()
    assert secret not in api("GET", ENDPOINTS).text
    with read(inside.engine) as connection:
        kept = connection.exec_driver_sql("SELECT secret FROM webhook_endpoint").scalar_one()
    assert secret not in kept
    assert inside.vault.open(kept) == secret


def test_a_ping_is_logged_with_what_came_back_and_can_be_sent_again(
    api: Api, inside: Container, receiver: Receiver
) -> None:
    here = api("POST", ENDPOINTS, {"url": receiver.url()}).headers["location"]
    ping = api("POST", f"{here}/ping")
    assert ping.status_code == 202
    deliver(inside)
    [logged] = api("GET", f"{here}/deliveries").json()["data"]
    assert logged["state"] == "delivered"
    assert [(a["status"], a["outcome"]) for a in logged["attempts"]] == [(200, "accepted")]
    again = api("POST", f"/v1/deliveries/{logged['id']}/redeliver")
    assert (again.status_code, again.json()["state"]) == (202, "waiting")
    deliver(inside)
    first, second = receiver.got
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_both_secrets_sign_while_one_is_rotated_and_then_only_the_new_one(
    api: Api, inside: Container, receiver: Receiver, clock: VirtualClock
) -> None:
    here = api("POST", ENDPOINTS, {"url": receiver.url()}).headers["location"]
    rotated = api("POST", f"{here}/rotate-secret", {"both_hours": 1})
    assert rotated.json()["secret"].startswith("whsec_")
    assert rotated.json()["old_secret_until"].startswith("2026-03-02T01:00")
    for minutes, signatures in ((0, 2), (60, 1)):
        clock.move_to(clock.now().replace(hour=minutes // 60))
        api("POST", f"{here}/ping")
        deliver(inside)
        assert receiver.got[-1].headers["webhook-signature"].count("v1,") == signatures


def test_a_disabled_endpoint_is_sent_nothing_and_keeps_its_queue(
    api: Api, inside: Container, receiver: Receiver
) -> None:
    here = api("POST", ENDPOINTS, {"url": receiver.url()}).headers["location"]
    api("POST", f"{here}/ping")
    assert api("PATCH", here, {"enabled": False}).json()["state"] == "disabled"
    refused = api("POST", f"{here}/ping")
    assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_disabled")
    deliver(inside)
    assert receiver.got == []
    api("PATCH", here, {"enabled": True})
    deliver(inside)
    assert len(receiver.got) == 1


def test_a_removed_endpoint_is_gone_with_its_secret_and_what_waited(
    api: Api, inside: Container, receiver: Receiver
) -> None:
    here = api("POST", ENDPOINTS, {"url": receiver.url()}).headers["location"]
    api("POST", f"{here}/ping")
    assert api("DELETE", here).status_code == 204
    assert api("GET", here).status_code == 404
    assert api("GET", ENDPOINTS).json()["data"] == []
    assert deliver(inside) == 0
    assert receiver.got == []
    with read(inside.engine) as connection:
        kept = connection.exec_driver_sql("SELECT secret, old_secret FROM webhook_endpoint").one()
    assert tuple(kept) == ("", None)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "http://tickets.example.org@10.0.0.1/"}, "/url"),
        ({"url": "https://169.254.169.254/latest"}, "/url"),
        ({"url": "https://tickets.example.org", "types": ["issue.loged"]}, "/types/0"),
        ({"url": "https://tickets.example.org", "colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(api: Api, body: Any, pointer: str) -> None:
    refused = api("POST", ENDPOINTS, body)
    assert refused.status_code == 422
    assert [e["source"]["pointer"] for e in refused.json()["errors"]] == [pointer]


def test_the_log_goes_on_page_by_page(api: Api, receiver: Receiver) -> None:
    here = api("POST", ENDPOINTS, {"url": receiver.url()}).headers["location"]
    made = [api("POST", f"{here}/ping").json()["id"] for _ in range(5)]
    seen: list[str] = []
    path = f"{here}/deliveries?limit=2"
    while path:
        page = api("GET", path).json()
        seen += [each["id"] for each in page["data"]]
        path = page["links"].get("next", "")
    assert seen == sorted(made, reverse=True)
    assert api("GET", f"{here}/deliveries?state=dead").json()["data"] == []


def test_every_type_of_event_is_listed(api: Api) -> None:
    found = {each["type"] for each in api("GET", "/v1/event-types").json()["data"]}
    assert {"issue.logged", "issue.escalated", "recovery.summary", "ping"} <= found
    assert "issue.noted" not in found


def test_an_operator_may_not_see_where_events_go(api: Api, inside: Container) -> None:
    api.key = keys.create(inside.desk, name="o", role=KeyRole.OPERATOR, actor=CLERK).secret
    assert api("GET", ENDPOINTS).status_code == 403
    assert api("GET", "/v1/event-types").status_code == 200


def test_a_format_is_previewed_before_it_is_saved_and_refused_where_it_does_not_hold(
    api: Api,
) -> None:
    wanted = {"kind": "template", "body": '{"to": {{ details.to | tojson }}}'}
    asked = {"format": wanted, "types": ["issue.escalated"]}
    found = api("POST", "/v1/webhook-previews", asked)
    none = {"kind": "zendesk", "statuses": {"issue.resolvd": "solved"}}
    wrong = api("POST", "/v1/webhook-previews", {"format": none, "types": []})
    assert wrong.status_code == 422
    assert "the nearest is `issue.resolved`" in wrong.json()["errors"][0]["detail"]
    assert found.status_code == 200
    first, ping, _ = found.json()["data"]
    assert json.loads(first["requests"][0]["body"]) == {"to": "function_director"}
    assert "has no attribute 'to'" in ping["fault"]
    refused = api("POST", ENDPOINTS, {"url": "http://127.0.0.1:1/", **asked})
    assert refused.status_code == 422
    [fault] = refused.json()["errors"]
    assert fault["source"]["pointer"] == "/format/body"
    assert "default" in fault["detail"]
    wanted["body"] = '{"to": {{ details.to | default("nowhere") | tojson }}}'
    made = api("POST", ENDPOINTS, {"url": "http://127.0.0.1:1/", **asked})
    assert made.status_code == 201
    assert made.json()["format"]["body"] == wanted["body"]


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ({"kind": "jirra"}, "/format/kind"),
        ({"kind": "jira", "transition": {}}, "/format/transition"),
        ({"kind": "jira", "transitions": {"issue.resolved": "Done"}}, "/format/transitions"),
        ({"kind": "zendesk", "statuses": {"issue.resolved": "solvd"}}, "/format/statuses"),
        ({"kind": "template", "body": "{% set a = 1 %}"}, "/format/body"),
        ({"kind": "template", "body": "{{ no_such_name }}"}, "/format/body"),
        ({"kind": "template", "body": "no JSON"}, "/format/body"),
        ({"kind": "template", "body": "{}", "path": "{{"}, "/format/path"),
    ],
)
def test_a_format_that_cannot_be_is_refused_at_its_place(api: Api, form: Any, pointer: str) -> None:
    refused = api("POST", ENDPOINTS, {"url": "http://127.0.0.1:1/", "format": form})
    assert refused.status_code == 422, refused.text
    [fault] = refused.json()["errors"]
    assert fault["source"]["pointer"].replace("/jira", "").startswith(pointer), fault


def test_all_since_an_instant_is_sent_again_and_a_delivery_shows_what_was_answered(
    api: Api, inside: Container, receiver: Receiver
) -> None:
    made = api("POST", ENDPOINTS, {"url": receiver.url(), "rate": 6_000, "concurrency": 1})
    here = made.headers["location"]
    assert (made.json()["rate"], made.json()["concurrency"]) == (6_000, 1)
    ping = api("POST", f"{here}/ping").json()["id"]
    deliver(inside)
    shown = api("GET", f"/v1/deliveries/{ping}")
    assert shown.status_code == 200
    assert shown.json()["attempts"][0]["answer"] == "ok"
    assert json.loads(shown.json()["requests"][0]["body"])["type"] == "ping"
    since = {"since": "2026-03-02T00:00:00Z"}
    again = api("POST", f"{here}/redeliver", since)
    assert (again.status_code, again.json()) == (202, {"count": 1, "left_unconfirmed": 0})
    deliver(inside)
    assert len(receiver.got) == 2
    assert api("PATCH", here, {"draining": True}).json()["state"] == "draining"
    assert api("PATCH", here, {"rate": 0, "enabled": True}).json()["rate"] is None
    assert api("POST", f"{here}/redeliver", {"since": "yesterday"}).status_code == 422
    assert api("GET", "/v1/deliveries/dlv_none").status_code == 404
