"""Due clocks in a crowd: ours against set-based SQL written by hand, and a sweep with nothing due.

Some thousand acknowledged issues are past their first rung's target among many that are not; each
climbs to the next officers' rung. The due ones lie scattered. Each round fires two groups of them,
one by either way, in the same database; what both wrote is counted, table by table.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

from bench.crowd import COMPLAINT, Climb, asked, climb_of, seed
from bench.databases import BENCH, Database, desk_on
from bench.rounds import Plan, Result, compared, in_turn
from bench.set_based import SetBased
from bench.template import counts
from escalation.clock import VirtualClock
from escalation.services.desk import Desk
from escalation.services.jobs import Job
from escalation.workflow.commands import Acknowledge

AT_ONCE = 1_000
FLOORS = {"sqlite": 0.2, "postgres": 0.3}
IDLE_GROWTH = 2.0
IDLE_SWEEPS = 100

Fire = Callable[[], int]
"""Fires some due clocks and answers how many."""


@dataclass(slots=True)
class Crowd:
    """A seeded database: when each group of due clocks comes due, and how many were fired."""

    name: str
    url: str
    size: int
    instants: list[datetime]
    fired: int = 0


def run(plan: Plan, database: Database, wanted: frozenset[str]) -> Iterator[Result]:
    """Seed a crowd of each size, measure, and put it away."""
    climb = climb_of(database)
    crowds = [_seeded(plan, database, climb, size) for size in plan.sizes]
    try:
        if "idle" in wanted:
            yield _idle(plan, database, climb, crowds)
        if "sweep" in wanted:
            for crowd in crowds:
                yield _fired(plan, database, climb, crowd)
    finally:
        for crowd in crowds:
            database.drop(crowd.name)
            database.drop(f"{crowd.name}_used")


def _seeded(plan: Plan, database: Database, climb: Climb, size: int) -> Crowd:
    name = f"crowd_{size}"
    url = database.make(name, copy_of="furnished")
    groups = min(2 * plan.rounds, size // plan.due // 2 * 2)
    instants = [climb.due_at + timedelta(seconds=10 * group) for group in range(1, groups + 1)]
    connection = database.connect(url)
    seed(connection, climb, size, plan.due, instants)
    connection.close()
    database.settle(url)
    return Crowd(name, url, size, instants)


def _idle(plan: Plan, database: Database, climb: Climb, crowds: list[Crowd]) -> Result:
    """A sweep that finds nothing, in the largest crowd against the smallest."""
    early = VirtualClock(climb.due_at - timedelta(hours=1))

    def swept(crowd: Crowd) -> float:
        with desk_on(crowd.url, early) as desk:
            desk.sweep(AT_ONCE).result()
            begun = perf_counter()
            found = sum(desk.sweep(AT_ONCE).result() for _ in range(IDLE_SWEEPS))
            taken = perf_counter() - begun
        if found:
            raise AssertionError(f"{found} clocks were due in a sweep that should find none")
        return taken * 1_000 / IDLE_SWEEPS

    acts = {"ours": lambda: swept(crowds[-1]), "base": lambda: swept(crowds[0])}
    figures = compared(in_turn(plan.rounds, acts))
    size = f"{crowds[-1].size:,}"
    detail = f"base: the same among {crowds[0].size:,}"
    return Result("idle sweep", database.name, size, **figures, unit="ms",
                  ceiling=IDLE_GROWTH, detail=detail)  # fmt: skip


def _fired(plan: Plan, database: Database, climb: Climb, crowd: Crowd) -> Result:
    """Due clocks in one crowd, either way; both must leave the same rows."""
    used = Crowd(f"{crowd.name}_used", "", crowd.size, crowd.instants, len(crowd.instants))
    statements = SetBased.on(database.name, climb)
    written: list[dict[str, int]] = []

    def ours(now: datetime) -> float:
        clock = VirtualClock(climb.due_at)
        with desk_on(used.url, clock) as desk:
            _warm(desk)
            clock.move_to(now)
            return counted(lambda: desk.sweep(AT_ONCE).result())

    def base(now: datetime) -> float:
        with closing(database.connect(used.url)) as connection:
            statements.prepare(connection)
            return counted(lambda: statements.fire(connection, now, AT_ONCE))

    def counted(act: Fire) -> float:
        before = _counts(database, used.url)
        rate = _rate(act, plan.due)
        after = _counts(database, used.url)
        written.append({table: after[table] - before[table] for table in after})
        return rate

    acts = {
        "ours": lambda: ours(_next(database, crowd, used)),
        "base": lambda: base(_next(database, crowd, used)),
    }
    figures = compared(in_turn(plan.rounds, acts))
    database.drop(used.name)
    if any(each != written[0] for each in written):
        raise AssertionError(f"the two ways wrote different rows: {written}")
    detail = (
        f"{plan.due:,} due; base: set-based SQL; {sum(written[0].values()) // plan.due} rows each"
    )
    return Result("sweep", database.name, f"{crowd.size:,}", **figures, unit="per s",
                  floor=FLOORS[database.name], detail=detail)  # fmt: skip


def _warm(desk: Desk) -> None:
    """Have the ladders loaded and the calendar laid out, as in a service that has run a while."""
    issue = asked(desk, Job(stem=desk.stem(), actor=BENCH, ask=COMPLAINT))["id"]
    asked(desk, Job(stem=desk.stem(), actor=BENCH, ask=Acknowledge(), issue=issue, if_match=1))
    desk.sweep(AT_ONCE).result()


def _next(database: Database, crowd: Crowd, used: Crowd) -> datetime:
    """When the next group is due; a fresh copy of the crowd where all groups have been fired."""
    if used.fired == len(used.instants):
        database.drop(used.name)
        used.url = database.make(used.name, copy_of=crowd.name)
        used.fired = 0
    used.fired += 1
    return used.instants[used.fired - 1]


def _counts(database: Database, url: str) -> dict[str, int]:
    with closing(database.connect(url)) as connection:
        return counts(connection)


def _rate(act: Fire, due: int) -> float:
    """How many a second, until all that are due have been fired."""
    begun, fired = perf_counter(), 0
    while fired < due and (now := act()):
        fired += now
    taken = perf_counter() - begun
    if fired != due:
        raise AssertionError(f"{fired} clocks were fired, {due} were due")
    return due / taken
