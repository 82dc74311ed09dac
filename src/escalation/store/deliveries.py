"""Deliveries: one event to one endpoint, from the fan-out to its end.

A delivery that is neither ended nor held has ``next_at``: when it is due, or when the lease of
whoever sends it ends. Each claim gives it another token, and only who holds the token it has now
can change it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, exists, func, select, update

from escalation.store import models
from escalation.store.bulk import insert_rows, update_rows
from escalation.store.dialect import any_of

GAPS_TOLD = 20
"""Dead deliveries named before a later one of the same issue, at most."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    HELD = "held"  # back, until a recovery has worked off what was late
    DELIVERED = "delivered"
    DEAD = "dead"  # every attempt failed
    SUMMARISED = "summarised"  # told in a summary instead
    CANCELLED = "cancelled"  # its endpoint was removed, or its issue sealed


PENDING = frozenset({DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.HELD})
"""States that something follows."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, byte for byte; its id is the event's and the receiver's ``webhook-id``."""

    id: str
    type: str
    body: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in the form of its endpoint: its requests, or the reason why there are none."""

    requests: Sequence[Any] = ()
    refused: str | None = None


UNRENDERED = "unrendered"
"""The outcome of what cannot be put in its endpoint's form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A message for an endpoint: due at once, ``due_at`` an instant, or ``held`` by a recovery.

    ``rendered`` is its form, where that is not the standard one; without requests it is dead.
    """

    id: str
    endpoint_id: str
    message_id: str
    aggregate: str
    number: int
    type: str
    recovery_id: str | None = None
    held: bool = False
    rendered: "Rendered | None" = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A mail whose last dot may have been sent; without a status no answer to it is known."""

    at: datetime
    status: int | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery to be sent by who claimed it; ``missed`` are dead ones of the same issue."""

    id: str
    message_id: str
    aggregate: str
    number: int
    attempts: int
    token: int
    body: bytes
    missed: tuple[str, ...]
    requests: Sequence[Any] | None = None
    handed: "Handed | None" = None
    created_at: datetime | None = None

    @property
    def repeated(self) -> bool:
        """Whether it may have been sent before."""
        return self.token > 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at sending; ``answer`` is how the receiver's own words begin."""

    started_at: datetime
    milliseconds: int
    status: int | None
    outcome: str
    detail: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What a claimed delivery has come to; without an attempt it is given back as it was."""

    claimed: Claimed
    state: DeliveryState
    next_at: datetime | None
    attempt: Attempt | None


def add(
    connection: Connection,
    messages: Sequence[Message],
    deliveries: Sequence[NewDelivery],
    now: datetime,
) -> None:
    """Keep messages, and what is to be sent to whom."""
    insert_rows(
        connection,
        models.message,
        [{"id": m.id, "type": m.type, "body": m.body, "made_at": m.made_at} for m in messages],
    )
    insert_rows(connection, models.delivery, [_row(each, now) for each in deliveries])
    rendered = {each.id: each.rendered for each in deliveries if each.rendered is not None}
    for name, form in rendered.items():
        if form.refused is not None:
            _refuse(connection, name, form.refused, now)
    rows = [{"delivery_id": n, "requests": f.requests} for n, f in rendered.items() if f.requests]
    insert_rows(connection, models.rendering, rows)


def render(connection: Connection, delivery_id: str, rendered: Rendered) -> None:
    """Give a delivery that could not be put in its form the requests that it has now."""
    row = {"delivery_id": delivery_id, "requests": rendered.requests}
    insert_rows(connection, models.rendering, [row])


def rendering(connection: Connection, delivery_id: str) -> Sequence[Any] | None:
    """The requests of a delivery, where its form is not the standard one."""
    table = models.rendering
    query = select(table.c.requests).where(table.c.delivery_id == delivery_id)
    found: Sequence[Any] | None = connection.scalar(query)
    return found


def body(connection: Connection, message_id: str) -> bytes:
    """The standard body of a message."""
    table = models.message
    found = connection.execute(select(table.c.body).where(table.c.id == message_id))
    return bytes(found.scalar_one())


def _refuse(connection: Connection, delivery_id: str, why: str, now: datetime) -> None:
    tried = {"delivery_id": delivery_id, "token": 0, "started_at": now, "milliseconds": 0}
    tried |= {"status": None, "outcome": UNRENDERED, "detail": why, "answer": None}
    insert_rows(connection, models.delivery_attempt, [tried])


def claim(
    connection: Connection, endpoint_id: str, now: datetime, until: datetime, limit: int
) -> list[Claimed]:
    """Lease due deliveries of an endpoint, of each issue the first that has not ended.

    Those whose lease has ended are due again. Only who holds the endpoint's lane may ask.
    """
    d, before, message = models.delivery, models.delivery.alias(), models.message
    form = models.rendering
    earlier = exists().where(
        before.c.endpoint_id == d.c.endpoint_id,
        before.c.aggregate == d.c.aggregate,
        before.c.number < d.c.number,
        before.c.next_at.is_not(None),
    )
    query = (
        select(
            d.c.id, d.c.message_id, d.c.aggregate, d.c.number, d.c.attempts, d.c.token,
            d.c.handed_at, d.c.handed_status, d.c.created_at, message.c.body, form.c.requests,
        )
        .join(message, message.c.id == d.c.message_id)
        .join(form, form.c.delivery_id == d.c.id, isouter=True)
        .where(d.c.endpoint_id == endpoint_id, d.c.next_at <= now, ~earlier)
        .order_by(d.c.next_at, d.c.id)
        .limit(limit)
        .with_for_update(of=d)
    )  # fmt: skip
    rows = connection.execute(query).all()
    leased = {"state": DeliveryState.SENDING.value, "next_at": until}
    changed = [{"id": row.id, "token": row.token + 1, **leased} for row in rows]
    update_rows(connection, models.delivery, ("id",), changed)
    if len(rows) < limit:
        _put_behind(connection, endpoint_id, now)
    dead = _dead(connection, endpoint_id, [row.aggregate for row in rows])
    return [
        Claimed(
            id=row.id,
            message_id=row.message_id,
            aggregate=row.aggregate,
            number=row.number,
            attempts=row.attempts,
            token=row.token + 1,
            body=bytes(row.body),
            missed=tuple(m for a, n, m in dead if a == row.aggregate and n < row.number),
            requests=row.requests,
            handed=None if row.handed_at is None else Handed(row.handed_at, row.handed_status),
            created_at=row.created_at,
        )
        for row in rows
    ]


def finish(connection: Connection, endpoint_id: str, marks: Sequence[Mark], now: datetime) -> int:
    """Write what claimed deliveries have come to; answers how many were no longer the caller's."""
    d = models.delivery
    asked = [mark.claimed.id for mark in marks]
    query = select(d.c.id, d.c.token, d.c.state).where(any_of(connection, d.c.id, asked))
    held = {
        row.id: row.token
        for row in connection.execute(query.with_for_update())
        if row.state == DeliveryState.SENDING
    }
    mine = [mark for mark in marks if held.get(mark.claimed.id) == mark.claimed.token]
    update_rows(connection, d, ("id",), [_finished(mark, now) for mark in mine])
    insert_rows(connection, models.delivery_attempt, [_tried(m) for m in mine if m.attempt])
    for mark in mine:
        if mark.attempt is not None:
            _move_lane(connection, endpoint_id, mark, now)
    return len(marks) - len(mine)


