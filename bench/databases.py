"""The two databases, durable as in operation: furnished once, copied as often as is wanted."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import psycopg

from escalation.clock import Clock, SystemClock
from escalation.ids import IdSource
from escalation.services import framework
from escalation.services.desk import Desk
from escalation.services.references import References
from escalation.services.registry import Registry
from escalation.store import migrate
from escalation.store.engine import POSTGRES_SETTINGS, make_engine
from escalation.workflow.facts import Actor
from tests.postgres import Server, postgres

KINDS = ("sqlite", "postgres")
CONFIG = Path(__file__).resolve().parents[1] / "config"
BENCH = Actor(kind="person", name="bench")


class Database(Protocol):
    """One kind of database: makes databases, copies them, and connects by hand."""

    name: str
    version: str

    def make(self, name: str, copy_of: str | None = None) -> str:
        """Make a database, empty or a copy; answers its URL."""
        ...

    def drop(self, name: str) -> None:
        """Remove it; one that is not there is left so."""
        ...

    @staticmethod
    def connect(url: str) -> Any:  # noqa: ANN401 - either driver's connection
        """A driver's own connection that begins nothing by itself and commits durably."""
        ...

    def settle(self, url: str) -> None:
        """Have statistics gathered and everything on disk, before something is measured."""
        ...


class Sqlite:
    """Files in a folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        """Files are made in ``folder``."""
        self._folder = folder
        self.version = f"{sqlite3.sqlite_version}, WAL, synchronous=FULL"

    def make(self, name: str, copy_of: str | None = None) -> str:
        """An empty file is made by whoever opens it; a copy takes the log along."""
        path = self._folder / name
        if copy_of is not None:
            shutil.copyfile(self._folder / copy_of, path)
        return f"sqlite:///{path}"

    def drop(self, name: str) -> None:
        """The file and its log."""
        for ending in ("", "-wal", "-shm"):
            (self._folder / f"{name}{ending}").unlink(missing_ok=True)

    @staticmethod
    def connect(url: str) -> sqlite3.Connection:
        """As the product's own connections are set."""
        path = url.removeprefix("sqlite:///")
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "busy_timeout = 15000",
            "cache_size = -32768",
            "temp_store = MEMORY",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()
        return connection

    def settle(self, url: str) -> None:
        """Statistics, and the log into the file, so that it can be copied."""
        connection = self.connect(url)
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        connection.close()


class Postgres:
    """Databases of a server that syncs."""

    name = "postgres"

    def __init__(self, server: Server) -> None:
        """On ``server``."""
        self._server = server
        with self.connect(server.url()) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        self.version = f"{row[0] if row else '?'}, fsync and synchronous_commit on"

    def make(self, name: str, copy_of: str | None = None) -> str:
        """A copy is the server's own, file by file."""
        how = "" if copy_of is None else f" TEMPLATE {copy_of} STRATEGY file_copy"
        self._execute(self._server.url(), f"CREATE DATABASE {name}{how}")
        return self._server.url(name)

    def drop(self, name: str) -> None:
        """Even where somebody is connected."""
        self._execute(self._server.url(), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    @staticmethod
    def connect(url: str) -> "psycopg.Connection[Any]":
        """Plans as the product does; statements are prepared from their second use on."""
        plain = url.replace("+psycopg", "")
        named = ("parallel_setup_cost", "random_page_cost", "timezone")
        options = " ".join(f"-c {name}={POSTGRES_SETTINGS[name]}" for name in named)
        connection = psycopg.connect(plain, autocommit=True, options=options)
        connection.prepare_threshold = 1
        return connection

    def settle(self, url: str) -> None:
        """Statistics and visibility, and a checkpoint."""
        for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
            self._execute(url, statement)

    def _execute(self, url: str, statement: str) -> None:
        with self.connect(url) as connection:
            connection.execute(statement.encode())


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Database]:
    """The database of that kind, for the length of the block, with ``furnished`` made in it."""
    if kind == "sqlite":
        yield _furnished(Sqlite(folder))
        return
    with postgres(fsync=True) as server:
        yield _furnished(Postgres(server))


def _furnished(database: Database) -> Database:
    """With the example directory and ladders in force in a database called ``furnished``."""
    url = database.make("furnished")
    engine = make_engine(url, owner=True)
    migrate.upgrade(engine)
    engine.dispose()
    with desk_on(url, SystemClock()) as desk:
        directory = (CONFIG / "directory.yaml").read_bytes()
        ladders = (CONFIG / "escalation_ladders.yaml").read_bytes()
        framework.apply_directory(desk, directory, "directory.yaml", actor=BENCH)
        framework.publish(desk, ladders, "ladders", mode="new-only", reason="bench", actor=BENCH)
    database.settle(url)
    return database


@contextmanager
def desk_on(url: str, clock: Clock) -> Iterator[Desk]:
    """A desk that serves on a database, for the length of the block."""
    engine = make_engine(url, owner=True, application="bench")
    desk = Desk(engine, clock, IdSource(), Registry(timedelta(minutes=10)), References("SSI"))
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()
        engine.dispose()
