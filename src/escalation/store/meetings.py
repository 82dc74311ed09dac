"""Meetings, read: those that something is or was tabled for, their agendas and decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from escalation.store import models
from escalation.store.viewing import visible
from escalation.workflow.viewing import Viewer


@dataclass(frozen=True, slots=True)
class StoredMeeting:
    """A meeting that something was tabled for."""

    id: str
    forum: str
    starts_at: datetime
    ends_at: datetime
    cutoff_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Item:
    """An issue on a meeting's agenda: since when, and how and when it left."""

    issue_id: str
    reference: str
    title: str
    severity: str
    status: str
    carried_over: int
    tabled_at: datetime
    outcome: str | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """What a forum decided on an item."""

    id: str
    issue_id: str
    text: str
    reasons: str | None
    conditions: str | None
    effect: str
    actions: Sequence[Mapping[str, Any]]
    decided_at: datetime


def one(connection: Connection, meeting_id: str) -> StoredMeeting | None:
    """A meeting by its id."""
    table = models.meeting
    found = connection.execute(select(table).where(table.c.id == meeting_id)).mappings().first()
    return None if found is None else StoredMeeting(**found)


def between(
    connection: Connection, forum: str, start: datetime, end: datetime
) -> list[StoredMeeting]:
    """A forum's meetings that begin in ``[start, end)``, in order."""
    table = models.meeting
    query = select(table).where(
        table.c.forum == forum, table.c.starts_at >= start, table.c.starts_at < end
    )
    rows = connection.execute(query.order_by(table.c.starts_at)).mappings()
    return [StoredMeeting(**row) for row in rows]


def agenda(connection: Connection, viewer: Viewer, meeting_id: str) -> list[Item]:
    """What is or was on a meeting's agenda, as it was tabled; only what ``viewer`` may see."""
    item, issue = models.agenda_item, models.issue
    query = (
        select(
            item.c.issue_id,
            issue.c.reference,
            issue.c.title,
            issue.c.severity,
            issue.c.status,
            item.c.carried_over,
            item.c.tabled_at,
            item.c.outcome,
            item.c.left_at,
        )
        .join(issue, issue.c.id == item.c.issue_id)
        .where(item.c.meeting_id == meeting_id, visible(connection, viewer))
        .order_by(item.c.tabled_at, item.c.issue_id)
    )
    return [Item(**row) for row in connection.execute(query).mappings()]


def decisions(connection: Connection, viewer: Viewer, meeting_id: str) -> list[StoredDecision]:
    """What was decided at a meeting, in order, on issues that ``viewer`` may see."""
    table, issue = models.decision, models.issue
    columns = [table.c[name] for name in StoredDecision.__slots__]
    query = (
        select(*columns)
        .join(issue, issue.c.id == table.c.issue_id)
        .where(table.c.meeting_id == meeting_id, visible(connection, viewer))
    )
    rows = connection.execute(query.order_by(table.c.decided_at, table.c.id)).mappings()
    return [StoredDecision(**row) for row in rows]
