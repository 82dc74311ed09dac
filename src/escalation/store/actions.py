"""Actions that decisions ask for: who does what by when, and whether it was done."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)

from escalation.digests.decided import words_are_told
from escalation.digests.duties import NO_DATE, Duty
from escalation.digests.selection import Selection, told
from escalation.store import models
from escalation.store.base import Id, UtcInstant
from escalation.store.decided import recorded_at
from escalation.store.dialect import any_of
from escalation.store.selecting import Unsealed, open_to_all
from escalation.store.tuples import Query, named
from escalation.store.viewing import decision_shown, shown
from escalation.workflow.viewing import Viewer

_A_SECOND = timedelta(seconds=1)
_STATEMENTS = 4
_DONE, _REOPENED = "action.done", "action.reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionQuestion:
    """Which actions are asked for; ``after`` is the (due date, id) of the last that was seen.

    ``year`` is that in which they are due; of those without a date that in which they were made.
    """

    forum: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    meeting: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    year: int | None = None
    done: bool | None = None
    due_before: str | None = None
    due_after: str | None = None
    after: tuple[str, str] | None = None
    limit: int = 50
    total: bool = False


def page(connection: Connection, viewer: Viewer, question: ActionQuestion) -> list[Row[Any]]:
    """Actions, those due first first; one more than the limit where there are more."""
    table, due = models.action, _due()
    query = _chosen(connection, viewer, question)
    if question.after is not None:
        at, last = question.after
        query = query.where(or_(due > at, and_(due == at, table.c.id > last)))
    query = query.order_by(due, table.c.id).limit(question.limit + 1)
    return list(connection.execute(query))


def total(connection: Connection, viewer: Viewer, question: ActionQuestion) -> int:
    """How many there are in all."""
    chosen = _chosen(connection, viewer, question).subquery()
    return connection.scalar(select(func.count()).select_from(chosen)) or 0


def one(
    connection: Connection, viewer: Viewer, action_id: str, *, lock: bool = False
) -> Row[Any] | None:
    """An action with its decision's number and subject; with ``lock`` its row is held."""
    query = _told(connection, viewer).where(models.action.c.id == action_id)
    if lock:
        query = query.with_for_update(of=models.action)
    return connection.execute(query).one_or_none()


def change(connection: Connection, action_id: str, values: Mapping[str, Any]) -> None:
    """Give an action new values."""
    table = models.action
    changed = {**values, "version": table.c.version + 1}
    connection.execute(update(table).where(table.c.id == action_id).values(changed))


def outstanding(
    connection: Connection, selection: Selection, unsealed: Unsealed = ()
) -> tuple[Duty, ...]:
    """What a forum had asked for and was not done, as at an instant by what was known."""
    ended, known_at = selection.as_at + _A_SECOND, selection.known_at
    given = {"forum": selection.forum, "ended": ended, "known_at": known_at}
    rows = named(connection, _outstanding(unsealed), given)
    changed = sorted({row.meeting_id for row in rows if row.version > 1})
    done = done_at(connection, changed, ended, known_at)
    return tuple(_duty(row) for row in rows if row.id not in done)


@lru_cache(maxsize=_STATEMENTS)
def _outstanding(unsealed: Unsealed) -> Query:
    table, decision, issue = models.action, models.decision, models.issue
    ended = bindparam("ended", type_=UtcInstant)
    known_at = bindparam("known_at", type_=UtcInstant)
    joined = table.join(decision, decision.c.id == table.c.decision_id).outerjoin(
        issue, issue.c.id == decision.c.subject
    )
    query = select(
        table, decision.c.number, decision.c.subject, decision.c.kind.label("on"), issue.c.reference
    )
    query = query.select_from(joined).where(
        table.c.forum == bindparam("forum", type_=Id),
        table.c.made_at < ended,
        recorded_at() <= known_at,
        or_(table.c.done_at.is_(None), table.c.done_at >= ended, table.c.done_at > known_at),
        or_(issue.c.id.is_(None), open_to_all(unsealed)),
    )
    return query.order_by(table.c.id)


