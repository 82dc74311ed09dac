"""What the client asks is what the interface describes; what it has no method for is listed."""

import inspect
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from escalation.client import Client
from tests.builders import CONFIG

DOCS: Path = CONFIG.parent / "docs"
DESCRIBED: Mapping[str, Any] = json.loads((DOCS / "openapi.json").read_bytes())
ANSWER = {"data": [], "links": {}, "meta": {}, "id": "x", "code": "x", "results": [], "count": 1}
THING = {"id": "x_1", "version": 1}
CALLS: Mapping[str, Callable[[Client], Any]] = {
    "issues.log": lambda c: c.issues.log(title="x"),
    "issues.log_many": lambda c: c.issues.log_many([{"title": "x"}]),
    "issues.list": lambda c: list(c.issues.list(status="open", past_target=True, limit=3)),
    "issues.first": lambda c: c.issues.first(3, q="pay", sort="-due_at"),
    "issues.show": lambda c: c.issues.show("x"),
    "issues.edit": lambda c: c.issues.edit(THING, title="x"),
    "issues.act": lambda c: [c.issues.act(THING, act, note="x") for act in acts_on("issues")],
    "issues.timeline": lambda c: list(c.issues.timeline(THING)),
    "issues.clocks": lambda c: c.issues.clocks(THING),
    "issues.explain": lambda c: c.issues.explain(THING),
    "issues.paper": lambda c: c.issues.paper(THING),
    "contacts.record": lambda c: c.contacts.record(text="x"),
    "contacts.list": lambda c: list(c.contacts.list(raised=True, unanswered=False)),
    "contacts.first": lambda c: c.contacts.first(3, q="x"),
    "contacts.show": lambda c: c.contacts.show(THING),
    "contacts.answer": lambda c: c.contacts.answer(THING, "x"),
    "contacts.raise_": lambda c: c.contacts.raise_(THING),
    "feedback.record": lambda c: c.feedback.record(text="x"),
    "feedback.list": lambda c: list(c.feedback.list(kind="survey", sentiment="negative")),
    "feedback.first": lambda c: c.feedback.first(3, q="x"),
    "feedback.show": lambda c: c.feedback.show(THING),
    "feedback.answer": lambda c: c.feedback.answer(THING, "x"),
    "feedback.acknowledge": lambda c: c.feedback.acknowledge(THING, "x"),
    "feedback.raise_": lambda c: c.feedback.raise_(THING),
    "forums.list": lambda c: list(c.forums.list()),
    "forums.show": lambda c: c.forums.show("f"),
    "forums.calendar": lambda c: c.forums.calendar("f"),
    "forums.feeds": lambda c: list(c.forums.feeds("f")),
    "forums.add_feed": lambda c: c.forums.add_feed("f", "x"),
    "forums.revoke_feed": lambda c: c.forums.revoke_feed("f", "x"),
    "reports.outcomes": lambda c: c.reports.outcomes(since="2026-01-01T00:00:00Z", plan="x"),
    "reports.training": lambda c: c.reports.training(),
    "surveys.list": lambda c: list(c.surveys.list()),
    "surveys.rounds": lambda c: list(c.surveys.rounds()),
    "surveys.first": lambda c: c.surveys.first(3, answered=True),
    "surveys.bring_in": lambda c: c.surveys.bring_in(b"x", survey="y", period="2026"),
    "meetings.list": lambda c: list(c.meetings.list("f", past=True)),
    "meetings.first": lambda c: c.meetings.first(3, "f"),
    "meetings.schedule": lambda c: c.meetings.schedule("f", reason="x"),
    "meetings.show": lambda c: c.meetings.show(THING),
    "meetings.act": lambda c: [c.meetings.act(THING, act, note="x") for act in acts_on("meetings")],
    "meetings.agenda": lambda c: c.meetings.agenda(THING),
    "meetings.minutes": lambda c: c.meetings.minutes(THING),
    "digests.build": lambda c: c.digests.build(forum="x"),
    "digests.list": lambda c: list(c.digests.list("x")),
    "digests.show": lambda c: c.digests.show(THING),
    "digests.file": lambda c: c.digests.file(THING, "pdf"),
    "actions.list": lambda c: list(c.actions.list(owner="x", done=False)),
    "actions.first": lambda c: c.actions.first(3, forum="x", year=2026),
    "actions.show": lambda c: c.actions.show(THING),
    "actions.done": lambda c: c.actions.done(THING, "x"),
    "actions.reopen": lambda c: c.actions.reopen(THING),
    "actions.change": lambda c: c.actions.change(THING, kind="training"),
    "decisions.list": lambda c: list(c.decisions.list(forum="x")),
    "decisions.first": lambda c: c.decisions.first(3, forum="x", year=2026),
    "themes.first": lambda c: c.themes.first(3, since="2026-01-01T00:00:00Z"),
    "themes.show": lambda c: c.themes.show(THING, as_at="2026-01-01T00:00:00Z"),
    "themes.record": lambda c: c.themes.record(code="x"),
    "themes.change": lambda c: c.themes.change(THING, owner="x"),
    "themes.suggest": lambda c: c.themes.suggest(since="2026-01-01T00:00:00Z"),
    "learnings.first": lambda c: c.learnings.first(3, q="x", shared=True),
    "hooks.list": lambda c: list(c.hooks.list(source="jira", state="unmapped")),
    "hooks.show": lambda c: c.hooks.show(THING),
    "hooks.replay": lambda c: c.hooks.replay(THING),
    "hooks.replay_left": lambda c: list(c.hooks.replay_left("jira")),
    "hooks.preview": lambda c: c.hooks.preview("jira", {"a": 1}),
    "endpoints.list": lambda c: list(c.endpoints.list()),
    "endpoints.show": lambda c: c.endpoints.show(THING),
    "endpoints.add": lambda c: c.endpoints.add("https://x.example.org"),
    "endpoints.change": lambda c: c.endpoints.change(THING, description="x"),
    "endpoints.remove": lambda c: c.endpoints.remove(THING),
    "endpoints.ping": lambda c: c.endpoints.ping(THING),
    "endpoints.rotate": lambda c: c.endpoints.rotate(THING),
    "endpoints.deliveries": lambda c: list(c.endpoints.deliveries(THING, state="dead")),
    "endpoints.delivery": lambda c: c.endpoints.delivery(THING),
    "endpoints.redeliver": lambda c: c.endpoints.redeliver(THING),
    "endpoints.redeliver_since": lambda c: c.endpoints.redeliver_since(THING, "2026-03-02T00:00Z"),
    "endpoints.drop": lambda c: c.endpoints.drop(THING),
    "keys.list": lambda c: list(c.keys.list()),
    "keys.create": lambda c: c.keys.create(name="x", role="viewer"),
    "keys.rotate": lambda c: c.keys.rotate(THING),
    "keys.revoke": lambda c: c.keys.revoke(THING),
}


