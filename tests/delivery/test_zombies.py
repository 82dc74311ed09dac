"""A sender that is stopped past its lease and then goes on."""

import asyncio
import random
import signal
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from escalation.bootstrap import Container, opened
from escalation.store.transaction import read
from tests.delivery.acts import log_of, logged, states, subscribe
from tests.delivery.receiver import OK, Behaviour, Talk, receiving
from tests.delivery.trial import Trial, left, wait_for

FACTOR = 10.0
"""A lease of a minute ends in six seconds."""
PATIENCE = 60.0


def kept(inside: Container) -> list[Any]:
    """Deliveries and attempts as they stand."""
    with read(inside.engine) as connection:
        tables = ("delivery ORDER BY id", "delivery_attempt ORDER BY delivery_id, token")
        return [connection.exec_driver_sql(f"SELECT * FROM {each}").all() for each in tables]  # noqa: S608 - our own names


@pytest.mark.slow
@pytest.mark.postgres
def test_a_sender_stopped_past_its_lease_changes_and_marks_nothing_when_it_goes_on(
    furnished_postgres_url: str, tmp_path: Path
) -> None:
    trial = Trial(furnished_postgres_url, tmp_path, random.Random(1), FACTOR)  # noqa: S311 - unused
    answer = Event()

    async def late(talk: Talk) -> None:
        await asyncio.to_thread(answer.wait, PATIENCE)
        await talk.say(OK)

    moods: dict[str, Behaviour] = {"/ok": late}
    with opened(trial.settings, clock=trial.clock) as inside, receiving(moods) as receiver:
        inside.outgoing.hand_on()
        subscribe(inside, receiver.url())
        logged(inside, 5)
        with trial.sender() as zombie:
            wait_for(lambda: len(receiver.got) == 2, PATIENCE)
            held = [got.headers["webhook-id"] for got in receiver.got]
            zombie.send_signal(signal.SIGSTOP)
            moods.clear()
            with trial.sender() as other:
                wait_for(lambda: not left(inside), PATIENCE)
                other.terminate()
                other.wait(PATIENCE)
            before = kept(inside)
            assert states(inside) == ["delivered"] * 5
            twice = {row.message_id: row for row in log_of(inside) if row.message_id in held}
            assert set(twice) == set(held)  # the other had to send them as well
            answer.set()
            zombie.send_signal(signal.SIGCONT)
            logged(inside, 1)  # once it has sent this, it has done with what it held
            wait_for(lambda: states(inside) == ["delivered"] * 6, PATIENCE)
            after = kept(inside)
    for was, is_ in zip(before, after, strict=True):
        assert [row for row in is_ if row in was] == was
    assert {attempt.token for attempt in after[1] if attempt.delivery_id in _ids(twice)} == {2}


def _ids(rows: dict[str, Any]) -> set[str]:
    return {row.id for row in rows.values()}
