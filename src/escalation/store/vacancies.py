"""Issues that stand at a seat which nobody holds, or before a body that does not meet."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from escalation.store import models
from escalation.store.viewing import visible
from escalation.workflow.states import Status
from escalation.workflow.viewing import Viewer

Place = tuple[datetime, str]
"""Where a page goes on: since when, and the issue."""


def page(
    connection: Connection, viewer: Viewer, after: Place | None, limit: int
) -> list[Row[tuple[str, datetime]]]:
    """(issue id, since), the longest empty first, of what ``viewer`` may see."""
    issue = models.issue
    homeless = and_(issue.c.status == Status.TABLED, issue.c.meeting.is_(None))
    since = func.coalesce(issue.c.vacant_since, issue.c.entered_at)
    conditions: list[ColumnElement[bool]] = [
        or_(issue.c.vacant_since.is_not(None), homeless),
        visible(connection, viewer),
    ]
    if after is not None:
        at, last = after
        conditions.append(or_(since > at, and_(since == at, issue.c.id > last)))
    query = select(issue.c.id, since.label("since")).where(*conditions)
    return list(connection.execute(query.order_by(since, issue.c.id).limit(limit)))
