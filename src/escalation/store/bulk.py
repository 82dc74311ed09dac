"""Many rows of one table in one statement: the way a batch is written.

PostgreSQL gets one array per column (``unnest``), SQLite one prepared statement for all rows. The
statement is made once per table and database; what a value costs is its column type's own
processor and nothing else.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from itertools import repeat
from operator import is_
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Dialect, Table

from escalation.store.base import kept_text
from escalation.store.dialect import takes_arrays
from escalation.store.driver import executed

Rows = Sequence[Mapping[str, Any]]
Processor = Callable[[Any], Any] | None


MANY = 100
"""From so many rows on, a statement of its own for just the columns that they need pays."""


def insert_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows that all name the same columns."""
    if not rows:
        return
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    if len(rows) >= MANY:
        columns = {n: v for n, v in columns.items() if v.count(None) < len(v) or _given(table, n)}
    _run(connection, _insertion(connection.dialect, table, tuple(columns)), columns)


def update_rows(
    connection: Connection,
    table: Table,
    keys: tuple[str, ...],
    rows: Rows,
    unchanged: Collection[str] = (),
) -> None:
    """Update rows by ``keys``; all rows name the same columns, the keys among them.

    ``unchanged`` are columns in which every row holds already what it names.
    """
    if not rows:
        return
    columns = {name: [row[name] for row in rows] for name in rows[0] if name not in unchanged}
    _run(connection, _change(connection.dialect, table, keys, tuple(columns)), columns)


def _given(table: Table, name: str) -> bool:
    """Whether a column that is left out would not be empty."""
    return table.c[name].server_default is not None


class _Statement(NamedTuple):
    """The SQL, and for each of its parameters the column and what the values go through.

    ``joined`` is the same statement for columns that come as joined texts.
    """

    sql: str
    names: tuple[str, ...]
    processors: tuple[Processor, ...]
    joined: str = ""


def _run(connection: Connection, statement: _Statement, given: Mapping[str, list[Any]]) -> None:
    columns = [
        given[name] if process is None else _processed(process, given[name])
        for name, process in zip(statement.names, statement.processors, strict=True)
    ]
    if not takes_arrays(connection.dialect):
        executed(connection, statement.sql, list(zip(*columns, strict=True)), many=True)
        return
    texts = [_joined(values) for values in columns] if statement.joined else []
    if texts and all(texts):
        executed(connection, statement.joined, texts)
    else:
        executed(connection, statement.sql, [_array(values) for values in columns])


def _processed(process: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    """What the values become; where all are one and the same, it is worked out once."""
    first = values[0]
    if all(map(is_, repeat(first), values)):
        return [process(first)] * len(values)
    return [process(value) for value in values]


def _joined(values: Sequence[Any]) -> str:
    """A column's values as one text, which PostgreSQL takes apart again.

    psycopg writes an array value by value in Python, which costs a quarter of all that a climb
    does; a text it passes on as it is. Nothing where the values would not come apart as they were.
    """
    nulls = values.count(None)
    if nulls == len(values):
        return _SEPARATOR.join([_NULL] * nulls)
    if nulls or not isinstance(values[0], str):
        texts = {v: v if isinstance(v, str) else str(v) for v in set(values)}
        values = [_NULL if v is None else texts[v] for v in values]
    text = _SEPARATOR.join(values)
    apart = text.count(_SEPARATOR) == len(values) - 1 and text.count(_NULL) == nulls
    return text if apart else ""


_SEPARATOR, _NULL = "\x1f", "\x1e"


def _array(values: list[Any]) -> list[Any] | str:
    """The values as an array; nothing but NULLs has no element type, and goes as its text."""
    if any(value is not None for value in values):
        return values
    return "{" + ",".join(["NULL"] * len(values)) + "}"


@cache
def _insertion(dialect: Dialect, table: Table, names: tuple[str, ...]) -> _Statement:
    processors = _processors(dialect, table, names)
    listed = ", ".join(_quoted(dialect, name) for name in names)
    head = f"INSERT INTO {table.name} ({listed})"
    if not takes_arrays(dialect):
        return _Statement(f"{head} VALUES ({', '.join('?' * len(names))})", names, processors)
    arrays, texts = _unnested(dialect, table, names)
    return _Statement(f"{head} {arrays}", names, processors, texts and f"{head} {texts}")


@cache
def _change(
    dialect: Dialect, table: Table, keys: tuple[str, ...], names: tuple[str, ...]
) -> _Statement:
    changed = tuple(name for name in names if name not in keys)
    order = (*changed, *keys)
    processors = _processors(dialect, table, order)
    if not takes_arrays(dialect):
        sets = ", ".join(f"{_quoted(dialect, n)} = ?" for n in changed)
        same = " AND ".join(f"{n} = ?" for n in keys)
        sql = f"UPDATE {table.name} SET {sets} WHERE {same}"  # noqa: S608 - names of our own tables
        return _Statement(sql, order, processors)
    listed = ", ".join(_quoted(dialect, name) for name in order)
    sets = ", ".join(f"{_quoted(dialect, n)} = new.{_quoted(dialect, n)}" for n in changed)
    same = " AND ".join(f"{table.name}.{n} = new.{n}" for n in keys)
    head = f"UPDATE {table.name} SET {sets} FROM"  # noqa: S608 - as above
    tail = f"AS new ({listed}) WHERE {same}"
    arrays, texts = _unnested(dialect, table, order)
    return _Statement(
        f"{head} ({arrays}) {tail}", order, processors, texts and f"{head} ({texts}) {tail}"
    )


def _unnested(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[str, str]:
    """The rows of columns given as arrays, and as joined texts if they can be; JSON is text."""
    types = [_type(dialect, table.c[name]) for name in names]
    kinds = ["text" if kind == "jsonb" else kind for kind in types]
    aliases = [f"c{number}" for number in range(len(names))]
    chosen = ", ".join(
        f"{alias}::jsonb" if kind == "jsonb" else alias
        for alias, kind in zip(aliases, types, strict=True)
    )
    # Binary (%b): psycopg writes a text array four times as slowly.
    arrays = ", ".join(f"%b::{kind}[]" for kind in kinds)
    apart = f"string_to_array(%s, E'\\x{ord(_SEPARATOR):x}', E'\\x{ord(_NULL):x}')"
    texts = ", ".join(apart if kind == "text" else f"{apart}::{kind}[]" for kind in kinds)
    rows = f"SELECT {chosen} FROM unnest({{}}) AS given ({', '.join(aliases)})"  # noqa: S608 - as above
    return rows.format(arrays), "" if "bytea" in kinds else rows.format(texts)


def _type(dialect: Dialect, column: Column[Any]) -> str:
    """The column's type as PostgreSQL calls it, without its collation."""
    kind = column.type.dialect_impl(dialect).compile(dialect)
    names = {"TIMESTAMP WITH TIME ZONE": "timestamptz", "VARCHAR": "text"}
    plain = kind.split(" COLLATE")[0]
    return names.get(plain, plain.lower())


def _processors(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[Processor, ...]:
    return tuple(_processor(dialect, table.c[name]) for name in names)


def _processor(dialect: Dialect, column: Column[Any]) -> Processor:
    if takes_arrays(dialect) and _type(dialect, column) == "jsonb":
        return lambda value: None if value is None else kept_text(value)
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _quoted(dialect: Dialect, name: str) -> str:
    return dialect.identifier_preparer.quote(name)
