"""Issues logged over HTTP: ours against a bare handler that writes the same rows by hand.

Ours authenticates a key, looks an idempotency key up and keeps the answer, routes, decides and
chains. Both run in one process under uvicorn with uvloop and httptools, on databases of their own.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.crowd import COMPLAINT, asked
from bench.databases import BENCH, Database, desk_on
from bench.rounds import Plan, Result, compared, in_turn
from escalation.clock import SystemClock
from escalation.services import keys
from escalation.services.jobs import Job
from escalation.store.access import Slot

ROOT = Path(__file__).resolve().parents[1]
FLOOR = 0.5
READY_SECONDS = 30
NAMES = ("intake_ours", "intake_base")


def run(plan: Plan, database: Database) -> Iterator[Result]:
    """At 32 connections, and at one."""
    ours, base = (database.make(name, copy_of="furnished") for name in NAMES)
    key, issue = operator_key(ours), _template(base)
    plain = ["bench.plain_intake", "--database", database.name, "--url", base, "--issue", issue]
    with (
        serving(["bench.our_intake", "--url", ours]) as our_port,
        serving(plain) as plain_port,
    ):
        for connections in (32, 1):
            yield _loaded(plan, database, connections, (our_port, plain_port, key))
    for name in NAMES:
        database.drop(name)


def _loaded(plan: Plan, database: Database, connections: int, at: tuple[int, int, str]) -> Result:
    our_port, plain_port, key = at
    told: dict[str, list[dict[str, Any]]] = {"ours": [], "base": []}

    def loaded(name: str, port: int, seconds: float) -> float:
        answer = load(port, connections, seconds, key)
        told[name].append(answer)
        rate: float = answer["per_second"]
        return rate

    for name, port in (("ours", our_port), ("base", plain_port)):
        loaded(name, port, plan.seconds / 2)  # caches fill, statements are prepared
        told[name].clear()
    acts = {
        "ours": lambda: loaded("ours", our_port, plan.seconds),
        "base": lambda: loaded("base", plain_port, plan.seconds),
    }
    figures = compared(in_turn(plan.rounds, acts))
    size = "1 connection" if connections == 1 else f"{connections} connections"
    return Result("intake", database.name, size, **figures, unit="per s", floor=FLOOR,
                  detail=latencies(told))  # fmt: skip


def latencies(told: dict[str, list[dict[str, Any]]]) -> str:
    """The middle round's latencies of both."""
    parts = []
    for name, answers in told.items():
        middle = {
            which: sorted(answer[which] for answer in answers)[len(answers) // 2]
            for which in ("p50_ms", "p99_ms")
        }
        parts.append(f"{name} p50 {middle['p50_ms']:.2f} p99 {middle['p99_ms']:.2f} ms")
    return ", ".join(parts)


def load(port: int, connections: int, seconds: float, key: str, source: str = ""
         ) -> dict[str, Any]:  # fmt: skip
    """What came of a load; fails where anything was refused."""
    command = [sys.executable, "-m", "bench.load", "--port", str(port), "--key", key]
    command += ["--source", source] if source else []
    command += ["--connections", str(connections), "--seconds", str(seconds)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(ended.stdout)
    if told["refused"]:
        raise AssertionError(f"not everything was logged: {told['refused']}")
    return told


def operator_key(url: str) -> str:
    """A key that may log issues."""
    with desk_on(url, SystemClock()) as desk:
        return keys.create(desk, name="bench", role=keys.KeyRole.OPERATOR, actor=BENCH).secret


def _template(url: str) -> str:
    """One issue, logged for real with an idempotency key; its identifier."""
    with desk_on(url, SystemClock()) as desk:
        stem = desk.stem()
        slot = Slot("bench", "POST", "/v1/issues", stem)
        body_hash = sha256(b"body").hexdigest()
        job = Job(stem=stem, actor=BENCH, ask=COMPLAINT, slot=slot, body_hash=body_hash)
        issue: str = asked(desk, job)["id"]
        return issue


@contextmanager
def serving(module: Sequence[str]) -> Iterator[int]:
    """A server in a process of its own, for the length of the block; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", *module, "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        _wait_for(server, port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(server: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(READY_SECONDS * 20):
        if server.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the server did not come up: {server.args!r}")
