"""Rows of one issue, copied by hand: one statement per table for all that waits."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.template import Copies, Row, rows_of

Maker = Callable[[str, Any], Any]
"""Makes one value of a copy, given its number and the body."""

BySql = Callable[[Any, Sequence["Making"], Sequence[tuple[str, Any, Any]]], None]
"""Writes the rows of all that waits, durably."""

_WORDS = {"title", "description"}


@dataclass(frozen=True, slots=True)
class Making:
    """One table: its statement, and for each row of the template what makes its values."""

    statement: str
    rows: Sequence[Sequence[Maker]]
    body: Sequence[bytes] | None = None


def makings(connection: Any, database: str, issue_id: str) -> tuple[list[Making], BySql]:  # noqa: ANN401 - either driver's
    """How each table is written, and what writes them."""
    rows = rows_of(connection, issue_id)
    copies = Copies.of(rows)
    made = []
    for table, each in rows.items():
        if not each:
            continue
        names = [name for name in each[0] if any(row[name] is not None for row in each)]
        if database == "sqlite":
            statement = _marks(table, names)
        else:
            statement = _arrays(table, {n: _type(connection, table, n) for n in names})
        made.append(Making(
            statement,
            [[_maker(copies, name, row[name]) for name in names] for row in each],
            _body(copies, each[0]),
        ))  # fmt: skip
    return made, _by_rows if database == "sqlite" else _by_columns


def _marks(table: str, names: Sequence[str]) -> str:
    listed, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({listed}) VALUES ({marks})"  # noqa: S608 - of our own words


def _arrays(table: str, types: dict[str, str]) -> str:
    """PostgreSQL: an array for each column; JSON comes as text."""
    listed = ", ".join(f'"{name}"' for name in types)
    chosen = ", ".join(f"c{n}{'::jsonb' if kind == 'jsonb' else ''}"
                       for n, kind in enumerate(types.values()))  # fmt: skip
    given = ", ".join(f"%b::{'text' if kind == 'jsonb' else kind}[]" for kind in types.values())
    names = ", ".join(f"c{n}" for n in range(len(types)))
    arrays = f"unnest({given}) AS given ({names})"
    return f"INSERT INTO {table} ({listed}) SELECT {chosen} FROM {arrays}"  # noqa: S608 - of our own words


def _type(connection: Any, table: str, column: str) -> str:  # noqa: ANN401 - psycopg's
    query = (
        "SELECT udt_name FROM information_schema.columns WHERE table_name = %s AND column_name = %s"
    )
    found: str = connection.execute(query, (table, column)).fetchone()[0]
    return found


def _maker(copies: Copies, name: str, value: object) -> Maker:
    if name in _WORDS:
        return lambda _, body: getattr(body, name)
    if isinstance(value, bytes):
        parts = [piece.encode() for piece in copies.pieces(value.decode())]
        return lambda number, _: number.encode().join(parts)
    if isinstance(value, dict | list):
        value = json.dumps(value)
    if value is None or isinstance(value, int | datetime):
        return lambda _, __: value
    pieces = copies.pieces(str(value))
    if len(pieces) == 1:
        return lambda _, __: value
    return lambda number, _: number.join(pieces)


def _body(copies: Copies, row: Row) -> Sequence[bytes] | None:
    """The kept answer in pieces, where the table is the one that keeps it."""
    if "body" not in row:
        return None
    return [piece.encode() for piece in copies.pieces(bytes(row["body"]).decode())]


def _by_rows(
    connection: Any,  # noqa: ANN401 - sqlite3's
    made: Sequence[Making],
    taken: Sequence[tuple[str, Any, Any]],
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for making in made:
        rows = [
            [maker(number, body) for maker in row]
            for number, body, _ in taken
            for row in making.rows
        ]
        connection.executemany(making.statement, rows)
    connection.execute("COMMIT")


def _by_columns(
    connection: Any,  # noqa: ANN401 - psycopg's
    made: Sequence[Making],
    taken: Sequence[tuple[str, Any, Any]],
) -> None:
    with connection.pipeline(), connection.transaction():
        for making in made:
            rows = [
                [maker(number, body) for maker in row]
                for number, body, _ in taken
                for row in making.rows
            ]
            arrays = [list(column) for column in zip(*rows, strict=True)]
            connection.execute(making.statement.encode(), arrays)
