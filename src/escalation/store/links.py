"""Links by which digests are read: what each is bound to, and how often it was used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from escalation.store import models


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A digest in one format, for one recipient, until it expires."""

    id: str
    window_id: str
    digest_id: str
    kind: str
    recipient: Mapping[str, Any]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    uses: int = 0
    last_used_at: datetime | None = None


_T = models.digest_link
_KEPT = tuple(field.name for field in fields(Link))


def add(connection: Connection, links: Sequence[Link]) -> None:
    """Keep links."""
    if links:
        connection.execute(insert(_T), [{n: getattr(each, n) for n in _KEPT} for each in links])


def find(connection: Connection, link_id: str) -> Link | None:
    """A link by its id."""
    row = connection.execute(select(_T).where(_T.c.id == link_id)).mappings().one_or_none()
    return None if row is None else Link(**row)


def of_windows(connection: Connection, windows: Sequence[str]) -> Mapping[str, Sequence[Link]]:
    """The links of each window."""
    query = select(_T).where(_T.c.window_id.in_(windows)).order_by(_T.c.created_at, _T.c.id)
    found: dict[str, list[Link]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["window_id"], []).append(Link(**row))
    return found


def used(connection: Connection, link_id: str, now: datetime) -> None:
    """Count a use."""
    change = update(_T).where(_T.c.id == link_id)
    connection.execute(change.values(uses=_T.c.uses + 1, last_used_at=now))


def revoke(connection: Connection, link_id: str, now: datetime) -> bool:
    """Take a link back; answers whether there was one that was not revoked already."""
    change = update(_T).where(_T.c.id == link_id, _T.c.revoked_at.is_(None))
    return connection.execute(change.values(revoked_at=now)).rowcount == 1
