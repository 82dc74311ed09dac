"""The agenda of a meeting: its items in order, and when it is for the members to have."""

from datetime import datetime
from typing import Any

from escalation.ids import named
from escalation.services.desk import Desk
from escalation.services.registry import Known
from escalation.services.views import told
from escalation.store import dialect, issues, journal, meetings, timeline
from escalation.store.transaction import Connection, read
from escalation.workflow.facts import ENGINE, Issue
from escalation.workflow.forum import papers_by
from escalation.workflow.meetings.facts import Item, Meeting, MeetingStatus
from escalation.workflow.meetings.plan import MeetingEvent
from escalation.workflow.viewing import EVERYTHING, Viewer

_WORST_FIRST = ("critical", "high", "medium", "low")


def listed(
    connection: Connection, meeting_id: str, viewer: Viewer = EVERYTHING
) -> list[tuple[Item, Issue | None]]:
    """A meeting's items, as far as ``viewer`` may see them, in the order of an agenda.

    Exhausted issues first, then the oldest, and of the same age the worst; other items follow in
    the order in which they were tabled.
    """
    items = meetings.items(connection, meeting_id, viewer)
    loaded = issues.load(connection, meetings.subjects_of(items))
    found = [(i, loaded[i.subject].issue if i.subject in loaded else None) for i in items]
    return sorted(found, key=lambda each: _place(*each))


def _place(item: Item, issue: Issue | None) -> tuple[Any, ...]:
    if issue is None:
        return (2, item.tabled_at, 0, item.subject)
    worst = _WORST_FIRST.index(issue.severity)
    return (issue.exhausted_at is None, issue.received_at, worst, item.subject)


def tell_due(desk: Desk, *, timeout: float | None = None) -> int:
    """Tell of each meeting whose papers are due that its agenda is there; answers of how many.

    Once for each date: of a meeting that is moved it is told again, at its new paper date.
    """
    with read(desk.engine) as connection:
        known = desk.registry.refresh(connection)
        due = _due(desk, connection, known, dialect.now(connection, desk.clock))
    if not due:
        return 0

    def chore(connection: Connection, now: datetime) -> int:
        known = desk.registry.refresh(connection)
        for meeting in due:
            meetings.one(connection, meeting.id, lock=True)
        still = _due(desk, connection, known, now)
        for meeting in still:
            _tell(desk, connection, known, meeting, now)
        return len(still)

    done: int = desk.do(chore).result(timeout)
    return done


def _due(desk: Desk, connection: Connection, known: Known, now: datetime) -> list[Meeting]:
    """The meetings ahead whose papers are due and of which that has not been told."""
    if known.directory is None or known.publication is None:
        return []
    under = desk.registry.in_force(known)
    found = {}
    for meeting in meetings.ahead(connection, now):
        held, body = meeting.sitting, under.directory.forums.get(meeting.sitting.forum)
        announced = meeting.version > 0 and meeting.status is MeetingStatus.SCHEDULED
        if announced and body is not None and papers_by(under, body, held.starts_at) <= now:
            found[_event(meeting)] = meeting
    there = timeline.aggregates_of(connection, list(found))
    return [meeting for event, meeting in found.items() if event not in there]


def _event(meeting: Meeting) -> str:
    """The event that a meeting's agenda is there, for the date that it has."""
    return named("evt", meeting.id, MeetingEvent.AGENDA, meeting.sitting.starts_at.isoformat())


def _tell(
    desk: Desk, connection: Connection, known: Known, meeting: Meeting, now: datetime
) -> None:
    held, under = meeting.sitting, desk.registry.in_force(known)
    body = under.directory.forums[held.forum]
    waiting = [issue for item, issue in listed(connection, meeting.id) if item.open]
    payload = {
        "forum": held.forum,
        "meeting": meeting.id,
        "starts_at": told(held.starts_at),
        "ends_at": told(held.ends_at),
        "papers_by": told(papers_by(under, body, held.starts_at)),
        "place": meeting.procedure.place,
        # A sealed issue is not even counted: the entry is for everybody, and stays.
        "items": sum(issue is None or issue.sealing is None for issue in waiting),
    }
    journal.record(
        connection,
        meeting.id,
        event_id=_event(meeting),
        kind=MeetingEvent.AGENDA.value,
        payload={name: value for name, value in payload.items() if value is not None},
        actor=ENGINE,
        now=now,
        salt=desk.ids.token(16).hex(),
        sent=True,
    )
