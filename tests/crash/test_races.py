"""Several workers after the same due clocks: each clock fires exactly once."""

from collections import Counter
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from escalation.store import models
from escalation.store.engine import make_engine
from escalation.store.transaction import read
from tests.builders import ask_all, complaint, desk_on, job
from tests.crash.harness import processes, running
from tests.crash.invariants import broken
from tests.crash.races import sweep
from tests.fakes import MONDAY

DUE = 5_000
WORKERS = {"sqlite": 1, "postgresql": 4}
TUESDAY = MONDAY + timedelta(days=1)
INSTANTS = [TUESDAY, TUESDAY + timedelta(hours=5, minutes=30), TUESDAY + timedelta(hours=7)]
"""Half of the first target gone; two hours left; its end, with nobody having acknowledged."""


@pytest.mark.slow
def test_each_of_many_due_clocks_fires_exactly_once_whoever_is_first(furnished_url: str) -> None:
    issues = _log(furnished_url)
    engine = make_engine(furnished_url)
    workers = WORKERS[engine.dialect.name]
    together = processes().Barrier(workers)
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        started = [
            stack.enter_context(running(sweep, furnished_url, INSTANTS, together))
            for _ in range(workers)
        ]
        said = [len([*lines]) for _, lines in started]
        assert said == [len(INSTANTS)] * workers, "a worker died"
        _look(engine, issues)


def _look(engine: Engine, issues: int) -> None:
    fired = _fired(engine)
    assert fired == {
        ("acknowledge", "end"): issues,
        ("rung", "50%"): issues,
        ("rung", "2 business hours"): issues,
        ("rung", "end"): issues,
    }
    assert sum(fired.values()) >= DUE
    told = _told(engine)
    assert told["issue.escalated"] == issues
    assert told["issue.logged"] == issues
    assert broken(engine) == []


def _log(url: str) -> int:
    """Log as many issues as have that many steps due; answers how many."""
    with desk_on(url) as desk:
        for _ in range(10):
            ask_all(desk, [job(desk, complaint(), answers=False) for _ in range(DUE // 40)])
    return 10 * (DUE // 40)


def _fired(engine: Engine) -> Counter[tuple[str, str]]:
    step, clock = models.clock_step, models.clock
    query = select(clock.c.kind, step.c.step).join(clock, clock.c.id == step.c.clock_id)
    with read(engine) as connection:
        return Counter((kind, name) for kind, name in connection.execute(query))


def _told(engine: Engine) -> Counter[str]:
    with read(engine) as connection:
        return Counter(connection.scalars(select(models.outbox.c.type)))
