"""A digest among much history: as at a past date, at its size, and in memory.

As at a past date it is held against reading the history up to then and folding it, as whoever has
nothing but events must; beside reading alone, with nothing made of it, it is told too. Growth and
memory compare two histories with the same issues standing: four times as much history is to cost no
more.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import msgspec

from bench.crowd import kept
from bench.databases import Database, desk_on
from bench.digest import LARGE, NOW, SINCE, Crowd, seed
from bench.plain_digest import FORUM
from bench.plain_words import WORDS
from bench.rounds import Plan, Result, compared, in_turn
from escalation.clock import VirtualClock
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk

PAST = datetime(2028, 9, 1, 2, 0, tzinfo=UTC)
AS_AT_CEILING, GROWTH_CEILING, MEMORY_CEILING = 0.05, 1.3, 1.1
TIMES = 4
"""How much more history the larger of two has."""
STANDING = 200
OF_OLD = Crowd(lambda number: number < STANDING, NOW - timedelta(days=220))
"""Few that stand, and all others closed long before the period."""
Entry = tuple[str, int, str, Any, Any]
_STATUS = {"issue.acknowledged": "in_progress", "issue.held": "on_hold",
           "issue.resumed": "in_progress", "issue.tabled": "tabled"}  # fmt: skip
ROOT = Path(__file__).resolve().parents[1]


def as_at(plan: Plan, database: Database) -> Iterator[Result]:
    """A digest as at a past date over reading what had happened by then."""
    for size in plan.sizes:
        name = f"past_{size}"
        url = database.make(name, copy_of="furnished")
        seed(database, url, size)
        database.settle(url)
        yield _as_at(plan, database, url, size)
        database.drop(name)


def _as_at(plan: Plan, database: Database, url: str, size: int) -> Result:
    with desk_on(url, VirtualClock(NOW)) as desk, closing(database.connect(url)) as connection:
        entries = len(_read_all(database, connection))

        def ours() -> float:
            return _timed(desk, PAST)

        def read() -> float:
            begun = perf_counter()
            _read_all(database, connection)
            return (perf_counter() - begun) * 1_000

        def base() -> float:
            begun = perf_counter()
            _folded(_read_all(database, connection))
            return (perf_counter() - begun) * 1_000

        ours()
        rounds = in_turn(plan.rounds, {"ours": ours, "read": read, "base": base})
    figures = compared(rounds)
    beside = median(each["ours"] / each["read"] for each in rounds)
    return Result("as at", database.name, f"{size:,}", **figures, unit="ms",
                  ceiling=AS_AT_CEILING if size >= LARGE else None,
                  detail=f"{entries:,} entries by then; of reading alone {beside:.3g}")  # fmt: skip


def _read_all(database: Database, connection: Any) -> list[Entry]:  # noqa: ANN401 - either driver's
    """Every entry that had taken effect and was recorded by then, in order."""
    at = PAST if database.name == "postgres" else kept(PAST, 0)
    statement = (
        "SELECT aggregate, number, type, effective_at, payload FROM event"
        " WHERE effective_at <= :at AND recorded_at <= :at ORDER BY aggregate, number"
    )
    given = {"at": at}
    asked = WORDS[database.name].asked(statement, given)
    rows: list[Entry] = connection.execute(asked, given).fetchall()
    return rows


def _folded(entries: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """The least that the entries must be made into: how each issue stood after its last one."""
    stood: dict[str, dict[str, Any]] = {}
    for issue, _, kind, at, payload in entries:
        told = msgspec.json.decode(payload) if isinstance(payload, str) else payload
        if kind == "issue.logged":
            stood[issue] = {**told, "status": "open", "received_at": at, "entered_at": at}
            continue
        stands = stood.get(issue)
        if stands is None:  # the ladders', or the directory's
            continue
        if kind in _STATUS:
            stands["status"] = _STATUS[kind]
        if kind == "issue.escalated":
            stands["rung"], stands["entered_at"] = told["to"], at
        elif kind == "issue.tabled":
            stands["forum"], stands["meeting"] = told["forum"], told["meeting"]
    return {issue: stands for issue, stands in stood.items() if stands.get("forum") == FORUM}


def _timed(desk: Desk, at: datetime, since: datetime | None = None) -> float:
    begun = perf_counter()
    digests.built(desk, FORUM, (at, at), since)
    return (perf_counter() - begun) * 1_000


def growth(plan: Plan, database: Database) -> Iterator[Result]:
    """Time and memory of the same digest and scorecard in a history, and in one of four times."""
    size = plan.sizes[-1]
    urls = {}
    for label, many in (("base", size // TIMES), ("ours", size)):
        urls[label] = database.make(f"growth_{label}", copy_of="furnished")
        seed(database, urls[label], many, OF_OLD)
        database.settle(urls[label])
    yield _growth(plan, database, urls, size)
    yield _memory(database, urls, size)
    for label in urls:
        database.drop(f"growth_{label}")


def _growth(plan: Plan, database: Database, urls: dict[str, str], size: int) -> Result:
    with (
        desk_on(urls["ours"], VirtualClock(NOW)) as large,
        desk_on(urls["base"], VirtualClock(NOW)) as small,
    ):
        desks = {"ours": large, "base": small}
        acts = {name: (lambda desk=desk: _timed(desk, NOW, SINCE)) for name, desk in desks.items()}
        for act in acts.values():
            act()
        figures = compared(in_turn(max(plan.rounds, 7), acts))
    return Result("growth", database.name, f"{size:,}", **figures, unit="ms",
                  ceiling=GROWTH_CEILING if size >= LARGE else None,
                  detail=f"{TIMES} times the history, the same {STANDING} issues")  # fmt: skip


def _memory(database: Database, urls: dict[str, str], size: int) -> Result:
    peak = {name: _peak(url) for name, url in urls.items()}
    figures = compared([peak])
    detail = f"a process that makes both, {TIMES} times the history"
    return Result("memory", database.name, f"{size:,}", **figures, unit="MiB", detail=detail,
                  ceiling=MEMORY_CEILING if size >= LARGE else None)  # fmt: skip


def _peak(url: str) -> float:
    """The peak resident memory of a process of its own that makes the digest and a scorecard."""
    command = [sys.executable, "-m", "bench.history", url]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return float(ended.stdout)


def _made(url: str) -> None:
    with desk_on(url, VirtualClock(NOW)) as desk:
        _timed(desk, NOW, SINCE)
        digests.looked(desk, Request(profile="scorecard:ssi", as_at=NOW, known_at=NOW))
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f}")


if __name__ == "__main__":
    _made(sys.argv[1])
