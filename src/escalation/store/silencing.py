"""Issues that have just been sealed: what has not gone out does not, what was shown is recalled."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from escalation.store import digests, models
from escalation.store.deliveries import PENDING, DeliveryState
from escalation.store.dialect import any_of
from escalation.store.outbox import FAN_OUT, withdraw


def silence(connection: Connection, sealed: Sequence[str], now: datetime) -> None:
    """End all that waits for endpoints of these issues; have digests corrected that show them.

    The turn of who fans out is held until the transaction ends: what they have just handed on is
    seen, and what they hand on next finds the issues sealed. What waits to be handed on is for the
    people named from now on; mail is made when it is sent, by what its reader may see then. What
    is on its way cannot be called back.
    """
    if not sealed:
        return
    turn, d, endpoint = models.turn, models.delivery, models.webhook_endpoint
    connection.execute(select(turn.c.name).where(turn.c.name == FAN_OUT).with_for_update())
    withdraw(connection, sealed, now)
    webhooks = select(endpoint.c.id).where(endpoint.c.recipient.is_(None))
    waits = update(d).where(
        any_of(connection, d.c.aggregate, sealed),
        d.c.state.in_([s.value for s in PENDING]),
        d.c.endpoint_id.in_(webhooks),
    )
    ended = {"state": DeliveryState.CANCELLED.value, "next_at": None, "ended_at": now}
    connection.execute(waits.values(**ended, token=d.c.token + 1))
    digests.recall(connection, sealed)
