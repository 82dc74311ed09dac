"""Meetings and their agendas: read for deciding and for showing, and written as decided."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from escalation.store import models
from escalation.store.agendas import add_meetings, put_items
from escalation.store.bulk import insert_rows
from escalation.store.dialect import any_of
from escalation.store.dialect import insert as upsert
from escalation.store.rows import action_rows, decision_rows, meeting_row
from escalation.store.viewing import on_papers_for, shown
from escalation.workflow.diary import Sitting
from escalation.workflow.meetings.facts import (
    OF_ISSUES,
    Item,
    ItemKind,
    Meeting,
    MeetingStatus,
    Present,
    Procedure,
    Recusal,
    SitsAs,
)
from escalation.workflow.meetings.plan import MeetingPlan
from escalation.workflow.viewing import EVERYTHING, Viewer

_TIMES = ("starts_at", "ends_at", "cutoff_at")


def one(
    connection: Connection, meeting_id: str, viewer: Viewer = EVERYTHING, *, lock: bool = False
) -> Meeting | None:
    """A meeting by its id, of a forum whose papers are for ``viewer``.

    With ``lock`` its row is held until the transaction ends.
    """
    query = select(models.meeting).where(models.meeting.c.id == meeting_id)
    query = query.where(on_papers_for(viewer, models.meeting.c.forum))
    if lock:
        query = query.with_for_update()
    found = connection.execute(query).first()
    return None if found is None else _meeting(found)


def between(connection: Connection, forum: str, start: datetime, end: datetime) -> list[Meeting]:
    """A forum's meetings that begin in ``[start, end)``, in order."""
    table = models.meeting
    query = select(table).where(
        table.c.forum == forum, table.c.starts_at >= start, table.c.starts_at < end
    )
    return [_meeting(row) for row in connection.execute(query.order_by(table.c.starts_at))]


def ahead(connection: Connection, instant: datetime) -> list[Meeting]:
    """Every forum's meetings that are scheduled to begin after an instant, in order."""
    table = models.meeting
    query = select(table).where(
        table.c.starts_at > instant, table.c.status == MeetingStatus.SCHEDULED.value
    )
    rows = connection.execute(query.order_by(table.c.starts_at, table.c.id))
    return [_meeting(row) for row in rows]


def changed(connection: Connection, forum: str) -> list[Meeting]:
    """A forum's meetings that are otherwise than its rule says, in order."""
    table = models.meeting
    query = select(table).where(table.c.forum == forum, table.c.otherwise.is_(True))
    rows = connection.execute(query.order_by(table.c.starts_at, table.c.id))
    return [_meeting(row) for row in rows]


def otherwise(connection: Connection) -> Iterator[tuple[Sitting, bool]]:
    """Every meeting that is not as its forum's rule has it, and whether it still takes place."""
    table = models.meeting
    for row in connection.execute(select(table).where(table.c.otherwise.is_(True))):
        yield _sitting(row), row.status != MeetingStatus.CANCELLED.value


def items(connection: Connection, meeting_id: str, viewer: Viewer = EVERYTHING) -> tuple[Item, ...]:
    """What is or was on a meeting's agenda, in the order in which it was tabled.

    Issues that ``viewer`` may not see are left out.
    """
    table = models.agenda_item
    query = select(table).where(table.c.meeting_id == meeting_id, shown(connection, viewer, table))
    rows = connection.execute(query.order_by(table.c.tabled_at, table.c.subject))
    return tuple(_item(row) for row in rows)


def add(connection: Connection, meeting: Meeting) -> None:
    """A meeting that is not there yet; one that is stays as it is."""
    row = meeting_row(meeting.sitting, meeting.updated_at)
    given = {"occurs_at": meeting.occurs_at, "otherwise": meeting.otherwise}
    row |= {**given, "procedure": _kept(meeting.procedure)}
    connection.execute(upsert(connection, models.meeting).on_conflict_do_nothing(), row)


def told(connection: Connection, meeting_id: str) -> None:
    """Note that a meeting has been announced."""
    table = models.meeting
    fresh = (table.c.id == meeting_id) & (table.c.version == 0)
    connection.execute(update(table).where(fresh).values(version=1))


def write(connection: Connection, plan: MeetingPlan, now: datetime) -> None:
    """What an act on a meeting changes, but for the issues among its items; recorded at ``now``."""
    meeting = plan.meeting
    row = {name: getattr(meeting.sitting, name) for name in _TIMES}
    row |= {
        "status": meeting.status.value,
        "otherwise": meeting.otherwise,
        "version": meeting.version,
        "sequence": meeting.sequence,
        "procedure": _kept(meeting.procedure),
        "updated_at": meeting.updated_at,
    }
    table = models.meeting
    connection.execute(update(table).where(table.c.id == meeting.id).values(row))
    put_items(connection, [_item_row(meeting.id, item) for item in plan.items])
    for made in plan.decisions:
        item = made.item
        rows = decision_rows(item.subject, item.title, [made.decision], now, item.kind.value)
        insert_rows(connection, models.decision, rows)
        insert_rows(connection, models.action, action_rows([made.decision]))


