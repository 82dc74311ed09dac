"""Outcomes that were given in a period, read from stays and the entries that gave them."""

import json
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from escalation.digests.outcomes import Given
from escalation.digests.tallies import Period
from escalation.store import models
from escalation.store.viewing import visible
from escalation.workflow.states import Status
from escalation.workflow.viewing import Viewer

_GAVE, _WAS, _END = (models.stay.alias(name) for name in ("gave", "earlier", "at_end"))
_RESOLVED = "issue.resolved"
_SETTLED = (Status.RESOLVED.value, Status.CLOSED.value)


def given(connection: Connection, period: Period, viewer: Viewer) -> list[Given]:
    """What was resolved in a period, of issues that ``viewer`` may see and that are not sealed.

    What has been disposed of is not among them. Of an issue that was resolved again the last
    outcome alone can stand.
    """
    issue, event = models.issue, models.event
    joined = (
        _GAVE.join(issue, issue.c.id == _GAVE.c.issue_id)
        .join(
            event,
            and_(
                event.c.aggregate == _GAVE.c.issue_id,
                event.c.type == _RESOLVED,
                event.c.effective_at == _GAVE.c.effective_from,
            ),
        )
        .join(_END, _END.c.issue_id == _GAVE.c.issue_id)
        .outerjoin(_WAS, _WAS.c.id == _GAVE.c.before)
    )
    names = [name for name in Given._fields if name in _GAVE.c]
    query = (
        select(
            event.c.id.label("event"),
            _GAVE.c.issue_id.label("issue"),
            issue.c.reference,
            event.c.effective_at.label("at"),
            *(_GAVE.c[name] for name in names),
            _END.c.status.label("status_at_end"),
            event.c.payload,
        )
        .select_from(joined)
        .where(
            _GAVE.c.status == Status.RESOLVED.value,
            or_(_WAS.c.status.is_(None), _WAS.c.status != Status.RESOLVED.value),
            _GAVE.c.effective_from > period.since,
            _GAVE.c.effective_from <= period.until,
            _GAVE.c.recorded_from <= period.known_at,
            _holds(period.until, period.known_at),
            event.c.recorded_at <= period.known_at,
            event.c.disposed.is_(None),
            issue.c.sealed_at.is_(None),
            visible(connection, viewer),
        )
    )
    rows = {row.event: row for row in connection.execute(query.order_by(event.c.number))}
    last = {row.issue: row.event for row in rows.values()}
    return [
        Given(
            **{name: getattr(row, name) for name in ("issue", "reference", "at", *names)},
            stands=last[row.issue] == row.event and row.status_at_end in _SETTLED,
            outcome=json.loads(row.payload)["outcome"],
        )
        for row in rows.values()
    ]


def _holds(until: datetime, known_at: datetime) -> ColumnElement[bool]:
    later = or_(_END.c.effective_to > until, _END.c.recorded_to > known_at)
    return and_(
        _END.c.effective_from <= until,
        _END.c.recorded_from <= known_at,
        or_(_END.c.recorded_to.is_(None), later),
    )
