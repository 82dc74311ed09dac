"""The rows of a digest, read from stays: how issues stood as at an instant, by what was known.

A stay holds at ``(as_at, known_at)`` when it had begun and its end had not: it began when it took
effect by ``as_at`` and was recorded by ``known_at``, and so it ended. Nothing takes effect after it
is recorded, so the end of a stay that holds was recorded after ``as_at``: by that it is looked up.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import starmap
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Dialect,
    FromClause,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
    union_all,
)

from escalation.digests.selection import (
    After,
    Area,
    Before,
    Counted,
    Elsewhere,
    Movement,
    Movements,
    Point,
    Reached,
    Selection,
    Standing,
)
from escalation.routing.vocabulary import Layer, Severity
from escalation.store import dialect, models
from escalation.store.base import EPOCH, Id, UtcInstant
from escalation.store.lasting import LONG, SOON, ended_after, holding
from escalation.store.models.issues import UNRESOLVED
from escalation.store.statements import made_once
from escalation.store.tuples import Later, Query, each_later
from escalation.store.wall import outside
from escalation.workflow.states import UNRESOLVED as UNRESOLVED_STATUSES

_STATEMENTS = 16
_HIGH = (Severity.CRITICAL.value, Severity.HIGH.value)
_STAY = models.stay.alias("now")
_BEFORE = models.stay.alias("earlier")
_STANDS = text(f"now.{UNRESOLVED}")
"""In the words of the partial index, without parameters: SQLite goes by the words."""
_OF_ISSUE = ("reference", "received_at", "channel")


Unsealed = tuple[str, ...]
"""Sealed issues that a digest shows all the same: those that were sealed after it was made."""


def standing(
    connection: Connection,
    forum: str,
    as_at: datetime,
    known_at: datetime,
    unsealed: Unsealed = (),
) -> Later[tuple[Standing, ...]]:
    """The unresolved issues at a forum; sealed ones stand in no digest."""
    given = {"forum": forum, "as_at": as_at, "known_at": known_at, "soon": as_at + LONG}
    rows = each_later(connection, _standing_query(connection.dialect, unsealed), given)
    return lambda: tuple(starmap(Standing, rows()))


def counted(
    connection: Connection,
    forum: str,
    as_at: datetime,
    known_at: datetime,
    unsealed: Unsealed = (),
) -> Later[tuple[Counted, ...]]:
    """The same, with no more of each than is counted."""
    given = {"forum": forum, "as_at": as_at, "known_at": known_at, "soon": as_at + LONG}
    query = _standing_query(connection.dialect, unsealed, Counted.__struct_fields__)
    rows = each_later(connection, query, given)
    return lambda: tuple(starmap(Counted, rows()))


def sealed(
    connection: Connection,
    forum: str,
    as_at: datetime,
    known_at: datetime,
    unsealed: Unsealed = (),
) -> Later[int]:
    """How many sealed issues are unresolved at a forum: a digest says no more of them."""
    given = {"forum": forum, "as_at": as_at, "known_at": known_at, "soon": as_at + LONG}
    rows = _all_of_stays(connection, _sealed_query(connection.dialect, unsealed), given)
    return lambda: sum(1 for _ in rows())


def points(
    connection: Connection,
    forum: str,
    instants: Sequence[datetime],
    known_at: datetime,
    unsealed: Unsealed = (),
) -> Later[tuple[Point, ...]]:
    """How many stood unresolved at a forum at each of some instants, counted where they are."""
    if not instants:
        return tuple
    given = {"forum": forum, "known_at": known_at}
    for place, at in enumerate(instants):
        given |= {f"at_{place}": at, f"soon_{place}": at + LONG}
    query = _points_query(connection.dialect, len(instants), unsealed)
    rows = _all_of_stays(connection, query, given)

    def counted_up() -> tuple[Point, ...]:
        counts = [[0, 0, 0] for _ in instants]
        for place, *found in rows():
            counts[place] = [sum_ + (n or 0) for sum_, n in zip(counts[place], found, strict=True)]
        return tuple(Point(at, *found) for at, found in zip(instants, counts, strict=True))

    return counted_up


def elsewhere(
    connection: Connection,
    selection: Selection,
    area: Area,
    until: datetime | None,
    unsealed: Unsealed = (),
) -> Later[tuple[Elsewhere, ...]]:
    """The unresolved issues elsewhere that a digest may show.

    Of the forum's area, those that leave their rung by ``until`` or are high-level; of everywhere,
    those that are reported up.
    """
    given = {
        "forum": selection.forum,
        "as_at": selection.as_at,
        "known_at": selection.known_at,
        "soon": selection.as_at + LONG,
        "until": until or selection.as_at,
        "cluster": area.cluster,
        "provider": area.provider,
    }
    within = (area.cluster is not None, area.provider is not None)
    query = _elsewhere_query(connection.dialect, within, unsealed)
    rows = each_later(connection, query, given)
    return lambda: tuple(starmap(Elsewhere, rows()))


def movements(
    connection: Connection, selection: Selection, unsealed: Unsealed = ()
) -> Later[tuple[Movement, ...]]:
    """Every stay that began in the period at the forum, or right after one there."""
    query = _movement_query(connection.dialect, unsealed)
    rows = each_later(connection, query, _of_period(selection))
    return lambda: tuple(
        Movement(row[0], _before(row), Reached(*row[_REACHED:]), row[1]) for row in rows()
    )


def movements_alike(
    connection: Connection, selection: Selection, unsealed: Unsealed = ()
) -> Later[tuple[Movements, ...]]:
    """The same, counted where they are: how many were alike."""
    query = _alike_query(connection.dialect, unsealed)
    rows = _all_of_stays(connection, query, _of_period(selection))
    return lambda: tuple(
        Movements(_before(row), After(*row[_REACHED:]), row[1], row[0]) for row in rows()
    )


_REACHED = 2 + len(Before.__struct_fields__)
"""Where in a row the columns begin of the stay that was reached."""


def _before(row: tuple[Any, ...]) -> Before | None:
    return None if row[2] is None else Before(*row[2:_REACHED])


def _of_period(selection: Selection) -> dict[str, Any]:
    return {
        "forum": selection.forum,
        "as_at": selection.as_at,
        "known_at": selection.known_at,
        "since": selection.since or EPOCH,
        "soon": selection.as_at + LONG,
    }


def _all_of_stays(
    connection: Connection, query: Query, given: Mapping[str, Any]
) -> Later[Iterable[tuple[Any, ...]]]:
    """Rows of a query that finds the sealed issues to leave them out, or them alone."""
    with outside(connection):
        return each_later(connection, query, given)


# The statements are made once for each database; what they are asked comes by name.

_NOW = _STAY.c
_FORUM: ColumnElement[str] = bindparam("forum", type_=Id)
_AS_AT: ColumnElement[datetime] = bindparam("as_at", type_=UtcInstant)
_KNOWN_AT: ColumnElement[datetime] = bindparam("known_at", type_=UtcInstant)
_SINCE: ColumnElement[datetime] = bindparam("since", type_=UtcInstant)
_UNTIL: ColumnElement[datetime] = bindparam("until", type_=UtcInstant)
_SETTLED = _NOW.status.not_in([status.value for status in UNRESOLVED_STATUSES])
_NOT_HERE = or_(_NOW.forum.is_(None), _NOW.forum != _FORUM)
_BEFORE_TOLD = (
    _NOW.left_agenda,
    *(_BEFORE.c[name].label(f"before_{name}") for name in Before.__struct_fields__),
)


@made_once(_STATEMENTS)
def _standing_query(
    of: Dialect, unsealed: Unsealed, names: tuple[str, ...] = Standing.__struct_fields__
) -> Query:
    query = _columns(of, names).select_from(_JOINED)
    return _holding(query.where(_NOW.forum == _FORUM, open_to_all(unsealed)))


@made_once(_STATEMENTS)
def _points_query(of: Dialect, many: int, unsealed: Unsealed) -> Query:
    """The counts of each instant, by its place; in as many rows as a holding has parts."""
    del of
    parts: list[Any] = []
    for place in range(many):
        at = bindparam(f"at_{place}", type_=UtcInstant)
        soon = bindparam(f"soon_{place}", type_=UtcInstant)
        past = case((_NOW.past_target_at <= at, 1), else_=0)
        counts = (func.count(), func.sum(past), func.count(_NOW.exhausted_at))
        named = (count.label(name) for count, name in zip(counts, Point._fields[1:], strict=True))
        query = select(literal_column(str(place)).label("place"), *named).select_from(_STAY)
        parts += _holding(query.where(_NOW.forum == _FORUM, _of_open(unsealed)), at, soon).selects
    return union_all(*parts)


@made_once(_STATEMENTS)
def _sealed_query(of: Dialect, unsealed: Unsealed) -> Query:
    query = _columns(of, ("stay",)).select_from(_STAY)
    return _holding(query.where(_NOW.forum == _FORUM, not_(_of_open(unsealed))))


@made_once(_STATEMENTS)
def _elsewhere_query(of: Dialect, by: tuple[bool, bool], unsealed: Unsealed) -> Query:
    by_cluster, by_provider = by
    within = [
        *([_NOW.cluster == bindparam("cluster", type_=Id)] if by_cluster else []),
        *([_NOW.provider == bindparam("provider", type_=Id)] if by_provider else []),
    ]
    reported = _NOW.reported_to.is_not(None)
    # Nothing lets an issue climb but the end of a clock or of a hold.
    leaves = or_(_NOW.due_at < _UNTIL, and_(_NOW.due_at.is_(None), _NOW.hold_until < _UNTIL))
    high = or_(_NOW.severity.in_(_HIGH), _NOW.layer == Layer.CORPORATE.value)
    shown = or_(and_(or_(leaves, high), *within), reported)
    query = _columns(of, Elsewhere.__struct_fields__).select_from(_JOINED)
    return _holding(query.where(_NOT_HERE, shown, open_to_all(unsealed)))


def _holding(
    query: Select[Any], at: ColumnElement[Any] = _AS_AT, soon: ColumnElement[Any] = SOON
) -> CompoundSelect[Any]:
    """Of unresolved stays those that had begun and not ended."""
    begun = query.where(_STANDS, _NOW.effective_from <= at, _NOW.recorded_from <= _KNOWN_AT)
    return holding(begun, _NOW, at, _KNOWN_AT, soon)


@made_once(_STATEMENTS)
def _movement_query(of: Dialect, unsealed: Unsealed) -> Query:
    columns = _columns(of, Reached.__struct_fields__).selected_columns
    query = select(_NOW.effective_from, *_BEFORE_TOLD, *columns).select_from(
        _JOINED.outerjoin(*_FOLLOWS)
    )
    return union_all(*_moved(query.where(open_to_all(unsealed))))


@made_once(_STATEMENTS)
def _alike_query(of: Dialect, unsealed: Unsealed) -> Query:
    columns = _columns(of, After.__struct_fields__).selected_columns
    # Only of what was at the forum before does the stay before say anything: others' is not read,
    # for no key is null. (A condition beside the key PostgreSQL looks at when it has read the row.)
    was_here = case((_NOW.left_forum == _FORUM, _NOW.before))
    follows = _BEFORE.c.id == was_here
    query = select(*_BEFORE_TOLD, *columns).select_from(_STAY.outerjoin(_BEFORE, follows))
    moved = union_all(*_moved(query.where(_of_open(unsealed)))).subquery("each")
    return select(func.count().label("many"), *moved.c).group_by(*moved.c)


def _moved(query: Select[Any]) -> tuple[Select[Any], ...]:
    """Of stays those that began in the period at the forum, or right after one there."""
    began = query.where(
        _NOW.effective_from > _SINCE,
        _NOW.effective_from <= _AS_AT,
        _NOW.recorded_from <= _KNOWN_AT,
    )
    here = began.where(_STANDS, _NOW.forum == _FORUM)
    away = began.where(_NOW.left_forum == _FORUM, or_(_NOT_HERE, _SETTLED))
    return (*ended_after(here, _NOW, _SINCE), away)


_JOINED = _STAY.join(models.issue, models.issue.c.id == _NOW.issue_id)
_FOLLOWS = (_BEFORE, _BEFORE.c.id == _NOW.before)


def open_to_all(unsealed: Unsealed, issue: FromClause = models.issue) -> ColumnElement[bool]:
    """Whether an issue is not sealed, or only since the digest was made."""
    open_ = issue.c.sealed_at.is_(None)
    return or_(open_, issue.c.id.in_(unsealed)) if unsealed else open_


def _of_open(unsealed: Unsealed) -> ColumnElement[bool]:
    """The same of a stay, without its issue's row: sealed ones are few, and have an index."""
    issue = models.issue.c
    closed = select(issue.id).where(issue.sealed_at.is_not(None))
    return _NOW.issue_id.not_in(closed.where(issue.id.not_in(unsealed)) if unsealed else closed)


def _columns(of: Dialect, names: tuple[str, ...]) -> Select[Any]:
    """Columns by the names that they have in what is made of them."""
    raiser = dialect.json_text(of, models.issue.c.said, "raiser", "type")
    named: dict[str, ColumnElement[Any]] = {
        "stay": _NOW.id.label("stay"),
        "issue": _NOW.issue_id.label("issue"),
        "raiser": raiser.label("raiser"),
        **{name: models.issue.c[name] for name in _OF_ISSUE},
    }
    return select(*(named[n] if n in named else _NOW[n] for n in names))
