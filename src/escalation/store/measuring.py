"""What measures count, read from stays, informings and ended clocks: one statement a question.

A move is a stay that began in the period, beside the stay that it follows; it is told by how the
issue stood before it, or of one that was just logged, by how it stands. Everything is as recorded
by ``known_at``, so that no later change reaches a past period.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
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
    or_,
    select,
    text,
    union_all,
)

from escalation.digests.measures import Dimension
from escalation.digests.tallies import (
    TOTAL,
    Counts,
    Period,
    Scope,
    Tallies,
    Visit,
    VisitKind,
    Waiting,
)
from escalation.routing.vocabulary import IssueKind
from escalation.store import models
from escalation.store.base import Id, UtcInstant
from escalation.store.lasting import LONG, holding
from escalation.store.models.issues import UNRESOLVED
from escalation.store.selecting import Unsealed, open_to_all
from escalation.store.tuples import Query, fetched
from escalation.workflow.states import END, ClockKind, Status
from escalation.workflow.states import UNRESOLVED as UNRESOLVED_STATUSES

_STATEMENTS = 32
_NOW, _WAS = models.stay.alias("now"), models.stay.alias("earlier")
_SINCE: ColumnElement[Any] = bindparam("since", type_=UtcInstant)
_UNTIL: ColumnElement[Any] = bindparam("until", type_=UtcInstant)
_KNOWN_AT: ColumnElement[Any] = bindparam("known_at", type_=UtcInstant)
_STANDING = [status.value for status in UNRESOLVED_STATUSES]
_COMPLAINT = IssueKind.COMPLAINT.value
Columns = Mapping[str, ColumnElement[Any]]


def moves(connection: Connection, period: Period, scope: Scope, unsealed: Unsealed) -> Tallies:
    """How often each thing happened to issues in the period, in each dimension."""
    named = tuple(scope.named())
    return _tallied(connection, _moves_query(named, unsealed), _given(period, scope))


def updates(connection: Connection, period: Period, scope: Scope, unsealed: Unsealed) -> Tallies:
    """How often raisers were told, and how often the time to tell or to acknowledge ran out."""
    named = tuple(scope.named())
    return _tallied(connection, _updates_query(named, unsealed), _given(period, scope))


def standing(connection: Connection, period: Period, scope: Scope, unsealed: Unsealed) -> Tallies:
    """How many issues stood unresolved at the end of the period, in each dimension."""
    named = tuple(scope.named())
    return _tallied(connection, _standing_query(named, unsealed), _given(period, scope))


def visits(
    connection: Connection, period: Period, scope: Scope, unsealed: Unsealed
) -> tuple[Visit, ...]:
    """The visits to rungs of officers that ended in the period."""
    query = _visits_query(tuple(scope.named()), unsealed)
    width, rows = len(VisitKind._fields), fetched(connection, query, _given(period, scope))
    return tuple(Visit(VisitKind._make(row[:width]), *row[width:]) for row in rows)


def waiting(
    connection: Connection, period: Period, scope: Scope, unsealed: Unsealed
) -> tuple[Waiting, ...]:
    """The issues that stood unresolved at the end of the period."""
    query = _waiting_query(tuple(scope.named()), unsealed)
    return tuple(map(Waiting._make, fetched(connection, query, _given(period, scope))))


def arrivals(
    connection: Connection, period: Period, scope: Scope, unsealed: Unsealed
) -> tuple[datetime, ...]:
    """When the issues were logged that came in in the period."""
    query = _arrivals_query(tuple(scope.named()), unsealed)
    return tuple(at for (at,) in fetched(connection, query, _given(period, scope)))


def sealed(connection: Connection, period: Period, scope: Scope, unsealed: Unsealed) -> Counts:
    """Of sealed issues no more than how many were logged, resolved, and stood unresolved."""
    given, named = _given(period, scope), tuple(scope.named())
    (moved,) = fetched(connection, _sealed_moves_query(named, unsealed), given)
    (stands,) = fetched(connection, _sealed_standing_query(named, unsealed), given)
    return {"logged": moved[0] or 0, "resolved": moved[1] or 0, "unresolved": stands[0]}


def _given(period: Period, scope: Scope) -> dict[str, Any]:
    span = {"since": period.since, "until": period.until, "known_at": period.known_at}
    span["soon"] = period.until + LONG
    return {**span, **scope.named()}


def _tallied(connection: Connection, query: Query, given: Mapping[str, Any]) -> Tallies:
    names = [str(column.key) for column in query.selected_columns][2:]
    rows = fetched(connection, query, given)
    # Of nothing the sums are null.
    return {(r[0], r[1]): dict(zip(names, (n or 0 for n in r[2:]), strict=True)) for r in rows}


# The statements are made once; what they are asked comes by name.


def _where_it_stood(name: str) -> ColumnElement[Any]:
    """A column of the stay that ended, or of the first one where there was none."""
    return func.coalesce(_WAS.c[name], _NOW.c[name], type_=_NOW.c[name].type)


def _if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """One where it holds, else nothing."""
    return case((condition, 1), else_=0)


_FIRST = _NOW.c.before.is_(None)


def _became(status: Status) -> ColumnElement[bool]:
    other = or_(_WAS.c.status.is_(None), _WAS.c.status != status.value)
    return and_(_NOW.c.status == status.value, other)


_RESOLVED = _became(Status.RESOLVED)
_SETTLED_COMPLAINT = and_(_RESOLVED, _NOW.c.kind == _COMPLAINT)
_FURTHER = func.coalesce(_NOW.c.further_action, False)
_LEFT = and_(
    _WAS.c.status.in_(_STANDING),
    _WAS.c.forum.is_(None),
    or_(_NOW.c.visit != _WAS.c.visit, _NOW.c.status.not_in(_STANDING)),
)
_MOVES: Columns = {
    "logged": _if(_FIRST),
    "resolved": _if(_RESOLVED),
    "first_contact": _if(and_(_FIRST, _RESOLVED)),
    "closed": _if(_became(Status.CLOSED)),
    "withdrawn": _if(_became(Status.WITHDRAWN)),
    **{
        kind: _if(func.coalesce(_NOW.c.moved, "") == kind)
        for kind in ("disputed", "reopened", "escalated", "referred_back")
    },
    "held": _if(_became(Status.ON_HOLD)),
    "in_target": _if(and_(_LEFT, _NOW.c.effective_from < _WAS.c.due_at)),
    "past_target": _if(and_(_LEFT, _NOW.c.effective_from >= _WAS.c.due_at)),
    "complaints_received": _if(and_(_FIRST, _NOW.c.kind == _COMPLAINT)),
    "further_action": _if(and_(_SETTLED_COMPLAINT, _FURTHER)),
    "no_further_action": _if(and_(_SETTLED_COMPLAINT, _FURTHER.is_(False))),
}
_STANDS: Columns = {
    "unresolved": literal(1, Integer),
    "unresolved_past_target": _if(_NOW.c.past_target_at <= _UNTIL),
    "unresolved_exhausted": _if(_NOW.c.exhausted_at.is_not(None)),
    "unresolved_on_hold": _if(_NOW.c.status == Status.ON_HOLD.value),
}


@lru_cache(maxsize=_STATEMENTS)
def _moves_query(scope: tuple[str, ...], unsealed: Unsealed) -> Query:
    dimensions = {
        each.value: models.issue.c.channel
        if each is Dimension.CHANNEL
        else _where_it_stood(each.value)
        for each in Dimension
    }
    return _by_each(_moved({**dimensions, **_MOVES}, scope, unsealed), _MOVES)


@lru_cache(maxsize=_STATEMENTS)
def _standing_query(scope: tuple[str, ...], unsealed: Unsealed) -> Query:
    return _by_each(_holding({**_dimensions(), **_STANDS}, scope, unsealed), _STANDS)


@lru_cache(maxsize=_STATEMENTS)
def _visits_query(scope: tuple[str, ...], unsealed: Unsealed) -> Query:
    columns: Columns = {
        **{name: _WAS.c[name] for name in VisitKind._fields},
        "entered_at": _WAS.c.entered_at,
        "left_at": _NOW.c.effective_from,
        "due_at": _WAS.c.due_at,
    }
    return _moved(columns, scope, unsealed).where(_LEFT)


@lru_cache(maxsize=_STATEMENTS)
def _waiting_query(scope: tuple[str, ...], unsealed: Unsealed) -> Query:
    columns = {
        name: models.issue.c.received_at if name == "received_at" else _NOW.c[name]
        for name in Waiting._fields
    }
    return _holding(columns, scope, unsealed)


@lru_cache(maxsize=_STATEMENTS)
def _arrivals_query(scope: tuple[str, ...], unsealed: Unsealed) -> Query:
    return _moved({"at": _NOW.c.effective_from}, scope, unsealed).where(_FIRST)


@lru_cache(maxsize=_STATEMENTS)
def _sealed_moves_query(scope: tuple[str, ...], unsealed: Unsealed) -> Query:
    counted = {name: func.sum(_MOVES[name]) for name in ("logged", "resolved")}
    return _moved(counted, scope, unsealed, sealed_ones=True)


@lru_cache(maxsize=_STATEMENTS)
def _sealed_standing_query(scope: tuple[str, ...], unsealed: Unsealed) -> Query:
    each = _holding({"one": literal(1, Integer)}, scope, unsealed, sealed_ones=True)
    return select(func.count().label("unresolved")).select_from(each.subquery())


def _dimensions() -> Columns:
    """Every dimension of a stay that is called ``now``."""
    return {
        each.value: models.issue.c.channel if each is Dimension.CHANNEL else _NOW.c[each.value]
        for each in Dimension
    }


def _moved(
    columns: Columns, scope: tuple[str, ...], unsealed: Unsealed, *, sealed_ones: bool = False
) -> Select[Any]:
    """Columns of the moves of a period."""
    issue = models.issue
    joined = _NOW.join(issue, issue.c.id == _NOW.c.issue_id).outerjoin(
        _WAS, _WAS.c.id == _NOW.c.before
    )
    return (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(joined)
        .where(
            _NOW.c.effective_from > _SINCE,
            _NOW.c.effective_from <= _UNTIL,
            _NOW.c.recorded_from <= _KNOWN_AT,
            _open(unsealed, sealed_ones=sealed_ones),
            *(_where_it_stood(name) == bindparam(name, type_=Id) for name in scope),
        )
    )


def _holding(
    columns: Columns, scope: tuple[str, ...], unsealed: Unsealed, *, sealed_ones: bool = False
) -> Query:
    """Columns of the unresolved stays that held at the end of a period."""
    issue = models.issue
    begun = (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(_NOW.join(issue, issue.c.id == _NOW.c.issue_id))
        .where(
            # In the words of the partial index, without parameters: SQLite goes by the words.
            text(f"now.{UNRESOLVED}"),
            _NOW.c.effective_from <= _UNTIL,
            _NOW.c.recorded_from <= _KNOWN_AT,
            _open(unsealed, sealed_ones=sealed_ones),
            *(_NOW.c[name] == bindparam(name, type_=Id) for name in scope),
        )
    )
    return holding(begun, _NOW.c, _UNTIL, _KNOWN_AT)


def _open(unsealed: Unsealed, *, sealed_ones: bool) -> ColumnElement[bool]:
    shown = open_to_all(unsealed)
    return ~shown if sealed_ones else shown


@lru_cache(maxsize=_STATEMENTS)
def _updates_query(scope: tuple[str, ...], unsealed: Unsealed) -> Query:
    """Informings and ended clocks, each by the stay that was on the record by then."""
    event, step, clock = models.event, models.clock_step, models.clock
    informed = _told_by(
        event,
        event.c.aggregate,
        {
            "updates_given": _if(_NOW.c.status.in_(_STANDING)),
            "updates_missed": literal(0, Integer),
            "acknowledgements_missed": literal(0, Integer),
        },
        (text("event.type = 'issue.informed'"),),
        scope,
        unsealed,
    )
    missed = _told_by(
        step.join(clock, clock.c.id == step.c.clock_id),
        step.c.issue_id,
        {
            "updates_given": literal(0, Integer),
            "updates_missed": _if(clock.c.kind == ClockKind.INFORM.value),
            "acknowledgements_missed": _if(clock.c.kind == ClockKind.ACKNOWLEDGE.value),
        },
        (
            text(f"clock_step.step = '{END}'"),
            clock.c.kind.in_([ClockKind.INFORM.value, ClockKind.ACKNOWLEDGE.value]),
        ),
        scope,
        unsealed,
    )
    names = ("updates_given", "updates_missed", "acknowledgements_missed")
    return _by_each(union_all(informed, missed), names)


def _told_by(
    rows: Any,  # noqa: ANN401 - a table, or several joined
    subject: ColumnElement[Any],
    counted: Columns,
    conditions: Iterable[Any],
    scope: tuple[str, ...],
    unsealed: Unsealed,
) -> Select[Any]:
    table = models.event if rows is models.event else models.clock_step
    issue = models.issue
    joined = rows.join(
        _NOW,
        and_(
            _NOW.c.issue_id == subject,
            _NOW.c.recorded_from <= table.c.recorded_at,
            or_(_NOW.c.recorded_to.is_(None), _NOW.c.recorded_to > table.c.recorded_at),
        ),
    ).join(issue, issue.c.id == subject)
    columns = {**_dimensions(), **counted}
    return (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(joined)
        .where(
            *conditions,
            table.c.effective_at > _SINCE,
            table.c.effective_at <= _UNTIL,
            table.c.recorded_at <= _KNOWN_AT,
            _open(unsealed, sealed_ones=False),
            *(_NOW.c[name] == bindparam(name, type_=Id) for name in scope),
        )
    )


def _by_each(rows: Query, names: Iterable[str]) -> Query:
    """Sums of all rows, and by each dimension's codes."""
    found = rows.cte("found")
    sums = [cast(func.sum(found.c[name]), Integer).label(name) for name in names]
    total = select(literal(TOTAL).label("by"), cast(null(), Id).label("code"), *sums)
    each = (
        select(literal(dimension.value), found.c[dimension.value], *sums).group_by(
            found.c[dimension.value]
        )
        for dimension in Dimension
    )
    return union_all(total.select_from(found), *each)
