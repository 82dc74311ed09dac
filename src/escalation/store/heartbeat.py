"""Signs of life of workers, and what a long silence opens: a recovery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, update

from escalation.store import dialect, models
from escalation.store.deliveries import DeliveryState, Message

_OPEN_SLOT = "open"


class RecoveryState(StrEnum):
    """How far a recovery is."""

    OPEN = "open"  # what is late is being worked off, and held back
    SETTLING = "settling"  # what is held back becomes one live message or part of a summary
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Recovery:
    """The engine was silent from ``down_since`` to ``started_at``."""

    id: str
    down_since: datetime
    started_at: datetime
    state: RecoveryState


@dataclass(frozen=True, slots=True)
class Held:
    """A delivery that is held back, with its message's body."""

    id: str
    message_id: str
    aggregate: str
    number: int
    body: bytes
    last: bool  # nothing later of the same issue goes to that endpoint


def newest(connection: Connection) -> datetime | None:
    """When a worker last gave a sign of life."""
    found: datetime | None = connection.scalar(select(func.max(models.heartbeat.c.beat_at)))
    return found


def beat(connection: Connection, worker: str, now: datetime, forget: datetime) -> None:
    """Note that a worker is alive; signs from before ``forget`` go."""
    table = models.heartbeat
    upsert = dialect.insert(connection, table).values(worker=worker, beat_at=now)
    keys = [table.c.worker]
    connection.execute(upsert.on_conflict_do_update(index_elements=keys, set_={"beat_at": now}))
    connection.execute(delete(table).where(table.c.beat_at < forget))


def current(connection: Connection, *, locked: bool = False) -> Recovery | None:
    """The recovery that goes on, if one does."""
    table = models.recovery
    query = select(table).where(table.c.slot == _OPEN_SLOT)
    row = connection.execute(query.with_for_update() if locked else query).one_or_none()
    if row is None:
        return None
    return Recovery(row.id, row.down_since, row.started_at, RecoveryState(row.state))


def open_recovery(connection: Connection, new: Recovery) -> bool:
    """Open a recovery; false where another process has opened one meanwhile."""
    row = {"id": new.id, "slot": _OPEN_SLOT, "down_since": new.down_since}
    row |= {"started_at": new.started_at, "state": new.state.value}
    opened = dialect.insert(connection, models.recovery).values(**row).on_conflict_do_nothing()
    made = connection.execute(opened.returning(models.recovery.c.id))
    return made.one_or_none() is not None


def reopen(connection: Connection, recovery_id: str, started_at: datetime) -> None:
    """The engine was down again meanwhile: what was due before this counts as late too."""
    table = models.recovery
    change = update(table).where(table.c.id == recovery_id)
    connection.execute(change.values(started_at=started_at, state=RecoveryState.OPEN.value))


def settle(connection: Connection, recovery_id: str) -> None:
    """From now on nothing more is held back."""
    table = models.recovery
    change = update(table).where(table.c.id == recovery_id)
    connection.execute(change.values(state=RecoveryState.SETTLING.value))


def close(connection: Connection, recovery_id: str, now: datetime) -> None:
    """End a recovery: nothing is held back any more."""
    table = models.recovery
    change = update(table).where(table.c.id == recovery_id)
    closed = {"slot": recovery_id, "state": RecoveryState.CLOSED.value, "closed_at": now}
    connection.execute(change.values(**closed))


def late_clock(connection: Connection, by: datetime) -> bool:
    """Whether a clock still waits whose next step was due by then."""
    clock = models.clock
    return bool(connection.scalar(select(exists().where(clock.c.next_at <= by))))


def endpoints_held(connection: Connection, recovery_id: str) -> Sequence[str]:
    """Endpoints from which something is held back."""
    d = models.delivery
    query = select(d.c.endpoint_id).where(d.c.recovery_id == recovery_id, _held())
    return connection.scalars(query.distinct().order_by(d.c.endpoint_id)).all()


def held(connection: Connection, recovery_id: str, endpoint_id: str, limit: int) -> list[Held]:
    """What is held back from an endpoint, issue by issue in order; held for the transaction."""
    d, later, message = models.delivery, models.delivery.alias(), models.message
    follows = exists().where(
        later.c.endpoint_id == d.c.endpoint_id,
        later.c.aggregate == d.c.aggregate,
        later.c.number > d.c.number,
    )
    query = (
        select(
            d.c.id, d.c.message_id, d.c.aggregate, d.c.number, message.c.body, (~follows).label("l")
        )
        .join(message, message.c.id == d.c.message_id)
        .where(d.c.recovery_id == recovery_id, d.c.endpoint_id == endpoint_id, _held())
        .order_by(d.c.aggregate, d.c.number)
        .limit(limit)
        .with_for_update(of=d)
    )
    rows = connection.execute(query)
    return [Held(i, m, a, n, bytes(body), bool(last)) for i, m, a, n, body, last in rows]


def release(connection: Connection, deliveries: Sequence[str], now: datetime) -> None:
    """Let held deliveries go out after all."""
    d = models.delivery
    change = update(d).where(dialect.any_of(connection, d.c.id, deliveries), _held())
    connection.execute(change.values(state=DeliveryState.WAITING.value, next_at=now))


def summarised(
    connection: Connection, deliveries: Sequence[str], summary: Message, now: datetime
) -> None:
    """Note that a summary tells these: that counts as their delivery."""
    d = models.delivery
    told = {"state": DeliveryState.SUMMARISED.value, "summary_id": summary.id, "ended_at": now}
    change = update(d).where(dialect.any_of(connection, d.c.id, deliveries), _held())
    connection.execute(change.values(**told))


def _held() -> ColumnElement[bool]:
    return models.delivery.c.state == DeliveryState.HELD.value
