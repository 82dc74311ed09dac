from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, event, select

from escalation.store.bulk import FEW, GROUP, MANY, insert_rows, update_rows
from escalation.store.driver import executed
from escalation.store.engine import make_engine
from escalation.store.failures import Again, Clash
from escalation.store.transaction import read, write
from tests.fakes import MONDAY
from tests.store.conftest import SHELF

PLAIN = tuple(f"plain {number}" for number in range(FEW + 1))
ODD = ("", "a\x1fb", "\x1e", "{NULL}", 'a "word", a \\ and a }', "ä\n\t\u2028", "NULL")
"""Texts that a list of texts could be taken apart at, or take for nothing."""


def kept(engine: Engine, shelf: Table) -> list[tuple[Any, ...]]:
    with read(engine) as connection:
        rows = connection.execute(select(shelf.c.id, shelf.c.at, shelf.c.said)).all()
    return sorted((tuple(row) for row in rows), key=lambda row: str(row[0]))


@pytest.mark.parametrize("words", [*((word,) for word in ODD), ODD, PLAIN[:FEW], PLAIN])
def test_any_text_is_kept_as_it_was(engine: Engine, shelf: Table, words: tuple[str, ...]) -> None:
    rows = [
        {"id": word, "at": MONDAY + timedelta(microseconds=n), "said": {"word": word}}
        for n, word in enumerate(words)
    ]
    with write(engine) as connection:
        insert_rows(connection, shelf, rows)
    given = sorted(((r["id"], r["at"], r["said"]) for r in rows), key=lambda row: str(row[0]))
    assert kept(engine, shelf) == given


@pytest.mark.parametrize("words", [ODD, ODD[:FEW], PLAIN])
def test_changes_reach_the_rows_they_name(
    engine: Engine, shelf: Table, words: tuple[str, ...]
) -> None:
    with write(engine) as connection:
        insert_rows(connection, shelf, [{"id": w, "at": MONDAY, "said": None} for w in words])
        changes = [{"id": w, "at": None, "said": [w, None, 1]} for w in words[1:]]
        update_rows(connection, shelf, ("id",), changes)
    told = {word: (at, said) for word, at, said in kept(engine, shelf)}
    assert told == {words[0]: (MONDAY, None)} | {w: (None, [w, None, 1]) for w in words[1:]}


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, MANY])
def test_bytes_are_kept_as_they_were(engine: Engine, shelf: Table, count: int) -> None:
    rows = [
        {"id": f"{n:03}", "raw": bytes([0, 92, n, 255]) if n % 2 else None} for n in range(count)
    ]
    with write(engine) as connection:
        insert_rows(connection, shelf, rows)
    with read(engine) as connection:
        found = connection.execute(select(shelf.c.id, shelf.c.raw).order_by(shelf.c.id)).all()
    assert [(each.id, each.raw) for each in found] == [(row["id"], row["raw"]) for row in rows]


def test_what_few_rows_of_many_say_is_kept(engine: Engine, shelf: Table) -> None:
    names = [f"{number:03}" for number in range(MANY + 5)]
    few = {names[0], names[MANY // 2], names[-1]}
    with write(engine) as connection:
        rows = [{"id": n, "at": MONDAY if n in few else None, "said": None} for n in names]
        insert_rows(connection, shelf, rows)
    assert kept(engine, shelf) == [(n, MONDAY if n in few else None, None) for n in names]
    with write(engine) as connection:
        changes = [{"id": n, "at": None, "said": [n] if n in few else None} for n in names]
        update_rows(connection, shelf, ("id",), changes)
    assert kept(engine, shelf) == [(n, None, [n] if n in few else None) for n in names]


def test_a_row_that_is_there_already_is_a_clash(engine: Engine, shelf: Table) -> None:
    row = {"id": "a", "at": None, "said": None}
    with write(engine) as connection:
        insert_rows(connection, shelf, [row])
    with pytest.raises(Clash) as caught, write(engine) as connection:
        insert_rows(connection, shelf, [row])
    assert caught.value.extra["unique"]


@pytest.mark.postgres
def test_a_server_that_hung_up_is_called_again(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with pytest.raises(Again), write(engine) as connection:
        executed(connection, "SELECT pg_terminate_backend(pg_backend_pid())", ())
    with read(engine) as connection:
        assert executed(connection, "SELECT 1", ()).fetchone() == (1,)
    engine.dispose()


def test_many_rows_keep_what_they_say_and_what_they_leave_empty(
    engine: Engine, shelf: Table
) -> None:
    names = [f"{number:03}" for number in range(MANY)]
    with write(engine) as connection:
        insert_rows(connection, shelf, [{"id": n, "at": None, "said": [n]} for n in names])
        changes = [{"id": n, "at": MONDAY, "said": "not looked at"} for n in names]
        update_rows(connection, shelf, ("id",), changes, unchanged=("said",))
    assert kept(engine, shelf) == [(name, MONDAY, [name]) for name in names]


def test_no_group_of_changes_reads_its_whole_table(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    plans: list[str] = []
    with write(engine) as connection:
        SHELF.create(connection)
        rows = [{"id": f"{n:03}", "at": None, "said": None} for n in range(GROUP)]
        insert_rows(connection, SHELF, rows)

        @event.listens_for(connection, "before_cursor_execute")
        def explain(*told: Any) -> None:
            cursor = connection.connection.cursor()
            cursor.execute(f"EXPLAIN QUERY PLAN {told[2]}", told[3])
            plans.extend(row[3] for row in cursor.fetchall())

        update_rows(connection, SHELF, ("id",), rows)
    engine.dispose()
    assert [line for line in plans if SHELF.name in line] == [
        "SEARCH shelf USING COVERING INDEX sqlite_autoindex_shelf_1 (id=?)"
    ]