def last_number(connection: Connection, endpoint_id: str, aggregate: str) -> int:
    """The number of the last message of an aggregate for an endpoint; 0 where there is none."""
    d = models.delivery
    query = select(func.max(d.c.number)).where(
        d.c.endpoint_id == endpoint_id, d.c.aggregate == aggregate
    )
    return connection.scalar(query) or 0


def cancel(connection: Connection, endpoint_id: str, now: datetime) -> None:
    """End all that still waits for an endpoint, and what is dead there."""
    d = models.delivery
    ended = {"state": DeliveryState.CANCELLED.value, "next_at": None, "ended_at": now}
    waits = d.c.state.in_([state.value for state in PENDING | {DeliveryState.DEAD}])
    change = update(d).where(d.c.endpoint_id == endpoint_id, waits)
    connection.execute(change.values(**ended, token=d.c.token + 1))


def drop(connection: Connection, delivery_id: str, now: datetime) -> bool:
    """Give up a dead delivery; false where it is not dead."""
    d = models.delivery
    dead = update(d).where(d.c.id == delivery_id, d.c.state == DeliveryState.DEAD.value)
    dropped = dead.values(state=DeliveryState.CANCELLED.value, ended_at=now)
    return connection.execute(dropped).rowcount == 1


def _put_behind(connection: Connection, endpoint_id: str, now: datetime) -> None:
    """What is due behind one that waits longer is due when that one is."""
    d, first = models.delivery, models.delivery.alias()
    ahead = (
        first.c.endpoint_id == d.c.endpoint_id,
        first.c.aggregate == d.c.aggregate,
        first.c.number < d.c.number,
        first.c.state == DeliveryState.WAITING.value,
        first.c.next_at > now,
    )
    waits = update(d).where(
        d.c.endpoint_id == endpoint_id,
        d.c.state == DeliveryState.WAITING.value,
        d.c.next_at <= now,
        exists().where(*ahead),
    )
    until = select(func.max(first.c.next_at)).where(*ahead).scalar_subquery()
    connection.execute(waits.values(next_at=until))


