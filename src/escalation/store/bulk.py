"""Many rows of one table in one statement: the way a batch is written.

PostgreSQL gets one array per column (``unnest``), or a few rows as they are, and is not waited for
where :mod:`escalation.store.driver` says so; SQLite gets groups of rows, and the rest one by one.
The statement is made once per table and database; what a value costs is its column type's own
processor and nothing else.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain, repeat
from operator import is_, itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Dialect, Table

from escalation.store.base import kept_text
from escalation.store.dialect import takes_arrays
from escalation.store.driver import executed, sent
from escalation.store.statements import made_once

Rows = Sequence[Mapping[str, Any]]
Processor = Callable[[Any], Any] | None


MANY = 25
"""From so many rows on, a statement of its own for just the columns that they need pays."""
FEW = 4
"""Up to so many rows, as one issue has of a table, their values stand in the statement one by one:
PostgreSQL spends half as much on it as on taking columns apart."""
GROUP = 50
"""So many rows SQLite takes in one run of a statement: what it spends on a run, whatever its rows,
is as much as it spends on a row, and for a row of a table with many indexes half as much again."""


def insert_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows that all name the same columns."""
    if not rows:
        return
    of, names = connection.dialect, tuple(rows[0])
    if len(rows) <= FEW:
        _run_few(connection, _insertion(of, table, names, _few(of, rows)), rows)
        return
    columns = _columns(rows, names)
    if len(rows) >= MANY:
        columns = {n: v for n, v in columns.items() if v.count(None) < len(v) or _given(table, n)}
    _run(connection, _insertion(of, table, tuple(columns), 0), columns)


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
    of, names = connection.dialect, tuple([name for name in rows[0] if name not in unchanged])
    statement = _change(of, table, keys, names, _few(of, rows))
    if len(rows) <= FEW:
        _run_few(connection, statement, rows)
    else:
        _run(connection, statement, _columns(rows, names))


def _columns(rows: Rows, names: tuple[str, ...]) -> dict[str, Sequence[Any]]:
    """The values of rows, column by column."""
    if len(names) == 1:  # of one name an itemgetter gives the value itself
        return {names[0]: [row[names[0]] for row in rows]}
    return dict(zip(names, zip(*map(itemgetter(*names), rows), strict=True), strict=True))


def _few(of: Dialect, rows: Rows) -> int:
    """How many rows stand one by one in a statement of PostgreSQL; else 0."""
    return len(rows) if len(rows) <= FEW and takes_arrays(of) else 0


def _given(table: Table, name: str) -> bool:
    """Whether a column that is left out would not be empty."""
    return table.c[name].server_default is not None


class _Statement(NamedTuple):
    """The SQL, and for each of its columns the name and what the values go through.

    ``joined`` is the same statement
    for columns that come as joined texts, ``grouped`` for :data:`GROUP` rows at a time.
    """

    sql: str
    names: tuple[str, ...]
    processors: tuple[Processor, ...]
    joined: str = ""
    grouped: str = ""


def _run_few(connection: Connection, statement: _Statement, rows: Rows) -> None:
    """Run it for a few rows, which are not worth being turned into columns."""
    taken = list(zip(statement.names, statement.processors, strict=True))
    values = [
        tuple([row[n] if process is None else process(row[n]) for n, process in taken])
        for row in rows
    ]
    if takes_arrays(connection.dialect):
        sent(connection, statement.sql, [_text(value) for row in values for value in row])
    else:
        executed(connection, statement.sql, values, many=True)


def _run(connection: Connection, statement: _Statement, given: Mapping[str, Sequence[Any]]) -> None:
    columns = [
        given[name] if process is None else _processed(process, given[name])
        for name, process in zip(statement.names, statement.processors, strict=True)
    ]
    if not takes_arrays(connection.dialect):
        _in_groups(connection, statement, list(zip(*columns, strict=True)))
        return
    texts = [_joined(values) for values in columns]
    if all(texts):
        sent(connection, statement.joined, texts)
    else:
        sent(connection, statement.sql, [_array(values) for values in columns])


def _in_groups(
    connection: Connection, statement: _Statement, rows: Sequence[tuple[Any, ...]]
) -> None:
    """As many rows at a time as a group has, and what is left over one by one."""
    whole = len(rows) - len(rows) % GROUP
    for first in range(0, whole, GROUP):
        values = list(chain.from_iterable(rows[first : first + GROUP]))
        executed(connection, statement.grouped, values)
    if whole < len(rows):
        executed(connection, statement.sql, rows[whole:], many=True)


def _text(value: object) -> str | None:
    """A value as PostgreSQL reads it, whatever its column is."""
    return value if value is None or isinstance(value, str) else str(value)


def _processed(process: Callable[[Any], Any], values: Sequence[Any]) -> Sequence[Any]:
    """What the values become; where all are one and the same, it is worked out once."""
    first = values[0]
    if all(map(is_, repeat(first), values)):
        return [process(first)] * len(values)
    return [process(value) for value in values]


def _joined(values: Sequence[Any]) -> str:
    """A column's values as one text, which PostgreSQL takes apart again.

    psycopg writes an array value by value in Python, which costs more than all else that a climb
    does; a text it passes on as it is. Nothing where the values would not come apart as they were.
    """
    nulls = values.count(None)
    if nulls == len(values):
        return _SEPARATOR.join([_NULL] * nulls)
    if nulls or not isinstance(values[0], str):
        texts = {v: _text(v) or "" for v in set(values)}
        values = [_NULL if v is None else texts[v] for v in values]
    text = _SEPARATOR.join(values)
    apart = text.count(_SEPARATOR) == len(values) - 1 and text.count(_NULL) == nulls
    return text if apart else ""


