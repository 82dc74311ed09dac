"""Engines: how a connection is made, and what it promises from then on."""

import sqlite3
import time
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from escalation.clock import monotonic
from escalation.errors import Broken
from escalation.store.base import kept_text
from escalation.store.driver import begun, may_pipeline
from escalation.store.private import make_file

BUSY_MILLISECONDS = 15_000
CHECKPOINT_PAGES = 1_000
POOL = {
    "pool_size": 20,
    "max_overflow": 20,
    "pool_timeout": 10,
    "pool_recycle": 1_800,
    "pool_use_lifo": True,
}
POSTGRES_SETTINGS = {
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "5s",
    # What a worker costs to start is more than most statements here: only long ones are shared out.
    "parallel_setup_cost": "20000",
    "random_page_cost": "1.1",
    "statement_timeout": "60s",
    "timezone": "UTC",
}


def make_engine(
    url: str,
    *,
    owner: bool = False,
    application: str = "escalation",
    single: bool = False,
    throwaway: bool = False,
) -> Engine:
    """An engine on the database that ``url`` names.

    Commits are durable on both. On SQLite writers take the write lock when they begin, never
    halfway, and foreign keys hold.

    Args:
        url: An SQLAlchemy URL, ``sqlite:///path`` or ``postgresql+psycopg://...``.
        owner: This process owns the SQLite file (see ``ownership.own``): it alone checkpoints.
        application: The name under which a PostgreSQL server sees the connections.
        single: One connection at a time, closed after each use, without waiting limits and, on
            SQLite, without foreign keys: for migrations.
        throwaway: On SQLite, commits do not wait for the disk: for a replay's own database, which
            nobody keeps, and for nothing else.

    Raises:
        Broken: The URL cannot be read, or names a database that is not supported.
    """
    try:
        parts = make_url(url)
    except ArgumentError as error:
        raise Broken(f"The database URL cannot be read: {error}") from error
    build = {"sqlite": _sqlite, "postgresql": _postgres}.get(parts.get_backend_name())
    if build is None:
        raise Broken(f"{parts.get_backend_name()} is not supported: use sqlite or postgresql")
    pool: dict[str, Any] = {"poolclass": NullPool} if single else dict(POOL)
    return build(
        parts, pool, owner=owner, application=application, single=single, throwaway=throwaway
    )


def _sqlite(
    url: URL,
    pool: dict[str, Any],
    *,
    owner: bool,
    application: str,
    single: bool,
    throwaway: bool,
) -> Engine:
    del application
    if not url.database or url.database == ":memory:":
        raise Broken("An SQLite database needs a file: sqlite:///var/escalation.db")
    make_file(Path(url.database))
    engine = create_engine(
        url,
        **pool,
        # The driver begins nothing by itself; `begin` below does.
        connect_args={"isolation_level": None, "cached_statements": 512},
        execution_options={"begin": "BEGIN IMMEDIATE", "turn": Lock()},
    )
    pragmas = (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        f"synchronous = {'OFF' if throwaway else 'FULL'}",
        f"foreign_keys = {'OFF' if single else 'ON'}",
        # Connections that write and checkpoint at once can damage the file (SQLite 3.7.0 to
        # 3.51.2). So one process checkpoints, within the commits of its one writer at a time.
        f"wal_autocheckpoint = {CHECKPOINT_PAGES if owner else 0}",
        "journal_size_limit = 67108864",
        "cache_size = -32768",
        "temp_store = MEMORY",
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()
        _to_wal(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if statement := connection.get_execution_options()["begin"]:
            begun(connection, statement)

    return engine


def _to_wal(connection: sqlite3.Connection, patience: float = BUSY_MILLISECONDS / 1000) -> None:
    """Turn the file to a write-ahead log, which it then keeps.

    SQLite itself does not wait for another connection that does the same to a new file.
    """
    deadline = monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _postgres(
    url: URL,
    pool: dict[str, Any],
    *,
    owner: bool,
    application: str,
    single: bool,
    throwaway: bool,
) -> Engine:
    del owner, throwaway
    settings = {**POSTGRES_SETTINGS, **({"statement_timeout": "0"} if single else {})}
    words = [f"-c {name}={value}" for name, value in settings.items()]
    given = url.query.get("options", ())
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        **pool,
        isolation_level="READ COMMITTED",
        json_serializer=kept_text,
        json_deserializer=msgspec.json.decode,
        connect_args={
            "application_name": application,
            "connect_timeout": 10,
            "options": " ".join([*([given] if isinstance(given, str) else given), *words]),
        },
    )
    may_pipeline(engine)
    return engine
