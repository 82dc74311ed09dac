"""The forums behind meetings: those of the directory in force, and those that are no more."""

from datetime import datetime

from escalation.clock import whole_second
from escalation.errors import NotFound
from escalation.routing.directory import Directory, Forum
from escalation.services.desk import Desk
from escalation.services.registry import Known, Registry
from escalation.store import framework, meetings
from escalation.store.transaction import Connection
from escalation.workflow.forum import SEEN, identified, sitting
from escalation.workflow.meetings.facts import Meeting
from escalation.workflow.viewing import EVERYTHING, Viewer, papers_are_for


def directory_of(known: Known) -> Directory:
    """The directory in force.

    Raises:
        NotFound: none has been applied, so there is no forum.
    """
    if known.directory is None:
        raise NotFound("No directory has been applied yet, so there is no forum.")
    return known.directory


def known_meeting(
    desk: Desk,
    connection: Connection,
    known: Known,
    meeting_id: str,
    now: datetime,
    viewer: Viewer,
) -> str:
    """The code of a meeting's forum; one that stands in its rule only is put into the database.

    Raises:
        NotFound: there is no such meeting.
    """
    found = meetings.one(connection, meeting_id, viewer)
    stored = found is not None
    if found is None:
        found = by_rule(desk, known, meeting_id, now, viewer)
    if found is None:
        raise NotFound(f"There is no meeting {meeting_id}.")
    if not stored:
        meetings.add(connection, found)
    return found.sitting.forum


def body_of(registry: Registry, connection: Connection, known: Known, code: str) -> Forum:
    """The forum of a stored meeting; as it was last, where the directory has it no more.

    Raises:
        NotFound: no directory ever had it.
    """
    directory = directory_of(known)
    if code in directory.forums:
        return directory.forum(code)
    for version in framework.directories_before(connection, known.directory_epoch):
        earlier = registry.directory_of(connection, version)
        if code in earlier.forums:
            return earlier.forum(code)
    return directory.forum(code)


def by_rule(
    desk: Desk, known: Known, meeting_id: str, now: datetime, viewer: Viewer = EVERYTHING
) -> Meeting | None:
    """The meeting of that id that a forum's rule has, if there is one; nothing was done to it yet.

    Only forums whose papers are for ``viewer`` are looked at: else the time would tell of others'.

    Raises:
        NotFound: no directory has been applied, so there is no forum.
    """
    directory_of(known)
    under = desk.registry.in_force(known)
    seen = (each for each in under.directory.forums.values() if papers_are_for(viewer, each.code))
    for body in seen:
        for at in body.meeting.between(now - SEEN, now + SEEN):
            if identified(body.code, at) == meeting_id:
                held = sitting(under, body, at)
                return Meeting(held, held.starts_at, whole_second(now))
    return None