_SEPARATOR, _NULL = "\x1f", "\x1e"


def _array(values: Sequence[Any]) -> list[Any] | str:
    """The values as an array; nothing but NULLs has no element type, and goes as its text."""
    if any(value is not None for value in values):
        return list(values)
    return "{" + ",".join(["NULL"] * len(values)) + "}"


@made_once()
def _insertion(of: Dialect, table: Table, names: tuple[str, ...], few: int) -> _Statement:
    processors = _processors(of, table, names)
    listed = ", ".join(_quoted(of, name) for name in names)
    head = f"INSERT INTO {table.name} ({listed})"
    if not takes_arrays(of):
        one, group = _marks(len(names), 1), _marks(len(names), GROUP)
        return _Statement(f"{head} {one}", names, processors, grouped=f"{head} {group}")
    kinds = [_type(of, table.c[name]) for name in names]
    if few:
        return _Statement(f"{head} {_values(kinds, few)}", names, processors)
    arrays, texts = _unnested(kinds)
    return _Statement(f"{head} {arrays}", names, processors, f"{head} {texts}")


@made_once()
def _change(
    of: Dialect, table: Table, keys: tuple[str, ...], names: tuple[str, ...], few: int
) -> _Statement:
    changed = tuple(name for name in names if name not in keys)
    order = (*changed, *keys)
    processors = _processors(of, table, order)
    if not takes_arrays(of):
        sets = ", ".join(f"{_quoted(of, n)} = ?" for n in changed)
        same = " AND ".join(f"{n} = ?" for n in keys)
        sql = f"UPDATE {table.name} SET {sets} WHERE {same}"  # noqa: S608 - names of our own tables
        return _Statement(sql, order, processors, grouped=_grouped_change(of, table, order, keys))
    listed = ", ".join(_quoted(of, name) for name in order)
    sets = ", ".join(f"{_quoted(of, n)} = new.{_quoted(of, n)}" for n in changed)
    same = " AND ".join(f"{table.name}.{n} = new.{n}" for n in keys)
    whole = f"UPDATE {table.name} SET {sets} FROM ({{}}) AS new ({listed}) WHERE {same}"  # noqa: S608 - as above
    kinds = [_type(of, table.c[name]) for name in order]
    if few:
        return _Statement(whole.format(_values(kinds, few)), order, processors)
    arrays, texts = _unnested(kinds)
    return _Statement(whole.format(arrays), order, processors, whole.format(texts))


def _grouped_change(
    of: Dialect, table: Table, order: tuple[str, ...], keys: tuple[str, ...]
) -> str:
    """SQLite's UPDATE of a group of rows; what it is given has columns by their numbers."""
    new = {name: f"new.column{number}" for number, name in enumerate(order, 1)}
    sets = ", ".join(f"{_quoted(of, n)} = {new[n]}" for n in order if n not in keys)
    same = " AND ".join(f"{table.name}.{n} = {new[n]}" for n in keys)
    rows = _marks(len(order), GROUP)
    return f"UPDATE {table.name} SET {sets} FROM ({rows}) AS new WHERE {same}"  # noqa: S608 - names of our own tables


def _marks(width: int, rows: int) -> str:
    """Places for so many rows of so many values, as SQLite takes them."""
    row = f"({', '.join('?' * width)})"
    return f"VALUES {', '.join([row] * rows)}"


def _values(kinds: Sequence[str], rows: int) -> str:
    """Rows of such columns, their values given one by one."""
    width = len(kinds)
    listed = (
        ", ".join(f"${row * width + n}::{kind}" for n, kind in enumerate(kinds, 1))
        for row in range(rows)
    )
    return f"VALUES {', '.join(f'({each})' for each in listed)}"


def _unnested(types: Sequence[str]) -> tuple[str, str]:
    """The rows of columns given as arrays, and as joined texts; JSON is text."""
    kinds = ["text" if kind == "jsonb" else kind for kind in types]
    aliases = [f"c{number}" for number in range(len(types))]
    chosen = ", ".join(
        f"{alias}::jsonb" if kind == "jsonb" else alias
        for alias, kind in zip(aliases, types, strict=True)
    )
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(kinds, 1))
    apart = f"string_to_array(${{}}, E'\\x{ord(_SEPARATOR):x}', E'\\x{ord(_NULL):x}')"
    texts = ", ".join(f"{apart.format(n)}::{kind}[]" for n, kind in enumerate(kinds, 1))
    rows = f"SELECT {chosen} FROM unnest({{}}) AS given ({', '.join(aliases)})"  # noqa: S608 - as above
    return rows.format(arrays), rows.format(texts)


def _type(dialect: Dialect, column: Column[Any]) -> str:
    """The column's type as PostgreSQL calls it, without its collation."""
    kind = column.type.dialect_impl(dialect).compile(dialect)
    names = {"TIMESTAMP WITH TIME ZONE": "timestamptz", "VARCHAR": "text"}
    plain = kind.split(" COLLATE")[0]
    return names.get(plain, plain.lower())


def _processors(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[Processor, ...]:
    return tuple(_processor(dialect, table.c[name]) for name in names)


def _processor(dialect: Dialect, column: Column[Any]) -> Processor:
    if takes_arrays(dialect):
        written = _WRITTEN.get(_type(dialect, column))
        if written is not None:
            return lambda value: None if value is None else written(value)
    return column.type.dialect_impl(dialect).bind_processor(dialect)


# As PostgreSQL reads them in a text.
_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "jsonb": kept_text,
    "bytea": lambda value: f"\\x{value.hex()}",
}


def _quoted(dialect: Dialect, name: str) -> str:
    return dialect.identifier_preparer.quote(name)
