"""Deliveries through kills of sender and receiver, and beside receivers that misbehave.

python -m tests.delivery.campaign [--events N] [--seed S] [--part kills|neighbours]
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import sleep

from standardwebhooks import Webhook

from escalation.bootstrap import Container, opened
from escalation.clock import SystemClock, monotonic
from escalation.delivery.guard import Guard
from escalation.delivery.sender import DEADLINE, Sender
from escalation.services import endpoints
from escalation.settings import Settings
from escalation.store import delivery_log
from escalation.store.transaction import read
from escalation.worker.delivering import Courier
from escalation.workflow.commands import Acknowledge
from tests.builders import CLERK, ask, ask_all, complaint, furnish, job
from tests.delivery.acts import logged, subscribe
from tests.delivery.evil import BEHAVIOURS
from tests.delivery.receiver import Got, Receiver, receiving
from tests.delivery.sending import FastClock

FACTOR = 100.0
ROOT = Path(__file__).resolve().parents[2]
HERE = "127.0.0.0/8"
PACE = 0.25
"""Seconds between two events: each goes to the healthy endpoint and to all the others."""


@dataclass(slots=True)
class Trial:
    """A sender that is killed and a receiver that goes away, and all that was received."""

    url: str
    folder: Path
    chance: random.Random
    start: datetime = field(default_factory=lambda: SystemClock().now())
    got: list[Got] = field(default_factory=list)
    kills: int = 0
    absences: int = 0

    @property
    def clock(self) -> FastClock:
        return FastClock(self.start, FACTOR)

    @contextmanager
    def sender(self) -> Iterator[subprocess.Popen[bytes]]:
        """A process that sends; killed at the end of the block if it still runs."""
        words = [self.url, str(self.folder), self.start.isoformat(), str(FACTOR)]
        command = [sys.executable, "-m", "tests.delivery.sending", *words]
        with subprocess.Popen(command, cwd=ROOT) as process:  # noqa: S603 - our own module
            try:
                yield process
            finally:
                process.kill()


def kills(url: str, folder: Path, events: int, *, rounds: int, seed: int) -> Trial:
    """Send ``events`` through ``rounds`` of kills; everything is checked at the end."""
    trial = Trial(url, folder, random.Random(seed))  # noqa: S311 - a test's own dice
    given = Settings(_env_file=None, database_url=url, data_dir=folder, webhook_networks=HERE)
    with opened(given, clock=trial.clock) as inside, receiving() as first:
        inside.outgoing.hand_on()
        port = first.port
        made = subscribe(inside, first.url())
        issues = logged(inside, events // 2)
        acknowledge(inside, issues)
        trial.got = first.got
        first.stop()
        until_all_is_sent(inside, trial, port, rounds)
        check(inside, trial, made.secret, events)
    return trial


def acknowledge(inside: Container, issues: list[str]) -> None:
    for start in range(0, len(issues), 100):
        jobs = [job(inside.desk, Acknowledge(), each) for each in issues[start : start + 100]]
        assert not [a for a in ask_all(inside.desk, jobs) if isinstance(a, BaseException)]


def until_all_is_sent(inside: Container, trial: Trial, port: int, rounds: int) -> None:
    """Receiver and sender come and go; in the last round both stay until all is sent."""
    for number in range(rounds + 1):
        with receiving(port=port) as receiver:
            receiver.got = trial.got
            with trial.sender() as process:
                if number == rounds:
                    wait_for(lambda: not left(inside), 600)
                    return
                wait_for(partial(_more, trial, number * 5), 60)
                sleep(trial.chance.uniform(0, 0.4))
                if trial.chance.random() < 0.5:
                    receiver.stop()
                    trial.absences += 1
                    sleep(trial.chance.uniform(0, 0.4))
                process.kill()
                trial.kills += 1


def _more(trial: Trial, count: int) -> bool:
    return len(trial.got) > count


def wait_for(true: Callable[[], bool], seconds: float) -> None:
    until = monotonic() + seconds
    while not true():
        assert monotonic() < until, "it never came to that"
        sleep(0.1)


def left(inside: Container) -> bool:
    with read(inside.engine) as connection:
        unsent = "SELECT count(*) FROM outbox WHERE dispatched_at IS NULL"
        waits = "SELECT count(*) FROM delivery WHERE ended_at IS NULL"
        return any(connection.exec_driver_sql(sql).scalar_one() for sql in (unsent, waits))


def check(inside: Container, trial: Trial, secret: str, events: int) -> None:
    """At least once, in order for each issue, none invented, the same bytes, each signed."""
    with read(inside.engine) as connection:
        rows = delivery_log.page(connection, None, limit=events * 2)
        bodies = {
            name: bytes(body)
            for name, body in connection.exec_driver_sql("SELECT id, body FROM message")
        }
    assert len(rows) == events
    assert {row.state.value for row in rows} == {"delivered"}
    came: dict[str, int] = {}
    for place, got in enumerate(trial.got):
        name = got.headers["webhook-id"]
        assert bodies[name] == got.body, "invented, or changed"
        at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), trial.start.tzinfo)
        signed = Webhook(secret).sign(name, at, got.body.decode())
        assert got.headers["webhook-signature"] == signed
        came.setdefault(name, place)
    assert set(came) == {row.message_id for row in rows}, "lost"
    order: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        order[row.aggregate].append((row.number, came[row.message_id]))
    for numbered in order.values():
        places = [place for _, place in sorted(numbered)]
        assert places == sorted(places), "out of order"


def neighbours(url: str, folder: Path, count: int, rounds: int) -> dict[str, float]:
    """The healthy endpoint's p99 alone and beside all that misbehave: medians of rounds in turn."""
    given = Settings(_env_file=None, database_url=url, data_dir=folder, webhook_networks=HERE)
    alone, beside = list[float](), list[float]()
    with opened(given) as inside, receiving() as healthy, evil_process() as port, sent_by(inside):
        inside.outgoing.hand_on()
        subscribe(inside, healthy.url())
        measured(inside, healthy, 20)
        for _ in range(rounds):
            alone.append(measured(inside, healthy, count))
            ill = [subscribe(inside, f"http://127.0.0.1:{port}{path}") for path in BEHAVIOURS]
            beside.append(measured(inside, healthy, count))
            for each in ill:
                endpoints.remove(inside.desk, each.stored.id, actor=CLERK)
            wait_for(lambda: not inside.outgoing.with_work(), 60)
            sleep(DEADLINE)  # what hung is over
    ratios = [b / a for a, b in zip(alone, beside, strict=True)]
    return {"alone": median(alone), "beside": median(beside), "worst": max(ratios),
            "ratio": median(beside) / median(alone)}  # fmt: skip