def _dead(
    connection: Connection, endpoint_id: str, aggregates: Sequence[str]
) -> list[tuple[str, int, str]]:
    """(aggregate, number, message) of dead deliveries of these issues, the last of them."""
    d = models.delivery
    if not aggregates:
        return []
    query = select(d.c.aggregate, d.c.number, d.c.message_id).where(
        d.c.endpoint_id == endpoint_id,
        d.c.state == DeliveryState.DEAD.value,
        any_of(connection, d.c.aggregate, list(dict.fromkeys(aggregates))),
    )
    rows = connection.execute(query.order_by(d.c.number.desc()).limit(GAPS_TOLD * len(aggregates)))
    return sorted((a, n, m) for a, n, m in rows)


def _move_lane(connection: Connection, endpoint_id: str, mark: Mark, now: datetime) -> None:
    """Later ones of the same issue wait as long as this one, and no longer."""
    d, first = models.delivery, mark.claimed
    later = update(d).where(
        d.c.endpoint_id == endpoint_id,
        d.c.aggregate == first.aggregate,
        d.c.number > first.number,
        d.c.state == DeliveryState.WAITING.value,
    )
    if mark.next_at is not None:
        connection.execute(later.where(d.c.next_at < mark.next_at).values(next_at=mark.next_at))
    elif first.attempts:
        due = later.where(d.c.next_at > now, d.c.attempts == 0)
        connection.execute(due.values(next_at=now))


def _row(new: NewDelivery, now: datetime) -> dict[str, Any]:
    state = DeliveryState.HELD if new.held else DeliveryState.WAITING
    dead = new.rendered is not None and new.rendered.refused is not None
    state = DeliveryState.DEAD if dead else state
    return {
        "id": new.id,
        "endpoint_id": new.endpoint_id,
        "message_id": new.message_id,
        "aggregate": new.aggregate,
        "number": new.number,
        "type": new.type,
        "state": state.value,
        "attempts": 0,
        "token": 0,
        "next_at": (new.due_at or now) if state is DeliveryState.WAITING else None,
        "created_at": now,
        "ended_at": now if dead else None,
        "last_outcome": UNRENDERED if dead else None,
        "recovery_id": new.recovery_id,
    }


def _finished(mark: Mark, now: datetime) -> dict[str, Any]:
    tried = mark.attempt
    return {
        "id": mark.claimed.id,
        "state": mark.state.value,
        "next_at": mark.next_at,
        "attempts": mark.claimed.attempts + (tried is not None),
        "ended_at": now if mark.next_at is None else None,
        "last_outcome": None if tried is None else tried.outcome,
    }


def _tried(mark: Mark) -> dict[str, Any]:
    tried = mark.attempt
    if tried is None:
        raise ValueError(f"{mark.claimed.id} was given back, not tried")
    return {
        "delivery_id": mark.claimed.id,
        "token": mark.claimed.token,
        "started_at": tried.started_at,
        "milliseconds": tried.milliseconds,
        "status": tried.status,
        "outcome": tried.outcome,
        "detail": tried.detail,
        "answer": tried.answer,
    }
