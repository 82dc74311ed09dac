"""What calls were answered, and who has a reference, are found by key, never by reading all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from escalation.store import access
from escalation.store.access import Kept, Slot
from escalation.store.engine import make_engine
from escalation.store.transaction import read, write

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SLOTS = [
    Slot("ana", "POST", "/v1/issues", "1"),
    Slot("ana", "POST", "/v1/issues", "2"),
    Slot("ben", "POST", "/v1/issues", "1"),
    Slot("ana", "POST", "/v1/issues/iss_1/acts/note", "1"),
]


def kept(slot: Slot) -> Kept:
    return Kept(slot, "hash", 201, {"ETag": '"1"'}, b"body", NOW)


def test_answers_are_recalled_by_their_whole_key(engine: Engine) -> None:
    with write(engine) as connection:
        access.remember(connection, [kept(slot) for slot in SLOTS[:3]])
    asked = [SLOTS[0], SLOTS[3], Slot("ben", "POST", "/v1/issues", "2")]
    with read(engine) as connection:
        assert access.recall(connection, []) == {}
        assert access.recall(connection, [SLOTS[2]]) == {SLOTS[2]: kept(SLOTS[2])}
        assert access.recall(connection, SLOTS) == {slot: kept(slot) for slot in SLOTS[:3]}
        assert access.recall(connection, asked) == {SLOTS[0]: kept(SLOTS[0])}


@contextmanager
def plans(connection: Connection) -> Iterator[list[str]]:
    """How SQLite goes about each statement of the block."""
    told: list[str] = []

    def explain(conn: Connection, cursor: object, statement: str, given: Any, *_: object) -> None:
        del conn, cursor
        raw = connection.connection.cursor()
        told.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", given))

    event.listen(connection, "before_cursor_execute", explain)
    yield told
    event.remove(connection, "before_cursor_execute", explain)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_busy_turn_does_not_read_every_answer_that_is_kept(sqlite_url: str, count: int) -> None:
    engine = make_engine(sqlite_url)
    with read(engine) as connection, plans(connection) as told:
        access.recall(connection, SLOTS[:count])
        access.taken_refs(connection, [("jira", "1"), ("jira", "2"), ("snow", "1")][:count])
    engine.dispose()
    assert told
    assert [line for line in told if line.startswith("SCAN") and "VIRTUAL" not in line] == []
    assert any("idempotency" in line and "SEARCH" in line for line in told)
    assert any("external_ref" in line and "SEARCH" in line for line in told)
