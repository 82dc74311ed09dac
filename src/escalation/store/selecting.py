"""The rows of a digest, read from stays: how issues stood as at an instant, by what was known.

A stay holds at ``(as_at, known_at)`` when it had begun and its end had not: it began when it took
effect by ``as_at`` and was recorded by ``known_at``, and so it ended. Nothing takes effect after it
is recorded, so the end of a stay that holds was recorded after ``as_at``: by that it is looked up.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    or_,
    select,
    text,
    true,
)

from escalation.digests.selection import Area, Before, Movement, Selection, Standing
from escalation.routing.vocabulary import Layer, Severity
from escalation.store import dialect, models
from escalation.store.framework import StoredDirectory
from escalation.store.models.issues import UNRESOLVED

_A_SECOND = timedelta(seconds=1)
_HIGH = (Severity.CRITICAL.value, Severity.HIGH.value)
_STAY = models.stay.alias("now")
_BEFORE = models.stay.alias("earlier")
_STANDS = text(f"now.{UNRESOLVED}")
"""In the words of the partial index, without parameters: SQLite goes by the words."""
_OF_ISSUE = ("reference", "received_at", "channel")


@dataclass(frozen=True, slots=True)
class InForce:
    """What was in force: a publication's hash, and a version of the directory."""

    publication: str
    directory: StoredDirectory


def in_force(connection: Connection, as_at: datetime, known_at: datetime) -> InForce | None:
    """The publication and directory that were in force at ``as_at``, in whole seconds.

    Where none was yet, the first that was known by ``known_at``; None where there was none.
    """
    publication = _published(connection, as_at, known_at)
    directory = _applied(connection, as_at, known_at)
    return None if publication is None or directory is None else InForce(publication, directory)


def _published(connection: Connection, as_at: datetime, known_at: datetime) -> str | None:
    table = models.event
    query = select(table.c.payload, table.c.recorded_at).where(
        table.c.aggregate == "ladders",
        table.c.type == "ladder.published",
        table.c.recorded_at <= known_at,
    )
    rows = connection.execute(query.order_by(table.c.number)).all()
    by_then = [row for row in rows if row.recorded_at < as_at + _A_SECOND]
    chosen = by_then[-1] if by_then else next(iter(rows), None)
    return None if chosen is None else str(json.loads(chosen.payload)["hash"])


def _applied(connection: Connection, as_at: datetime, known_at: datetime) -> StoredDirectory | None:
    table = models.directory_version
    known = table.c.applied_at <= known_at
    latest = known & (table.c.applied_at < as_at + _A_SECOND)
    for condition, order in ((latest, table.c.epoch.desc()), (known, table.c.epoch)):
        query = select(table).where(condition).order_by(order).limit(1)
        row = connection.execute(query).mappings().one_or_none()
        if row is not None:
            return StoredDirectory(**row)
    return None


def standing(
    connection: Connection, forum: str, as_at: datetime, known_at: datetime
) -> tuple[Standing, ...]:
    """The unresolved issues at a forum."""
    conditions = _holds(as_at, known_at)
    return _standings(connection, _STAY.c.forum == forum, _STANDS, *conditions)


def elsewhere(
    connection: Connection, selection: Selection, area: Area, until: datetime | None
) -> tuple[Standing, ...]:
    """The unresolved issues elsewhere that a digest may show.

    Of the forum's area, those that leave their rung by ``until`` or are high-level; of everywhere,
    those that are reported up.
    """
    now = _STAY.c
    reported = now.reported_to.is_not(None)
    notable = or_(now.severity.in_(_HIGH), now.layer == Layer.CORPORATE.value, reported)
    may_show = notable if until is None else or_(_leaves_by(until), notable)
    return _standings(
        connection,
        or_(now.forum.is_(None), now.forum != selection.forum),
        _STANDS,
        or_(and_(_within(area), may_show), reported),
        *_holds(selection.as_at, selection.known_at),
    )


def movements(connection: Connection, selection: Selection) -> tuple[Movement, ...]:
    """Every stay that began in the period at the forum, or right after one there."""
    now, code, since = _STAY.c, selection.forum, selection.since
    began = [
        now.effective_from <= selection.as_at,
        now.recorded_from <= selection.known_at,
        *([] if since is None else [now.effective_from > since]),
    ]
    open_then = true() if since is None else _ended_after(since)
    here = and_(now.forum == code, open_then)
    away = and_(now.left_forum == code, or_(now.forum.is_(None), now.forum != code))
    found: list[Movement] = []
    for condition in (here, away):
        query = _columns(connection).add_columns(
            now.effective_from,
            now.left_agenda,
            *(_BEFORE.c[name] for name in Before.__slots__),
        )
        query = query.select_from(_joined().outerjoin(_BEFORE, _BEFORE.c.id == now.before))
        found.extend(_moved(row) for row in connection.execute(query.where(condition, *began)))
    return tuple(found)


def _moved(row: Any) -> Movement:  # noqa: ANN401 - a row of the query above
    width = len(Standing._fields)
    at, left_agenda, *earlier = row[width:]
    before = None if earlier[0] is None else Before(*earlier)
    return Movement(at, before, Standing._make(row[:width]), left_agenda)


def _standings(connection: Connection, *conditions: Any) -> tuple[Standing, ...]:  # noqa: ANN401 - SQL
    query = _columns(connection).select_from(_joined()).where(*conditions)
    return tuple(map(Standing._make, connection.execute(query)))


def _holds(as_at: datetime, known_at: datetime) -> Iterator[ColumnElement[bool]]:
    """Whether a stay had begun, and its end had not."""
    now = _STAY.c
    yield now.effective_from <= as_at
    yield now.recorded_from <= known_at
    yield _ended_after(as_at)
    yield or_(now.recorded_to.is_(None), now.effective_to > as_at, now.recorded_to > known_at)


def _ended_after(instant: datetime) -> ColumnElement[bool]:
    """What the indexes of stays are asked: no end was recorded by then."""
    return or_(_STAY.c.recorded_to.is_(None), _STAY.c.recorded_to > instant)


def _leaves_by(until: datetime) -> ColumnElement[bool]:
    """Whether a clock or a hold of the stay ends before an instant: nothing else lets it climb."""
    now = _STAY.c
    return or_(now.due_at < until, and_(now.due_at.is_(None), now.hold_until < until))


def _within(area: Area) -> ColumnElement[bool]:
    if area.cluster is not None:
        return _STAY.c.cluster == area.cluster
    return true() if area.provider is None else _STAY.c.provider == area.provider


def _joined() -> FromClause:
    return _STAY.join(models.issue, models.issue.c.id == _STAY.c.issue_id)


def _columns(connection: Connection) -> Select[Any]:
    """The columns of a standing, in its order."""
    raiser = dialect.json_text(connection, models.issue.c.said, "raiser", "type")
    named: dict[str, ColumnElement[Any]] = {
        "stay": _STAY.c.id,
        "issue": _STAY.c.issue_id,
        "raiser": raiser.label("raiser"),
        **{name: models.issue.c[name] for name in _OF_ISSUE},
    }
    return select(*(named[n] if n in named else _STAY.c[n] for n in Standing._fields))
