import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from escalation.errors import Broken, EscalationError
from escalation.store.engine import make_engine
from escalation.store.failures import Again, Clash, Unavailable, translated
from escalation.store.transaction import read, write


class FromSqlite(sqlite3.OperationalError):
    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.sqlite_errorcode = code


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, Again),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Again),
        (sqlite3.SQLITE_LOCKED, Again),
        (sqlite3.SQLITE_FULL, Unavailable),
        (sqlite3.SQLITE_IOERR_FSYNC, Unavailable),
        (sqlite3.SQLITE_READONLY, Unavailable),
        (sqlite3.SQLITE_CANTOPEN, Unavailable),
        (sqlite3.SQLITE_CORRUPT, Broken),
        (sqlite3.SQLITE_NOTADB, Broken),
        (sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, Clash),
        (sqlite3.SQLITE_ERROR, DBAPIError),
    ],
)
def test_each_failure_of_sqlite_has_its_error(code: int, kind: type[Exception]) -> None:
    with pytest.raises(kind), translated():
        raise DBAPIError("SELECT 1", None, FromSqlite(code))


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("40001", Again),
        ("40P01", Again),
        ("55P03", Again),
        ("57P01", Again),
        ("08006", Again),
        ("53100", Unavailable),
        ("57014", Unavailable),
        ("25006", Unavailable),
        ("XX001", Broken),
        ("23505", Clash),
        ("42P01", DBAPIError),
    ],
)
def test_each_failure_of_postgres_has_its_error(state: str, kind: type[Exception]) -> None:
    with pytest.raises(kind), translated():
        raise DBAPIError("SELECT 1", None, psycopg.errors.lookup(state)("it happened"))


def test_a_lost_connection_is_to_be_tried_again() -> None:
    lost = DBAPIError(
        "SELECT 1", None, psycopg.OperationalError("gone"), connection_invalidated=True
    )
    with pytest.raises(Again), translated():
        raise lost


def test_no_free_connection_is_told() -> None:
    with pytest.raises(Unavailable, match="in use"), translated():
        raise NoConnection


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    engine = make_engine(f"postgresql+psycopg://postgres@/x?host={tmp_path}")
    with pytest.raises(Unavailable), read(engine) as connection:
        connection.execute(text("SELECT 1"))


def test_a_row_that_names_a_missing_one_is_a_clash_but_not_a_double(
    engine: Engine, shelf: Table
) -> None:
    del shelf
    with write(engine) as connection:
        kind = 'TEXT COLLATE "C"' if "postgres" in str(engine.url) else "TEXT"
        connection.execute(text(f"CREATE TABLE leaf (id {kind} REFERENCES shelf (id))"))
    try:
        with pytest.raises(Clash) as refused, write(engine) as connection:
            connection.execute(text("INSERT INTO leaf VALUES ('nowhere')"))
    finally:
        with write(engine) as connection:
            connection.execute(text("DROP TABLE leaf"))
    assert refused.value.extra["unique"] is False
    assert isinstance(refused.value, EscalationError)


@pytest.mark.postgres
def test_the_name_of_a_postgres_constraint_is_told(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with write(engine) as connection:
        connection.execute(text("CREATE TABLE t (n int CONSTRAINT only_once UNIQUE)"))
    with pytest.raises(Clash) as refused, write(engine) as connection:
        connection.execute(text("INSERT INTO t VALUES (1), (1)"))
    assert refused.value.extra["constraint"] == "only_once"
    engine.dispose()
