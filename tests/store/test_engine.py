import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, select, text

from escalation.errors import Broken
from escalation.store.engine import _to_wal, make_engine
from escalation.store.transaction import read, write


def pragma(engine: Engine, name: str) -> object:
    with read(engine) as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 15000)],
)
def test_sqlite_is_durable_and_keeps_references(sqlite_url: str, name: str, value: object) -> None:
    engine = make_engine(sqlite_url)
    assert pragma(engine, name) == value
    engine.dispose()


def test_only_a_throwaway_sqlite_file_does_not_wait_for_the_disk(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url, throwaway=True)
    assert pragma(engine, "synchronous") == 0
    assert pragma(engine, "foreign_keys") == 1
    engine.dispose()


@pytest.mark.parametrize(("owner", "pages"), [(True, 1000), (False, 0)])
def test_only_the_owner_of_an_sqlite_file_checkpoints(
    sqlite_url: str, owner: bool, pages: int
) -> None:
    engine = make_engine(sqlite_url, owner=owner)
    assert pragma(engine, "wal_autocheckpoint") == pages
    engine.dispose()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TimeZone", "UTC"),
        ("lock_timeout", "5s"),
        ("random_page_cost", "1.1"),
        ("statement_timeout", "1min"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("transaction_isolation", "read committed"),
        ("application_name", "escalation"),
    ],
)
@pytest.mark.postgres
def test_postgres_connections_wait_within_limits(postgres_url: str, name: str, value: str) -> None:
    engine = make_engine(postgres_url)
    with write(engine) as connection:
        assert connection.exec_driver_sql(f"SHOW {name}").scalar_one() == value
    engine.dispose()


@pytest.mark.postgres
def test_options_of_the_url_are_kept(postgres_url: str) -> None:
    engine = make_engine(f"{postgres_url}&options=-c%20work_mem%3D7MB")
    with read(engine) as connection:
        assert connection.exec_driver_sql("SHOW work_mem").scalar_one() == "7MB"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "5s"
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("mysql+pymysql://localhost/x", "mysql is not supported"),
        ("nonsense", "cannot be read"),
    ],
)
def test_a_database_that_cannot_serve_is_refused(url: str, says: str) -> None:
    with pytest.raises(Broken, match=says):
        make_engine(url)


def test_the_folder_of_an_sqlite_file_is_made(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/a/b/c.db")
    with read(engine) as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    def open_it(_: int) -> None:
        engine = make_engine(f"sqlite:///{tmp_path}/new.db")
        assert pragma(engine, "journal_mode") == "wal"
        engine.dispose()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(open_it, range(40)))


def test_a_new_file_that_another_holds_is_waited_for(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "new.db", isolation_level=None, check_same_thread=False)
    holder.execute("CREATE TABLE t (n)")
    holder.execute("BEGIN EXCLUSIVE")
    waiting = sqlite3.connect(tmp_path / "new.db", timeout=0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        _to_wal(waiting, patience=0)
    release = threading.Timer(0.2, holder.execute, ["COMMIT"])
    release.start()
    _to_wal(waiting)
    release.join()
    waiting.close()
    holder.close()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("this is no database, it is a text" * 50)
    engine = make_engine(f"sqlite:///{tmp_path}/notes.txt")
    with pytest.raises(Broken, match="not a database"), read(engine) as connection:
        connection.execute(text("SELECT 1"))


def test_eight_writers_that_read_first_all_succeed(engine: Engine) -> None:
    tally = Table("tally", MetaData(), Column("n", Integer))
    with write(engine) as connection:
        tally.create(connection)
        connection.execute(tally.insert().values(n=0))

    def add(_: int) -> None:
        with write(engine) as connection:
            n = connection.execute(select(tally.c.n).with_for_update()).scalar_one()
            connection.execute(tally.update().values(n=n + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(200), timeout=60))
    with read(engine) as connection:
        assert connection.execute(select(tally.c.n)).scalar_one() == 200
