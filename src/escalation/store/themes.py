"""The register of themes, kept version by version: as it stood at an instant, by what was known."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from escalation.digests.measures import Result
from escalation.digests.themes import Agreed, Priority, Theme, ThemeStatus, priority_told
from escalation.routing.vocabulary import Layer
from escalation.store import actions, dialect, models
from escalation.store.base import UtcInstant
from escalation.store.selecting import Unsealed, open_to_all
from escalation.store.tuples import Query, named
from escalation.store.viewing import on_papers_for, visible
from escalation.workflow.viewing import EVERYTHING, Viewer

_T, _V, _A = models.theme, models.theme_version, models.theme_action
_KEPT = tuple(column.name for column in _V.columns if column.name != "theme_id")
_A_SECOND = timedelta(seconds=1)


def add(connection: Connection, theme: Theme) -> bool:
    """Keep a new entry with its first version; answers whether its code was free."""
    row = {"id": theme.id, "code": theme.code, "version": theme.version}
    new = dialect.insert(connection, _T).values(**row).on_conflict_do_nothing()
    if connection.execute(new.returning(_T.c.id)).one_or_none() is None:
        return False
    connection.execute(insert(_V), _row(theme))
    return True


def change(connection: Connection, theme: Theme) -> None:
    """Keep the next version of an entry."""
    connection.execute(update(_T).where(_T.c.id == theme.id).values(version=theme.version))
    connection.execute(insert(_V), _row(theme))


def find(connection: Connection, name: str, *, lock: bool = False) -> Theme | None:
    """An entry as it now is, by its id or code."""
    if lock:
        held = select(_T.c.id).where((_T.c.id == name) | (_T.c.code == name))
        connection.execute(held.with_for_update()).all()
    query = select(_T.c.id, _T.c.code, *(_V.c[each] for each in _KEPT)).select_from(
        _T.join(_V, (_V.c.theme_id == _T.c.id) & (_V.c.version == _T.c.version))
    )
    row = connection.execute(query.where((_T.c.id == name) | (_T.c.code == name))).one_or_none()
    return None if row is None else _theme(row)


def standing(connection: Connection, as_at: datetime, known_at: datetime) -> list[Theme]:
    """The whole register as it stood at an instant, by code."""
    given = {"ended": as_at + _A_SECOND, "known_at": known_at}
    return [_theme(row) for row in named(connection, _standing(), given)]


@cache
def _standing() -> Query:
    """The last version of each by then."""
    by_then = (
        _V.c.recorded_at < bindparam("ended", type_=UtcInstant),
        _V.c.recorded_at <= bindparam("known_at", type_=UtcInstant),
    )
    last = (
        select(_V.c.theme_id, func.max(_V.c.version).label("version"))
        .where(*by_then)
        .group_by(_V.c.theme_id)
        .subquery()
    )
    joined = _V.join(
        last, (last.c.theme_id == _V.c.theme_id) & (last.c.version == _V.c.version)
    ).join(_T, _T.c.id == _V.c.theme_id)
    query = select(_T.c.id, _T.c.code, *(_V.c[each] for each in _KEPT)).select_from(joined)
    return query.order_by(_T.c.code)


def versions(connection: Connection, theme_id: str) -> list[Theme]:
    """Each version that an entry had, the first first."""
    query = select(_T.c.id, _T.c.code, *(_V.c[each] for each in _KEPT)).select_from(
        _T.join(_V, _V.c.theme_id == _T.c.id)
    )
    rows = connection.execute(query.where(_T.c.id == theme_id).order_by(_V.c.version))
    return [_theme(row) for row in rows]


def _row(theme: Theme) -> dict[str, Any]:
    kept = {name: getattr(theme, name) for name in _KEPT}
    return {"theme_id": theme.id, **kept, "priority": priority_told(theme.priority)}


def _theme(row: Any) -> Theme:  # noqa: ANN401 - a row by its names
    kept = {name: getattr(row, name) for name in ("id", "code", *_KEPT)}
    agreed = row.priority
    kept |= {
        "priority": agreed and Priority(agreed["decision"], date.fromisoformat(agreed["until"])),
        "words": tuple(row.words),
        "key_result_area": Result(row.key_result_area),
        "layer": Layer(row.layer),
        "status": ThemeStatus(row.status),
    }
    return Theme(**kept)


# ---------------------------------------------------------------- actions agreed for them


def theme_of(connection: Connection, actions_: Sequence[str]) -> dict[str, str]:
    """The code of the theme that each action now serves, of those that serve one."""
    query = select(_A.c.action_id, _T.c.code).join(_T, _T.c.id == _A.c.theme_id)
    query = query.where(
        dialect.any_of(connection, _A.c.action_id, actions_), _A.c.unlinked_at.is_(None)
    )
    return {row.action_id: row.code for row in connection.execute(query)}


def link(
    connection: Connection, link_id: str, action_id: str, theme_id: str | None, now: datetime
) -> None:
    """From now on an action serves this theme and no other; None: no theme."""
    serves = update(_A).where(_A.c.action_id == action_id, _A.c.unlinked_at.is_(None))
    connection.execute(serves.values(unlinked_at=now))
    if theme_id is not None:
        row = {"id": link_id, "theme_id": theme_id, "action_id": action_id, "linked_at": now}
        connection.execute(insert(_A), {**row, "unlinked_at": None})


def agreed(
    connection: Connection,
    as_at: datetime,
    known_at: datetime,
    *,
    forum: str | None = None,
    viewer: Viewer = EVERYTHING,
    unsealed: Unsealed = (),
) -> dict[str, list[Agreed]]:
    """The actions that served each theme at an instant, by the theme's id; of a forum, or all.

    What was asked for on a sealed matter is never among them.
    """
    action, decision, issue = models.action, models.decision, models.issue
    ended = as_at + _A_SECOND
    query = select(action, _A.c.theme_id).select_from(
        _A.join(action, action.c.id == _A.c.action_id)
        .join(decision, decision.c.id == action.c.decision_id)
        .outerjoin(issue, issue.c.id == decision.c.subject)
    )
    query = query.where(
        _A.c.linked_at < ended,
        _A.c.linked_at <= known_at,
        or_(_A.c.unlinked_at.is_(None), _A.c.unlinked_at >= ended, _A.c.unlinked_at > known_at),
        or_(
            and_(issue.c.id.is_(None), on_papers_for(viewer, decision.c.forum)),
            and_(open_to_all(unsealed), visible(connection, viewer)),
        ),
    )
    if forum is not None:
        query = query.where(action.c.forum == forum)
    rows = connection.execute(query.order_by(action.c.made_at, action.c.id)).all()
    changed = sorted({row.meeting_id for row in rows if row.version > 1})
    done = actions.done_at(connection, changed, ended, known_at)
    found: dict[str, list[Agreed]] = {}
    for row in rows:
        each = Agreed(row.id, row.text, row.owner, row.due_on, row.forum, done.get(row.id))
        found.setdefault(row.theme_id, []).append(each)
    return found
