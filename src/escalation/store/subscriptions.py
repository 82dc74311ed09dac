"""Subscriptions to digests, kept: how far each has come, and when its next window ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from escalation.store import models
from escalation.store.keyset import Seen, newest_first


class SubscriptionState(StrEnum):
    """What becomes of a subscription's windows."""

    ACTIVE = "active"
    PAUSED = "paused"  # none is closed; the next is as long as the pause and more
    ENDED = "ended"  # by somebody, or because its rule comes round no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who is to have which digest when; ``made_by`` is who asked for it.

    Its ``windows`` up to ``since`` are closed. The next ends at ``promised_at``, as it follows
    from what had the epochs of ``promised_under``.
    """

    id: str
    profile: str
    forum: str | None
    recipient: Mapping[str, Any]
    occasion: Mapping[str, Any]
    formats: Sequence[str]
    marking: str | None
    periods: int | None
    state: SubscriptionState
    since: datetime
    promised_at: datetime | None
    promised_under: str | None
    windows: int
    made_by: Mapping[str, Any]
    created_at: datetime


_T = models.digest_subscription
_KEPT = tuple(field.name for field in fields(Subscription))


def add(connection: Connection, new: Subscription) -> None:
    """Keep a subscription."""
    connection.execute(insert(_T), _row(new))


def change(connection: Connection, changed: Subscription) -> None:
    """Keep what has become of a subscription."""
    row = {name: value for name, value in _row(changed).items() if name != "id"}
    connection.execute(update(_T).where(_T.c.id == changed.id).values(row))


def find(connection: Connection, name: str, *, lock: bool = False) -> Subscription | None:
    """A subscription by its id; with ``lock`` its row is held until the transaction ends."""
    query = select(_T).where(_T.c.id == name)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return None if row is None else _subscription(row)


def to_tend(
    connection: Connection, under: str, now: datetime, limit: int
) -> Sequence[Subscription]:
    """Active ones whose window has ended, or whose promise follows from what was before.

    Their rows are held until the transaction ends; those that somebody else holds are left out.
    """
    due = or_(_T.c.promised_at <= now, _T.c.promised_under != under)
    query = select(_T).where(_T.c.state == SubscriptionState.ACTIVE.value, due)
    query = query.order_by(_T.c.promised_at, _T.c.id).limit(limit).with_for_update(skip_locked=True)
    return [_subscription(row) for row in connection.execute(query).mappings()]


def page(
    connection: Connection,
    *,
    among: frozenset[str] | None,
    cards: Sequence[str] | None,
    after: Seen | None,
    limit: int,
) -> Sequence[Subscription]:
    """Subscriptions, the newest first; ``after`` is the last that was seen.

    ``among`` are the forums whose they may be, ``cards`` the profiles of those of no forum.
    """
    query = select(_T)
    if among is not None:
        query = query.where(or_(_T.c.forum.is_(None), _T.c.forum.in_(sorted(among))))
    if cards is not None:
        query = query.where(or_(_T.c.forum.is_not(None), _T.c.profile.in_(cards)))
    query = newest_first(query, _T.c.created_at, _T.c.id, after, limit)
    return [_subscription(row) for row in connection.execute(query).mappings()]


def _row(kept: Subscription) -> dict[str, Any]:
    row = {name: getattr(kept, name) for name in _KEPT}
    return {**row, "formats": list(kept.formats), "state": kept.state.value}


def _subscription(row: Mapping[Any, Any]) -> Subscription:
    return Subscription(**{**row, "state": SubscriptionState(row["state"])})
