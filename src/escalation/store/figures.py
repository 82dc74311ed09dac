"""Issues as figures: what they were about, how they moved and when, without a word or a name."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from escalation.store import models

AT_ONCE = 200


class Figure(NamedTuple):
    """One issue that is sealed to nobody and has not been disposed of."""

    id: str
    kind: str
    channel: str
    severity: str
    status: str
    agency: str
    provider: str
    function: str | None
    region: str | None
    rung: str
    provider_person: str | None
    agency_person: str | None
    received_at: datetime
    resolved_at: datetime | None
    ended_at: datetime | None


_ISSUE = [models.issue.c[name] for name in Figure._fields]


def figures(connection: Connection) -> Iterator[Figure]:
    """Every such issue, in the order of its id, some at a time."""
    table, gone = models.issue, models.disposal.c.aggregate
    disposed = select(gone).where(gone == table.c.id).exists()
    query = select(*_ISSUE).where(table.c.sealed_at.is_(None), ~disposed).order_by(table.c.id)
    for row in connection.execute(query, execution_options={"yield_per": AT_ONCE}):
        yield Figure._make(row)


def moves(connection: Connection, issue: str) -> list[Any]:
    """The types of what happened to an issue, with when each holds from."""
    event = models.event.c
    query = select(event.type, event.effective_at).where(event.aggregate == issue)
    return list(connection.execute(query.order_by(event.number)))
