from pathlib import Path

import pytest
from hypothesis.stateful import run_state_machine_as_test

from escalation.workflow.states import Act
from escalation.workflow.table import TABLE
from tests.life.asks import ASKS
from tests.life.campaign import lives, on_postgres, on_sqlite
from tests.life.machine import Opens, life_on
from tests.postgres import Server

STEPS = 10_000
"""On each database; the campaign takes as many as it is told."""


def test_every_act_of_the_table_has_its_part_in_it() -> None:
    assert set(ASKS) == {row.act for row in TABLE if isinstance(row.act, Act)}


@pytest.mark.slow
def test_whatever_happens_the_promises_hold_on_sqlite(tmp_path: Path) -> None:
    with on_sqlite(tmp_path) as opens:
        live(opens)


@pytest.mark.slow
@pytest.mark.postgres
def test_whatever_happens_the_promises_hold_on_postgresql(
    tmp_path: Path, postgres_server: Server
) -> None:
    with on_postgres(tmp_path, postgres_server) as opens:
        live(opens)


def live(opens: Opens) -> None:
    """So many steps, each looked at."""
    life = life_on(opens)
    run_state_machine_as_test(life, settings=lives(STEPS))
    assert life.steps >= STEPS
