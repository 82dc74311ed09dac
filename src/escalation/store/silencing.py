"""Issues that have just been sealed: what has not gone out does not, what was shown is recalled."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from escalation.store import digests, models
from escalation.store.deliveries import PENDING, DeliveryState
from escalation.store.dialect import any_of
from escalation.store.outbox import FAN_OUT


def silence(connection: Connection, sealed: Sequence[str], now: datetime) -> None:
    """End all that waits to be sent of these issues, and have the digests corrected that show them.

    The turn of who fans out is held until the transaction ends: what they have just handed on is
    seen, and what they hand on next finds the issues sealed. What is on its way cannot be called
    back.
    """
    if not sealed:
        return
    turn, out, d = models.turn, models.outbox, models.delivery
    connection.execute(select(turn.c.name).where(turn.c.name == FAN_OUT).with_for_update())
    unsent = update(out).where(
        any_of(connection, out.c.aggregate, sealed), out.c.dispatched_at.is_(None)
    )
    connection.execute(unsent.values(dispatched_at=now))
    waits = update(d).where(
        any_of(connection, d.c.aggregate, sealed), d.c.state.in_([s.value for s in PENDING])
    )
    ended = {"state": DeliveryState.CANCELLED.value, "next_at": None, "ended_at": now}
    connection.execute(waits.values(**ended, token=d.c.token + 1))
    digests.recall(connection, sealed)
