"""What was on the record of some issues, as at an instant by what was known: for their papers."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import starmap

from sqlalchemy import Connection, Dialect, and_, bindparam, or_, select

from escalation.digests.papers import READ, Entry, Record
from escalation.store import models
from escalation.store.base import Id, UtcInstant
from escalation.store.dialect import any_given
from escalation.store.statements import made_once
from escalation.store.tuples import Query, each, fetched
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
    later: list[Entry] = []
    for entry in starmap(Entry, each(connection, _entries(connection.dialect), given)):
        if entry.type == EventType.CHANGED:
            later.append(entry)
        else:
            entries.setdefault(entry.issue, []).append(entry)
    tabled = fetched(connection, _tabled(connection.dialect), {**given, "forum": forum})
    return Record(entries, _descriptions(connection, issues, later), _sought(tabled, issues))


def _descriptions(
    connection: Connection, issues: Sequence[str], later: Sequence[Entry]
) -> dict[str, str]:
    """How each was described: as it is now, but for what was changed only later.

    Of later changes the first has the last word on what was there before.
    """
    name = models.issue.c.description.name
    rows = fetched(connection, _described(connection.dialect), {"issues": list(issues)})
    found = {issue: text for issue, text in rows}  # noqa: C416 - rows are not pairs to mypy
    for entry in reversed(later):
        changes = json.loads(entry.payload)["changes"]
        if name in changes:
            found[entry.issue] = changes[name]["from"]
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
    """What is read of each timeline up to then, and what of the issue was changed only later."""
    event = models.event.c
    columns = (event.aggregate, event.type, event.effective_at, event.due_at, event.payload)
    read = and_(
        event.type.in_(sorted(map(str, READ))),
        event.visibility == "shared",
        event.effective_at < _ENDED,
        event.recorded_at <= _KNOWN_AT,
    )
    later = and_(
        event.type == EventType.CHANGED.value,
        or_(event.effective_at >= _ENDED, event.recorded_at > _KNOWN_AT),
    )
    return (
        select(*columns)
        .where(any_given(of, event.aggregate, "issues"), event.disposed.is_(None))
        .where(or_(read, later))
        .order_by(event.aggregate, event.number)
    )


@made_once(_STATEMENTS)
def _described(of: Dialect) -> Query:
    issue = models.issue.c
    return select(issue.id, issue.description).where(any_given(of, issue.id, "issues"))


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
