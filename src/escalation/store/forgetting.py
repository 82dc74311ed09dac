"""What was sent long ago is forgotten: deliveries that have ended, attempts, messages, the outbox.

Identifiers sort by time, so the oldest are found by the primary keys.
"""

from datetime import datetime

from sqlalchemy import Connection, Select, delete, exists, select

from escalation.ids import earliest
from escalation.store import models
from escalation.store.deliveries import DeliveryState
from escalation.store.dialect import any_of

_OVER = (DeliveryState.DELIVERED, DeliveryState.SUMMARISED, DeliveryState.CANCELLED)


def anything_old(connection: Connection, before: datetime) -> bool:
    """Whether there is anything to be forgotten that ended before then."""
    old = (_old_deliveries(before).exists(), _old_events(before).exists())
    return any(connection.scalar(select(found)) for found in old)


def forget_deliveries(connection: Connection, before: datetime, limit: int) -> int:
    """Forget at most ``limit`` deliveries that ended before then; answers how many.

    Their attempts go with them, and each message of which no delivery is left. Dead ones stay, and
    those that something follows.
    """
    d, attempt, message = models.delivery, models.delivery_attempt, models.message
    oldest = _old_deliveries(before).order_by(d.c.id).limit(limit)
    rows = connection.execute(oldest.with_for_update(skip_locked=True)).all()
    if not rows:
        return 0
    gone, told = [row.id for row in rows], sorted({row.message_id for row in rows})
    connection.execute(delete(attempt).where(any_of(connection, attempt.c.delivery_id, gone)))
    form = models.rendering
    connection.execute(delete(form).where(any_of(connection, form.c.delivery_id, gone)))
    connection.execute(delete(d).where(any_of(connection, d.c.id, gone)))
    still = exists().where(d.c.message_id == message.c.id)
    connection.execute(delete(message).where(any_of(connection, message.c.id, told), ~still))
    return len(gone)


def forget_outbox(connection: Connection, before: datetime, limit: int) -> int:
    """Forget at most ``limit`` events of the outbox that were handed on before then."""
    out = models.outbox
    oldest = _old_events(before).order_by(out.c.event_id).limit(limit)
    gone = connection.scalars(oldest.with_for_update(skip_locked=True)).all()
    if gone:
        connection.execute(delete(out).where(any_of(connection, out.c.event_id, gone)))
    return len(gone)


def _old_deliveries(before: datetime) -> Select[tuple[str, str]]:
    d = models.delivery
    over = d.c.state.in_([state.value for state in _OVER])
    return select(d.c.id, d.c.message_id).where(
        d.c.id < earliest("dlv", before), d.c.ended_at < before, over
    )


def _old_events(before: datetime) -> Select[tuple[str]]:
    out = models.outbox
    return select(out.c.event_id).where(
        out.c.event_id < earliest("evt", before), out.c.dispatched_at < before
    )
