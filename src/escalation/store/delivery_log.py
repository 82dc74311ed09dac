"""The delivery log, read: deliveries page by page, and what each attempt came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, func, select

from escalation.store import models
from escalation.store.deliveries import Attempt, DeliveryState
from escalation.store.dialect import any_of

_COLUMNS = (
    "id", "endpoint_id", "message_id", "aggregate", "number", "type", "state", "attempts",
    "next_at", "created_at", "ended_at", "summary_id", "last_outcome",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Logged:
    """A delivery as the log has it."""

    id: str
    endpoint_id: str
    message_id: str
    aggregate: str
    number: int
    type: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
    summary_id: str | None
    last_outcome: str | None


def one(connection: Connection, delivery_id: str) -> Logged | None:
    """A delivery by its id."""
    found = _read(connection, _all().where(models.delivery.c.id == delivery_id))
    return found[0] if found else None


def page(
    connection: Connection,
    endpoint_id: str | None,
    *,
    state: str | None = None,
    before: str | None = None,
    limit: int = 50,
    mail: bool | None = None,
) -> list[Logged]:
    """Deliveries, of one endpoint or of all, the latest first, before one of them.

    With ``mail`` those to mailboxes alone, or with its contrary none of them.
    """
    d = models.delivery
    query = _all().order_by(d.c.id.desc()).limit(limit)
    if endpoint_id is not None:
        query = query.where(d.c.endpoint_id == endpoint_id)
    if mail is not None:
        box = models.webhook_endpoint
        boxes = select(box.c.id).where(box.c.recipient.is_not(None))
        query = query.where(d.c.endpoint_id.in_(boxes) if mail else d.c.endpoint_id.not_in(boxes))
    if state is not None:
        query = query.where(d.c.state == state)
    if before is not None:
        query = query.where(d.c.id < before)
    return _read(connection, query)


def attempts(connection: Connection, deliveries: Sequence[str]) -> dict[str, list[Attempt]]:
    """The attempts at each of these, in order."""
    t = models.delivery_attempt
    query = select(t).where(any_of(connection, t.c.delivery_id, deliveries))
    found: dict[str, list[Attempt]] = {each: [] for each in deliveries}
    for row in connection.execute(query.order_by(t.c.delivery_id, t.c.token)):
        tried = Attempt(
            row.started_at, row.milliseconds, row.status, row.outcome, row.detail, row.answer
        )
        found[row.delivery_id].append(tried)
    return found


def counts(connection: Connection, endpoint_id: str) -> dict[str, int]:
    """How many deliveries of an endpoint stand in each state."""
    d = models.delivery
    query = select(d.c.state, func.count()).where(d.c.endpoint_id == endpoint_id)
    return {state: count for state, count in connection.execute(query.group_by(d.c.state))}  # noqa: C416 - rows


def _all() -> Select[tuple[object, ...]]:
    return select(*(models.delivery.c[name] for name in _COLUMNS))


def _read(connection: Connection, query: Select[tuple[object, ...]]) -> list[Logged]:
    rows = connection.execute(query).mappings()
    return [Logged(**{**row, "state": DeliveryState(row["state"])}) for row in rows]
