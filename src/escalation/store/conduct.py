"""Limits on conduct, kept: never removed, ended by their date or a review."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from escalation.store import models
from escalation.store.keyset import Seen, newest_first
from escalation.workflow.conduct import ConductLimit

_T = models.conduct_limit
_KEPT = tuple(column.name for column in _T.columns)


def add(connection: Connection, limit: ConductLimit) -> None:
    """Keep a limit."""
    connection.execute(insert(_T), {name: getattr(limit, name) for name in _KEPT})


def change(connection: Connection, limit: ConductLimit) -> None:
    """Keep what a review made of a limit."""
    row = {name: getattr(limit, name) for name in _KEPT if name != "id"}
    connection.execute(update(_T).where(_T.c.id == limit.id).values(row))


def find(connection: Connection, limit_id: str, *, lock: bool = False) -> ConductLimit | None:
    """A limit by its id."""
    query = select(_T).where(_T.c.id == limit_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _limit(row)


def not_ended(connection: Connection) -> list[ConductLimit]:
    """Those that no review has ended; whether their date has come is for who reads them."""
    rows = connection.execute(select(_T).where(_T.c.ended_at.is_(None)).order_by(_T.c.created_at))
    return [_limit(row) for row in rows]


def page(
    connection: Connection,
    *,
    in_force_at: datetime | None,
    ended_by: datetime | None,
    after: Seen | None,
    limit: int,
) -> Sequence[ConductLimit]:
    """Limits, the newest first; in force at an instant, or ended by one, or all."""
    query = select(_T)
    if in_force_at is not None:
        running = or_(_T.c.ended_at.is_(None), _T.c.ended_at > in_force_at)
        query = query.where(_T.c.begins_at <= in_force_at, _T.c.expires_at > in_force_at, running)
    if ended_by is not None:
        query = query.where(or_(_T.c.expires_at <= ended_by, _T.c.ended_at <= ended_by))
    query = newest_first(query, _T.c.created_at, _T.c.id, after, limit)
    return [_limit(row) for row in connection.execute(query)]


def _limit(row: Row[Any]) -> ConductLimit:
    kept = {name: getattr(row, name) for name in _KEPT}
    return ConductLimit(**{**kept, "limits": tuple(row.limits), "reviews": tuple(row.reviews)})
