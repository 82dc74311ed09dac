"""Workers that tend subscriptions and are killed, and what must be true of windows whenever.

python -m tests.crash.subscribing [--kills 200] [--database postgres]
"""

import argparse
import logging
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from time import sleep
from typing import Any

import structlog
from sqlalchemy import Engine, Row, select

from escalation.clock import VirtualClock, monotonic
from escalation.delivery.guard import Guard
from escalation.errors import EscalationError
from escalation.ids import IdSource, named
from escalation.services import endpoints
from escalation.services.callers import Caller
from escalation.services.desk import Desk
from escalation.services.mail.documents import DOCUMENT
from escalation.services.roles import KeyRole
from escalation.services.secrets import Vault
from escalation.services.subscribing import closing, making, subscriptions
from escalation.services.subscribing.checks import Asking, Wanted
from escalation.services.subscribing.posting import Posting
from escalation.store import models
from escalation.store.engine import make_engine
from escalation.store.transaction import snapshot
from escalation.store.windows import WindowState
from escalation.workflow.viewing import EVERYTHING
from tests.builders import CLERK, ask, complaint, desk_on
from tests.crash.campaign import databases
from tests.crash.harness import running
from tests.crash.ledger import say
from tests.fakes import MONDAY

SPAN = timedelta(hours=4)
"""How far the clock goes in one life; windows end each hour, and a worker looks every other one."""
RULE = {
    "kind": "recurring",
    "rule": "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23",
    "start": "2026-03-01T00:00",
    "zone": "Australia/Brisbane",
}


def vault() -> Vault:
    return Vault(lambda: [b"k" * 32])


def prepare(url: str) -> None:
    """An issue to be told of, an endpoint with subscriptions, and one that goes by mail."""
    caller = Caller(id="", name="Clerk", role=KeyRole.ADMIN, viewer=EVERYTHING)
    with desk_on(url) as desk:
        ask(desk, complaint())
        address = "https://93.184.216.34/in"
        made = endpoints.add(desk, vault(), Guard.allowing([]), url=address, actor=CLERK)
        wanted = Wanted(
            forum="bmf-southern-cross",
            profile=None,
            recipient={"kind": "webhook", "endpoint": made.stored.id},
            occasion=RULE,
            formats=("md",),
        )
        by_mail = replace(wanted, recipient={"kind": "secretariat"})
        for each in (wanted, wanted, by_mail):
            subscriptions.create(desk, each, Asking(caller, frozenset()))


@dataclass(frozen=True, slots=True)
class Life:
    """One process's life: on which database, which in order, and whether it is left to end."""

    url: str
    number: int
    owner: bool = True


