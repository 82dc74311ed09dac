"""Digests, kept: each as its bytes, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, insert, or_, select

from escalation.store import dialect, models
from escalation.store.keyset import Seen, newest_first

_COUNTS_WIDER = (b'"scorecard":{', b'"benchmark":{', b'"themes":[{')
"""How parts of a forum's paper begin that count issues elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDigest:
    """A digest but for its content."""

    id: str
    number: str
    schema: str
    profile: str
    forum: str | None
    selection: str
    as_at: datetime
    known_at: datetime
    since: datetime | None
    publication: str
    content_hash: str
    created_by: str
    created_at: datetime
    corrects: str | None = None


@dataclass(frozen=True, slots=True)
class Rendering:
    """A digest in one format, as it was first made."""

    body: bytes
    hash: str
    made_at: datetime


_COLUMNS = [models.digest.c[field.name] for field in fields(StoredDigest)]


def next_number(connection: Connection, year: int) -> int:
    """The next of a year's numbers, without gaps: others wait until this transaction ends."""
    table = models.digest_number
    first = dialect.insert(connection, table).values(year=year, last=1)
    again = first.on_conflict_do_update(
        index_elements=[table.c.year], set_={"last": table.c.last + 1}
    )
    return int(connection.execute(again.returning(table.c.last)).scalar_one())


def add(connection: Connection, stored: StoredDigest, content: bytes) -> None:
    """Keep a digest for ever."""
    row: dict[str, Any] = {f.name: getattr(stored, f.name) for f in fields(StoredDigest)}
    connection.execute(insert(models.digest), {**row, "content": content})


def find(
    connection: Connection, selection: str, as_at: datetime, known_at: datetime
) -> StoredDigest | None:
    """The digest of a selection as at these instants, if it was made."""
    table = models.digest
    return _one(
        connection,
        select(*_COLUMNS).where(
            table.c.selection == selection,
            table.c.as_at == as_at,
            table.c.known_at == known_at,
        ),
    )


def one(connection: Connection, name: str) -> StoredDigest | None:
    """A digest by its id or its number."""
    table = models.digest
    return _one(
        connection, select(*_COLUMNS).where((table.c.id == name) | (table.c.number == name))
    )


def correction(connection: Connection, digest_id: str) -> StoredDigest | None:
    """The digest that corrects another one, if one does."""
    table = models.digest
    return _one(connection, select(*_COLUMNS).where(table.c.corrects == digest_id))


def recall(connection: Connection, issues: Sequence[str]) -> None:
    """Have the digests that show these issues looked for and corrected."""
    rows = [{"issue_id": each} for each in issues]
    again = dialect.insert(connection, models.digest_recall).on_conflict_do_nothing()
    connection.execute(again, rows)


def recalled(connection: Connection) -> str | None:
    """An issue whose digests are still to be corrected."""
    table = models.digest_recall
    return connection.scalar(select(table.c.issue_id).order_by(table.c.issue_id).limit(1))


def all_recalled(connection: Connection) -> Sequence[str]:
    """Every issue whose digests are still to be corrected."""
    table = models.digest_recall
    return connection.scalars(select(table.c.issue_id).order_by(table.c.issue_id)).all()


def settle_recall(connection: Connection, issue_id: str) -> None:
    """All digests that tell of the issue have been corrected."""
    table = models.digest_recall
    connection.execute(delete(table).where(table.c.issue_id == issue_id))


def uncorrected(connection: Connection) -> tuple[StoredDigest, ...]:
    """The digests that no other corrects, the oldest first."""
    table, later = models.digest, models.digest.alias()
    corrected = exists().where(later.c.corrects == table.c.id)
    query = select(*_COLUMNS).where(~corrected).order_by(table.c.created_at, table.c.id)
    return tuple(StoredDigest(**row) for row in connection.execute(query).mappings())


def shows(connection: Connection, stored: StoredDigest, issue_id: str) -> bool:
    """Whether an issue stands in a digest by its id."""
    table = models.digest
    has = dialect.has_bytes(connection.dialect, table.c.content, issue_id.encode())
    return connection.scalar(select(table.c.id).where(table.c.id == stored.id, has)) is not None


def may_count(connection: Connection, stored: StoredDigest, issue_id: str) -> bool:
    """Whether an issue was there by then, and could be one of those that a digest counts.

    A scorecard may count any, and so may a forum's paper that measures more than the forum, or that
    tells how often themes came up.
    """
    stay, table = models.stay, models.digest
    was = select(stay.c.id).where(
        stay.c.issue_id == issue_id,
        stay.c.effective_from <= stored.as_at,
        stay.c.recorded_from <= stored.known_at,
    )
    if stored.forum is not None:
        measures = or_(
            *(
                dialect.has_bytes(connection.dialect, table.c.content, begins)
                for begins in _COUNTS_WIDER
            )
        )
        wider = exists().where(table.c.id == stored.id, measures)
        was = was.where(or_(stay.c.forum == stored.forum, wider))
    return connection.scalar(was.limit(1)) is not None


def content(connection: Connection, digest_id: str) -> bytes:
    """The canonical bytes of a digest that is there."""
    table = models.digest
    query = select(table.c.content).where(table.c.id == digest_id)
    return bytes(connection.execute(query).scalar_one())


def page(
    connection: Connection,
    *,
    forum: str | None,
    after: Seen | None,
    limit: int,
    among: frozenset[str] | None = None,
    cards: Sequence[str] | None = None,
) -> Sequence[StoredDigest]:
    """Digests, the newest first; ``after`` is the last that was seen.

    ``among`` are the forums whose they may be, ``cards`` the profiles of those of no forum.
    """
    table = models.digest
    query = select(*_COLUMNS)
    if forum is not None:
        query = query.where(table.c.forum == forum)
    if among is not None:
        query = query.where(or_(table.c.forum.is_(None), table.c.forum.in_(sorted(among))))
    if cards is not None:
        query = query.where(or_(table.c.forum.is_not(None), table.c.profile.in_(cards)))
    query = newest_first(query, table.c.created_at, table.c.id, after, limit)
    return [StoredDigest(**row) for row in connection.execute(query).mappings()]


def rendering(connection: Connection, digest_id: str, kind: str) -> Rendering | None:
    """A digest in a format, if it was made in it."""
    table = models.digest_rendering
    query = select(table.c.body, table.c.hash, table.c.made_at).where(
        table.c.digest_id == digest_id, table.c.kind == kind
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Rendering(bytes(row.body), row.hash, row.made_at)


def renderings(connection: Connection, digest_id: str) -> dict[str, Rendering]:
    """Every format that a digest was made in."""
    table = models.digest_rendering
    query = select(table).where(table.c.digest_id == digest_id).order_by(table.c.kind)
    return {r.kind: Rendering(bytes(r.body), r.hash, r.made_at) for r in connection.execute(query)}


def add_rendering(connection: Connection, digest_id: str, kind: str, made: Rendering) -> None:
    """Keep a rendering; where somebody else's is there already, that one stays."""
    row = {"body": made.body, "hash": made.hash, "made_at": made.made_at}
    new = dialect.insert(connection, models.digest_rendering).values(
        digest_id=digest_id, kind=kind, **row
    )
    connection.execute(new.on_conflict_do_nothing())


def _one(connection: Connection, query: Select[Any]) -> StoredDigest | None:
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else StoredDigest(**row)
