"""API keys, what calls answered the first time, and blocks of reference numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Row,
    bindparam,
    case,
    delete,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from escalation.store import dialect, models
from escalation.store.base import Id
from escalation.store.bulk import insert_rows
from escalation.store.keyset import Seen, newest_first
from escalation.store.statements import made_once
from escalation.store.tuples import Query, named


@dataclass(frozen=True, slots=True)
class StoredKey:
    """An API key without the key: only the SHA-256 of it is kept."""

    id: str
    name: str
    prefix: str
    hash: str
    role: str
    person: str | None
    scopes: Mapping[str, Sequence[str]] | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    replaces: str | None = None
    last_used_at: datetime | None = None
    rate: str | None = None

    def live(self, now: datetime) -> bool:
        """Whether it opens anything at ``now``."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Slot:
    """What an idempotency key is unique within, and the key."""

    principal: str
    method: str
    path: str
    key: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered the first time."""

    slot: Slot
    body_hash: str
    status: int
    headers: dict[str, str]
    body: bytes
    created_at: datetime


def add_key(connection: Connection, key: StoredKey) -> None:
    """Keep a key."""
    row = {name: getattr(key, name) for name in StoredKey.__slots__}
    connection.execute(insert(models.api_key), row)


def keys(connection: Connection) -> Sequence[StoredKey]:
    """All keys, the oldest first."""
    table = models.api_key
    query = select(table).order_by(table.c.created_at, table.c.id)
    return [StoredKey(**row) for row in connection.execute(query).mappings()]


def page_of_keys(connection: Connection, *, after: Seen | None, limit: int) -> Sequence[StoredKey]:
    """Keys, the newest first; ``after`` is the last that was seen."""
    table = models.api_key
    query = newest_first(select(table), table.c.created_at, table.c.id, after, limit)
    return [StoredKey(**row) for row in connection.execute(query).mappings()]


def one_key(connection: Connection, key_id: str) -> StoredKey | None:
    """A key by its id."""
    table = models.api_key
    row = connection.execute(select(table).where(table.c.id == key_id)).mappings().first()
    return None if row is None else StoredKey(**row)


def revoke_key(connection: Connection, key_id: str, now: datetime) -> bool:
    """Take a key back; answers whether there was one that was not revoked already."""
    table = models.api_key
    change = update(table).where(table.c.id == key_id, table.c.revoked_at.is_(None))
    return connection.execute(change.values(revoked_at=now)).rowcount == 1


def live_keys(connection: Connection, role: str, now: datetime) -> Sequence[str]:
    """The ids of a role's keys that open something, held until the transaction ends.

    Whoever takes one back meanwhile waits, and then sees that it is gone.
    """
    t = models.api_key
    open_ = or_(t.c.expires_at.is_(None), t.c.expires_at > now)
    query = select(t.c.id).where(t.c.role == role, t.c.revoked_at.is_(None), open_)
    return connection.scalars(query.order_by(t.c.id).with_for_update()).all()


def end_key(connection: Connection, key_id: str, at: datetime) -> bool:
    """Have a live key open nothing from an instant on, or from the earlier one that it has."""
    t = models.api_key
    sooner = case((t.c.expires_at < at, t.c.expires_at), else_=literal(at, t.c.expires_at.type))
    change = update(t).where(t.c.id == key_id, t.c.revoked_at.is_(None))
    return connection.execute(change.values(expires_at=sooner)).rowcount == 1


def key_used(connection: Connection, key_id: str, at: datetime) -> None:
    """Note that a key was used, unless a later use is noted already."""
    t = models.api_key
    later = or_(t.c.last_used_at.is_(None), t.c.last_used_at < at)
    connection.execute(update(t).where(t.c.id == key_id, later).values(last_used_at=at))


def recall(connection: Connection, slots: Sequence[Slot]) -> dict[Slot, Kept]:
    """What was answered for these keys, where something was."""
    places = {(slot.principal, slot.method, slot.path) for slot in slots}
    if len(places) == 1:
        ((principal, method, path),) = places
        given = {"principal": principal, "method": method, "path": path}
        keys = [slot.key for slot in slots]
        query = _kept_at(connection.dialect)
        rows: Iterable[Any] = named(connection, query, {**given, "keys": keys})
    elif places:
        rows = connection.execute(select(models.idempotency).where(_any_slot(connection, slots)))
    else:
        rows = ()
    return {kept.slot: kept for kept in map(_kept, rows)}


# Made once: nearly all that a turn of the desk has are calls of one path, or a single one.
@made_once()
def _kept_at(of: Dialect) -> Query:
    table = models.idempotency
    place = (table.c[name] == bindparam(name, type_=Id) for name in ("principal", "method", "path"))
    return select(table).where(*place, dialect.any_given(of, table.c.key, "keys"))


def _any_slot(connection: Connection, slots: Sequence[Slot]) -> ColumnElement[bool]:
    """Whether a row is one of these: by its whole key, so that the others are not read."""
    # A list of rows, as in `(a, b) IN (...)`, makes SQLite read the table from end to end.
    table = models.idempotency
    by_place: dict[tuple[str, str, str], list[str]] = {}
    for slot in slots:
        by_place.setdefault((slot.principal, slot.method, slot.path), []).append(slot.key)
    return or_(
        *(
            (table.c.principal == principal)
            & (table.c.method == method)
            & (table.c.path == path)
            & dialect.any_of(connection, table.c.key, keys)
            for (principal, method, path), keys in by_place.items()
        )
    )


def _kept(row: Row[Any]) -> Kept:
    slot = Slot(row.principal, row.method, row.path, row.key)
    return Kept(slot, row.body_hash, row.status, row.headers, row.body, row.created_at)


def remember(connection: Connection, kept: Iterable[Kept]) -> None:
    """Keep answers; the same key twice is a clash of the primary key."""
    rows: list[dict[str, Any]] = [
        {
            "principal": k.slot.principal,
            "method": k.slot.method,
            "path": k.slot.path,
            "key": k.slot.key,
            "body_hash": k.body_hash,
            "status": k.status,
            "headers": k.headers,
            "body": k.body,
            "created_at": k.created_at,
        }
        for k in kept
    ]
    rows.sort(key=lambda row: (row["principal"], row["method"], row["path"], row["key"]))
    insert_rows(connection, models.idempotency, rows)


def forget(connection: Connection, before: datetime, limit: int) -> int:
    """Drop at most ``limit`` answers older than that, the oldest first; answers how many."""
    t = models.idempotency
    columns = (t.c.principal, t.c.method, t.c.path, t.c.key)
    oldest = select(*columns).where(t.c.created_at < before).order_by(t.c.created_at).limit(limit)
    return connection.execute(delete(t).where(tuple_(*columns).in_(oldest))).rowcount


@dataclass(frozen=True, slots=True)
class Owner:
    """The issue that an external reference belongs to, and who may see it if it is sealed."""

    issue_id: str
    sealed_to: Sequence[str] | None


def taken_refs(
    connection: Connection, refs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Owner]:
    """External references that an issue has already: (system, id) to that issue."""
    if not refs:
        return {}
    if len(refs) == 1:
        system, ref = refs[0]
        rows = connection.execute(_TAKEN, {"system": system, "ref": ref})
        return _owners(rows)
    t = models.external_ref
    by_system: dict[str, list[str]] = {}
    for system, ref in refs:
        by_system.setdefault(system, []).append(ref)
    any_ref = or_(
        *(
            (t.c.system == system) & dialect.any_of(connection, t.c.ref, names)
            for system, names in by_system.items()
        )
    )
    issue = models.issue
    query = select(t, issue.c.sealed_to).join(issue, issue.c.id == t.c.issue_id).where(any_ref)
    return _owners(connection.execute(query))


_TAKEN = (
    select(models.external_ref, models.issue.c.sealed_to)
    .join(models.issue, models.issue.c.id == models.external_ref.c.issue_id)
    .where(models.external_ref.c.system == bindparam("system"))
    .where(models.external_ref.c.ref == bindparam("ref"))
)
"""The owner of one reference: made once, it is asked for every delivery of a tool."""


def _owners(rows: Iterable[Any]) -> dict[tuple[str, str], Owner]:
    return {(row.system, row.ref): Owner(row.issue_id, row.sealed_to) for row in rows}


def take_references(connection: Connection, year: int, count: int) -> int:
    """Reserve ``count`` reference numbers of a year; answers the first of them."""
    t = models.reference_block
    block = dialect.insert(connection, t).values(year=year, next=count + 1)
    taken = block.on_conflict_do_update(index_elements=[t.c.year], set_={"next": t.c.next + count})
    return int(connection.execute(taken.returning(t.c.next)).scalar_one()) - count
