"""Deliveries through kills of sender and receiver, within a recovery, and beside sick receivers.

python -m tests.delivery.campaign [--database postgres] [--part kills|recovery|...] ...
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from tests.builders import CLERK, ask, ask_all, complaint, job
from tests.crash.campaign import databases, say
from tests.delivery.acts import logged, subscribe
from tests.delivery.evil import BEHAVIOURS
from tests.delivery.mailed import mailed
from tests.delivery.outage import recovered
from tests.delivery.receiver import Receiver, receiving
from tests.delivery.trial import HERE, ROOT, Trial, left, wait_for
from tests.delivery.written_back import WAYS, backlog, written_back

FACTOR = 100.0
MOST = 2.0
"""The healthy endpoint's p99 beside the sick, over its p99 alone, at most."""
PACE = 0.25
"""Seconds between two events: each goes to the healthy endpoint and to all the others."""


def kills(url: str, folder: Path, events: int, *, rounds: int, seed: int) -> Trial:
    """Send ``events`` through ``rounds`` of kills; everything is checked at the end."""
    dice = random.Random(seed)  # noqa: S311 - a test's own
    trial = Trial(url, folder, dice, FACTOR)
    with opened(trial.settings, clock=trial.clock) as inside, receiving() as first:
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
    """The healthy endpoint's p99 alone, among others that are well, and beside all that misbehave.

    Medians of rounds in turn; ``ratio`` is the last over the first, ``sick`` over the second.
    """
    given = Settings(_env_file=None, database_url=url, data_dir=folder, webhook_networks=HERE)
    found: dict[str, list[float]] = {"alone": [], "among": [], "beside": []}
    with opened(given) as inside, receiving() as healthy, evil_process() as port, sent_by(inside):
        inside.outgoing.hand_on()
        subscribe(inside, healthy.url())
        measured(inside, healthy, 20)
        others = {
            "alone": [],
            "among": [healthy.url(path) for path in BEHAVIOURS],
            "beside": [f"http://127.0.0.1:{port}{path}" for path in BEHAVIOURS],
        }
        for _ in range(rounds):
            for name, urls in others.items():
                made = [subscribe(inside, each) for each in urls]
                found[name].append(measured(inside, healthy, count))
                for each in made:
                    endpoints.remove(inside.desk, each.stored.id, actor=CLERK)
            wait_for(lambda: not inside.outgoing.with_work(), 60)
            sleep(DEADLINE)  # what hung is over
    told = {name: median(values) for name, values in found.items()}
    return told | {
        "ratio": told["beside"] / told["alone"],
        "sick": told["beside"] / told["among"],
    }


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
    wait_for(lambda: len(healthy.at("/ok")) >= count, 120)
    waits = [
        got.at - committed[json.loads(got.body)["data"]["issue"]["id"]] for got in healthy.at("/ok")
    ]
    return quantiles(waits, n=100)[98]


def _now() -> datetime:
    return SystemClock().now()


