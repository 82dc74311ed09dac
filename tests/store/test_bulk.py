from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select

from escalation.store.bulk import MANY, insert_rows, update_rows
from escalation.store.driver import executed
from escalation.store.engine import make_engine
from escalation.store.failures import Again, Clash
from escalation.store.transaction import read, write
from tests.fakes import MONDAY

ODD = ("", "a\x1fb", "\x1e", "{NULL}", 'a "word", a \\ and a }', "ä\n\t\u2028", "NULL")
"""Texts that a list of texts could be taken apart at, or take for nothing."""


def kept(engine: Engine, shelf: Table) -> list[tuple[Any, ...]]:
    with read(engine) as connection:
        rows = connection.execute(select(shelf.c.id, shelf.c.at, shelf.c.said)).all()
    return sorted((tuple(row) for row in rows), key=lambda row: str(row[0]))


@pytest.mark.parametrize("words", [*((word,) for word in ODD), ODD, ("plain", "words")])
def test_any_text_is_kept_as_it_was(engine: Engine, shelf: Table, words: tuple[str, ...]) -> None:
    rows = [
        {"id": word, "at": MONDAY + timedelta(microseconds=n), "said": {"word": word}}
        for n, word in enumerate(words)
    ]
    with write(engine) as connection:
        insert_rows(connection, shelf, rows)
    given = sorted(((r["id"], r["at"], r["said"]) for r in rows), key=lambda row: str(row[0]))
    assert kept(engine, shelf) == given


@pytest.mark.parametrize("words", [ODD, ("plain", "words")])
def test_changes_reach_the_rows_they_name(
    engine: Engine, shelf: Table, words: tuple[str, ...]
) -> None:
    with write(engine) as connection:
        insert_rows(connection, shelf, [{"id": w, "at": MONDAY, "said": None} for w in words])
        changes = [{"id": w, "at": None, "said": [w, None, 1]} for w in words[1:]]
        update_rows(connection, shelf, ("id",), changes)
    told = {word: (at, said) for word, at, said in kept(engine, shelf)}
    assert told == {words[0]: (MONDAY, None)} | {w: (None, [w, None, 1]) for w in words[1:]}


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
