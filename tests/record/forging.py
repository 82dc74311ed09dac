"""A forger who holds the database itself: changes, deletes, swaps, inserts and cuts off, and hides.

What a forger cannot do is sign, or reach the sealing place.
"""

import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, text, update

from escalation.store import models
from escalation.store.chain import GENESIS, content_hash, link_hash
from escalation.store.failures import Clash
from escalation.store.transaction import Engine, read, write

Row = dict[str, Any]
_TABLES = (
    models.event, models.seal, models.seal_chain, models.seal_key, models.unsealed, models.issue,
    models.chain_head,
)  # fmt: skip
_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789 {}:,"é'
_NOT_SEALED = {"secret", "made_at"}
"""Of a key, what no seal depends on: the secret part, and when it was made."""


def let_go(engine: Engine) -> None:
    """Take the triggers of SQLite away, as who holds the file can."""
    with write(engine) as connection:
        if connection.dialect.name == "sqlite":
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.execute(text(query)).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))


class Forger:
    """One random forgery after the other on a record that is whole before each."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self._engine = engine
        self._random = random.Random(seed)  # noqa: S311 - repeatability is the point
        let_go(engine)
        with read(engine) as connection:
            self._whole = {table.name: _all(connection, table) for table in _TABLES}
        waiting = {row["event_id"] for row in self._whole["unsealed"]}
        self.sealed = [row for row in self._whole["event"] if row["id"] not in waiting]

    def forge(self) -> str:
        """Do one forgery; what it was."""
        ways: Sequence[Callable[[Connection], str | None]] = (
            self._a_byte, self._a_byte, self._a_byte, self._delete, self._swap, self._insert,
            self._insert_and_hide, self._truncate, self._truncate_seals, self._a_seal,
            self._rewrite, self._empty,
        )  # fmt: skip
        while True:
            way = self._random.choice(ways)
            told = None
            with suppress(Clash), write(self._engine) as connection:  # the database itself refused
                told = way(connection)
            if told is not None:
                return f"{way.__name__}: {told}"

    def mend(self) -> None:
        """Put everything back."""
        with write(self._engine) as connection:
            for table in _TABLES:
                if _all(connection, table) != self._whole[table.name]:
                    connection.execute(delete(table))
                    if self._whole[table.name]:
                        connection.execute(insert(table), self._whole[table.name])

    # -- ways --------------------------------------------------------------------------------

    def _a_byte(self, connection: Connection) -> str | None:
        row = self._random.choice(self.sealed)
        column = self._random.choice(list(row))
        value = row["hash"] if column == "disposed" else self._other(row[column])
        if column == "number" and self._taken(row["aggregate"], value):
            return None
        change = update(models.event).where(models.event.c.id == row["id"])
        connection.execute(change.values({column: value}))
        return f"{column} of {row['id']}: {row[column]!r} to {value!r}"

    def _delete(self, connection: Connection) -> str:
        row = self._random.choice(self.sealed)
        connection.execute(delete(models.event).where(models.event.c.id == row["id"]))
        return str(row["id"])

    def _swap(self, connection: Connection) -> str | None:
        one, other = self._random.sample(self.sealed, 2)
        parts = self._random.choice(
            [("number",), ("payload", "salt"), ("payload", "salt", "type", "hash"), ("visibility",),
             ("aggregate", "number"), ("recorded_at", "effective_at"), ("salt",), ("hash",)]
        )  # fmt: skip
        if all(one[name] == other[name] for name in parts):
            return None
        if parts == ("number",) and one["aggregate"] != other["aggregate"]:
            return None
        for row, source, aside in ((one, one, 1_000_000), (other, one, 0), (one, other, 0)):
            values = {name: source[name] for name in parts}
            values |= {"number": source["number"] + aside} if "number" in parts else {}
            connection.execute(
                update(models.event).where(models.event.c.id == row["id"]).values(values)
            )
        return f"{parts} of {one['id']} and {other['id']}"

    def _insert(self, connection: Connection) -> str:
        """Behind a chain, or as a chain of its own, without waiting to be sealed."""
        like = self._random.choice(self.sealed)
        row = {**like, "id": "evt_forged", "number": 1, "aggregate": "iss_forged"}
        if self._random.random() < 0.5:
            row |= {"number": 1 + self._last(like["aggregate"]), "aggregate": like["aggregate"]}
        connection.execute(insert(models.event), row)
        return f"{row['aggregate']} {row['number']}"

    def _insert_and_hide(self, connection: Connection) -> str:
        """Between two entries; those behind are numbered and chained anew, with the head."""
        like = self._random.choice(self.sealed)
        chain = [row for row in self._whole["event"] if row["aggregate"] == like["aggregate"]]
        place = chain.index(like)
        chain.insert(place, {**like, "id": "evt_forged", "payload": like["payload"] + " "})
        self._chained_anew(connection, like["aggregate"], chain)
        return f"before {like['id']}"

    def _rewrite(self, connection: Connection) -> str:
        """Other words in an entry, chained anew to the head."""
        like = self._random.choice(self.sealed)
        chain = [row for row in self._whole["event"] if row["aggregate"] == like["aggregate"]]
        chain[chain.index(like)] = {**like, "payload": self._other(like["payload"])}
        self._chained_anew(connection, like["aggregate"], chain)
        return str(like["id"])

    def _empty(self, connection: Connection) -> str:
        """The content of an entry, as a disposal leaves it, without one."""
        row = self._random.choice(self.sealed)
        gone = {"payload": "", "salt": "", "disposed": content_hash(row["salt"], row["payload"])}
        connection.execute(
            update(models.event).where(models.event.c.id == row["id"]).values(**gone)
        )
        return str(row["id"])

    def _truncate(self, connection: Connection) -> str:
        """The tail of a chain, from a sealed entry on; the head is put where it then ends."""
        like = self._random.choice(self.sealed)
        chain = [row for row in self._whole["event"] if row["aggregate"] == like["aggregate"]]
        self._chained_anew(connection, like["aggregate"], chain[: chain.index(like)])
        return f"from {like['id']}"

    def _truncate_seals(self, connection: Connection) -> str:
        """The newest seals with all that they cover, heads put back: as if it had not been yet."""
        seals = [row["number"] for row in self._whole["seal"]]
        kept = self._random.choice(seals) - 1
        gone = [row for row in self._whole["seal_chain"] if row["seal"] > kept]
        first = {row["aggregate"]: row["first"] for row in reversed(gone)}
        for aggregate, number in first.items():
            chain = [row for row in self._whole["event"] if row["aggregate"] == aggregate]
            self._chained_anew(connection, aggregate, [r for r in chain if r["number"] < number])
        connection.execute(delete(models.seal).where(models.seal.c.number > kept))
        connection.execute(delete(models.seal_chain).where(models.seal_chain.c.seal > kept))
        return f"after seal {kept}"

    def _a_seal(self, connection: Connection) -> str:
        """A byte of a seal, of what it covers, or of a key; or one of them is gone."""
        table = self._random.choice([models.seal, models.seal_chain, models.seal_key])
        row = self._random.choice(self._whole[table.name])
        keys = [column.name for column in table.primary_key]
        here = [table.c[name] == row[name] for name in keys]
        if self._random.random() < 0.2:
            connection.execute(delete(table).where(*here))
            return f"{table.name} {row}"
        sealed = [
            n for n in row if n not in _NOT_SEALED and not (n == "endorsement" and not row[n])
        ]
        column = self._random.choice(sealed)
        value = self._other(row[column])
        if column in keys:
            value = row[column] + 1_000 if isinstance(row[column], int) else f"{row[column]}x"
        connection.execute(update(table).where(*here).values({column: value}))
        return f"{table.name}.{column} of {row}"

    # -- with what ---------------------------------------------------------------------------

    def _chained_anew(self, connection: Connection, aggregate: str, chain: list[Row]) -> None:
        connection.execute(delete(models.event).where(models.event.c.aggregate == aggregate))
        previous = GENESIS
        for number, row in enumerate(chain, start=1):
            again = {**row, "number": number}
            previous = again["hash"] = link_hash(previous, again)
            connection.execute(insert(models.event), again)
        issue, head = models.issue, models.chain_head
        if not chain:
            connection.execute(delete(issue).where(issue.c.id == aggregate))
            connection.execute(delete(head).where(head.c.aggregate == aggregate))
        standing = {"event_count": len(chain), "chain": previous}
        connection.execute(update(issue).where(issue.c.id == aggregate).values(standing))
        moved = {"number": len(chain), "hash": previous}
        connection.execute(update(head).where(head.c.aggregate == aggregate).values(moved))

    def _other(self, value: Any) -> Any:
        if value is None:
            return self._random.choice(self.sealed)["recorded_at"]
        if isinstance(value, int):
            return value + self._random.choice([-1, 1])
        if isinstance(value, datetime):
            return value + timedelta(microseconds=self._random.choice([-1, 1]))
        letters = list(value) or [""]
        place = self._random.randrange(len(letters))
        letters[place] = self._random.choice([c for c in _LETTERS if c != letters[place]])
        return "".join(letters)

    def _taken(self, aggregate: str, number: int) -> bool:
        return any(
            row["aggregate"] == aggregate and row["number"] == number
            for row in self._whole["event"]
        )

    def _last(self, aggregate: str) -> int:
        mine = [r for r in self._whole["event"] if r["aggregate"] == aggregate]
        return int(mine[-1]["number"])


def _all(connection: Connection, table: Table) -> list[Row]:
    keys = list(table.primary_key)
    if table is models.event:
        keys = [table.c.aggregate, table.c.number]
    return [dict(row) for row in connection.execute(select(table).order_by(*keys)).mappings()]


def told(report: Any) -> str:
    """A report as a failing test shows it."""
    return json.dumps(report.told(), indent=1)
