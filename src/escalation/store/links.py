"""Ties between issues, followed from one to the next."""

from sqlalchemy import Connection, select

from escalation.store import models

DEPENDS_ON = "depends_on"


def upstream_of(connection: Connection, issue_id: str) -> frozenset[str]:
    """The issues that one depends on, directly or by way of others; empty where there are none."""
    tie = models.issue_link
    depends = select(tie.c.issue_id, tie.c.other).where(tie.c.as_ == DEPENDS_ON).subquery()
    first = select(depends.c.other).where(depends.c.issue_id == issue_id)
    above = first.cte("above", recursive=True)
    further = select(depends.c.other).join(above, depends.c.issue_id == above.c.other)
    # UNION, not UNION ALL: a circle that stands already ends.
    return frozenset(connection.scalars(select(above.union(further).c.other)))
