"""A worker that is killed again and again while it recovers from an outage."""

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import sleep

from escalation.bootstrap import Container, opened
from escalation.delivery import payloads
from escalation.routing.vocabulary import Severity
from escalation.store import heartbeat
from escalation.store.deliveries import DeliveryState
from escalation.store.transaction import read
from escalation.worker.jobs import worker_of
from tests.delivery.acts import log_of, logged, states, subscribe
from tests.delivery.late import going_on, late_events, summaries, told, told_once
from tests.delivery.receiver import Receiver, receiving
from tests.delivery.trial import Trial, left, wait_for

DAYS = 14
FACTOR = 10.0
"""How fast time goes: leases of who was killed end soon, and no further clock does."""
PATHS = ("/a", "/b")
PATIENCE = 120.0
SHORTLY, LATER = 0.05, 1.5
"""Seconds from a moment to the kill at most, and to a kill at any time."""


def recovered(url: str, folder: Path, count: int, *, kills: int, seed: int) -> list[str]:
    """Be down for days with ``count`` issues due, and killed at five moments and more often.

    Everything is checked at the end. Answers how far the recovery was at each kill.
    """
    trial = Trial(url, folder, random.Random(seed), FACTOR)  # noqa: S311 - a test's own dice
    with opened(trial.settings, clock=trial.clock) as inside, receiving() as receiver:
        issues = logged(inside, count, severity=Severity.CRITICAL)
        assert worker_of(inside).once().failures == 0
        endpoints = [subscribe(inside, receiver.url(path)).stored.id for path in PATHS]
        at_kills = []
        chosen = [(moment, SHORTLY) for moment in moments(inside, receiver)]
        chosen[1:1] = [(partial(going_on, inside), LATER)] * kills
        for moment, within in chosen:
            with trial.sender("worker", DAYS) as process:
                until(moment, inside)
                sleep(trial.chance.uniform(0, within))
                process.kill()
                process.wait()
                at_kills.append(progress(inside))
            if at_kills[-1] == "over":
                break
        with trial.sender("worker", DAYS):
            wait_for(lambda: progress(inside) == "over", PATIENCE)
        check(inside, receiver, issues, endpoints)
    return at_kills


def moments(inside: Container, receiver: Receiver) -> tuple[Callable[[], bool], ...]:
    """It begins; clocks have fired; some is held back; a summary is made; some has come."""
    return (
        partial(going_on, inside),
        lambda: _unsent(inside) > 0,
        lambda: DeliveryState.HELD.value in states(inside),
        lambda: DeliveryState.SUMMARISED.value in states(inside),
        lambda: bool(receiver.got),
    )


def until(moment: Callable[[], bool], inside: Container) -> None:
    """Wait for a moment of the recovery, or for its end."""
    started = _beats(inside)
    wait_for(lambda: _beats(inside) != started, PATIENCE, 0.005)
    wait_for(lambda: moment() or progress(inside) == "over", PATIENCE, 0.005)


def progress(inside: Container) -> str:
    """How far the recovery is: clocks being fired, settling, sending, over."""
    with read(inside.engine) as connection:
        found = heartbeat.current(connection)
    if found is not None:
        return found.state.value
    return "sending" if left(inside) or not states(inside) else "over"


def _unsent(inside: Container) -> int:
    with read(inside.engine) as connection:
        sql = "SELECT count(*) FROM outbox WHERE dispatched_at IS NULL"
        return int(connection.exec_driver_sql(sql).scalar_one())


def _beats(inside: Container) -> object:
    with read(inside.engine) as connection:
        return heartbeat.newest(connection)


def check(inside: Container, receiver: Receiver, issues: list[str], endpoints: list[str]) -> None:
    """Each late event was told to each endpoint once, live or in a summary, and kept as such."""
    assert not going_on(inside)
    expected = late_events(inside, issues)
    assert len(expected) > len(issues)
    for path, endpoint in zip(PATHS, endpoints, strict=True):
        got = list({each.headers["webhook-id"]: each for each in receiver.at(path)}.values())
        live, _ = told(got)
        assert set(live) == set(issues)
        assert set(live.values()) == {1}
        whole = sum(len(each.body) for each in got if summaries([each]))
        assert summaries(got) == 1 + whole // payloads.LARGEST_SUMMARY
        told_once(receiver.at(path), expected)
        rows = log_of(inside, endpoint)
        ends = {DeliveryState.DELIVERED, DeliveryState.SUMMARISED}
        assert {row.state for row in rows} == ends
        assert sorted(row.message_id for row in rows if row.message_id in expected) == sorted(
            expected
        )