def acts_on(what: str) -> list[str]:
    """Every act that the description has a path for."""
    found = [re.fullmatch(rf"/v1/{what}/{{\w+}}/acts/(.+)", path) for path in DESCRIBED["paths"]]
    return [each[1] for each in found if each is not None]


def operation_of(request: httpx.Request) -> Mapping[str, Any]:
    """What the description says of a request; a path without parts goes before one with."""
    path = request.url.raw_path.decode().partition("?")[0]
    for template in sorted(DESCRIBED["paths"], key=lambda text: text.count("{")):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        methods = DESCRIBED["paths"][template]
        if re.fullmatch(pattern, path) and request.method.lower() in methods:
            found: Mapping[str, Any] = methods[request.method.lower()]
            return found
    raise AssertionError(f"{request.method} {path} is not described")


def asked_by(call: Callable[[Client], Any]) -> list[httpx.Request]:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=ANSWER)

    with Client("http://localhost", "esc_x", transport=httpx.MockTransport(answer)) as client:
        call(client)
    return asked


@pytest.mark.parametrize("name", CALLS)
def test_a_method_asks_what_is_described(name: str) -> None:
    asked = asked_by(CALLS[name])
    assert asked
    for request in asked:
        described = operation_of(request)
        taken = described.get("parameters", [])
        query = {each["name"] for each in taken if each["in"] == "query"}
        assert set(request.url.params) <= query
        headers = {each["name"].lower() for each in taken if each["in"] == "header"}
        assert {"if-match", "idempotency-key"} & set(request.headers) == headers
        needs = described.get("requestBody", {"required": False})["required"]
        assert bool(request.content) or not needs
        assert not request.content or "requestBody" in described


def test_every_method_is_among_those_that_are_tried() -> None:
    client = Client("http://localhost", "esc_x")
    spaces = {name: space for name, space in vars(client).items() if not name.startswith("_")}
    client.close()
    methods = {
        f"{name}.{method}"
        for name, space in spaces.items()
        for method, _ in inspect.getmembers(type(space), inspect.isfunction)
        if not method.startswith("_")
    }
    assert methods == set(CALLS)


def test_what_has_no_method_of_its_own_is_listed() -> None:
    covered = {
        operation_of(request)["operationId"]
        for call in CALLS.values()
        for request in asked_by(call)
    }
    every = {each["operationId"] for path in DESCRIBED["paths"].values() for each in path.values()}
    page = (DOCS / "client.md").read_text(encoding="utf-8")
    words = page.partition("## Without a method of their own")[2]
    entries, others = (set(re.findall(r"`(\w+)`", part)) for part in words.split("\n\n")[2:4])
    assert not others & covered
    listed = others | {name for noun in entries for name in operations_on(noun)} - covered
    assert sorted(listed) == sorted(every - covered)


def operations_on(noun: str) -> set[str]:
    """Whatever can be done with an entry of the directory."""
    [path] = [path for path, at in DESCRIBED["paths"].items() if added(at) == f"add_{noun}"]
    both = (path, f"{path}/{{code}}")
    return {each["operationId"] for at in both for each in DESCRIBED["paths"][at].values()}


def added(path: Mapping[str, Any]) -> str | None:
    found: str | None = path.get("post", {}).get("operationId")
    return found
