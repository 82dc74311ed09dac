"""Changes of the ladder file that somebody has proposed, and what was answered to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from escalation.store import models
from escalation.store.keyset import Seen, newest_first

Row = Mapping[str, Any]
OPEN, APPROVED = "proposed", "approved"


def add(connection: Connection, row: Row) -> None:
    """Keep a change that is proposed."""
    connection.execute(insert(models.ladder_change), dict(row))


def one(connection: Connection, change: str, *, lock: bool = False) -> dict[str, Any] | None:
    """A change by its id; with ``lock`` its row is held until the transaction ends."""
    query = select(models.ladder_change).where(models.ladder_change.c.id == change)
    if lock:
        query = query.with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else dict(row)


def page(
    connection: Connection,
    *,
    status: str | None,
    after: Seen | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Changes without their texts, the newest first; with ``status`` those that stand so."""
    table = models.ladder_change
    query = select(*(column for column in table.c if column is not table.c.text))
    if status is not None:
        query = query.where(table.c.status == status)
    query = newest_first(query, table.c.proposed_at, table.c.id, after, limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def of_content(
    connection: Connection, content: str, statuses: Sequence[str]
) -> list[dict[str, Any]]:
    """The changes to a file of that hash which stand so, held, the newest first."""
    table = models.ladder_change
    query = select(table).where(table.c.hash == content, table.c.status.in_(statuses))
    query = query.order_by(table.c.proposed_at.desc(), table.c.id.desc()).with_for_update()
    return [dict(row) for row in connection.execute(query).mappings()]


def change(connection: Connection, change_id: str, values: Row) -> None:
    """Give a change new values, and its next version."""
    table = models.ladder_change
    changed = {**values, "version": table.c.version + 1}
    connection.execute(update(table).where(table.c.id == change_id).values(changed))
