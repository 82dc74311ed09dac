"""What a service tells somebody: every operation called, and each answer as it came."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from urllib.parse import quote

import httpx

from escalation.api.app import OPERATIONS
from escalation.api.operations import Operation
from escalation.api.permissions import REQUIRED
from escalation.services.keys import KeyRole
from tests.access.estate import (
    ANOTHER,
    Kind,
    Matter,
    call,
    done,
    formats_of,
    model_of,
    parameters,
    permitted,
)
from tests.access.samples import body_of, put
from tests.access.twins import Twin
from tests.api.service import Service

REFERS = frozenset(
    {"issue", "item", "meeting", "at_meeting", "subject", "depends_on", "merged_into", "q"}
)
"""Fields of bodies and queries that name something which may be hidden."""
PAGED = "limit"
REMAINING = "ratelimit"
"""The header that tells how many requests are left, which come back as time passes."""
CREATED = 201
ENDS = ("end_", "cancel_", "close_", "withdraw_", "revoke_")
ASKED_WITH = {"get_seat": "?role=service_manager&party=meridian&function=payroll"}
"""Queries that a read asks for."""


@dataclass(frozen=True)
class Told:
    """One answer: who asked for what, and all that came back."""

    what: str
    operation: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def by(cls, what: str, operation: Operation, answer: httpx.Response) -> "Told":
        """An answer as it is compared."""
        headers = tuple(sorted((k, v) for k, v in answer.headers.items() if k != REMAINING))
        return cls(what, operation.name, answer.status_code, headers, answer.content)


@dataclass
class Asking:
    """Somebody who asks one of two services whatever they may."""

    twin: Twin
    who: str
    role: KeyRole | None
    hidden: Matter
    queries: Mapping[str, frozenset[str]]

    @property
    def _service(self) -> Service:
        return self.twin.service

    def _in_order(self) -> list[Operation]:
        """What writes, and last what ends something that others need."""
        writes = [each for each in self._mine() if each.method != "GET"]
        return sorted(writes, key=lambda each: each.name.startswith(ENDS))

    def _mine(self) -> list[Operation]:
        if self.role is not None:
            return permitted(self.role)
        return [each for each in OPERATIONS if REQUIRED[each.name] is None]

    def reads(self) -> Iterator[Told]:
        """Each read: of what is theirs, of what is hidden, by every query, page by page."""
        for operation in self._mine():
            if operation.method == "GET":
                for label, names in self._names(operation):
                    for accept in formats_of(operation) if label == "own" else ({},):
                        yield self._told(operation, label, names, **accept)
                yield from self._queried(operation)

    def again(self) -> Iterator[Told]:
        """Each read of what is theirs, once more."""
        for operation in self._mine():
            if operation.method == "GET":
                label, names = next(self._names(operation))
                yield self._told(operation, label, names)

    def writes(self, kind: Kind) -> Iterator[Told]:
        """Each write: on an issue of that kind that is new, and on what is hidden."""
        for operation in self._in_order():
            for label, names in self._names(operation):
                if label not in {"own", "hidden"}:
                    continue
                given = names
                if label == "own" and "issue" in parameters(operation):
                    self.twin.draws.next_request()
                    made = new_issue(self._service, kind)
                    given = {**names, "issue": made, ANOTHER: names["issue"]}
                told = self._told(operation, label, given)
                self._remember(operation, told)
                yield told
            yield from self._referring(operation)

    def _remember(self, operation: Operation, told: Told) -> None:
        """Call what was made by its id from now on, wherever a path takes one of its kind."""
        below = [each.path.removeprefix(f"{operation.path}/{{") for each in OPERATIONS]
        for rest in (each for each in below if each.endswith("}") and "/" not in each):
            name = rest.removesuffix("}")
            if told.status == CREATED and name in self.twin.others:
                self.twin.others[name] = json.loads(told.body)["id"]

    def _names(self, operation: Operation) -> Iterator[tuple[str, dict[str, str]]]:
        """Names for its path: of each matter that is theirs, and of what is hidden."""
        rest = {**self.twin.others, "code": self.twin.code(operation)}
        takes = set(parameters(operation))
        if not takes & self.hidden.names.keys():
            yield "own", {**rest, **self.twin.own[0].names}
            return
        for number, own in enumerate(self.twin.own):
            yield "own" if number == 0 else f"own {number}", {**rest, **own.names}
        own_names = self.twin.own[0].names
        for label, names in (("hidden", self.hidden.names), ("named", self.hidden.references)):
            if takes & names.keys():
                yield label, {**rest, **own_names, **names}

    def _queried(self, operation: Operation) -> Iterator[Told]:
        """Its query parameters, each with what is hidden; then its pages of one."""
        names = {**self.twin.others, **self.twin.own[0].names}
        names["code"] = self.twin.code(operation)
        takes = self.queries.get(operation.name, frozenset())
        words = cycle(("true", *sorted(self.hidden.every)))
        for parameter, word in zip(sorted(takes - {PAGED, "cursor"}), words, strict=False):
            for given in (word, self.hidden.names["issue"])[: 2 if parameter in REFERS else 1]:
                query = f"?{parameter}={quote(given)}"
                yield self._told(operation, query, names, query=query)
        if "cursor" in takes:
            total = "&include_total=true" if "include_total" in takes else ""
            yield from self._pages(operation, names, f"?{PAGED}=1{total}")

    def _pages(self, operation: Operation, names: Mapping[str, str], query: str) -> Iterator[Told]:
        for _ in range(4):
            told = self._told(operation, query, names, query=query)
            yield told
            follows = dict(told.headers).get("link", "")
            if not follows:
                return
            query = "?" + follows.partition("?")[2].partition(">")[0]

    def _referring(self, operation: Operation) -> Iterator[Told]:
        """Bodies that name what is hidden, beside a path that is theirs."""
        model = model_of(operation)
        if model is None:
            return
        names = {**self.twin.others, **self.twin.own[0].names, "code": self.twin.code(operation)}
        for name in sorted(REFERS & model.model_fields.keys()):
            for word in (self.hidden.names["issue"], self.hidden.references["issue"]):
                body = put(body_of(model), (name,), word)
                yield self._told(operation, f"{name}={word}", names, body=body)

    def _told(
        self,
        operation: Operation,
        label: str,
        names: Mapping[str, str],
        **more: Any,
    ) -> Told:
        key = self.twin.keys[self.who]
        self.twin.draws.next_request()
        more.setdefault("query", ASKED_WITH.get(operation.name, ""))
        answer = call(self._service, operation, names, key, **more)
        what = f"{self.who}: {operation.name} {label} {more.get('accept', '')}".strip()
        return Told.by(what, operation, answer)


def new_issue(service: Service, kind: Kind) -> str:
    """A new issue of that kind, logged by an administrator; its id."""
    issue = done(service, "/v1/issues", {**kind.log, "title": "A new one", "severity": "critical"})
    return str(issue["id"])
