"""Seals, and the entries they are over: each chain's stretch in order, whole and only once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, insert, select

from escalation.store import dialect, models
from escalation.store.chain import GENESIS

SEALING = "seal"
"""The turn of whoever seals: one process at a time."""
READ_AT_ONCE = 1_000


class Entry(NamedTuple):
    """An event row as it is verified and exported."""

    id: str
    aggregate: str
    number: int
    type: str
    due_at: datetime | None
    effective_at: datetime
    recorded_at: datetime
    visibility: str
    payload: str
    salt: str
    hash: str
    disposed: str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a seal covers of a chain: entries ``first`` to ``last``, after the hash ``previous``."""

    aggregate: str
    first: int
    last: int
    previous: str
    hash: str

    def told(self) -> list[Any]:
        """As a statement's hash and the sealing place have it."""
        return [self.aggregate, self.first, self.last, self.previous, self.hash]


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed statement; its number stands in it as well."""

    number: int
    statement: str
    signature: str


@dataclass(frozen=True, slots=True)
class SealKey:
    """A key that seals: public part in hex, secret part sealed, until the next takes over."""

    number: int
    public: str
    secret: str | None
    endorsement: str | None
    made_at: datetime


_EVENT = models.event.c
_ENTRY = [_EVENT[name] for name in Entry._fields]


def unsealed(connection: Connection, limit: int) -> list[Entry]:
    """Entries that wait to be sealed, by chain and number.

    The chains of the ``limit`` oldest come whole: identifiers are made before the commit, so that
    an entry may sort before one that happened earlier to the same issue.
    """
    own = select(_EVENT.aggregate).join(models.unsealed, _waits())
    oldest = own.order_by(models.unsealed.c.event_id).limit(limit)
    chains = list(dict.fromkeys(connection.scalars(oldest)))
    if not chains:
        return []
    query = _entries_joined(models.unsealed.c.event_id == _EVENT.id.concat("")).where(
        dialect.any_of(connection, _EVENT.aggregate, chains)
    )
    return [Entry._make(row) for row in connection.execute(query)]


def waiting_entries(connection: Connection, only: str | None = None) -> Iterator[Sequence[Entry]]:
    """Entries that wait to be sealed, of all chains or one, by chain and number, some at a time."""
    query = _entries_joined(_waits())
    if only is not None:
        query = query.where(_EVENT.aggregate == only)
    rows = connection.execute(query, execution_options={"yield_per": READ_AT_ONCE})
    for some in rows.partitions():
        yield [Entry._make(row) for row in some]


def _entries_joined(waits: ColumnElement[bool]) -> Select[Any]:
    query = select(*_ENTRY).join(models.unsealed, waits)
    return query.order_by(_EVENT.aggregate, _EVENT.number)


def _waits() -> ColumnElement[bool]:
    """Written so, it cannot be all entries that are gone through to see which of them wait."""
    return _EVENT.id == models.unsealed.c.event_id.concat("")


def ends(connection: Connection, aggregates: Sequence[str]) -> dict[str, tuple[int, str]]:
    """How far each chain is sealed: the last number and its hash; what is new is left out."""
    table = models.seal_chain
    last = (
        select(table.c.aggregate, func.max(table.c.last).label("last"))
        .where(dialect.any_of(connection, table.c.aggregate, aggregates))
        .group_by(table.c.aggregate)
        .subquery()
    )
    query = select(table.c.aggregate, table.c.last, table.c.hash).join(
        last, (last.c.aggregate == table.c.aggregate) & (last.c.last == table.c.last)
    )
    return {aggregate: (number, hashed) for aggregate, number, hashed in connection.execute(query)}


def add(
    connection: Connection, seal: Seal, stretches: Sequence[Stretch], events: Sequence[str]
) -> None:
    """Keep a seal; its entries wait no more. A number that is taken already is a clash."""
    row = {"number": seal.number, "statement": seal.statement, "signature": seal.signature}
    connection.execute(insert(models.seal), row)
    names = Stretch.__slots__
    rows = [{"seal": seal.number, **{n: getattr(s, n) for n in names}} for s in stretches]
    connection.execute(insert(models.seal_chain), rows)
    waiting = models.unsealed
    sealed = dialect.any_of(connection, waiting.c.event_id, events)
    connection.execute(delete(waiting).where(sealed))


def last(connection: Connection) -> Seal | None:
    """The newest seal."""
    row = connection.execute(_SEALS.order_by(models.seal.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else Seal(*row)


def after(connection: Connection, number: int, limit: int) -> list[Seal]:
    """Seals after a number, in order."""
    query = _SEALS.where(models.seal.c.number > number).order_by(models.seal.c.number)
    return [Seal(*row) for row in connection.execute(query.limit(limit))]


def one(connection: Connection, number: int) -> Seal | None:
    """A seal by its number."""
    row = connection.execute(_SEALS.where(models.seal.c.number == number)).one_or_none()
    return None if row is None else Seal(*row)


_SEALS = select(models.seal.c.number, models.seal.c.statement, models.seal.c.signature)
_STRETCH = [models.seal_chain.c[name] for name in Stretch.__slots__]


def stretches(connection: Connection, seal: int) -> list[tuple[Stretch, str | None]]:
    """What a seal covers, by chain, each with the hash that another seal has of the entry before.

    None where no seal has one.
    """
    rows = connection.execute(_STRETCHES, {"seal": seal})
    return [(Stretch(*row[:-1]), row[-1] if row[1] > 1 else GENESIS) for row in rows]


_before = models.seal_chain.alias("before")
_STRETCHES = (
    select(*_STRETCH, _before.c.hash)
    .select_from(
        models.seal_chain.outerjoin(
            _before,
            (_before.c.aggregate == models.seal_chain.c.aggregate)
            & (_before.c.last == models.seal_chain.c.first - 1),
        )
    )
    .where(models.seal_chain.c.seal == bindparam("seal"))
    .order_by(models.seal_chain.c.aggregate)
)


def entries(connection: Connection, seal: int) -> Sequence[Any]:
    """The entries that a seal covers, by chain and number: rows in the order of :class:`Entry`."""
    return connection.execute(_ENTRIES, {"seal": seal}).all()


_ENTRIES = (
    select(*_ENTRY)
    .select_from(
        models.seal_chain.join(
            models.event,
            # Written so, it cannot be all entries that are gone through to look their seal up.
            (_EVENT.aggregate == models.seal_chain.c.aggregate.concat(""))
            & _EVENT.number.between(models.seal_chain.c.first, models.seal_chain.c.last),
        )
    )
    .where(models.seal_chain.c.seal == bindparam("seal"))
    .order_by(models.seal_chain.c.aggregate, _EVENT.number)
)


def seals_of(connection: Connection, aggregate: str) -> list[int]:
    """The seals that cover a part of a chain, in order."""
    table = models.seal_chain
    query = select(table.c.seal).where(table.c.aggregate == aggregate)
    return list(connection.scalars(query.order_by(table.c.seal)))


def keys(connection: Connection) -> list[SealKey]:
    """Every key that ever sealed, in order."""
    table = models.seal_key
    columns = [table.c[name] for name in SealKey.__slots__]
    return [SealKey(*row) for row in connection.execute(select(*columns).order_by(table.c.number))]


def add_key(connection: Connection, key: SealKey) -> None:
    """Keep a key; the secret of those before it goes. A number that is taken already is a clash."""
    table = models.seal_key
    older = table.update().where(table.c.number < key.number, table.c.secret.is_not(None))
    connection.execute(older.values(secret=None))
    row = {name: getattr(key, name) for name in SealKey.__slots__}
    connection.execute(insert(table), row)
