"""Which meetings were otherwise than their forums' rules say, as it stood at an instant."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select

from escalation.store import models
from escalation.workflow.diary import Diary, Sitting
from escalation.workflow.meetings.plan import MeetingEvent

_A_SECOND = timedelta(seconds=1)
_CHANGES = (MeetingEvent.SCHEDULED, MeetingEvent.MOVED, MeetingEvent.CANCELLED)


def diary_at(connection: Connection, as_at: datetime, known_at: datetime) -> Diary:
    """The diary as at an instant, in whole seconds, by what was recorded by another.

    It is read from the meetings' timelines, for their rows say only how they stand now.
    """
    meeting, event = models.meeting, models.event
    query = select(meeting.c.id, meeting.c.forum, event.c.type, event.c.payload).where(
        or_(meeting.c.sequence > 0, meeting.c.occurs_at.is_(None)),
        event.c.aggregate == meeting.c.id,
        event.c.type.in_([each.value for each in _CHANGES]),
        event.c.effective_at < as_at + _A_SECOND,
        event.c.recorded_at <= known_at,
    )
    rows = connection.execute(query.order_by(meeting.c.id, event.c.number))
    last = {row.id: (row.forum, row.type, json.loads(row.payload)) for row in rows}
    return Diary.of(
        (_sitting(name, forum, told), kind != MeetingEvent.CANCELLED)
        for name, (forum, kind, told) in last.items()
        if told.get("otherwise") or told.get("in_between")
    )


def _sitting(name: str, forum: str, told: Mapping[str, Any]) -> Sitting:
    times = (datetime.fromisoformat(told[each]) for each in ("starts_at", "ends_at", "cutoff_at"))
    return Sitting(name, forum, *times)