@contextmanager
def sent_by(inside: Container) -> Iterator[None]:
    """A courier at work for the length of the block."""
    guard = Guard.allowing([HERE])
    courier = Courier(inside.outgoing, lambda: Sender(guard), inside.ids.new("wrk", _now()))
    courier.start()
    try:
        yield
    finally:
        courier.stop()


@contextmanager
def evil_process() -> Iterator[int]:
    """All that misbehave, in a process of their own; gives the port."""
    command = [sys.executable, "-m", "tests.delivery.evil"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own module
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def measured(inside: Container, healthy: Receiver, count: int) -> float:
    """The p99 in seconds from an event's commit to its receipt, at a steady pace."""
    healthy.got.clear()
    committed: dict[str, float] = {}
    for _ in range(count):
        committed[ask(inside.desk, complaint())["id"]] = monotonic()
        sleep(PACE)
    wait_for(lambda: len(healthy.got) >= count, 120)
    waits = [got.at - committed[json.loads(got.body)["data"]["issue"]["id"]] for got in healthy.got]
    return quantiles(waits, n=100)[98]


def _now() -> datetime:
    return SystemClock().now()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run the parts and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--paced", type=int, default=100)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=("kills", "neighbours"), action="append")
    asked = parser.parse_args()
    parts = asked.part or ["kills", "neighbours"]
    good = True
    with tempfile.TemporaryDirectory(prefix="escalation-campaign-") as name:
        folder = Path(name)
        template = folder / "template.db"
        furnish(f"sqlite:///{template}")
        for part in parts:
            shutil.copyfile(template, folder / f"{part}.db")
            url = f"sqlite:///{folder / part}.db"
            if part == "kills":
                trial = kills(url, folder, asked.events, rounds=asked.rounds, seed=asked.seed)
                say(
                    f"kills: {asked.events} events, {trial.kills} kills of the sender, "
                    f"{trial.absences} absences of the receiver, {len(trial.got)} received: "
                    "0 lost, 0 invented, 0 out of order, 0 changed"
                )
            else:
                found = neighbours(url, folder, asked.paced, asked.turns)
                good = good and found["ratio"] <= 2
                say(
                    f"neighbours, {asked.turns} rounds: p99 alone {found['alone']:.3f} s,"
                    f" beside {len(BEHAVIOURS)} that misbehave {found['beside']:.3f} s, ratio "
                    f"{found['ratio']:.2f} (at most 2; worst round {found['worst']:.2f})"
                )
    say(f"cores: {os.cpu_count()}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
