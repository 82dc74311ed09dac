"""The rows that one real command makes, and how copies of them are made with other identifiers.

The identifiers of what one command makes share its stem. The n-th copy has, wherever a stem
stands, that stem with its last letters replaced by the number: in identifiers, in what names them,
in the texts that are answered. So the copies are rows as the product writes them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

DIGITS = 9
_MARK = "\x00"

Row = dict[str, Any]
Rows = dict[str, list[Row]]

KEYS: Mapping[str, tuple[str, ...]] = {
    "issue": ("id",),
    "clock": ("id",),
    "clock_interval": ("clock_id", "number"),
    "clock_step": ("clock_id", "step"),
    "stay": ("id",),
    "event": ("id",),
    "outbox": ("event_id",),
    "unsealed": ("event_id",),
    "idempotency": ("principal", "method", "path", "key"),
}
"""Every table that logging, acknowledging and climbing write to, and its primary key."""

_OF_ONE: Mapping[str, str] = {
    "issue": "id = '{0}'",
    "clock": "issue_id = '{0}'",
    "clock_interval": "clock_id IN (SELECT id FROM clock WHERE issue_id = '{0}')",
    "clock_step": "issue_id = '{0}'",
    "stay": "issue_id = '{0}'",
    "event": "aggregate = '{0}'",
    "outbox": "aggregate = '{0}'",
    "unsealed": "event_id IN (SELECT id FROM event WHERE aggregate = '{0}')",
    "idempotency": "'{0}' = '{0}'",
}


def rows_of(connection: Any, issue_id: str) -> Rows:  # noqa: ANN401 - either driver's
    """Every row of an issue, as the driver gives it."""
    found: Rows = {}
    for table, where in _OF_ONE.items():
        cursor = connection.execute(
            " ".join(["SELECT * FROM", table, "WHERE", where.format(issue_id)])
        )
        names = [column[0] for column in cursor.description]
        found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def counts(connection: Any) -> dict[str, int]:  # noqa: ANN401 - either driver's
    """How many rows each table has."""
    return {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - of our own words
        for table in KEYS
    }


@dataclass(frozen=True, slots=True)
class Copies:
    """Makes a value of the n-th copy from the template's."""

    stems: tuple[str, ...]
    reference: str

    @classmethod
    def of(cls, rows: Rows) -> "Copies":
        """By the identifiers of the rows' things: each is a prefix, its stem and two letters."""
        named = [row[key] for table in ("clock", "event", "stay") for row in rows[table]
                 for key in ("id",)]  # fmt: skip
        issue = rows["issue"][0]
        stems = {name.split("_")[1][:-2] for name in named} | {issue["id"].removeprefix("iss_")}
        return cls(tuple(sorted(stems)), issue["reference"])

    def pieces(self, value: str) -> list[str]:
        """The text in pieces, between which the number stands."""
        for stem in self.stems:
            value = value.replace(stem, stem[:-DIGITS] + _MARK)
        return value.replace(self.reference, self.reference[:-6] + _MARK).split(_MARK)

    def expression(self, value: object, number: str) -> str:
        """The value as an SQL expression; ``number`` is the expression of the number's text."""
        if value is None:
            return "NULL"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, datetime):
            return f"{quoted(value.isoformat())}::timestamptz"
        if isinstance(value, dict | list):
            return f"({self.expression(json.dumps(value), number)})::jsonb"
        if isinstance(value, str):
            return f" || {number} || ".join(quoted(piece) for piece in self.pieces(value))
        raise TypeError(f"no SQL for {value!r}")


def quoted(text: str) -> str:
    """A literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Change:
    """What one command did to one row: a new one, or some columns of one that was there."""

    table: str
    row: Row
    changed: tuple[str, ...] | None


def changes(before: Rows, after: Rows) -> Sequence[Change]:
    """What turns the one into the other, table by table."""
    found = []
    for table, keys in KEYS.items():
        known = {tuple(row[key] for key in keys): row for row in before[table]}
        for row in after[table]:
            old = known.get(tuple(row[key] for key in keys))
            if old is None:
                found.append(Change(table, row, None))
            elif old != row:
                names = tuple(name for name in row if row[name] != old[name])
                found.append(Change(table, row, names))
    return found