def tend(life: Life, pipe: Pipe) -> None:
    """Tend subscriptions for a while, saying so after each look."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    clock = VirtualClock(MONDAY + life.number * SPAN)
    with desk_on(life.url, clock, owner=life.owner) as desk:
        posting = Posting(IdSource(), vault(), timedelta(days=14), "", mails=True)
        while clock.now() < MONDAY + (life.number + 1) * SPAN:
            clock.advance(timedelta(hours=2))
            _look(desk, posting, clock)
            say(pipe.fileno(), key=str(clock.now()))


def _look(desk: Desk, posting: Posting, clock: VirtualClock) -> None:
    """All that there is; what another process has in hand is due again when its claim ends."""
    for _ in range(20):
        try:
            if not closing.close_due(desk) + making.make_due(desk, posting):
                return
        except EscalationError:
            clock.advance(timedelta(seconds=1))


@dataclass(slots=True)
class Round:
    """One database, the workers that lived on it, and everything found wrong."""

    url: str
    seed: int
    at_once: int = 1
    lives: int = 0
    kills: int = 0
    wrong: list[str] = field(default_factory=list)

    def kill_once(self) -> None:
        """Let workers live for a while, kill one at any moment, let the others end, and look."""
        chance = random.Random(f"{self.seed}.{self.lives}")  # noqa: S311 - repeatable, no secret
        with ExitStack() as stack:
            begun = [self._begin(stack) for _ in range(self.at_once)]
            process, lines = begun[0]
            for _ in range(chance.randint(0, 1)):
                next(lines, None)
            sleep(chance.uniform(0, 0.25))
            process.kill()
            self.kills += 1
            for _, others in begun[1:]:
                list(others)
        self.lives += 1
        self._look()

    def end(self) -> None:
        """Let a last worker do all that is left, once every claim has ended; then nothing is."""
        for _ in range(2):
            with ExitStack() as stack:
                list(self._begin(stack)[1])
            self.lives += 1
        self._look()
        engine = make_engine(self.url, application="look")
        with snapshot(engine) as connection:
            table = models.digest_window
            left = connection.scalars(select(table.c.id).where(table.c.due_at.is_not(None))).all()
        engine.dispose()
        self.wrong.extend(f"never made: {each}" for each in left)

    def _begin(self, stack: ExitStack) -> tuple[BaseProcess, Iterator[str]]:
        return stack.enter_context(running(tend, Life(self.url, self.lives, self.at_once == 1)))

    def _look(self) -> None:
        engine = make_engine(self.url, application="look")
        try:
            found = (f"after {self.kills} kills: {place}" for place in broken(engine))
            self.wrong.extend(found)
        finally:
            engine.dispose()


Rows = Sequence[Row[Any]]


def broken(engine: Engine) -> Iterator[str]:
    """What must never be of windows, digests and deliveries, and is."""
    table, sent = models.digest_window, models.delivery
    with snapshot(engine) as connection:
        windows = connection.execute(
            select(table).order_by(table.c.subscription_id, table.c.number)
        ).all()
        digests = connection.execute(select(models.digest)).all()
        handed = connection.execute(
            select(sent, models.message.c.body)
            .join(models.message, models.message.c.id == sent.c.message_id)
            .where(sent.c.aggregate.startswith("sub_") | (sent.c.type == DOCUMENT))
        ).all()
        subscribed = connection.execute(select(models.digest_subscription)).all()
    for each in subscribed:
        own = [window for window in windows if window.subscription_id == each.id]
        yield from (f"{each.id}: {what}" for what in _untiled(own, each))
    asked = {(window.as_at, window.closed_at) for window in windows}
    if any((digest.as_at, digest.known_at) not in asked for digest in digests):
        yield "a digest that no window asks for"
    if len({row.message_id for row in handed}) != len(handed):
        yield "a window was handed on twice"
    for window in windows:
        own = [row for row in handed if row.message_id in _messages(window, row)]
        yield from (f"{window.id}: {what}" for what in _ill_made(window, digests, own))


def _untiled(own: Rows, subscribed: Row[Any]) -> Iterator[str]:
    if [window.number for window in own] != list(range(1, subscribed.windows + 1)):
        yield f"windows {[window.number for window in own]} of {subscribed.windows}"
    if any(earlier.as_at != later.since for earlier, later in pairwise(own)):
        yield "a gap or an overlap"
    if any(window.as_at - window.since != timedelta(hours=1) for window in own):
        yield "a window that the rule has not"
    if own and own[-1].as_at != subscribed.since:
        yield "further than its windows"


def _ill_made(window: Row[Any], digests: Rows, handed: Rows) -> Iterator[str]:
    made = window.state == WindowState.MADE.value
    of = [(digest.since, digest.as_at) for digest in digests if digest.id == window.digest_id]
    if of != [(window.since, window.as_at)] * made:
        yield f"{window.state} with the digest of {of}"
    if len(handed) != (made and not window.gathered):
        yield f"{window.state}, handed on {len(handed)} times"
    for row in handed:
        if row.id != window.handed_to:
            yield "handed on as something else"


def _messages(window: Row[Any], row: Row[Any]) -> tuple[str, str]:
    """What a window's message is called: to an endpoint, and as a mail."""
    as_mail = named("evt", DOCUMENT, window.subscription_id, window.id)
    return (named("evt", window.id, row.endpoint_id), as_mail)


def main() -> int:
    """Run a campaign; 1 where anything was lost, doubled or left undone."""
    parser = argparse.ArgumentParser(description="Kill workers that tend subscriptions, and look.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    begun, done, wrong = monotonic(), 0, list[str]()
    with databases(words.database) as copy:
        while done < words.kills:
            with copy() as url:
                prepare(url)
                round_ = Round(url, words.seed + done, 2 if words.database == "postgres" else 1)
                for _ in range(min(20, words.kills - done)):
                    round_.kill_once()
                round_.end()
            done += round_.kills
            wrong += round_.wrong
            sys.stdout.write(f"{done} kills, {len(wrong)} wrong, {monotonic() - begun:.0f} s\n")
            sys.stdout.flush()
    for place in wrong:
        sys.stdout.write(f"{place}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
