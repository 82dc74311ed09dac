"""Clients of ``escalation serve``: each keeps what it sent and what it was told."""

import json
import random
import signal
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Event, Semaphore, Thread
from typing import Any

import httpx

from tests.cli.processes import PATIENCE, serving
from tests.crash.ledger import Entry, Ledger

CLIENTS = 4
BODIES: dict[str, dict[str, Any]] = {
    "acknowledge": {},
    "note": {"text": "Rang."},
    "inform": {"text": "Soon."},
    "escalate": {"reason": "r"},
    "resolve": {"reason": "r", "outcome": {"summary": "Paid"}},
    "dispute": {"grounds": "No."},
    "reopen": {"reason": "r"},
    "withdraw": {"reason": "r"},
    "close": {},
}
LOG = {
    "description": "It did not come on Thursday.",
    "channel": "phone",
    "agency": "rivers",
    "provider": "meridian",
    "function": "payroll",
    "raiser": {"type": "staff", "name": "Ana"},
}


@dataclass(slots=True)
class Callers:
    """The clients of a service that is killed under them, over all its lives."""

    folder: Path
    url: str
    key: str
    seed: int
    ledger: Ledger = field(default_factory=Ledger)
    lives: int = 0

    def until_killed(self, answers: int) -> None:
        """Serve, let the clients send at once, and kill -9 after that many answers."""
        told, over = Semaphore(0), Event()
        with serving(self.folder, database_url=self.url) as server:
            self._again(server.client(self.key))
            threads = [
                Thread(target=self._send_on, args=(server.client(self.key), n, told, over))
                for n in range(CLIENTS)
            ]
            for thread in threads:
                thread.start()
            came = all(told.acquire(timeout=PATIENCE) for _ in range(answers))
            server.end(signal.SIGKILL)
            over.set()
            for thread in threads:
                thread.join(PATIENCE)
            assert came, f"no answers came: {server.said}"
        self.lives += 1

    def until_answered(self) -> None:
        """Serve once more, send again what was not answered, and end in order."""
        with serving(self.folder, database_url=self.url) as server:
            self._again(server.client(self.key))
            assert server.end() == 0, server.said

    def _again(self, client: httpx.Client) -> None:
        with client:
            for entry in self.ledger.open:
                self._send(client, entry)

    def _send_on(self, client: httpx.Client, name: int, told: Semaphore, over: Event) -> None:
        chance = random.Random(f"{self.seed}.{self.lives}.{name}")  # noqa: S311 - repeatable
        view: dict[str, Any] = {}
        number = 0
        with client:
            while not over.is_set():
                number += 1
                acts = [act for act in view.get("available_acts", ()) if act in BODIES]
                fresh = not acts or number % 6 == 1
                entry: Entry = {
                    "key": f"{self.seed}.{self.lives}.{name}.{number}",
                    "act": "log" if fresh else chance.choice(acts),
                    "issue": None if fresh else view["id"],
                    "match": None if fresh else view["version"],
                }
                try:
                    view = self._send(client, entry) or {}
                except httpx.TransportError:
                    return
                told.release()

    def _send(self, client: httpx.Client, entry: Entry) -> dict[str, Any] | None:
        key = entry["key"]
        self.ledger.sent[key] = entry
        if entry["act"] == "log":
            path, body = "/v1/issues", {"title": key, **LOG}
        else:
            path = f"/v1/issues/{entry['issue']}/acts/{entry['act']}"
            body = {"note": key, **BODIES[entry["act"]]}
        headers = {"Idempotency-Key": key}
        if entry["match"] is not None:
            headers["If-Match"] = f'"{entry["match"]}"'
        answer = client.post(path, json=body, headers=headers)
        if answer.is_success:
            self.ledger.told[key] = sha256(answer.content).hexdigest()
            view: dict[str, Any] = json.loads(answer.content)
            return view
        if answer.status_code < 500:
            self.ledger.refused[key] = answer.text
        return None
