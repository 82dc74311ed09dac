"""The one predicate of who may see which issue, for rows: every read of issues asks it.

The rule itself is :mod:`escalation.workflow.viewing`; a sealed row carries the people it comes to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, not_, or_, select, true

from escalation.store import models
from escalation.store.dialect import any_of, has_item
from escalation.workflow.viewing import Viewer


def visible(connection: Connection, viewer: Viewer) -> ColumnElement[bool]:
    """Whether a row of the issue table is one that ``viewer`` may know of."""
    if viewer.everything:
        return true()
    table = models.issue
    open_to_all = table.c.sealed_at.is_(None)
    if viewer.person is None:
        return open_to_all
    return or_(open_to_all, has_item(connection, table.c.sealed_to, viewer.person))


def is_sealed(connection: Connection, name: str) -> bool:
    """Whether there is a sealed issue of that id."""
    table = models.issue
    query = select(table.c.id).where(table.c.id == name, table.c.sealed_at.is_not(None))
    return connection.scalar(query) is not None


def hidden(connection: Connection, viewer: Viewer, names: Sequence[str]) -> frozenset[str]:
    """Of these ids and references, those of issues that ``viewer`` may not see."""
    t = models.issue
    named = or_(any_of(connection, t.c.id, names), any_of(connection, t.c.reference, names))
    query = select(t.c.id, t.c.reference).where(named, not_(visible(connection, viewer)))
    return frozenset(name for row in connection.execute(query) for name in row)


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A sealed issue: since when, and the people who may see it."""

    id: str
    sealed_at: datetime
    sealed_to: tuple[str, ...]


def sealed_since(connection: Connection, instant: datetime) -> list[SealedRow]:
    """The issues that were sealed at an instant or later."""
    t = models.issue
    query = select(t.c.id, t.c.sealed_at, t.c.sealed_to)
    query = query.where(t.c.sealed_at.is_not(None), t.c.sealed_at >= instant)
    rows = connection.execute(query.order_by(t.c.id))
    return [SealedRow(row.id, row.sealed_at, tuple(row.sealed_to)) for row in rows]


def shown(
    connection: Connection, viewer: Viewer, subject: ColumnElement[str]
) -> ColumnElement[bool]:
    """Whether what a row is about may be shown: it is no issue that is sealed to others."""
    issue = models.issue
    hidden = exists(select(1).where(issue.c.id == subject, not_(visible(connection, viewer))))
    return not_(hidden)
