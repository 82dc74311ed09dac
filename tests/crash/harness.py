"""Processes that are killed, and what is looked at afterwards."""

import multiprocessing
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Any

from sqlalchemy import Engine

from escalation.store.engine import make_engine
from tests.crash.child import Life, live
from tests.crash.invariants import broken
from tests.crash.ledger import Ledger

FEWEST, MOST = 5, 120
"""Answers that are waited for before a process is killed."""


@cache
def processes() -> ForkServerContext:
    """Processes forked from one that has everything imported and nothing open: made in no time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.child", "tests.crash.points", "tests.crash.races"])
    return context


@contextmanager
def running(
    target: Callable[..., None], *words: Any
) -> Iterator[tuple[BaseProcess, Iterator[str]]]:
    """A process of ``target(*words, pipe)`` and the lines it says; killed when the block ends."""
    reading, writing = processes().Pipe(duplex=False)
    process = processes().Process(target=target, args=(*words, writing), daemon=True)
    process.start()
    writing.close()
    with reading, open(reading.fileno(), closefd=False, encoding="utf-8") as lines:
        try:
            yield process, (line for line in lines if line.endswith("\n"))
        finally:
            process.kill()
            process.join()
            process.close()


@dataclass(slots=True)
class Round:
    """One database, the processes that lived on it, and everything found wrong."""

    url: str
    seed: int
    ledger: Ledger = field(default_factory=Ledger)
    lives: int = 0
    kills: int = 0
    wrong: list[str] = field(default_factory=list)

    def kill_once(self) -> None:
        """Let a process live for a while under load, kill it, and look."""
        chance = random.Random(f"{self.seed}.{self.lives}")  # noqa: S311 - repeatable, no secret
        self._live(works=True, answers=chance.randint(FEWEST, MOST))
        self.kills += 1
        self.look()

    def let_it_answer_before_it_commits(self, commits: int) -> None:
        """The weakness that must be found: answered before the commit, and killed between."""
        self._live(works=True, answers=1_000_000, hasty=commits)
        self.kills += 1
        self.look()

    def end(self) -> None:
        """Let a last process answer what is still open, and look whether nothing is open then."""
        self._live(works=False)
        self.look()
        self.wrong.extend(f"never answered: {entry}" for entry in self.ledger.open)

    def look(self) -> None:
        """The database against its invariants and against what the client knows."""
        engine = make_engine(self.url, application="look")
        try:
            self.wrong.extend(self._found(engine))
        finally:
            engine.dispose()

    def _found(self, engine: Engine) -> Iterator[str]:
        for place in (*broken(engine), *self.ledger.disputes(engine)):
            yield f"after {self.kills} kills of seed {self.seed}: {place}"

    def _live(self, *, works: bool, answers: int = 0, hasty: int = 0) -> None:
        life = Life(self.url, self.lives, self.seed, self.ledger.open, works=works, hasty=hasty)
        self.lives += 1
        with running(live, life) as (process, lines):
            for line in lines:
                answers -= self.ledger.take(line)
                if works and answers <= 0:
                    process.kill()
                    break
            for line in lines:
                self.ledger.take(line)
