"""Timelines, read: entries of one issue in order, and which events are there already."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from escalation.store import models
from escalation.store.dialect import any_of

DISPOSED = {"kind": "disposed", "name": "Disposed of"}
"""Who acted, of an entry whose content is gone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a timeline."""

    id: str
    number: int
    type: str
    due_at: datetime | None
    effective_at: datetime
    recorded_at: datetime
    visibility: str
    actor: Mapping[str, Any]
    payload: Mapping[str, Any]
    hash: str


def aggregates_of(connection: Connection, events: Sequence[str]) -> dict[str, str]:
    """Whose events these are, of those that are there."""
    table = models.event
    query = select(table.c.id, table.c.aggregate).where(any_of(connection, table.c.id, events))
    return {event_id: aggregate for event_id, aggregate in connection.execute(query)}  # noqa: C416 - rows


def entries(
    connection: Connection, aggregate: str, *, after: int = 0, limit: int = 200
) -> list[Entry]:
    """The entries of an aggregate after a number, oldest first."""
    table = models.event
    query = select(table).where(table.c.aggregate == aggregate, table.c.number > after)
    found = []
    for row in connection.execute(query.order_by(table.c.number).limit(limit)):
        payload = json.loads(row.payload) if row.disposed is None else {"actor": DISPOSED}
        actor = payload.pop("actor")
        found.append(
            Entry(
                id=row.id,
                number=row.number,
                type=row.type,
                due_at=row.due_at,
                effective_at=row.effective_at,
                recorded_at=row.recorded_at,
                visibility=row.visibility,
                actor=actor,
                payload=payload,
                hash=row.hash,
            )
        )
    return found
