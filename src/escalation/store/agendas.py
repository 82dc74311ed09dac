"""Meetings and items of their agendas, put where they may be already."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from escalation.store import dialect, models
from escalation.store.failures import Again
from escalation.workflow.meetings.facts import ItemKind

_COMES_AGAIN = (
    "kind",
    "title",
    "section",
    "sought",
    "late",
    "carried_over",
    "tabled_at",
    "outcome",
    "remark",
    "left_at",
)


def add_meetings(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Meetings that something is tabled for; those that are there already are held as they are.

    Raises:
        Again: one is not as whoever tabled for it knew it: it was moved, cancelled or closed.
    """
    table = models.meeting
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    known = dialect.insert(connection, table).on_conflict_do_nothing()
    connection.execute(known, ordered)
    names = [row["id"] for row in ordered]
    query = select(table.c.id, table.c.starts_at, table.c.status)
    query = query.where(dialect.any_of(connection, table.c.id, names)).order_by(table.c.id)
    stands = {row.id: row for row in connection.execute(query.with_for_update(read=True))}
    for row in ordered:
        found = stands[row["id"]]
        if found.status != "scheduled" or found.starts_at != row["starts_at"]:
            raise Again(f"Meeting {found.id} was changed meanwhile; try again.")


def take_off_moot(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """What nobody waits for any more, off the agendas of the forums that it was put to.

    Each row has ``about`` (the issue), ``asked`` (the forum's code), ``as_`` (the kind of the item:
    ``advice``, or ``reported``), ``why`` and ``at``.
    """
    if not rows:
        return
    item, meeting = models.agenda_item, models.meeting
    of_forum = select(meeting.c.id).where(meeting.c.forum == bindparam("asked"))
    gone = update(item).where(
        item.c.subject == bindparam("about"),
        item.c.kind == bindparam("as_"),
        item.c.outcome.is_(None),
        item.c.meeting_id.in_(of_forum),
    )
    said = {"outcome": "withdrawn", "remark": bindparam("why"), "left_at": bindparam("at")}
    connection.execute(gone.values(said), list(rows))


def take_off(connection: Connection, subject: str, remark: str, at: datetime) -> None:
    """Something off every agenda on which it waits, and why: it is no more to be dealt with."""
    item = models.agenda_item
    gone = update(item).where(item.c.subject == subject, item.c.outcome.is_(None))
    said = {"outcome": "withdrawn", "remark": remark, "left_at": at}
    connection.execute(gone.values(said))


def put_items(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Items that come onto agendas, some of them again.

    What a forum is to decide stays so: it is told or asked of the same issue by that item too.
    """
    if not rows:
        return
    table = models.agenda_item
    item = dialect.insert(connection, table)
    again = {name: item.excluded[name] for name in _COMES_AGAIN}
    upsert = item.on_conflict_do_update(
        index_elements=[table.c.meeting_id, table.c.subject],
        set_=again,
        where=or_(
            item.excluded.kind == ItemKind.ISSUE.value,
            table.c.kind != ItemKind.ISSUE.value,
            table.c.outcome.is_not(None),
        ),
    )
    connection.execute(upsert, list(rows))
