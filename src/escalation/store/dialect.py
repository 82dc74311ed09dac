"""Where SQLite and PostgreSQL differ: the only module that asks which of them it is.

Everything else says what it wants, and finds here how that is said on either database.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    LargeBinary,
    Table,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    make_url,
    select,
    text,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from escalation.clock import Clock, SystemClock
from escalation.store.base import kept_text
from escalation.store.statements import made_once
from escalation.store.tuples import fetched

_READ: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {"begin": None},
    "postgresql": {"isolation_level": "AUTOCOMMIT"},
}
_SNAPSHOT: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {"begin": "BEGIN"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}

CANCEL_SECONDS = 2.0
"""How long a server is waited for that is asked to end a statement."""


def database_file(url: str) -> Path | None:
    """The file that an SQLite URL names; None for a server."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database:
        return None
    return Path(parts.database)


def reading(engine: Engine) -> Mapping[str, Any]:
    """The connection options of statements that each see what is committed by then."""
    return _READ[engine.dialect.name]


def snapshot(engine: Engine) -> Mapping[str, Any]:
    """The connection options of statements that all see the database as at one instant."""
    return _SNAPSHOT[engine.dialect.name]


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


@made_once()
def if_new(of: Dialect, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of one row that leaves alone a row that is there; made once."""
    new = postgresql.insert(table) if of.name == "postgresql" else sqlite.insert(table)
    return new.on_conflict_do_nothing()


def any_of(
    connection: Connection, column: ColumnElement[Any], values: Sequence[Any]
) -> ColumnElement[bool]:
    """Whether the column is one of the values.

    The statement is the same for any number of values, so that it stays prepared, and nobody
    spends time on writing a list of placeholders.
    """
    of = connection.dialect
    return _among(
        of, column, bindparam(None, list(values), type_=_list_of(of, column), unique=True)
    )


def any_given(of: Dialect, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the values that the statement is given by ``name``."""
    return _among(of, column, bindparam(name, type_=_list_of(of, column)))


def _among(
    of: Dialect, column: ColumnElement[Any], given: BindParameter[Any]
) -> ColumnElement[bool]:
    if takes_arrays(of):
        return column == any_(given)
    return column.in_(select(func.json_each(given).table_valued("value").c.value))


def _list_of(of: Dialect, column: ColumnElement[Any]) -> TypeEngine[Any]:
    """How a list of such values is given: an array on PostgreSQL, JSON on SQLite."""
    return _ListAsArray(column.type) if takes_arrays(of) else _ListAsJson(column.type)


class _ListAsArray(TypeDecorator[list[Any]]):
    """A list of texts or numbers as the text of an array: psycopg writes one value by value."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = postgresql.ARRAY
    cache_ok: bool | None = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        """A list of ``item``."""
        super().__init__(item)

    def bind_processor(self, dialect: Dialect) -> Callable[[list[Any] | None], str]:
        """What writes the values down."""
        del dialect
        return array_text


def array_text(values: list[Any] | None) -> str:
    """An array as PostgreSQL reads it, with each of its values in quotes."""
    if not values:
        return "{}"
    text = '","'.join(map(str, values))
    if "\\" in text or text.count('"') != 2 * (len(values) - 1):
        escaped = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
        text = '","'.join(escaped)
    return f'{{"{text}"}}'


class _ListAsJson(TypeDecorator[list[Any]]):
    """A list of values as JSON, each as its own type keeps it."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok: bool | None = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        """A list of ``item``."""
        super().__init__()
        self.item = item

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """What turns the values into JSON."""
        process = self.item.dialect_impl(dialect).bind_processor(dialect)

        def told(values: list[Any]) -> str:
            return kept_text(values if process is None else [process(value) for value in values])

        return told


def has_item(connection: Connection, column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    """Whether a column that holds a JSON list of texts has this one among them."""
    if connection.dialect.name == "postgresql":
        return column.op("@>", is_comparison=True)(literal([value], column.type))
    items = func.json_each(column).table_valued("value")
    return exists(select(1).select_from(items).where(items.c.value == value))


def has_inside(
    connection: Connection, column: ColumnElement[Any], path: tuple[str, str], value: str
) -> ColumnElement[bool]:
    """Whether an entry of a JSON list has a text: at a name of its own, or in a list at a place.

    ``path`` is the name of the list within ``column``, then the name or the place in its entries.
    """
    outer, inner = path
    member = f"[{inner}]" if inner.isdigit() else f".{inner}"
    if connection.dialect.name == "postgresql":
        # In its lax way a jsonpath takes a text for a list of one.
        found = func.jsonb_path_exists(
            column,
            cast(f"$.{outer}[*]{member}[*] ? (@ == $it)", postgresql.JSONPATH),
            func.jsonb_build_object("it", cast(value, Text)),
        )
        return func.coalesce(found, false())
    entries = func.json_each(column, f"$.{outer}").table_valued("value", name="entries")
    items = func.json_each(entries.c.value, f"${member}").table_valued("value", name="items")
    both = select(1).select_from(entries.join(items, true()))
    return exists(both.where(items.c.value == value))


def has_bytes(of: Dialect, column: ColumnElement[Any], part: bytes) -> ColumnElement[bool]:
    """Whether a column of bytes has this part somewhere in it."""
    given = bindparam(None, part, type_=LargeBinary, unique=True)
    if of.name == "postgresql":
        # What `position(part in bytes)` calls: by its bare name it has a syntax of its own.
        return func.pg_catalog.position(column, given) > 0
    return func.instr(column, given) > 0


def takes_arrays(of: Dialect) -> bool:
    """Whether a statement may take one array per column instead of one row after another."""
    return of.name == "postgresql"


def now(connection: Connection, clock: Clock) -> datetime:
    """The present instant: the server's where one is shared, unless ``clock`` is a virtual one."""
    if connection.dialect.name == "postgresql" and isinstance(clock, SystemClock):
        told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return told.astimezone(UTC)
    return clock.now()


def recorded_at(connection: Connection, clock: Clock) -> datetime:
    """The present instant, for a transaction that is about to record something at it.

    On PostgreSQL the transaction is known as a writing one before the clock is read, so that
    :func:`older_writers` sees it; on SQLite it holds the write lock.
    """
    if connection.dialect.name == "postgresql" and isinstance(clock, SystemClock):
        ((told,),) = fetched(connection, _WRITING_NOW, {})
        return told.astimezone(UTC)  # type: ignore[no-any-return]  # a row's value
    return clock.now()


# CASE looks at its condition first.
_WRITING_NOW = select(case((func.pg_current_xact_id().is_not(None), func.clock_timestamp())))


def older_writers(connection: Connection, until: datetime | None) -> int:
    """How many open transactions may still record something at or before an instant.

    Without an instant, all that write count. Always 0 on SQLite, where whoever holds the write
    lock is the only one.
    """
    if connection.dialect.name != "postgresql":
        return 0
    return int(connection.execute(_OLDER_WRITERS, {"until": until}).scalar_one())


_OLDER_WRITERS = text(
    "SELECT count(*) FROM pg_locks AS its LEFT JOIN pg_stat_activity AS who ON who.pid = its.pid"
    " WHERE its.locktype = 'transactionid' AND its.mode = 'ExclusiveLock' AND its.granted"
    " AND (who.pid IS NULL OR who.datname = current_database() AND (who.xact_start IS NULL"
    " OR CAST(:until AS timestamptz) IS NULL OR who.xact_start <= :until))"
)
"""What writes holds the lock of its own number before it reads the clock, and until others see
what it wrote. (The newest ones stand in no snapshot's list of those in progress.) Of a user about
whom nothing is told, each counts.
"""


def has_roles(of: Dialect) -> bool:
    """Whether the database knows roles, and what each may read row by row."""
    return of.name == "postgresql"


def one_writer(engine: Engine) -> bool:
    """Whether a transaction that writes keeps every other from beginning to."""
    return engine.dialect.name == "sqlite"


def json_text(of: Dialect, column: ColumnElement[Any], *path: str) -> ColumnElement[Any]:
    """The text that stands at a path of a JSON column."""
    if of.name == "postgresql":
        return func.jsonb_extract_path_text(column, *path)
    return func.json_extract(column, "$." + ".".join(path))


def ending(connection: Connection) -> Callable[[], object]:
    """What ends, from another thread, whatever the connection executes at that moment."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        return partial(driver.cancel_safe, timeout=CANCEL_SECONDS)
    interrupt: Callable[[], object] = driver.interrupt
    return interrupt


def hold_migrations(connection: Connection) -> None:
    """Wait until no other process migrates; the lock goes with the connection.

    On SQLite the write lock of the transaction itself is enough.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET lock_timeout = '10min'")
        connection.exec_driver_sql("SET statement_timeout = '10min'")
        connection.exec_driver_sql("SELECT pg_advisory_lock(7305808869232504931)")


def broken_references(connection: Connection) -> list[str]:
    """Rows that name rows which do not exist; PostgreSQL never lets it come to that."""
    if connection.dialect.name == "postgresql":
        return []
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [f"{table} row {rowid} names a missing {parent}" for table, rowid, parent, _ in rows]
