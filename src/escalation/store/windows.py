"""The windows of subscriptions: each closed once, made once, handed on once.

A window that is to be worked on has ``due_at``: when, or until when whoever works on it has it.
Each claim gives it another token, and only who holds the token it has now can end it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, update

from escalation.store import models
from escalation.store.subscriptions import SubscriptionState


class WindowState(StrEnum):
    """What has become of a window."""

    CLOSED = "closed"  # its digest is still to be made
    MADE = "made"  # and handed on, unless it is gathered
    REFUSED = "refused"  # its recipient may not have it
    FAILED = "failed"  # there is no such digest to be made any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A closed window of a subscription, and what was made of it."""

    id: str
    subscription_id: str
    number: int
    since: datetime
    as_at: datetime
    closed_at: datetime
    gathered: bool
    state: WindowState
    due_at: datetime | None
    tries: int
    token: int
    why: str | None = None
    digest_id: str | None = None
    handed_to: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """What a window has come to: its digest and what it was handed on as, or why there is none."""

    state: WindowState
    why: str | None = None
    digest: str | None = None
    handed_to: str | None = None


_T = models.digest_window
_KEPT = tuple(field.name for field in fields(Window))


def add(connection: Connection, closed: Sequence[Window]) -> None:
    """Keep windows that have just been closed."""
    rows = [{n: getattr(w, n) for n in _KEPT} | {"state": w.state.value} for w in closed]
    if rows:
        connection.execute(insert(_T), rows)


def waiting(connection: Connection, now: datetime) -> bool:
    """Whether there is a window to be worked on."""
    return connection.scalar(select(_T.c.id).where(_T.c.due_at <= now).limit(1)) is not None


def claim(connection: Connection, now: datetime, until: datetime, limit: int) -> Sequence[Window]:
    """Windows whose digests are to be made, the longest due first: the caller's until then."""
    query = select(_T).where(_T.c.due_at <= now).order_by(_T.c.due_at, _T.c.number, _T.c.id)
    found = connection.execute(query.limit(limit).with_for_update(skip_locked=True)).mappings()
    claimed = []
    for row in found.all():
        window = _window(row)
        values = {"due_at": until, "token": window.token + 1, "tries": window.tries + 1}
        connection.execute(update(_T).where(_T.c.id == window.id).values(values))
        claimed.append(_window({**row, **values}))
    return claimed


def held(connection: Connection, window: Window) -> bool:
    """Whether a claimed window is still the claimer's; its row is held for the transaction."""
    query = select(_T.c.id).where(
        _T.c.id == window.id, _T.c.token == window.token, _T.c.due_at.is_not(None)
    )
    return connection.scalar(query.with_for_update()) is not None


def put_off(connection: Connection, window: Window, until: datetime, why: str) -> None:
    """Have a claimed window worked on again later."""
    mine = (_T.c.id == window.id) & (_T.c.token == window.token) & _T.c.due_at.is_not(None)
    connection.execute(update(_T).where(mine).values(due_at=until, why=why))


def end(connection: Connection, window: Window, ending: Ending, now: datetime) -> None:
    """A window has come to something, for good."""
    values = {"state": ending.state.value, "due_at": None, "why": ending.why, "ended_at": now}
    values |= {"digest_id": ending.digest, "handed_to": ending.handed_to}
    connection.execute(update(_T).where(_T.c.id == window.id).values(values))


def find(connection: Connection, window_id: str) -> Window | None:
    """A window by its id."""
    row = connection.execute(select(_T).where(_T.c.id == window_id)).mappings().one_or_none()
    return None if row is None else _window(row)


def of_subscription(
    connection: Connection, subscription: str, *, before: int | None, limit: int
) -> Sequence[Window]:
    """A subscription's windows, the newest first, of those before a number."""
    query = select(_T).where(_T.c.subscription_id == subscription)
    if before is not None:
        query = query.where(_T.c.number < before)
    rows = connection.execute(query.order_by(_T.c.number.desc()).limit(limit)).mappings()
    return [_window(row) for row in rows]


def waits_before(connection: Connection, window: Window) -> bool:
    """Whether an earlier window of the same subscription has not come to anything yet."""
    query = select(_T.c.id).where(
        _T.c.subscription_id == window.subscription_id,
        _T.c.number < window.number,
        _T.c.due_at.is_not(None),
    )
    return connection.scalar(query.limit(1)) is not None


def gathered_before(connection: Connection, window: Window) -> Sequence[Window]:
    """The made windows right before one that are told with it, the oldest first."""
    before = (_T.c.subscription_id == window.subscription_id) & (_T.c.number < window.number)
    alone = select(func.max(_T.c.number)).where(before, ~_T.c.gathered)
    handed_on = connection.scalar(alone) or 0
    made = _T.c.state == WindowState.MADE.value
    query = select(_T).where(before, _T.c.number > handed_on, made).order_by(_T.c.number)
    return [_window(row) for row in connection.execute(query).mappings()]


def last(connection: Connection, subscription: str) -> Window | None:
    """The newest window of a subscription that has come to something."""
    query = select(_T).where(_T.c.subscription_id == subscription, _T.c.due_at.is_(None))
    row = connection.execute(query.order_by(_T.c.number.desc()).limit(1)).mappings().first()
    return None if row is None else _window(row)


def undelivered(connection: Connection) -> Sequence[tuple[str, str]]:
    """The subscriptions that have not ended whose last window went to nobody, each with why."""
    later, about = _T.alias(), models.digest_subscription
    newer = exists().where(
        later.c.subscription_id == _T.c.subscription_id,
        later.c.number > _T.c.number,
        later.c.due_at.is_(None),
    )
    query = select(_T.c.subscription_id, _T.c.why).where(
        _T.c.state.in_([WindowState.REFUSED.value, WindowState.FAILED.value]),
        about.c.id == _T.c.subscription_id,
        about.c.state != SubscriptionState.ENDED.value,
        ~newer,
    )
    rows = connection.execute(query.order_by(_T.c.subscription_id)).all()
    return [(name, str(why)) for name, why in rows]


def _window(row: Mapping[Any, Any]) -> Window:
    return Window(**{**row, "state": WindowState(row["state"])})
