"""Long runs of the crash tests, for a release: ``python -m tests.crash.campaign --help``."""

import argparse
import itertools
import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path

import structlog

from escalation.clock import monotonic
from tests.builders import copied_sqlite, execute, furnish, postgres_copy
from tests.crash.cutting import Copy, cut_at, moments
from tests.crash.harness import Round
from tests.postgres import postgres

KILLS_OF_A_ROUND = 20
"""After so many kills a fresh database is taken: looking at one costs more as it grows."""


def main() -> int:
    """Run a campaign; 1 where anything was lost, doubled or left half done."""
    parser = argparse.ArgumentParser(description="Kill a desk again and again, and count.")
    parser.add_argument("--kills", type=int, default=100, help="kills at any moment, under load")
    parser.add_argument("--points", type=int, default=0, help="times each moment of a story is cut")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    begun = monotonic()
    with databases(words.database) as copy:
        wrong = kill(copy, words.kills, words.seed) + cut(copy, words.points)
    say(f"{words.database}: {len(wrong)} wrong, {monotonic() - begun:.0f} s")
    for place in wrong:
        say(place)
    return 1 if wrong else 0


def kill(copy: Copy, kills: int, seed: int) -> list[str]:
    """Kill at any moment, so often; everything that was wrong afterwards."""
    wrong: list[str] = []
    done = told = sent = 0
    while done < kills:
        with copy() as url:
            round_ = Round(url, seed + done)
            for _ in range(min(KILLS_OF_A_ROUND, kills - done)):
                round_.kill_once()
            round_.end()
        done += round_.kills
        told += len(round_.ledger.told)
        sent += len(round_.ledger.sent)
        wrong += round_.wrong
        say(f"{done} kills, {sent} sent, {told} acknowledged, {len(wrong)} wrong")
    return wrong


def cut(copy: Copy, times: int) -> list[str]:
    """Cut a story at each of its moments, so often; everything that was wrong afterwards."""
    wrong: list[str] = []
    if times:
        names, whole = moments(copy)
        for turn in range(1, times + 1):
            wrong += cut_at(copy, range(1, len(names) + 1), whole)
            say(f"{len(names)} moments x {turn}, {len(wrong)} wrong")
    return wrong


@contextmanager
def databases(kind: str) -> Iterator[Copy]:
    """Gives furnished databases of that kind; commits of PostgreSQL's outlive a crash here."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if kind == "postgres":
            server = stack.enter_context(postgres(fsync=True))
            execute(server, "CREATE DATABASE furnished")
            furnish(server.url("furnished"))
            yield lambda: postgres_copy(server, "furnished")
            return
        furnish(f"sqlite:///{folder / 'furnished.db'}")
        numbers = itertools.count()

        def copied() -> AbstractContextManager[str]:
            path = folder / f"{next(numbers)}.db"
            return nullcontext(copied_sqlite(folder / "furnished.db", path))

        yield copied


def say(line: str) -> None:
    """A line of progress."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
