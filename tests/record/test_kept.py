"""What was recorded is not changed: SQLite itself refuses, PostgreSQL by what the role may."""

import pytest
from sqlalchemy import delete, insert, update

from escalation.store import models
from escalation.store.failures import Clash
from escalation.store.transaction import write
from tests.builders import desk_on
from tests.record.recorded import an_issue, sealer_of

KEPT = ["event", "seal", "seal_chain", "clock_step"]


@pytest.mark.parametrize("name", KEPT)
def test_sqlite_refuses_to_change_or_remove_what_is_kept(name: str, furnished_url: str) -> None:
    if not furnished_url.startswith("sqlite"):
        pytest.skip("on PostgreSQL the grants refuse: see the tests of `db grants`")
    table = models.metadata.tables[name]
    with desk_on(furnished_url) as desk:
        an_issue(desk)
        sealer_of(desk).seal()
        if name == "clock_step":
            names, now = ("due_at", "effective_at", "recorded_at"), desk.clock.now()
            step = {"clock_id": "clk_1", "step": "end", "issue_id": "iss_1"}
            with write(desk.engine) as connection:
                connection.execute(insert(table), {**step, **dict.fromkeys(names, now)})
        column = next(column for column in table.columns if not column.primary_key)
        for statement in (update(table).values({column: column}), delete(table)):
            refused = pytest.raises(Clash, match="neither changed nor removed")
            with refused, write(desk.engine) as connection:
                connection.execute(statement)
