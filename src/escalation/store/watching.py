"""What an operator watches, read from the database: the same whichever process is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from escalation.store import handing, mailing, models
from escalation.store.deliveries import DeliveryState


@dataclass(frozen=True, slots=True)
class Figures:
    """How the engine stands at an instant. An age is ``None`` where there is nothing to be old."""

    clocks_due: int
    oldest_due: datetime | None
    outbox: int
    oldest_unsent: datetime | None
    deliveries: dict[str, int]
    oldest_delivery: datetime | None
    unconfirmed: int
    mailboxes: int
    heartbeat: datetime | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """A clock whose step was due and has not fired."""

    reference: str
    issue_id: str
    clock_id: str
    kind: str
    due_at: datetime | None


def figures(connection: Connection, now: datetime) -> Figures:
    """Count what is due and what waits; each from an index of what has not been done."""
    clock, outbox, delivery = models.clock, models.outbox, models.delivery
    due = select(func.count(), func.min(clock.c.next_at)).where(clock.c.next_at <= now)
    unsent = select(func.count(), func.min(outbox.c.recorded_at))
    waiting = select(func.min(delivery.c.next_at)).where(delivery.c.next_at.is_not(None))
    clocks_due, oldest_due = connection.execute(due).one()
    outbox_count, oldest_unsent = connection.execute(
        unsent.where(outbox.c.dispatched_at.is_(None))
    ).one()
    return Figures(
        clocks_due=clocks_due,
        oldest_due=oldest_due,
        outbox=outbox_count,
        oldest_unsent=oldest_unsent,
        deliveries=_by_state(connection),
        oldest_delivery=connection.scalar(waiting),
        unconfirmed=handing.unconfirmed(connection),
        mailboxes=len(mailing.marked(connection)),
        heartbeat=connection.scalar(select(func.max(models.heartbeat.c.beat_at))),
    )


def _by_state(connection: Connection) -> dict[str, int]:
    """Deliveries that something follows, and those that failed for good."""
    table = models.delivery
    under_way = select(table.c.state, func.count()).where(table.c.next_at.is_not(None))
    counts = [connection.execute(under_way.group_by(table.c.state)).all()]
    for state in (DeliveryState.HELD, DeliveryState.DEAD):
        query = select(table.c.state, func.count()).where(table.c.state == state)
        counts.append(connection.execute(query.group_by(table.c.state)).all())
    shown = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.HELD, DeliveryState.DEAD)
    return dict.fromkeys((s.value for s in shown), 0) | {
        state: count for rows in counts for state, count in rows
    }


def overdue(connection: Connection, before: datetime, limit: int) -> Sequence[Overdue]:
    """Clocks whose step was due before an instant and has not fired, the longest due first.

    Those that were put off because they could not be decided are among them.
    """
    clock, issue = models.clock, models.issue
    query = select(issue.c.reference, issue.c.id, clock.c.id, clock.c.kind, clock.c.due_at)
    query = query.join(issue, issue.c.id == clock.c.issue_id).limit(limit)
    # Two questions, each with an index of its own; together they would have none.
    waiting = query.where(clock.c.next_at < before).order_by(clock.c.next_at, clock.c.id)
    put_off = query.where(clock.c.next_at > clock.c.due_at, clock.c.due_at < before)
    rows = [*connection.execute(waiting), *connection.execute(put_off.order_by(clock.c.due_at))]
    found = {row[2]: Overdue(*row) for row in rows}
    return sorted(found.values(), key=lambda each: each.due_at or before)[:limit]
