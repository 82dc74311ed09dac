"""The register of decisions: the year of a decision is that of its number."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert

from escalation.store import decisions, models
from escalation.store.decisions import DecisionQuestion
from escalation.store.transaction import read, write
from escalation.workflow.viewing import EVERYTHING

MADE = (
    ("FY-2025-2026-001", datetime(2026, 6, 1, tzinfo=UTC)),
    ("FY-2025-2027-001", datetime(2026, 12, 31, 20, tzinfo=UTC)),  # morning, where the forum meets
    ("NS-2026-1204", datetime(2027, 1, 1, 2, tzinfo=UTC)),  # still the evening before
    ("NS-2025-2026", datetime(2025, 7, 1, tzinfo=UTC)),  # the forum's 2026th of 2025
    (None, datetime(2026, 12, 31, 20, tzinfo=UTC)),
)


@pytest.fixture
def register(engine: Engine) -> Engine:
    """A register in which these were decided."""
    same = {"subject": "itm_1", "kind": "matter", "meeting_id": "mtg_1", "forum": "f", "text": "t"}
    rows: list[dict[str, Any]] = [
        {
            **same,
            "id": f"dec_{place}",
            "number": number,
            "effect": "advise",
            "assents": [],
            "recused": [],
            "decided_at": at,
        }
        for place, (number, at) in enumerate(MADE)
    ]
    with write(engine) as connection:
        connection.execute(insert(models.decision), rows)
    return engine


def numbers(engine: Engine, year: int) -> set[str | None]:
    asked = DecisionQuestion(year=year)
    with read(engine) as connection:
        return {row.number for row in decisions.page(connection, EVERYTHING, asked)}


def test_a_year_in_a_forums_own_name_is_not_the_year_of_its_decisions(register: Engine) -> None:
    assert numbers(register, 2024) == set()
    assert numbers(register, 2025) == {"NS-2025-2026"}
    assert numbers(register, 2026) == {"FY-2025-2026-001", "NS-2026-1204", None}
    assert numbers(register, 2027) == {"FY-2025-2027-001"}


def test_a_year_of_the_register_is_found_by_an_index(register: Engine) -> None:
    on_server = register.dialect.name == "postgresql"
    plan: list[object] = []

    def explain(conn: Connection, _: object, statement: str, given: Any, *_more: object) -> None:
        cursor = conn.connection.cursor()
        if on_server:  # of so few rows none is looked up otherwise
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'' if on_server else 'QUERY PLAN '}{statement}", given)
        plan.extend(cursor.fetchall())

    with read(register) as connection:
        event.listen(connection, "before_cursor_execute", explain)
        decisions.page(connection, EVERYTHING, DecisionQuestion(year=2026))
        event.remove(connection, "before_cursor_execute", explain)
    conditions = "Index Cond: ((decided_at" if on_server else "(decided_at>? AND decided_at<?)"
    assert "ix_decision_decided_at" in str(plan)
    assert conditions in str(plan)
