"""Deliveries that have ended sent again: one, or all to an endpoint since an instant."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, or_, update

from escalation.ids import earliest
from escalation.store import models
from escalation.store.deliveries import DeliveryState

_AFRESH: Mapping[str, Any] = {
    "state": DeliveryState.WAITING.value,
    "attempts": 0,
    "ended_at": None,
    "handed_at": None,
    "handed_status": None,
}


def send_again(connection: Connection, delivery_id: str, now: datetime) -> None:
    """Let a delivery be due now, with all its attempts before it, whatever became of it.

    Later ones of the same issue, which may have waited for it, follow at once.
    """
    d, first = models.delivery, models.delivery.alias()
    behind = exists().where(
        first.c.id == delivery_id,
        first.c.endpoint_id == d.c.endpoint_id,
        first.c.aggregate == d.c.aggregate,
        first.c.number < d.c.number,
    )
    waits = update(d).where(behind, d.c.state == DeliveryState.WAITING.value, d.c.attempts == 0)
    connection.execute(waits.values(next_at=now))
    again = {**_AFRESH, "next_at": now}
    change = update(d).where(d.c.id == delivery_id)
    connection.execute(change.values(**again, token=d.c.token + 1))


def send_all_again(
    connection: Connection, endpoint_id: str, since: datetime, now: datetime, *, dead_only: bool
) -> int:
    """Let all that was handed on to an endpoint since then, and has ended, be due now.

    Not what is of a sealed issue or has no form. In one statement, so that the order within an
    issue holds; answers how many.
    """
    d, issue, form = models.delivery, models.issue, models.rendering
    endpoint = models.webhook_endpoint
    ended = (DeliveryState.DEAD,) if dead_only else (DeliveryState.DEAD, DeliveryState.DELIVERED)
    sealed = exists().where(issue.c.id == d.c.aggregate, issue.c.sealed_at.is_not(None))
    plain = exists().where(endpoint.c.id == d.c.endpoint_id, endpoint.c.format.is_(None))
    chosen = update(d).where(
        d.c.endpoint_id == endpoint_id,
        d.c.id >= earliest("dlv", since),
        d.c.created_at >= since,
        d.c.state.in_([state.value for state in ended]),
        ~sealed,
        or_(plain, exists().where(form.c.delivery_id == d.c.id)),
    )
    again = {**_AFRESH, "next_at": now}
    return connection.execute(chosen.values(**again, token=d.c.token + 1)).rowcount
