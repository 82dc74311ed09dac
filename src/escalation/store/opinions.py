"""What surveys come to, counted from who was asked and what was answered: one statement.

Of invitations those made in the period count, and of them those that were answered by its end; of
answers those given in the period. All by what was recorded by ``known_at``; an issue that is
sealed is in neither.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from escalation.digests.satisfaction import BY, PERIOD, RETURNED, SENT, STEPS, SURVEY
from escalation.digests.tallies import TOTAL, Period, Scope, Tallies
from escalation.store import models
from escalation.store.base import Id, UtcInstant
from escalation.store.selecting import Unsealed, open_to_all
from escalation.store.tuples import Query, fetched

_STATEMENTS = 32
_SINCE: ColumnElement[Any] = bindparam("since", type_=UtcInstant)
_UNTIL: ColumnElement[Any] = bindparam("until", type_=UtcInstant)
_KNOWN_AT: ColumnElement[Any] = bindparam("known_at", type_=UtcInstant)
_COUNTED = (SENT, RETURNED, *STEPS.values())
Columns = Mapping[str, ColumnElement[Any]]


def opinions(connection: Connection, period: Period, scope: Scope, unsealed: Unsealed) -> Tallies:
    """How many were asked, have answered and rated how, in each dimension."""
    query = _query(tuple(scope.named()), unsealed)
    span = {"since": period.since, "until": period.until, "known_at": period.known_at}
    rows = fetched(connection, query, {**span, **scope.named()})
    # Of nothing the sums are null.
    return {
        (by, code): dict(zip(_COUNTED, (n or 0 for n in counts), strict=True))
        for by, code, *counts in rows
    }


@lru_cache(maxsize=_STATEMENTS)
def _query(scope: tuple[str, ...], unsealed: Unsealed) -> Query:
    found = union_all(_asked(scope, unsealed), _answered(scope, unsealed)).cte("found")
    sums = [cast(func.sum(found.c[name]), Integer).label(name) for name in _COUNTED]
    total = select(literal(TOTAL).label("by"), cast(null(), Id).label("code"), *sums)
    each = (select(literal(by), found.c[by], *sums).group_by(found.c[by]) for by in BY)
    return union_all(total.select_from(found), *each)


def _asked(scope: tuple[str, ...], unsealed: Unsealed) -> Select[Any]:
    table = models.survey_invitation
    back = and_(table.c.answered_at <= _UNTIL, table.c.answered_at <= _KNOWN_AT)
    counted = {SENT: literal(1, Integer), RETURNED: _if(back)}
    query = _rows(table, counted, scope, unsealed)
    return query.where(
        table.c.why_not.is_(None),
        table.c.invited_at > _SINCE,
        table.c.invited_at <= _UNTIL,
        table.c.invited_at <= _KNOWN_AT,
    )


def _answered(scope: tuple[str, ...], unsealed: Unsealed) -> Select[Any]:
    table = models.survey_answer
    counted = {name: _if(table.c.rating == step) for step, name in STEPS.items()}
    query = _rows(table, counted, scope, unsealed)
    return query.where(
        table.c.answered_at > _SINCE,
        table.c.answered_at <= _UNTIL,
        table.c.recorded_at <= _KNOWN_AT,
    )


def _rows(
    table: Any,  # noqa: ANN401 - one of two tables
    counted: Columns,
    scope: tuple[str, ...],
    unsealed: Unsealed,
) -> Select[Any]:
    """Where each row belongs and what it counts as; answers of no issue are sealed by none."""
    places = {by: table.c[by] for by in BY if by not in {SURVEY, PERIOD}}
    columns = {**places, SURVEY: table.c.survey, PERIOD: cast(table.c.period, Id)}
    columns |= {name: counted.get(name, literal(0, Integer)) for name in _COUNTED}
    issue = models.issue
    joined = table.join(issue, issue.c.id == table.c.issue_id, isouter=True)
    return (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(joined)
        .where(
            open_to_all(unsealed),
            *(table.c[name] == bindparam(name, type_=Id) for name in scope),
        )
    )


def _if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """One where it holds, else nothing."""
    return case((condition, 1), else_=0)
