"""The register of decisions: what forums have decided, whenever and on whatever."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from escalation.store import models
from escalation.store.keyset import Seen, newest_first
from escalation.store.viewing import decision_shown
from escalation.workflow.viewing import Viewer

_D = models.decision
_I = models.issue.alias("decided_on")
"""The issue that a decision is on: by its own name, for `decision_shown` looks at issues too."""
_A_DAY = timedelta(days=1)
_ENDINGS = ("___", "____", "_____")
"""A number ends with three digits, or as many as it takes: no forum makes more in a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionQuestion:
    """Which decisions; ``after`` is the (instant, id) of the last that was seen.

    ``year`` is that of their number, which is the forum's own; of those without a number (they were
    imported) the one in which they were made, in UTC.
    """

    forum: tuple[str, ...] = ()
    meeting: tuple[str, ...] = ()
    effect: tuple[str, ...] = ()
    year: int | None = None
    after: Seen | None = None
    limit: int = 50
    total: bool = False


def page(connection: Connection, viewer: Viewer, asked: DecisionQuestion) -> list[Row[Any]]:
    """Decisions, the newest first; one more than the limit where there are more."""
    query = _chosen(connection, viewer, asked)
    query = newest_first(query, _D.c.decided_at, _D.c.id, asked.after, asked.limit + 1)
    return list(connection.execute(query))


def total(connection: Connection, viewer: Viewer, asked: DecisionQuestion) -> int:
    """How many there are in all."""
    chosen = _chosen(connection, viewer, asked).subquery()
    return connection.scalar(select(func.count()).select_from(chosen)) or 0


def _chosen(connection: Connection, viewer: Viewer, asked: DecisionQuestion) -> Select[Any]:
    called = func.coalesce(_I.c.title, _D.c.title).label("called")
    query = select(_D, _I.c.reference, called).select_from(
        _D.outerjoin(_I, _I.c.id == _D.c.subject)
    )
    query = query.where(decision_shown(connection, viewer))
    for column, words in (
        (_D.c.forum, asked.forum),
        (_D.c.meeting_id, asked.meeting),
        (_D.c.effect, asked.effect),
    ):
        if words:
            query = query.where(column.in_(words))
    return query if asked.year is None else query.where(_of_year(asked.year))


def _of_year(year: int) -> ColumnElement[bool]:
    """By when they were made, which has an index; near its ends by what the number ends with.

    What it begins with is the forum's own short name, in which a year may stand as well.
    """
    first, next_ = (datetime(each, 1, 1, tzinfo=UTC) for each in (year, year + 1))
    at, number = _D.c.decided_at, _D.c.number
    numbered = or_(*(number.like(f"%-{year}-{ending}") for ending in _ENDINGS))
    made = and_(at >= first, at < next_)
    # No clock on earth is a day away from UTC.
    near = and_(at >= first - _A_DAY, at < next_ + _A_DAY)
    return and_(near, or_(numbered, and_(number.is_(None), made)))
