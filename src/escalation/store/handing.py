"""Deliveries while they are handed over to who cannot be asked what they have taken."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from escalation.store import models
from escalation.store.deliveries import DeliveryState


def begin(
    connection: Connection, delivery_id: str, token: int, now: datetime, until: datetime
) -> bool:
    """Note that a message's end may be sent from now on; false where it is no longer theirs.

    Until then it belongs to who asks, who waits for the answer.
    """
    mine = update(models.delivery).where(*_held(delivery_id, token))
    return connection.execute(mine.values(handed_at=now, next_at=until)).rowcount == 1


def answered(connection: Connection, delivery_id: str, token: int, status: int | None) -> None:
    """Note what was answered to a whole message; None where it was not taken."""
    found: dict[str, Any] = {"handed_status": status}
    if status is None:
        found["handed_at"] = None
    mine = update(models.delivery).where(*_held(delivery_id, token))
    connection.execute(mine.values(**found))


def unconfirmed(connection: Connection) -> int:
    """How many are dead because it is not known whether they were taken, mails among them."""
    d = models.delivery
    query = select(func.count()).where(
        d.c.state == DeliveryState.DEAD.value, d.c.handed_at.is_not(None)
    )
    return connection.scalar(query) or 0


def _held(delivery_id: str, token: int) -> tuple[ColumnElement[bool], ...]:
    d = models.delivery
    sending = d.c.state == DeliveryState.SENDING.value
    return d.c.id == delivery_id, d.c.token == token, sending
