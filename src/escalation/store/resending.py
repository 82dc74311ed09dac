"""Deliveries that have ended sent again: one, or all to an endpoint since an instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select, update

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
_ENDED = (DeliveryState.DEAD, DeliveryState.DELIVERED)


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


@dataclass(frozen=True, slots=True)
class Extent:
    """Which deliveries to an endpoint are sent again: of those that have ended since then.

    ``unconfirmed``: also what is dead because nobody knows whether it arrived.
    """

    since: datetime
    dead_only: bool = False
    unconfirmed: bool = False


def send_all_again(
    connection: Connection, endpoint_id: str, extent: Extent, now: datetime
) -> tuple[int, int]:
    """Let all of an extent be due now; answers how many, and how many unconfirmed ones were left.

    Not what is of a sealed issue or has no form. In one statement, so that the order within an
    issue holds.
    """
    d = models.delivery
    may = _may_be_sent(endpoint_id, extent)
    doubtful = and_(d.c.state == DeliveryState.DEAD.value, d.c.handed_at.is_not(None))
    left = 0
    if not extent.unconfirmed:
        count = select(func.count()).select_from(d).where(*may, doubtful)
        left = connection.scalar(count) or 0
        may = (*may, not_(doubtful))
    again = {**_AFRESH, "next_at": now}
    change = update(d).where(*may).values(**again, token=d.c.token + 1)
    return connection.execute(change).rowcount, left


def _may_be_sent(endpoint_id: str, extent: Extent) -> tuple[ColumnElement[bool], ...]:
    d, issue, form = models.delivery, models.issue, models.rendering
    endpoint = models.webhook_endpoint
    ended = (DeliveryState.DEAD,) if extent.dead_only else _ENDED
    sealed = exists().where(issue.c.id == d.c.aggregate, issue.c.sealed_at.is_not(None))
    plain = exists().where(endpoint.c.id == d.c.endpoint_id, endpoint.c.format.is_(None))
    return (
        d.c.endpoint_id == endpoint_id,
        d.c.id >= earliest("dlv", extent.since),
        d.c.created_at >= extent.since,
        d.c.state.in_([state.value for state in ended]),
        ~sealed,
        or_(plain, exists().where(form.c.delivery_id == d.c.id)),
    )
