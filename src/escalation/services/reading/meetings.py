"""When forums meet, and what is on their agendas."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from escalation.errors import NotFound
from escalation.routing.directory import Forum
from escalation.routing.vocabulary import Scope
from escalation.routing.wording import not_among
from escalation.services.reading.issues import Page
from escalation.services.reading.reader import Look
from escalation.services.views import told
from escalation.store import meetings
from escalation.store.meetings import StoredMeeting
from escalation.workflow.facts import Agreement
from escalation.workflow.forum import sitting, sittings_after
from escalation.workflow.plan import Sitting

SEEN = timedelta(days=3 * 366)
"""How far back and ahead a meeting that nothing was ever tabled for is known by its id."""
_BACK = timedelta(days=400)
Meeting = Sitting | StoredMeeting


def upcoming(look: Look, code: str, *, after: datetime | None, limit: int) -> Page:
    """A forum's meetings from now on, the next first; of a meeting now on, the rest is ahead.

    Raises:
        NotFound: there is no such forum.
    """
    forum = _forum(look, code)
    start = look.now if after is None else after
    found = list(islice(_ahead(look, forum, start), limit + 1))
    goes_on = (found[limit - 1].starts_at, "") if len(found) > limit else None
    stored = _stored(look, code, start, found[-1].ends_at if found else start)
    return Page([_view(look, stored.get(m.id, m)) for m in found[:limit]], limit, goes_on)


def past(look: Look, code: str, *, before: datetime | None, limit: int) -> Page:
    """A forum's meetings up to now, the latest first.

    Raises:
        NotFound: there is no such forum.
    """
    forum = _forum(look, code)
    found = list(islice(_backwards(look, forum, before or look.now), limit + 1))
    goes_on = (found[limit - 1].starts_at, "") if len(found) > limit else None
    return Page([_view(look, m) for m in found[:limit]], limit, goes_on)


def one(look: Look, meeting_id: str) -> dict[str, Any]:
    """A meeting with its agenda and decisions.

    Raises:
        NotFound: there is none of that id, or it lies too far away and has nothing on its agenda.
    """
    found = find(look, meeting_id)
    if found is None:
        raise NotFound(f"There is no meeting {meeting_id}.")
    view = _view(look, found)
    view["items"] = [
        {
            "issue": {
                "id": item.issue_id,
                "reference": item.reference,
                "title": item.title,
                "severity": item.severity,
                "status": item.status,
            },
            "carried_over": item.carried_over,
            "tabled_at": told(item.tabled_at),
            "outcome": item.outcome,
            "left_at": told(item.left_at),
        }
        for item in meetings.agenda(look.connection, look.viewer, meeting_id)
    ]
    view["decisions"] = [
        {
            "id": made.id,
            "issue": made.issue_id,
            "text": made.text,
            "reasons": made.reasons,
            "conditions": made.conditions,
            "effect": made.effect,
            "actions": made.actions,
            "decided_at": told(made.decided_at),
        }
        for made in meetings.decisions(look.connection, look.viewer, meeting_id)
    ]
    return view


def find(look: Look, meeting_id: str) -> Meeting | None:
    """A meeting by its id: one that something was tabled for, else by the forums' rules."""
    stored = meetings.one(look.connection, meeting_id)
    if stored is not None:
        return stored
    every = (
        held
        for forum in look.directory.forums.values()
        for held in _held(look, forum, look.now - SEEN, look.now + SEEN)
    )
    return next((held for held in every if held.id == meeting_id), None)


def _under(look: Look) -> Agreement:
    """The calendars of the publication in force: a forum's are named there."""
    ladder = look.publication.effective(None, Scope.FUNCTION.value)
    return Agreement(look.publication, ladder, look.directory, look.known.directory_epoch)


def _forum(look: Look, code: str) -> Forum:
    forum = look.directory.forums.get(code)
    if forum is None:
        names = look.directory.forums
        raise NotFound(f"There is no such forum: {not_among(code, names)}.")
    return forum


def _stored(look: Look, code: str, start: datetime, end: datetime) -> dict[str, StoredMeeting]:
    return {m.id: m for m in meetings.between(look.connection, code, start, end)}


def _ahead(look: Look, forum: Forum, start: datetime) -> Iterator[Sitting]:
    """By the forum's rule, as far as its calendar is known."""
    under = _under(look)
    horizon = under.calendar(forum.calendar).horizon
    ahead = sittings_after(under, forum, start)
    return takewhile(lambda meeting: meeting.ends_at <= horizon, ahead)


def _held(look: Look, forum: Forum, start: datetime, end: datetime) -> Iterator[Sitting]:
    """The meetings that the forum's rule puts between two instants."""
    under = _under(look)
    return (sitting(under, forum, at) for at in forum.meeting.between(start, end))


def _backwards(look: Look, forum: Forum, before: datetime) -> Iterator[Meeting]:
    """From an instant back to the forum's beginning, by its rule and by what was tabled."""
    while True:
        start = before - _BACK
        known: dict[str, Meeting] = {held.id: held for held in _held(look, forum, start, before)}
        known.update(_stored(look, forum.code, start, before))
        yield from sorted(known.values(), key=lambda meeting: meeting.starts_at, reverse=True)
        if not known:
            return
        before = start


def _view(look: Look, meeting: Meeting) -> dict[str, Any]:
    forum = look.directory.forums.get(meeting.forum)
    return {
        "id": meeting.id,
        "forum": {"code": meeting.forum, "title": forum.title if forum else meeting.forum},
        "starts_at": told(meeting.starts_at),
        "ends_at": told(meeting.ends_at),
        "cutoff_at": told(meeting.cutoff_at),
        "status": meeting.status if isinstance(meeting, StoredMeeting) else "scheduled",
    }
