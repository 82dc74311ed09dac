"""The interface as tests call it: one application on one database, without a socket."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import httpx
from fastapi import FastAPI

from escalation import bootstrap
from escalation.api.app import create_app
from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.ids import IdSource
from escalation.services import keys
from escalation.services.keys import KeyRole
from escalation.settings import Settings
from tests.builders import CLERK
from tests.fakes import seeded_ids, virtual_clock

PATIENCE = 60
COMPLAINT: Mapping[str, Any] = {
    "title": "The pay is late",
    "description": "It did not come on Thursday.",
    "channel": "phone",
    "agency": "rivers",
    "function": "payroll",
    "raiser": {"type": "staff", "name": "Ana"},
}


@dataclass
class Service:
    """An application, the keys to it, and a way to call it."""

    app: FastAPI
    container: Container
    clock: VirtualClock
    admin: str
    operator: str
    loop: asyncio.AbstractEventLoop
    client: httpx.AsyncClient
    seen: list[httpx.Response] = field(default_factory=list)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        key: str | None = "",
        **headers: str,
    ) -> httpx.Response:
        """Ask, with the operator's key unless another (or None) is given, and wait."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        key = self.operator if key == "" else key
        if key is not None:
            sent.setdefault("authorization", f"Bearer {key}")
        if raw is None and body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("content-type", "application/json")
        asked = self.client.request(method, path, content=raw, headers=sent)
        future: Future[httpx.Response] = asyncio.run_coroutine_threadsafe(asked, self.loop)
        return future.result(PATIENCE)

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Read."""
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Write."""
        return self.call("POST", path, body, **more)

    def key_of(self, person: str, role: KeyRole = KeyRole.OPERATOR) -> str:
        """A key that names a person of the directory."""
        made = keys.create(
            self.container.desk, name=f"key of {person}", role=role, actor=CLERK, person=person
        )
        return made.secret

    def found(self, path: str, **more: Any) -> Any:
        """What stands there."""
        answer = self.get(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def log(self, **changes: Any) -> dict[str, Any]:
        """Log the usual complaint, changed; the issue."""
        answer = self.post("/v1/issues", {**COMPLAINT, **changes})
        assert answer.status_code == 201, answer.text
        issue: dict[str, Any] = answer.json()
        return issue

    def try_act(
        self, issue: Mapping[str, Any], act: str, /, *, key: str = "", **body: Any
    ) -> httpx.Response:
        """Try an act on an issue as it was last seen."""
        match = {"if_match": f'"{issue["version"]}"'}
        return self.post(f"/v1/issues/{issue['id']}/acts/{act}", body, key=key, **match)

    def act(
        self, issue: Mapping[str, Any], act: str, /, *, key: str = "", **body: Any
    ) -> dict[str, Any]:
        """Do an act on an issue as it was last seen; the issue as it then is."""
        answer = self.try_act(issue, act, key=key, **body)
        assert answer.status_code == 200, answer.text
        changed: dict[str, Any] = answer.json()
        return changed


@contextmanager
def serving(
    url: str,
    *,
    clock: VirtualClock | None = None,
    ids: IdSource | None = None,
    **settings: Any,
) -> Iterator[Service]:
    """A service on a furnished database; one that follows another there has ids of its own."""
    clock = clock or virtual_clock()
    # The tests' clock stands, but the one that strangers are counted by does not.
    chosen = Settings(database_url=url, **{"stranger_rate": "1000000/second", **settings})
    with (
        bootstrap.opened(chosen, owner=True, clock=clock, ids=ids or seeded_ids()) as container,
        _looping() as loop,
    ):
        made = [
            keys.create(container.desk, name=role.value, role=role, actor=CLERK).secret
            for role in (KeyRole.ADMIN, KeyRole.OPERATOR)
        ]
        app = create_app(container)
        transport = httpx.ASGITransport(app)
        client = httpx.AsyncClient(transport=transport, base_url="http://test")
        yield Service(app, container, clock, made[0], made[1], loop, client)
        asyncio.run_coroutine_threadsafe(client.aclose(), loop).result(PATIENCE)


@contextmanager
def _looping() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="loop")
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer tells, once it has been looked at from all sides."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["code"] == code, told
    assert told["status"] == status
    assert told["type"] == f"/v1/problems/{code}"
    assert told["request_id"] == answer.headers["request-id"]
    assert told["title"]
    assert told["detail"]
    return told


def fault(answer: httpx.Response, status: int, code: str, source: Mapping[str, str]) -> str:
    """The detail of the only wrong place that a problem names."""
    told = answer.json()
    assert answer.status_code == status, told
    assert answer.headers["content-type"] == "application/problem+json"
    [entry] = told["errors"]
    assert entry["id"] == f"{told['request_id']}.1"
    assert (entry["code"], entry["source"]) == (code, source), entry
    detail: str = entry["detail"]
    return detail
