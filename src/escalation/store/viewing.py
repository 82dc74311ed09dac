"""The one predicate of who may see which issue, for rows: every read of issues asks it.

The rule itself is :mod:`escalation.workflow.viewing`; a sealed row carries the people it comes to.
"""

from sqlalchemy import ColumnElement, Connection, or_, true

from escalation.store import models
from escalation.store.dialect import has_item
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
