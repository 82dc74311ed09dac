"""The climb by hand: what the product writes for each due clock, a thousand at a time, in SQL.

PostgreSQL does it in one statement of data-modifying expressions, SQLite in one transaction of a
few statements over a temporary table. The values that a rule would work out (holders, budgets,
due instants, the chain's hash) stand in it as they came out of one real climb: it decides nothing,
and is the least that writing these rows can cost.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.crowd import Climb, kept
from bench.template import DIGITS, KEYS, Change, Copies

_DUE = (
    "SELECT c.id AS clock_id, c.issue_id, substr(c.issue_id, -{digits}) AS nr FROM clock c"
    " JOIN issue i ON i.id = c.issue_id WHERE c.next_at <= {now} ORDER BY c.next_at, c.id"
    " LIMIT {limit}{lock}"
)


@dataclass(frozen=True, slots=True)
class SetBased:
    """The statements on one database."""

    statements: Sequence[str]
    climb: Climb

    @classmethod
    def on(cls, database: str, climb: Climb) -> "SetBased":
        """Made from the changes of one real climb."""
        changes = list(_statements(climb))
        if database == "sqlite":
            claim = _DUE.format(digits=DIGITS, now="?", limit="?", lock="")
            return cls((f"INSERT INTO claimed {claim}", *changes), climb)
        claim = _DUE.replace("substr(c.issue_id, -{digits})", "right(c.issue_id, {digits})").format(
            digits=DIGITS, now="%s", limit="%s", lock=" FOR UPDATE OF i SKIP LOCKED"
        )
        parts = [f"claimed AS MATERIALIZED ({claim})"]
        parts += [f"change{n} AS ({change})" for n, change in enumerate(changes)]
        one = f"WITH {', '.join(parts)} SELECT count(*) FROM claimed"  # noqa: S608 - of our own words
        one = one.replace("%", "%%")
        return cls((one.replace("%%s", "%s"),), climb)

    def prepare(self, connection: Any) -> None:  # noqa: ANN401 - either driver's
        """What a connection needs once."""
        if len(self.statements) > 1:
            connection.execute(
                "CREATE TEMP TABLE claimed (clock_id TEXT, issue_id TEXT, nr TEXT)"
            ).close()

    def fire(self, connection: Any, now: datetime, limit: int) -> int:  # noqa: ANN401 - as above
        """Fire at most ``limit`` due clocks in one transaction; answers how many."""
        given = (kept(now, self.climb.clock["due_at"]), limit)
        if len(self.statements) == 1:
            fired: int = connection.execute(self.statements[0].encode(), given).fetchone()[0]
            return fired
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM claimed")
        fired = connection.execute(self.statements[0], given).rowcount
        for statement in self.statements[1:]:
            connection.execute(statement)
        connection.execute("COMMIT")
        return fired


def _statements(climb: Climb) -> Iterator[str]:
    for table, keys in KEYS.items():
        mine = [change for change in climb.changes if change.table == table]
        new = [change for change in mine if change.changed is None]
        if new:
            yield _insertion(table, new, climb.copies)
        yield from (_update(change, keys, climb.copies) for change in mine if change.changed)


def _insertion(table: str, new: Sequence[Change], copies: Copies) -> str:
    """All new rows of a table in one statement."""
    names = [name for name in new[0].row if any(change.row[name] is not None for change in new)]
    made = [
        ", ".join(copies.expression(change.row[name], "claimed.nr") for name in names)
        for change in new
    ]
    selects = " UNION ALL ".join(f"SELECT {values} FROM claimed" for values in made)  # noqa: S608 - of our own words
    listed = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({listed}) {selects}"


def _update(change: Change, keys: Sequence[str], copies: Copies) -> str:
    row = change.row
    sets = ", ".join(
        f'"{name}" = {copies.expression(row[name], "claimed.nr")}' for name in change.changed or ()
    )
    same = " AND ".join(f'{change.table}."{key}" = {_key(change, key, copies)}' for key in keys)
    return f"UPDATE {change.table} SET {sets} FROM claimed WHERE {same}"  # noqa: S608 - of our own words


def _key(change: Change, key: str, copies: Copies) -> str:
    """The key of a row that was there: what was claimed names issue and clock itself."""
    named = {("issue", "id"): "claimed.issue_id"}
    return named.get((change.table, key)) or copies.expression(change.row[key], "claimed.nr")
