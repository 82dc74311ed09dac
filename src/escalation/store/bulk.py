"""Many rows of one table in one statement: the way a batch is written.

PostgreSQL gets one array per column (``unnest``), SQLite one prepared statement for all rows. The
statement is made once per table and database; what a value costs is its column type's own
processor and nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table

from escalation.store.dialect import takes_arrays
from escalation.store.driver import executed

Rows = Sequence[Mapping[str, Any]]
Processor = Callable[[Any], Any] | None


def insert_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows that all name the same columns."""
    if rows:
        names = tuple(rows[0])
        _run(connection, _insertion(connection.dialect, table, names), rows)


def update_rows(connection: Connection, table: Table, keys: tuple[str, ...], rows: Rows) -> None:
    """Update rows by ``keys``; all rows name the same columns, the keys among them."""
    if rows:
        names = tuple(rows[0])
        _run(connection, _change(connection.dialect, table, keys, names), rows)


_Statement = tuple[str, tuple[str, ...], tuple[Processor, ...]]
"""The SQL, the columns in the order of its parameters, and what each value goes through."""


def _run(connection: Connection, statement: _Statement, rows: Rows) -> None:
    sql, names, processors = statement
    columns = []
    for name, process in zip(names, processors, strict=True):
        values = [row[name] for row in rows]
        columns.append(values if process is None else [process(value) for value in values])
    if takes_arrays(connection.dialect):
        executed(connection, sql, tuple(_array(values) for values in columns))
    else:
        executed(connection, sql, list(zip(*columns, strict=True)), many=True)


def _array(values: list[Any]) -> list[Any] | str:
    """The values as an array; nothing but NULLs has no element type, and goes as its text."""
    if any(value is not None for value in values):
        return values
    return "{" + ",".join(["NULL"] * len(values)) + "}"


@cache
def _insertion(dialect: Dialect, table: Table, names: tuple[str, ...]) -> _Statement:
    listed = ", ".join(_quoted(dialect, name) for name in names)
    if takes_arrays(dialect):
        chosen, arrays = _unnested(dialect, table, names)
        sql = f"INSERT INTO {table.name} ({listed}) SELECT {chosen} FROM {arrays}"  # noqa: S608 - names of our own tables
    else:
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table.name} ({listed}) VALUES ({marks})"  # noqa: S608 - as above
    return sql, names, _processors(dialect, table, names)


@cache
def _change(
    dialect: Dialect, table: Table, keys: tuple[str, ...], names: tuple[str, ...]
) -> _Statement:
    changed = tuple(name for name in names if name not in keys)
    if takes_arrays(dialect):
        order = (*changed, *keys)
        chosen, arrays = _unnested(dialect, table, order)
        listed = ", ".join(_quoted(dialect, name) for name in order)
        sets = ", ".join(f"{_quoted(dialect, n)} = new.{_quoted(dialect, n)}" for n in changed)
        same = " AND ".join(f"{table.name}.{n} = new.{n}" for n in keys)
        sql = (
            f"UPDATE {table.name} SET {sets} "  # noqa: S608 - as above
            f"FROM (SELECT {chosen} FROM {arrays}) AS new ({listed}) WHERE {same}"
        )
    else:
        order = (*changed, *keys)
        sets = ", ".join(f"{_quoted(dialect, n)} = ?" for n in changed)
        same = " AND ".join(f"{n} = ?" for n in keys)
        sql = f"UPDATE {table.name} SET {sets} WHERE {same}"  # noqa: S608 - as above
    return sql, order, _processors(dialect, table, order)


def _unnested(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[str, str]:
    """What is selected, and the arrays it comes from; JSON comes as text."""
    types = [_type(dialect, table.c[name]) for name in names]
    # Binary (%b): psycopg writes a text array four times as slowly.
    arrays = ", ".join(f"%b::{'text' if kind == 'jsonb' else kind}[]" for kind in types)
    aliases = [f"c{number}" for number in range(len(names))]
    chosen = ", ".join(
        f"{alias}::jsonb" if kind == "jsonb" else alias
        for alias, kind in zip(aliases, types, strict=True)
    )
    return chosen, f"unnest({arrays}) AS given ({', '.join(aliases)})"


def _type(dialect: Dialect, column: Column[Any]) -> str:
    """The column's type as PostgreSQL calls it, without its collation."""
    kind = column.type.dialect_impl(dialect).compile(dialect)
    return {"TIMESTAMP WITH TIME ZONE": "timestamptz"}.get(kind, kind.split(" COLLATE")[0].lower())


def _processors(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[Processor, ...]:
    kinds = [table.c[name].type.dialect_impl(dialect) for name in names]
    return tuple(kind.bind_processor(dialect) for kind in kinds)


def _quoted(dialect: Dialect, name: str) -> str:
    return dialect.identifier_preparer.quote(name)
