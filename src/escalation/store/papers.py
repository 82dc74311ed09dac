"""What was on the record of some issues, as at an instant by what was known: for their papers."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Dialect, bindparam, or_, select

from escalation.digests.papers import READ, Entry, Record
from escalation.store import models
from escalation.store.base import Id, UtcInstant
from escalation.store.dialect import any_given
from escalation.store.statements import made_once
from escalation.store.tuples import Query, fetched
from escalation.workflow.events import EventType
from escalation.workflow.meetings.plan import MeetingEvent

_A_SECOND = timedelta(seconds=1)
_STATEMENTS = 4


def record(
    connection: Connection, issues: Sequence[str], forum: str, as_at: datetime, known_at: datetime
) -> Record:
    """The shared entries, the descriptions, and what decision is sought of a forum, of issues."""
    if not issues:
        return Record()
    ended = as_at + _A_SECOND
    given = {"issues": list(issues), "ended": ended, "known_at": known_at}
    entries: dict[str, list[Entry]] = {}
    for row in fetched(connection, _entries(connection.dialect), given):
        entries.setdefault(row[0], []).append(Entry._make(row))
    tabled = fetched(connection, _tabled(connection.dialect), {**given, "forum": forum})
    return Record(entries, _descriptions(connection, given), _sought(tabled, issues))


def _descriptions(connection: Connection, given: dict[str, object]) -> dict[str, str]:
    """How each was described: as it is now, but for what was changed only later."""
    issue = models.issue.c
    of = connection.dialect
    rows = fetched(connection, _described(of), {"issues": given["issues"]})
    found = {name: text for name, text in rows}  # noqa: C416 - rows are not pairs to mypy
    for name, payload in fetched(connection, _changed_later(of), given):
        changes = json.loads(payload)["changes"]
        if issue.description.name in changes:
            found[name] = changes[issue.description.name]["from"]
    return found


def _sought(tabled: Sequence[tuple[str, ...]], issues: Sequence[str]) -> dict[str, str]:
    """The decision that was last said to be sought of each."""
    found: dict[str, str] = {}
    for (payload,) in tabled:
        told = json.loads(payload)
        if told.get("subject") in issues and told.get("sought"):
            found[told["subject"]] = told["sought"]
    return found


_ENDED = bindparam("ended", type_=UtcInstant)
_KNOWN_AT = bindparam("known_at", type_=UtcInstant)


@made_once(_STATEMENTS)
def _entries(of: Dialect) -> Query:
    event = models.event.c
    columns = (event.aggregate, event.type, event.effective_at, event.due_at, event.payload)
    return (
        select(*columns)
        .where(
            any_given(of, event.aggregate, "issues"),
            event.type.in_(sorted(each.value for each in READ)),
            event.visibility == "shared",
            event.disposed.is_(None),
            event.effective_at < _ENDED,
            event.recorded_at <= _KNOWN_AT,
        )
        .order_by(event.aggregate, event.number)
    )


@made_once(_STATEMENTS)
def _described(of: Dialect) -> Query:
    issue = models.issue.c
    return select(issue.id, issue.description).where(any_given(of, issue.id, "issues"))


@made_once(_STATEMENTS)
def _changed_later(of: Dialect) -> Query:
    """The last first: the first of them has the last word on what was there before."""
    event = models.event.c
    return (
        select(event.aggregate, event.payload)
        .where(
            any_given(of, event.aggregate, "issues"),
            event.type == EventType.CHANGED.value,
            event.disposed.is_(None),
            or_(event.effective_at >= _ENDED, event.recorded_at > _KNOWN_AT),
        )
        .order_by(event.aggregate, event.number.desc())
    )


@made_once(_STATEMENTS)
def _tabled(of: Dialect) -> Query:
    event, item, meeting = models.event.c, models.agenda_item.c, models.meeting.c
    agendas = (
        select(item.meeting_id)
        .join_from(models.agenda_item, models.meeting, meeting.id == item.meeting_id)
        .where(any_given(of, item.subject, "issues"), meeting.forum == bindparam("forum", type_=Id))
        .distinct()
    )
    return (
        select(event.payload)
        .where(
            event.aggregate.in_(agendas),
            event.type == MeetingEvent.TABLED.value,
            event.disposed.is_(None),
            event.effective_at < _ENDED,
            event.recorded_at <= _KNOWN_AT,
        )
        .order_by(event.effective_at, event.id)
    )
