from pathlib import Path

import pytest

from escalation.workflow.states import Act
from escalation.workflow.table import TABLE
from tests.life.asks import ASKS
from tests.life.campaign import live, on_postgres, on_sqlite
from tests.postgres import Server

STEPS = 1_250
PARTS = range(1, 9)
"""So that the parts of 10,000 steps on each database go side by side; the campaign takes more."""


def test_every_act_of_the_table_has_its_part_in_it() -> None:
    assert set(ASKS) == {row.act for row in TABLE if isinstance(row.act, Act)}


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.parametrize("part", PARTS)
def test_whatever_happens_the_promises_hold_on_sqlite(tmp_path: Path, part: int) -> None:
    with on_sqlite(tmp_path) as opens:
        assert live(opens, STEPS, part) >= STEPS


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.postgres
@pytest.mark.parametrize("part", PARTS)
def test_whatever_happens_the_promises_hold_on_postgresql(
    tmp_path: Path, postgres_server: Server, part: int
) -> None:
    with on_postgres(tmp_path, postgres_server) as opens:
        assert live(opens, STEPS, part + 1_000) >= STEPS
