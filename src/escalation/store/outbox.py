"""The outbox: events that are committed and not yet handed to the endpoints that want them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    delete,
    exists,
    insert,
    or_,
    select,
    true,
    update,
)

from escalation.store import models
from escalation.store.dialect import any_of

FAN_OUT = "fan-out"
"""The turn of whoever fans out: one process at a time, so that lanes keep their order."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that goes out, with all that its message is made of; ``payload`` is JSON text."""

    event_id: str
    aggregate: str
    number: int
    type: str
    due_at: datetime | None
    effective_at: datetime
    recorded_at: datetime
    visibility: str
    payload: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Pinned:
    """The ladder that an issue was logged under: of which publication and agreement."""

    publication: str
    ola: str | None
    ladder: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How the issue of an event stood once the event was recorded."""

    publication: str
    ola: str | None
    ladder: str
    rung: str
    severity: str
    agency: str
    also_affects: tuple[str, ...]


def take_turn(connection: Connection, name: str) -> bool:
    """Hold a turn until the transaction ends; false where another process has it."""
    table = models.turn
    query = select(table.c.name).where(table.c.name == name)
    return connection.execute(query.with_for_update(skip_locked=True)).one_or_none() is not None


def pending_any(connection: Connection, *, named: bool = False) -> bool:
    """Whether any event has not been handed on yet; with ``named`` of sealed issues too."""
    unsent = exists().where(models.outbox.c.dispatched_at.is_(None))
    if named and connection.scalar(select(models.named_outbox.c.event_id).limit(1)) is not None:
        return True
    return bool(connection.scalar(select(unsent)))


def pending(connection: Connection, limit: int) -> list[Pending]:
    """Events not handed on yet, in order within each aggregate.

    The aggregates of the ``limit`` oldest come whole: identifiers are made before the commit, so
    that an event may sort before one that happened earlier to the same issue.
    """
    out = models.outbox
    return _pending(connection, out, out.c.dispatched_at.is_(None), limit)


def pending_named(connection: Connection, limit: int) -> list[Pending]:
    """The same of sealed issues: for the people named for them alone."""
    return _pending(connection, models.named_outbox, true(), limit)


def withdraw(connection: Connection, sealed: Sequence[str], now: datetime) -> None:
    """What waits of issues that have just been sealed is for the people named for them alone."""
    out, named = models.outbox, models.named_outbox
    waits = (any_of(connection, out.c.aggregate, sealed), out.c.dispatched_at.is_(None))
    columns = [column.name for column in named.columns]
    moved = select(*(out.c[name] for name in columns)).where(*waits)
    connection.execute(insert(named).from_select(columns, moved))
    connection.execute(update(out).where(*waits).values(dispatched_at=now))


def _pending(
    connection: Connection, out: Table, unsent: ColumnElement[bool], limit: int
) -> list[Pending]:
    event, issue = models.event, models.issue
    oldest = select(out.c.aggregate).where(unsent).order_by(out.c.event_id).limit(limit)
    lanes = list(dict.fromkeys(connection.scalars(oldest)))
    if not lanes:
        return []
    query = (
        select(
            out.c.event_id,
            out.c.aggregate,
            out.c.number,
            out.c.type,
            event.c.due_at,
            event.c.effective_at,
            out.c.recorded_at,
            event.c.visibility,
            event.c.payload,
            issue.c.reference,
        )
        .join(event, event.c.id == out.c.event_id)
        .join(issue, issue.c.id == out.c.aggregate, isouter=True)
        .where(unsent, any_of(connection, out.c.aggregate, lanes))
        .order_by(out.c.aggregate, out.c.number)
    )
    return [Pending(**row) for row in connection.execute(query).mappings()]


def standings(connection: Connection, events: Sequence[Pending]) -> dict[str, Standing]:
    """How issues stood when these events had been recorded, by event; others are not of issues."""
    event, stay = models.event, models.stay
    columns = (stay.c.publication, stay.c.ola, stay.c.ladder, stay.c.rung)
    query = (
        select(event.c.id, *columns, stay.c.severity, stay.c.agency, stay.c.also_affects)
        .join(stay, stay.c.issue_id == event.c.aggregate)
        .where(
            any_of(connection, event.c.id, [each.event_id for each in events]),
            stay.c.recorded_from <= event.c.recorded_at,
            or_(stay.c.recorded_to.is_(None), stay.c.recorded_to > event.c.recorded_at),
        )
    )
    return {
        row.id: Standing(
            publication=row.publication,
            ola=row.ola,
            ladder=row.ladder,
            rung=row.rung,
            severity=row.severity,
            agency=row.agency,
            also_affects=tuple(row.also_affects.split("|")) if row.also_affects else (),
        )
        for row in connection.execute(query)
    }


def other_names(
    connection: Connection, issues: Sequence[str]
) -> dict[str, Sequence[Mapping[str, Any]]]:
    """What other systems call these issues: `{system, id, url}` of each."""
    table = models.issue
    query = select(table.c.id, table.c.said).where(any_of(connection, table.c.id, list(issues)))
    return {name: said.get("external_refs") or () for name, said in connection.execute(query)}


def pinned(connection: Connection, issues: Sequence[str]) -> dict[str, Pinned]:
    """The ladder of each of these issues."""
    if not issues:
        return {}
    table = models.issue
    columns = (table.c.id, table.c.publication, table.c.ola, table.c.ladder)
    query = select(*columns).where(any_of(connection, table.c.id, list(issues)))
    return {name: Pinned(*under) for name, *under in connection.execute(query)}


def dispatched(connection: Connection, events: Sequence[str], now: datetime) -> None:
    """Note that these events have been handed on."""
    table = models.outbox
    change = update(table).where(any_of(connection, table.c.event_id, events))
    connection.execute(change.values(dispatched_at=now))


def told_to_named(connection: Connection, events: Sequence[str]) -> None:
    """Note that these events of sealed issues have been handed on: nothing is kept of it."""
    if not events:
        return
    table = models.named_outbox
    connection.execute(delete(table).where(any_of(connection, table.c.event_id, events)))


def forget_named(connection: Connection, before: datetime) -> int:
    """Forget events of sealed issues that nobody was to be told of since then; answers how many."""
    table = models.named_outbox
    return connection.execute(delete(table).where(table.c.recorded_at < before)).rowcount
