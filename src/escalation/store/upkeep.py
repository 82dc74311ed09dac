"""Care of a database as a whole: whether it is sound, a copy of it, a copy in its place."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Engine, make_url

from escalation.errors import Broken, Refused
from escalation.store.dialect import database_file
from escalation.store.transaction import read

WAL_RESET_FIXED = (3, 51, 3)
"""SQLite 3.7.0 to 3.51.2 may damage a file when two connections write and checkpoint at once."""


def server_version(engine: Engine) -> str:
    """The version of the database program, as it says it itself."""
    of_server = "SHOW server_version"
    of_library = "SELECT sqlite_version()"
    sqlite = _file_of(engine) is not None
    with read(engine) as connection:
        return str(connection.exec_driver_sql(of_library if sqlite else of_server).scalar_one())


def faults(engine: Engine) -> list[str]:
    """What SQLite finds wrong in its file; a server keeps watch over its own."""
    if _file_of(engine) is None:
        return []
    with read(engine) as connection:
        found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [line for line in found if line != "ok"] + [
        f"{row[0]} names a missing row" for row in lost
    ]


def copy_to(engine: Engine, target: Path) -> None:
    """A consistent copy of an SQLite database while others go on writing; whole or not at all."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        with read(engine) as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(part),))
        sound_or_broken(part)
        _settle(part, target)
    finally:
        part.unlink(missing_ok=True)


def sound_or_broken(file: Path) -> str | None:
    """The revision of an SQLite file's tables, once it has been found sound.

    Raises:
        Broken: it is no SQLite database, or a damaged one, or not one of this product.
    """
    if file.with_name(f"{file.name}-wal").exists():
        raise Broken(f"{file} is in use, no backup: `escalation db backup FILE` makes one.")
    address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
            if found != ["ok"]:
                raise Broken(f"{file} is damaged: " + "; ".join(found))
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise Broken(f"{file} is no database of this product: {error}") from error
    return None if row is None else str(row[0])


def put_in_place(source: Path, target: Path) -> None:
    """Let a copy of ``source`` be the SQLite database at ``target`` from now on.

    Raises:
        Refused: another program has the database open.
    """
    part = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, part)
    _let_go(target)
    for beside in ("-wal", "-shm"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    _settle(part, target)


def others_on_server(engine: Engine) -> list[str]:
    """The programs that are connected to the same database of a server."""
    with read(engine) as connection:
        rows = connection.exec_driver_sql(
            "SELECT application_name, pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).all()
    return [f"{name or 'unnamed'} (process {pid})" for name, pid in rows]


def tables_on_server(engine: Engine) -> int:
    """How many tables a server's database has."""
    with read(engine) as connection:
        count = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
        ).scalar_one()
    return int(count)


def libpq(url: str) -> tuple[str, str | None]:
    """A server's URL as PostgreSQL's own programs take it, and the password apart from it."""
    parts = make_url(url)
    password = None if parts.password is None else str(parts.password)
    bare = URL.create(
        "postgresql",
        parts.username,
        host=parts.host,
        port=parts.port,
        database=parts.database,
        query=parts.query,
    )
    return bare.render_as_string(hide_password=False), password


def _let_go(target: Path) -> None:
    """See that nobody has the file open, which leaving its write-ahead log shows."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(target, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").close()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise Refused(
                f"Another program has {target} open: end it, then restore.", "in_use"
            ) from error
    except sqlite3.DatabaseError:
        return  # it is to be replaced because it is damaged


def _settle(part: Path, target: Path) -> None:
    """Give a finished file its name, durably."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(target.parent, os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _file_of(engine: Engine) -> Path | None:
    return database_file(engine.url.render_as_string(hide_password=False))