def done_at(
    connection: Connection, meetings: Sequence[str], ended: datetime, known_at: datetime
) -> dict[str, datetime]:
    """When actions of meetings were done that stood as done: they may be open again since."""
    if not meetings:
        return {}
    event = models.event
    query = select(event.c.type, event.c.payload, event.c.effective_at).where(
        any_of(connection, event.c.aggregate, meetings),
        event.c.type.in_([_DONE, _REOPENED]),
        event.c.effective_at < ended,
        event.c.recorded_at <= known_at,
    )
    rows = connection.execute(query.order_by(event.c.aggregate, event.c.number))
    last = {json.loads(row.payload)["action"]: row for row in rows}
    return {action: row.effective_at for action, row in last.items() if row.type == _DONE}


def _duty(row: Any) -> Duty:  # noqa: ANN401 - a row by its names
    open_ = words_are_told(row.on)
    return Duty(
        id=row.id,
        text=row.text if open_ else None,
        owner=row.owner if open_ else None,
        due_on=row.due_on,
        decision=row.number,
        subject=row.subject if open_ else None,
        reference=row.reference,
        asked_at=told(row.made_at),
    )


def of_decisions(
    connection: Connection, decisions: Sequence[str]
) -> dict[str, list[Mapping[str, Any]]]:
    """Actions by the decision that asks for them, as the decision tells them."""
    table = models.action
    query = select(table).where(any_of(connection, table.c.decision_id, decisions))
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in connection.execute(query.order_by(table.c.id)):
        told = {"id": row.id, "text": row.text, "owner": row.owner}
        told |= {"due_on": row.due_on, "done": row.done_at is not None}
        found.setdefault(row.decision_id, []).append(told)
    return found


def _told(connection: Connection, viewer: Viewer) -> Select[Any]:
    """Actions with their decision and the theme they serve, of what ``viewer`` may see.

    Whoever is to do one may see it whatever forum asked for it, but for sealed matters.
    """
    table, decision, serves = models.action, models.decision, models.theme_action
    now = and_(serves.c.action_id == table.c.id, serves.c.unlinked_at.is_(None))
    joined = (
        table.join(decision, decision.c.id == table.c.decision_id)
        .outerjoin(serves, now)
        .outerjoin(models.theme, models.theme.c.id == serves.c.theme_id)
    )
    query = select(table, decision.c.number, decision.c.subject, models.theme.c.code.label("theme"))
    query = query.select_from(joined)
    told = decision_shown(connection, viewer)
    if viewer.person is not None and not viewer.within:
        mine = and_(table.c.owner == viewer.person, shown(connection, viewer, decision))
        told = or_(told, mine)
    return query.where(told)


def _due() -> ColumnElement[str]:
    return func.coalesce(models.action.c.due_on, NO_DATE)


def _chosen(connection: Connection, viewer: Viewer, question: ActionQuestion) -> Select[Any]:
    table = models.action
    query = _told(connection, viewer)
    for column, words in (
        (table.c.forum, question.forum),
        (table.c.owner, question.owner),
        (table.c.meeting_id, question.meeting),
        (table.c.kind, question.kind),
        (table.c.plan, question.plan),
        (models.theme.c.code, question.theme),
    ):
        if words:
            query = query.where(column.in_(words))
    if question.done is not None:
        done = table.c.done_at.is_not(None) if question.done else table.c.done_at.is_(None)
        query = query.where(done)
    if question.due_before is not None:
        query = query.where(table.c.due_on < question.due_before)
    if question.due_after is not None:
        query = query.where(table.c.due_on > question.due_after)
    return query if question.year is None else query.where(_of_year(question.year))


def _of_year(year: int) -> ColumnElement[bool]:
    table = models.action
    first, next_ = (datetime(each, 1, 1, tzinfo=UTC) for each in (year, year + 1))
    dated = and_(table.c.due_on >= f"{year}-01-01", table.c.due_on <= f"{year}-12-31")
    made = and_(table.c.made_at >= first, table.c.made_at < next_)
    return or_(dated, and_(table.c.due_on.is_(None), made))
