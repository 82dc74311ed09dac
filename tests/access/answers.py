"""Which keys each operation's answers have, for each role: what a change may add only knowingly.

python -m tests.access.answers          writes them down anew, in answers.json beside this file
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import structlog

from escalation.api.app import OPERATIONS, described
from escalation.api.operations import Operation
from escalation.services.keys import KeyRole
from tests.access.estate import (
    SCHOOLS,
    UNLIMITED,
    call,
    done,
    matter,
    model_of,
    parameters,
    permitted,
)
from tests.access.samples import body_of
from tests.access.telling import ASKED_WITH, ENDS
from tests.access.twins import others
from tests.api.principals import key_for
from tests.api.service import Service, serving
from tests.builders import CONFIG, LADDERS, copied_sqlite, furnish
from tests.crash.campaign import say

KEPT = Path(__file__).with_name("answers.json")
PERSONS: Mapping[KeyRole, str] = {
    KeyRole.HOLDER: "zoran-petrovic",
    KeyRole.SECRETARIAT: "callum-treloar",
}
ANY = "*"
"""Stands for names that are data: a code, a day, a word that somebody chose."""
Told = dict[str, dict[str, dict[str, str]]]
"""By operation and the roles that are told it: the keys of each object, by where it stands."""


@cache
def _names() -> frozenset[str]:
    """Every name that the document gives to a member of anything."""
    found: set[str] = set()

    def look(part: Any) -> None:
        if isinstance(part, dict):
            named = part.get("properties")
            found.update(named if isinstance(named, dict) else ())
            for inner in part.values():
                look(inner)
        elif isinstance(part, list):
            for inner in part:
                look(inner)

    look(json.loads(described()))
    return frozenset(found)


def keys_in(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Each key of each object in an answer: where that stands, and the key."""
    if isinstance(value, dict):
        for name, inner in value.items():
            key = name if name in _names() else ANY
            yield at, key
            yield from keys_in(inner, f"{at}.{key}" if at else key)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_in(inner, f"{at}[]")


def answered(service: Service) -> Told:
    """The keys of every answer of a service that is not a refusal: first all reads, then writes."""
    matters = matter(service, SCHOOLS, "wombat")
    names = {**others(service), **matters.names, **_made(service)}
    told: dict[str, dict[tuple[str, str], set[str]]] = {}
    keys = {
        role: key_for(service.container.desk, (role, PERSONS.get(role), {})) for role in KeyRole
    }
    for operation in sorted(OPERATIONS, key=_late):
        for role in KeyRole:
            if operation not in permitted(role):
                continue
            there = {**names, "code": _code(service, operation)}
            query = ASKED_WITH.get(operation.name, "") if operation.method == "GET" else ""
            answer = call(service, operation, there, keys[role], query=query)
            for place in _told(answer):
                told.setdefault(operation.name, {}).setdefault(place, set()).add(role)
    return {name: _by_roles(places) for name, places in sorted(told.items())}


def _made(service: Service) -> dict[str, str]:
    """One of what no matter brings with it."""
    ladders = (CONFIG / LADDERS).read_text(encoding="utf-8")
    proposed = {"text": ladders.replace('label: "', 'label: "after ', 1), "reason": "r"}
    limit = next(each for each in OPERATIONS if each.name == "limit_conduct")
    model = model_of(limit)
    assert model is not None
    bodies = {
        "endpoint": ("webhook-endpoints", {"url": "https://93.184.216.34/in"}),
        "key": ("keys", {"name": "n", "role": "viewer"}),
        "limit": ("conduct-limits", body_of(model)),
        "change": ("ladder-changes", proposed),
    }
    return {name: done(service, f"/v1/{path}", sent)["id"] for name, (path, sent) in bodies.items()}


def _told(answer: httpx.Response) -> Iterator[tuple[str, str]]:
    """The keys of an answer that is JSON, or lines of it, and no refusal."""
    kind = answer.headers.get("content-type", "")
    if answer.is_success and "json" in kind:
        texts = answer.text.splitlines() if "jsonl" in kind else [answer.text]
        for text in texts:
            yield from keys_in(json.loads(text))


def _late(operation: Operation) -> tuple[bool, bool]:
    """Reads come first, and what ends something that others need comes last."""
    return operation.method != "GET", operation.name.startswith(ENDS)


def _by_roles(places: Mapping[tuple[str, str], set[str]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, list[str]]] = {}
    for (at, key), roles in sorted(places.items()):
        found.setdefault(" ".join(sorted(roles)), {}).setdefault(at, []).append(key)
    return {
        roles: {at: " ".join(keys) for at, keys in objects.items()}
        for roles, objects in sorted(found.items())
    }


def _code(service: Service, operation: Operation) -> str:
    """The first code of the list that an operation's path stands under."""
    if parameters(operation) != ["code"]:
        return "invalid"
    listed = service.get(operation.path.partition("/{code}")[0], key=service.admin).json()
    first: dict[str, str] = next(iter(listed.get("data", ())), {})
    return str(first.get("code") or first.get("id") or "invalid")


def main() -> None:
    """Write down what is answered now."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory(prefix="escalation-answers-") as name:
        folder = Path(name)
        furnish(f"sqlite:///{folder / 'template.db'}")
        url = copied_sqlite(folder / "template.db", folder / "escalation.db")
        with serving(url, data_dir=folder, **UNLIMITED) as service:
            told = answered(service)
    KEPT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    say(f"{len(told)} operations that answer, in {KEPT.name}")


if __name__ == "__main__":
    main()
