"""What waits to be sealed: how much, and since when."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from escalation.store import models


def unsealed(connection: Connection) -> tuple[int, datetime | None]:
    """How many entries wait to be sealed, and when the one that waits longest was recorded."""
    event, waiting = models.event, models.unsealed
    count = connection.scalar(select(func.count()).select_from(waiting)) or 0
    first = select(waiting.c.event_id).order_by(waiting.c.event_id).limit(1).scalar_subquery()
    oldest = connection.scalar(select(event.c.recorded_at).where(event.c.id == first))
    return count, oldest
