"""Posting as a tool does, and looking at what became of it."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from escalation.services import at_hand
from escalation.services.desk import Desk
from escalation.services.inbound import receiving, source_file
from escalation.services.inbound.envelopes import Came
from escalation.services.inbound.receiving import Known
from escalation.services.inbound.source_file import Source
from escalation.services.reading import issues, timelines
from escalation.store import access
from escalation.store.hooks import HookDelivery
from tests.api.service import Service
from tests.builders import CLERK, CONFIG, PATIENCE
from tests.inbound.signing import signed, text

SAMPLES = CONFIG.parent / "samples" / "webhooks"


def sample(tool: str, name: str) -> Any:
    """One of the sample bodies."""
    return json.loads((SAMPLES / tool / f"{name}.json").read_bytes())


@cache
def shipped() -> Mapping[str, Source]:
    """The sources of the shipped source file."""
    return source_file.read((CONFIG / source_file.NAME).read_bytes())


@dataclass
class Hooked:
    """A service to which tools may post."""

    service: Service
    config: Path
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def send(
        self, source: str, body: Any, *, name: str | None = None, **more: str
    ) -> httpx.Response:
        """Post a body signed as its tool signs it; ``name`` is what the tool calls the delivery."""
        raw = body if isinstance(body, bytes) else text(body)
        name = name or f"delivery-{next(self._numbers)}"
        headers = signed(source, raw, self.service.clock.now(), name)
        sent = {n.lower().replace("-", "_"): value for n, value in headers.items()}
        return self.service.post(f"/v1/hooks/{source}", raw=raw, key=None, **{**sent, **more})

    def came(self, source: str, body: Any, **more: str) -> dict[str, Any]:
        """Post a body that is kept; the delivery as the inbox shows it."""
        answer = self.send(source, body, **more)
        assert answer.status_code == 202, answer.text
        return self.kept(answer.json()["id"])

    def kept(self, delivery: str) -> dict[str, Any]:
        """A delivery as the inbox shows it."""
        path = f"/v1/hook-deliveries/{delivery}"
        found: dict[str, Any] = self.service.found(path, key=self.service.admin)
        return found

    def issue(self, delivery: Mapping[str, Any]) -> dict[str, Any]:
        """The issue of a delivery."""
        assert delivery["issue"] is not None, delivery
        found: dict[str, Any] = self.service.found(f"/v1/issues/{delivery['issue']}")
        return found

    def timeline(self, issue: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What happened to an issue, the first first."""
        path = f"/v1/issues/{issue['id']}/timeline?limit=200"
        entries: list[dict[str, Any]] = self.service.found(path)["data"]
        return sorted(entries, key=lambda entry: entry["number"])

    def rewrite(self, old: str, new: str) -> None:
        """Mend the source file."""
        file = self.config / source_file.NAME
        before = file.read_text(encoding="utf-8")
        assert old in before
        file.write_text(before.replace(old, new), encoding="utf-8")


@dataclass
class Desked:
    """A desk at which deliveries are handed in without HTTP."""

    desk: Desk

    def receive(self, tool: str, came: Sequence[Came]) -> list[HookDelivery]:
        """Hand deliveries in together, and wait."""
        known = Known(tool, shipped()[tool])
        return receiving.receive(self.desk, known, came).result(PATIENCE)

    def state(self, tool: str, ref: str) -> dict[str, Any]:
        """All that may be seen of a ticket's issue, but how it came there, without its names."""
        with at_hand.look(self.desk, CLERK) as look:
            issue_id = access.taken_refs(look.connection, [(tool, ref)])[tool, ref].issue_id
            view = issues.one(look, issue_id)
            told = timelines.page(look, issue_id, limit=200, after=0)
        kept = {name: view[name] for name in SEEN}
        kept["clocks"] = sorted(
            [c["kind"], c["state"], c["due_at"], c["remaining_seconds"]] for c in view["clocks"]
        )
        kept["rung"] = view["rung"]["id"]
        kept["said"] = sorted(
            [each["type"], each["data"]["text"]]
            for each in told.items
            if each["type"] in {"issue.noted", "issue.informed"}
        )
        found: dict[str, Any] = json.loads(json.dumps(kept, default=str).replace(ref, "REF"))
        return found


SEEN = (
    "status",
    "severity",
    "impact",
    "urgency",
    "title",
    "description",
    "themes",
    "hold",
    "outcome",
    "raiser",
    "agency",
    "provider",
    "function",
    "channel",
    "external_refs",
    "occurred_at",
    "received_at",
)
