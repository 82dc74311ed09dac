"""Which meetings were otherwise than their forums' rules say, as it stood at an instant."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, or_, select

from escalation.store import models
from escalation.store.dialect import any_of
from escalation.store.tuples import Query, fetched
from escalation.workflow.diary import NO_CHANGES, Diary, Sitting
from escalation.workflow.meetings.plan import MeetingEvent

_A_SECOND = timedelta(seconds=1)
_CHANGES = (MeetingEvent.SCHEDULED, MeetingEvent.MOVED, MeetingEvent.CANCELLED)


def diary_at(connection: Connection, as_at: datetime, known_at: datetime) -> Diary:
    """The diary as at an instant, in whole seconds, by what was recorded by another.

    It is read from the meetings' timelines, for their rows say only how they stand now.
    """
    event = models.event.c
    # First which they are: joined, SQLite may walk through every event there is.
    forums = {name: forum for name, forum in fetched(connection, _changed(), {})}  # noqa: C416 - rows are not pairs to mypy
    if not forums:
        return NO_CHANGES
    query = select(event.aggregate, event.type, event.payload).where(
        any_of(connection, event.aggregate, sorted(forums)),
        event.type.in_([each.value for each in _CHANGES]),
        event.effective_at < as_at + _A_SECOND,
        event.recorded_at <= known_at,
    )
    told = connection.execute(query.order_by(event.aggregate, event.number))
    last = {
        row.aggregate: (forums[row.aggregate], row.type, json.loads(row.payload)) for row in told
    }
    return Diary.of(
        (_sitting(name, forum, told), kind != MeetingEvent.CANCELLED)
        for name, (forum, kind, told) in last.items()
        if told.get("otherwise") or told.get("in_between")
    )


@cache
def _changed() -> Query:
    """The meetings that were not always by their forum's rule alone, each with its forum."""
    meeting = models.meeting.c
    changed = or_(meeting.sequence > 0, meeting.occurs_at.is_(None))
    return select(meeting.id, meeting.forum).where(changed)


def _sitting(name: str, forum: str, told: Mapping[str, Any]) -> Sitting:
    times = (datetime.fromisoformat(told[each]) for each in ("starts_at", "ends_at", "cutoff_at"))
    return Sitting(name, forum, *times)
