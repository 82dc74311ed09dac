"""Ticketing tools' own HTTP interfaces as they are documented, on this machine.

Each keeps its tickets, asks for authentication, and may misbehave: answer 503, or do what it was
asked and let the connection drop before it answers.
"""

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.delivery.receiver import Behaviour, Talk

AUTHORIZATION = "Basic ZXNjYWxhdGlvbjp0b2tlbg=="
Answer = tuple[int, Any]

SELDOM = 0.05
"""How often a request goes wrong in either way: one message takes several, and the waits grow, so
that one which fails six times in a row is hours behind."""


@dataclass
class Tool:
    """A tool: by method and path, what it answers; ``chance`` decides when it misbehaves."""

    breaks_off: ClassVar[float] = 0.0
    """How often it lets the connection drop, and has not done what it was asked."""

    chance: random.Random | None = None
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    comments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def get(self, path: str, default: Behaviour, /) -> Behaviour:
        """A behaviour for every path, as a receiver asks for it."""
        del path, default
        return self.behave

    async def behave(self, talk: Talk) -> None:
        """Answer as the tool does, or misbehave."""
        got = talk.got
        if got.headers.get("authorization") != AUTHORIZATION:
            await talk.say(_http(401, {"error": "who is asking?"}))
            return
        if self.chance is not None and self.chance.random() < SELDOM:
            await talk.say(_http(503, {"error": "later"}))
            return
        if self.chance is not None and self.chance.random() < self.breaks_off:
            talk.writer.transport.abort()  # it has not done it, and nobody hears so either
            return
        sent = json.loads(got.body) if got.body else None
        self.calls.append((got.method, got.path, sent))
        status, answer = self.answer(got.method, got.path, sent)
        if self.chance is not None and got.method != "GET" and self.chance.random() < SELDOM:
            talk.writer.transport.abort()  # it has done it, and nobody hears so
            return
        await talk.say(_http(status, answer))

    def answer(self, method: str, path: str, sent: Any) -> Answer:
        """The answer of the first route that fits."""
        url = urlsplit(path)
        for wanted, pattern, route in self.routes():
            found = re.fullmatch(pattern, url.path)
            if wanted == method and found is not None:
                ticket = found.groupdict().get("ticket", "")
                if ticket in self.gone:
                    return 404, {"error": "there is none"}
                return route(ticket, sent, parse_qs(url.query))
        return 404, {"error": f"{method} {path}"}

    def routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        """What it understands."""
        raise NotImplementedError

    def texts(self, ticket: str) -> list[str]:
        """The comments of a ticket."""
        return [each["body"] for each in self.comments.get(ticket, [])]

    def _say(self, ticket: str, body: str, **more: Any) -> dict[str, Any]:
        told = self.comments.setdefault(ticket, [])
        told.append({"id": str(50_000 + len(told)), "body": body, **more})
        return told[-1]


class Jira(Tool):
    """Issue comments and transitions of the REST API, version 2."""

    def routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        issue = r"/rest/api/2/issue/(?P<ticket>[A-Z]+-\d+)"
        return [
            ("GET", "/rest/api/2/myself", lambda *_: (200, {"accountId": "712020:us"})),
            ("GET", f"{issue}/comment", self._listed),
            ("POST", f"{issue}/comment", self._commented),
            ("POST", f"{issue}/transitions", self._moved),
        ]

    def _listed(self, ticket: str, sent: Any, query: Mapping[str, list[str]]) -> Answer:
        del sent
        told = self.comments.get(ticket, [])[::-1][: int(query["maxResults"][0])]
        return 200, {"total": len(told), "comments": told}

    def _commented(self, ticket: str, sent: Any, query: Any) -> Answer:
        del query
        return 201, self._say(ticket, sent["body"], properties=sent.get("properties", []))

    def _moved(self, ticket: str, sent: Any, query: Any) -> Answer:
        del query
        if self.states.get(ticket) == "done":
            return 400, {"errorMessages": ["It seems that you have tried to perform a workflow"]}
        self.states[ticket] = "done" if sent["transition"]["id"] == "31" else "moved"
        return 204, None


class ServiceNow(Tool):
    """One record of the Table API; its journal is shown as one text."""

    def routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        record = r"/api/now/table/incident/(?P<ticket>[0-9a-f]{32})"
        return [
            ("GET", "/api/now/table/incident", lambda *_: (200, {"result": []})),
            ("GET", record, self._shown),
            ("PATCH", record, self._updated),
        ]

    def _shown(self, ticket: str, sent: Any, query: Any) -> Answer:
        del sent, query
        return 200, {"result": {"work_notes": "\n\n".join(self.texts(ticket))}}

    def _updated(self, ticket: str, sent: Any, query: Any) -> Answer:
        del query
        self._say(ticket, sent["work_notes"])
        self.states[ticket] = sent.get("state", self.states.get(ticket, "1"))
        return 200, {"result": {"sys_id": ticket}}


class Zendesk(Tool):
    """Ticket updates and comments."""

    def routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        ticket = r"/api/v2/tickets/(?P<ticket>\d+)"
        return [
            ("GET", "/api/v2/users/me.json", lambda *_: (200, {"user": {"id": 1}})),
            ("GET", rf"{ticket}/comments\.json", self._listed),
            ("PUT", rf"{ticket}\.json", self._updated),
        ]

    def _listed(self, ticket: str, sent: Any, query: Any) -> Answer:
        del sent, query
        return 200, {"comments": self.comments.get(ticket, [])[::-1]}

    def _updated(self, ticket: str, sent: Any, query: Any) -> Answer:
        del query
        said = sent["ticket"]["comment"]
        self._say(ticket, said["body"], public=said["public"])
        self.states[ticket] = sent["ticket"].get("status", self.states.get(ticket, "open"))
        return 200, {"ticket": {"id": int(ticket)}}


class Chat(Tool):
    """An incoming webhook of a chat: it takes messages, and cannot be asked for them."""

    CHANNEL = "channel"
    breaks_off = 0.02

    def routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        return [("POST", ".*", self._posted)]

    def _posted(self, ticket: str, sent: Any, query: Any) -> Answer:
        del ticket, query
        self._say(self.CHANNEL, json.dumps(sent))
        return 200, "ok"


def _http(status: int, answer: Any) -> bytes:
    body = b"" if answer is None else json.dumps(answer).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body