def carry(connection: Connection, carried: Sequence[tuple[Sitting, Item]], now: datetime) -> None:
    """Items onto the agendas of later meetings.

    Raises:
        Again: one of these meetings is not as it was thought to be.
    """
    if carried:
        sittings = {sitting.id: sitting for sitting, _ in carried}
        add_meetings(connection, [meeting_row(each, now) for each in sittings.values()])
        put_items(connection, [_item_row(sitting.id, item) for sitting, item in carried])


def last_number(connection: Connection, forum: str, year: int) -> int:
    """The number of the forum's last decision in a year; held until the transaction ends."""
    table = models.decision_count
    first = upsert(connection, table).values(forum=forum, year=year, last=0)
    connection.execute(first.on_conflict_do_nothing())
    query = select(table.c.last).where(table.c.forum == forum, table.c.year == year)
    return int(connection.execute(query.with_for_update()).scalar_one())


def number_used(connection: Connection, forum: str, year: int, number: int) -> None:
    """The forum's last decision of that year has this number."""
    table = models.decision_count
    which = (table.c.forum == forum) & (table.c.year == year)
    connection.execute(update(table).where(which).values(last=number))


def decisions(connection: Connection, viewer: Viewer, meeting_id: str) -> list[Row[Any]]:
    """What was decided at a meeting, in order, on what ``viewer`` may see."""
    table = models.decision
    query = select(table).where(table.c.meeting_id == meeting_id, shown(connection, viewer, table))
    return list(connection.execute(query.order_by(table.c.decided_at, table.c.number, table.c.id)))


def decisions_on(connection: Connection, subject: str) -> list[Row[Any]]:
    """What forums have decided on an item, in order."""
    table = models.decision
    query = select(table).where(table.c.subject == subject)
    return list(connection.execute(query.order_by(table.c.decided_at, table.c.number, table.c.id)))


def decided_on_a_matter(connection: Connection, number: str) -> bool:
    """Whether a decision of this number was made on a matter of a forum's own."""
    table = models.decision
    found = select(table.c.id).where(
        table.c.number == number, table.c.kind == ItemKind.MATTER.value
    )
    return connection.execute(found).first() is not None


def subjects_of(listed: Sequence[Item]) -> list[str]:
    """The issues among items."""
    return [item.subject for item in listed if item.kind in OF_ISSUES]


def known(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these meetings that are stored."""
    table = models.meeting
    return set(connection.scalars(select(table.c.id).where(any_of(connection, table.c.id, ids))))


def _sitting(row: Row[Any]) -> Sitting:
    return Sitting(row.id, row.forum, row.starts_at, row.ends_at, row.cutoff_at)


def _meeting(row: Row[Any]) -> Meeting:
    return Meeting(
        sitting=_sitting(row),
        occurs_at=row.occurs_at,
        updated_at=row.updated_at,
        status=MeetingStatus(row.status),
        otherwise=row.otherwise,
        version=row.version,
        sequence=row.sequence,
        procedure=_procedure(row.procedure),
    )


def _procedure(kept: Mapping[str, Any]) -> Procedure:
    present, ended_at = kept.get("present"), kept.get("ended_at")
    return Procedure(
        present=None
        if present is None
        else tuple(Present(p, SitsAs(sits_as), *rest) for p, sits_as, *rest in present),
        apologies=tuple(kept.get("apologies", ())),
        recusals=tuple(Recusal(*each) for each in kept.get("recusals", ())),
        place=kept.get("place"),
        reason=kept.get("reason"),
        quorate=kept.get("quorate"),
        ended_at=None if ended_at is None else datetime.fromisoformat(ended_at),
        confirmed=kept.get("confirmed"),
    )


def _kept(procedure: Procedure) -> dict[str, Any]:
    kept = asdict(procedure)
    if procedure.present is not None:
        kept["present"] = [
            [p.person, p.sits_as.value, p.seat, p.authority] for p in procedure.present
        ]
    kept["recusals"] = [[r.subject, r.person, r.reason] for r in procedure.recusals]
    kept["ended_at"] = None if procedure.ended_at is None else procedure.ended_at.isoformat()
    return {name: value for name, value in kept.items() if value not in (None, (), [])}


def _item(row: Row[Any]) -> Item:
    return Item(
        subject=row.subject,
        kind=ItemKind(row.kind),
        title=row.title,
        section=row.section,
        sought=row.sought,
        late=row.late,
        carried_over=row.carried_over,
        tabled_at=row.tabled_at,
        outcome=row.outcome,
        remark=row.remark,
        left_at=row.left_at,
    )


def _item_row(meeting_id: str, item: Item) -> dict[str, Any]:
    return {"meeting_id": meeting_id, **asdict(item), "kind": item.kind.value}
