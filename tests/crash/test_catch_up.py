"""The engine stood still from Friday to Monday: on start each issue walks one rung, on record."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from escalation.services.desk import Desk
from escalation.store import models
from escalation.store.transaction import read
from tests.builders import PATIENCE, ask_all, complaint, desk_on, job
from tests.crash.invariants import broken
from tests.fakes import utc, virtual_clock

FRIDAY = "2026-03-06 03:00"  # one in the afternoon in Brisbane
TARGET = utc("2026-03-09 07:00")  # a business day later: Monday at five
LATE = utc("2026-03-09 07:30")  # when the engine is started again, three days after it stopped
ISSUES = 1_000


def drain(desk: Desk) -> int:
    """Sweep until nothing is due; how many clocks were looked at."""
    looked = 0
    while found := desk.sweep().result(PATIENCE):
        looked += found
    return looked


@pytest.mark.slow
def test_after_three_days_down_each_issue_walks_one_rung_and_says_when_it_was_due(
    furnished_url: str,
) -> None:
    clock = virtual_clock(FRIDAY)
    with desk_on(furnished_url, clock) as desk:
        for _ in range(8):
            ask_all(desk, [job(desk, complaint(), answers=False) for _ in range(ISSUES // 8)])
    clock.move_to(LATE)
    with desk_on(furnished_url, clock) as desk:
        assert drain(desk) >= ISSUES
        table = models.event
        query = select(table.c.due_at, table.c.effective_at, table.c.recorded_at)
        with read(desk.engine) as connection:
            climbs = connection.execute(query.where(table.c.type == "issue.escalated")).all()
            rungs = set(connection.scalars(select(models.issue.c.rung)))
            missed = connection.scalars(
                select(table.c.id).where(table.c.type == "issue.warning_missed")
            ).all()
            warned = select(table.c.payload).where(table.c.type == "issue.warned")
            steps = [text for text in connection.scalars(warned) if '"clock":"rung"' in text]
        assert [tuple(climb) for climb in climbs] == [(TARGET, LATE, LATE)] * ISSUES
        assert rungs == {"function_director"}
        assert len(missed) == 2 * ISSUES, "overtaken warnings are recorded, without a message"
        assert steps == []
        assert drain(desk) == 0
        assert broken(desk.engine) == []


def test_the_next_rung_has_its_full_time_from_the_moment_it_was_told(furnished_url: str) -> None:
    clock = virtual_clock(FRIDAY)
    with desk_on(furnished_url, clock) as desk:
        ask_all(desk, [job(desk, complaint()) for _ in range(3)])
        late = TARGET + timedelta(days=30)
        clock.move_to(late)
        drain(desk)
        with read(desk.engine) as connection:
            kinds = models.clock.c.kind.in_(["rung", "acknowledge"])
            live = models.clock.c.ended_at.is_(None)
            query = select(models.clock.c.anchor, models.clock.c.due_at)
            clocks = connection.execute(query.where(kinds, live)).all()
        assert {row.anchor for row in clocks} == {late}
        assert all(row.due_at > late for row in clocks)


def test_a_long_downtime_climbs_no_further_than_one_rung_at_each_start(furnished_url: str) -> None:
    clock = virtual_clock(FRIDAY)
    seen = []
    with desk_on(furnished_url, clock) as desk:
        ask_all(desk, [job(desk, complaint())])
        for _ in range(3):
            clock.advance(timedelta(days=60))
            drain(desk)
            with read(desk.engine) as connection:
                seen.append(connection.scalars(select(models.issue.c.rung)).one())
        assert broken(desk.engine) == []
    assert seen[0] == "function_director"
    assert all(a != b or a == "business_manager_forum" for a, b in pairwise(seen))