def main() -> int:
    """Run the parts and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--events", type=int, default=100_000, help="sent through the kills")
    parser.add_argument("--written", type=int, default=2_000, help="events written to a tool")
    parser.add_argument("--backlog", type=int, default=50_000, help="deliveries of an outage")
    parser.add_argument("--mailed", type=int, default=2_000, help="events told by mail")
    parser.add_argument("--rounds", type=int, default=200, help="kills of the sender")
    parser.add_argument("--issues", type=int, default=1_000, help="due in the outage")
    parser.add_argument("--paced", type=int, default=100, help="events of one turn")
    parser.add_argument("--turns", type=int, default=5, help="turns alone, and beside the sick")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=tuple(PARTS), action="append")
    asked = parser.parse_args()
    good = True
    with databases(asked.database) as copy:
        for part in asked.part or PARTS:
            with copy() as url, tempfile.TemporaryDirectory(prefix="escalation-trial-") as folder:
                good = PARTS[part](asked, url, Path(folder)) and good
    say(f"{asked.database}, cores: {os.cpu_count()}")
    return 0 if good else 1


def _kills(asked: argparse.Namespace, url: str, folder: Path) -> bool:
    trial = kills(url, folder, asked.events, rounds=asked.rounds, seed=asked.seed)
    say(
        f"kills: {asked.events} events, {trial.kills} kills of the sender, {trial.absences} times"
        f" no receiver, {len(trial.got)} received: 0 lost, invented, out of order or changed"
    )
    return True


def _recovery(asked: argparse.Namespace, url: str, folder: Path) -> bool:
    at_kills = recovered(url, folder, asked.issues, kills=asked.rounds, seed=asked.seed)
    where = ", ".join(f"{many} while {how}" for how, many in Counter(at_kills).items())
    say(
        f"recovery: {asked.issues} issues due, two endpoints, {len(at_kills)} kills ({where}): each"
        " late event told once to each, one live message for each issue, one summary"
    )
    return True


def _neighbours(asked: argparse.Namespace, url: str, folder: Path) -> bool:
    found = neighbours(url, folder, asked.paced, asked.turns)
    say(
        f"neighbours, {asked.turns} turns: p99 alone {found['alone']:.3f} s, among"
        f" {len(BEHAVIOURS)} that are well {found['among']:.3f} s, beside as many that misbehave"
        f" {found['beside']:.3f} s: {found['ratio']:.2f} times alone (at most {MOST:g}),"
        f" {found['sick']:.2f} times among the well"
    )
    return found["ratio"] <= MOST


def _tool(kind: str, asked: argparse.Namespace, url: str, folder: Path) -> bool:
    trial = written_back(
        url, folder, asked.written, rounds=asked.rounds, seed=asked.seed, kind=kind
    )
    say(
        f"{kind}: {asked.written} events written to one that misbehaves, {trial.kills} kills,"
        f" {len(trial.got)} requests: 0 lost, twice or out of order. Of {trial.unconfirmed} it was"
        f" not known whether they arrived; {trial.not_taken} had not, which were sent again by hand"
    )
    return True


def _mail(asked: argparse.Namespace, url: str, folder: Path) -> bool:
    trial = mailed(url, folder, asked.mailed, rounds=asked.rounds, seed=asked.seed)
    ills = ", ".join(f"{count} x {what}" for what, count in sorted(trial.ills.items()))
    say(
        f"mail: {asked.mailed} events, {len(trial.taken)} mails, {trial.kills} kills, a server"
        f" that did {ills}: 0 lost, twice to a person or out of order. Of {trial.unconfirmed} it"
        f" was not known whether the server had them; it had not {trial.not_taken}, which were"
        " sent again by hand"
    )
    return True


def _mail_again(asked: argparse.Namespace, url: str, folder: Path) -> bool:
    trial = mailed(url, folder, asked.mailed, rounds=asked.rounds, seed=asked.seed, again=True)
    say(
        f"mail, again where it is not known: {asked.mailed} events, {len(trial.taken)} mails,"
        f" {trial.kills} kills: 0 lost or out of order, {trial.again} twice with the same"
        " Message-ID"
    )
    return True


def _backlog(asked: argparse.Namespace, url: str, folder: Path) -> bool:
    worked = backlog(url, folder, asked.backlog)
    say(
        f"backlog: {asked.backlog} deliveries worked off at {worked.a_second:.0f} a second; a new"
        f" event to another endpoint waited {max(worked.waits):.2f} s at most"
    )
    return True


PARTS: dict[str, Callable[[argparse.Namespace, str, Path], bool]] = {
    "kills": _kills,
    "recovery": _recovery,
    "neighbours": _neighbours,
    **{kind: partial(_tool, kind) for kind in WAYS},
    "backlog": _backlog,
    "mail": _mail,
    "mail-again": _mail_again,
}


if __name__ == "__main__":
    sys.exit(main())
