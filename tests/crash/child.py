"""What runs in the process that is killed: a desk, real writers, and the engine beside them.

Everything that the writers know goes up the pipe before and after each command, as a client would
have it on its own disk.
"""

import json
import os
import random
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from multiprocessing.connection import Connection as Pipe
from threading import Thread
from typing import Any

from escalation.clock import VirtualClock
from escalation.errors import Busy, EscalationError
from escalation.routing.vocabulary import Awaiting
from escalation.services.batch import Batch, Outcome
from escalation.services.desk import Desk
from escalation.services.jobs import Answer, Job
from escalation.store.transaction import write
from escalation.workflow.commands import (
    Acknowledge,
    Ask,
    Close,
    Dispute,
    Escalate,
    Hold,
    Inform,
    Log,
    Note,
    Reopen,
    Resolve,
    Resume,
    Withdraw,
)
from tests.builders import PATIENCE, complaint, desk_on, job, keyed
from tests.crash.ledger import Entry, say
from tests.fakes import MONDAY

WRITERS = 6
ACTS_PER_ISSUE = 7
SPAN = timedelta(hours=6)
"""How far the clock goes in one process's life; the next one begins there."""

_MAKES: dict[str, Callable[[str, datetime], Log | Ask]] = {
    "log": lambda key, _: complaint(title=key, external_refs=({"system": "jira", "id": key},)),
    "acknowledge": lambda key, _: Acknowledge(note=key),
    "note": lambda key, _: Note(note=key, text="Rang."),
    "inform": lambda key, _: Inform(note=key, text="Soon."),
    "hold": lambda key, now: Hold(
        note=key, reason="r", until=now + timedelta(days=1), awaiting=Awaiting.RAISER
    ),
    "resume": lambda key, _: Resume(note=key),
    "escalate": lambda key, _: Escalate(note=key, reason="r"),
    "resolve": lambda key, _: Resolve(note=key, reason="r", outcome={"summary": "Paid"}),
    "dispute": lambda key, _: Dispute(note=key, grounds="No."),
    "reopen": lambda key, _: Reopen(note=key, reason="r"),
    "withdraw": lambda key, _: Withdraw(note=key, reason="r"),
    "close": lambda key, _: Close(note=key),
}


@dataclass(frozen=True, slots=True)
class Life:
    """One process's life: where, which in order, and what a client still wants to know.

    ``hasty`` plants the weakness that the harness must find: the desk answers before it commits,
    and the process dies in its ``hasty``-th commit.
    """

    url: str
    number: int
    seed: int
    open: Sequence[Entry] = ()
    works: bool = True
    hasty: int = 0


def live(life: Life, pipe: Pipe) -> None:
    """Answer what is open, then serve writers until killed (or end at once, if told not to)."""
    clock = VirtualClock(MONDAY + life.number * SPAN)
    with desk_on(life.url, clock, kind=Hasty if life.hasty else Desk) as desk:
        if isinstance(desk, Hasty):
            desk.left = life.hasty
        for entry in life.open:
            send(desk, pipe.fileno(), entry)
        if not life.works:
            return
        writers = [
            Thread(target=_write, args=(desk, pipe.fileno(), life, name), daemon=True)
            for name in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            with suppress(EscalationError):
                desk.sweep(200).result(PATIENCE)
            if clock.now() < MONDAY + (life.number + 1) * SPAN:
                clock.advance(timedelta(minutes=10))


def send(desk: Desk, pipe: int, entry: Entry) -> Answer | None:
    """Send one command, saying so before, and what came of it after."""
    key = entry["key"]
    say(pipe, **entry)
    command = job(
        desk,
        _MAKES[entry["act"]](key, desk.clock.now()),
        entry["issue"],
        if_match=entry["match"],
        **keyed(key, key, path=f"/{entry['act']}"),
    )

    def told(came: "Future[Answer]") -> None:
        error = came.exception()
        if error is None:
            say(pipe, key=key, hash=sha256(came.result().body).hexdigest())
        elif not isinstance(error, Busy):
            say(pipe, key=key, refused=str(getattr(error, "code", error)))

    try:
        future = desk.submit(command)
        future.add_done_callback(told)
        return future.result(PATIENCE)
    except EscalationError:
        return None


def _write(desk: Desk, pipe: int, life: Life, name: int) -> None:
    chance = random.Random(f"{life.seed}.{life.number}.{name}")  # noqa: S311 - repeatable, no secret
    number = 0
    view: dict[str, Any] = {}
    while True:
        number += 1
        acts = [a for a in view.get("available_acts", ()) if a in _MAKES]
        fresh = not acts or number % (ACTS_PER_ISSUE + 1) == 1
        entry: Entry = {
            "key": f"{life.seed}.{life.number}.{name}.{number}",
            "act": "log" if fresh else chance.choice(acts),
            "issue": None if fresh else view["id"],
            "match": None if fresh else view["version"],
        }
        answer = send(desk, pipe, entry)
        if answer is not None:
            view = json.loads(answer.body)
        elif not fresh:
            view = {}


class Hasty(Desk):
    """Answers before it commits."""

    left = 0

    def _once(self, jobs: Sequence[Job], *, again: bool, skip_locked: bool) -> list[Outcome]:
        with write(self.engine) as connection:
            known = self.registry.refresh(connection)
            batch = Batch(connection, self._means, known, self.clock, again=again)
            outcomes = batch.run(jobs, skip_locked=skip_locked)
            for one, outcome in zip(jobs, outcomes, strict=True):
                if one.reply is not None:
                    one.reply.outcome = outcome
                    one.reply.resolve()
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return outcomes
