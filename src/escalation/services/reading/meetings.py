"""When forums meet, and what is on their agendas."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from escalation.errors import NotFound
from escalation.routing.directory import Forum
from escalation.routing.membership import seats_of
from escalation.routing.wording import not_among
from escalation.services.agendas import listed
from escalation.services.meeting_views import item_view, meeting_seen
from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.services.views import told
from escalation.store import actions, meetings
from escalation.workflow.diary import Sitting
from escalation.workflow.facts import Issue
from escalation.workflow.forum import SEEN, identified, sitting, sittings_after
from escalation.workflow.meetings.facts import Item, Meeting, MeetingStatus
from escalation.workflow.viewing import papers_are_for

_BACK = timedelta(days=400)


def upcoming(look: Look, code: str, *, after: datetime | None, limit: int) -> Page:
    """A forum's meetings from now on, the next first; of a meeting now on, the rest is ahead.

    Raises:
        NotFound: there is no such forum.
    """
    forum = forum_of(look, code)
    start = look.now if after is None else after
    found = list(islice(_ahead(look, forum, start), limit + 1))
    return _page(look, forum, found, limit)


def _page(look: Look, forum: Forum, found: Sequence[Meeting], limit: int) -> Page:
    return page_of(
        found,
        limit,
        lambda shown: (_seen(look, forum, meeting) for meeting in shown),
        lambda meeting: (meeting.sitting.starts_at, ""),
    )


def past(look: Look, code: str, *, before: datetime | None, limit: int) -> Page:
    """A forum's meetings up to now, the latest first.

    Raises:
        NotFound: there is no such forum.
    """
    forum = forum_of(look, code)
    found = list(islice(_backwards(look, forum, before or look.now), limit + 1))
    return _page(look, forum, found, limit)


def one(look: Look, meeting_id: str) -> dict[str, Any]:
    """A meeting with its agenda and decisions.

    Raises:
        NotFound: there is none of that id, or it lies too far away and has nothing on its agenda.
    """
    view = plain(look, meeting_id)
    view["items"] = [told_item for _, told_item in items_of(look, meeting_id)]
    view["decisions"] = decisions_of(look, meeting_id)
    return view


def plain(look: Look, meeting_id: str) -> dict[str, Any]:
    """A meeting without its agenda, as the answer to an act on it shows it.

    Raises:
        NotFound: there is none of that id.
    """
    found = find(look, meeting_id)
    return _seen(look, look.directory.forums.get(found.sitting.forum), found)


def _seen(look: Look, forum: Forum | None, meeting: Meeting) -> dict[str, Any]:
    return meeting_seen(look.connection, look.viewer, forum, meeting)


def items_of(look: Look, meeting_id: str) -> list[tuple[Item, dict[str, Any]]]:
    """A meeting's items with what is told of each, in the order of an agenda."""
    found = listed(look.connection, meeting_id, look.viewer)
    return [(item, _item_told(item, issue)) for item, issue in found]


def _item_told(item: Item, issue: Issue | None) -> dict[str, Any]:
    brief = None
    if issue is not None:
        brief = {
            "id": issue.id,
            "reference": issue.reference,
            "title": issue.title,
            "severity": issue.severity,
            "status": issue.status,
        }
    return {"issue": brief, **item_view(item)}


def decisions_of(look: Look, meeting_id: str) -> list[dict[str, Any]]:
    """What was decided at a meeting, in order, each with its actions."""
    made = meetings.decisions(look.connection, look.viewer, meeting_id)
    follow = actions.of_decisions(look.connection, [row.id for row in made])
    return [decision_view(row, follow.get(row.id, [])) for row in made]


def decision_view(row: Any, follow: list[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: ANN401 - a row
    """A decision with its actions."""
    return {
        "id": row.id,
        "number": row.number,
        "subject": row.subject,
        "issue": row.subject if row.subject.startswith("iss_") else None,
        "text": row.text,
        "reasons": row.reasons,
        "conditions": row.conditions,
        "mover": row.mover,
        "effect": row.effect,
        "assents": row.assents,
        "recused": row.recused,
        "actions": follow,
        "decided_at": told(row.decided_at),
    }


def find(look: Look, meeting_id: str) -> Meeting:
    """A meeting by its id: one that is stored, else by the forums' rules.

    Raises:
        NotFound: there is none.
    """
    stored = meetings.one(look.connection, meeting_id, look.viewer)
    if stored is not None:
        return stored
    every = (
        held
        for forum in _forums(look).values()
        for held in _held(look, forum, look.now - SEEN, look.now + SEEN)
    )
    found = next((held for held in every if held.id == meeting_id), None)
    if found is None:
        raise NotFound(f"There is no meeting {meeting_id}.")
    return _as_begun(look, found)


def forum_of(look: Look, code: str) -> Forum:
    """A forum by its code.

    Raises:
        NotFound: there is none.
    """
    names = _forums(look)
    forum = names.get(code)
    if forum is None:
        raise NotFound(f"There is no such forum: {not_among(code, names)}.")
    return forum


def seats(look: Look, code: str) -> list[dict[str, Any]]:
    """Who fills the seats of a forum now, and why.

    Raises:
        NotFound: there is no such forum.
    """
    found = seats_of(look.directory, forum_of(look, code), look.now)
    return [
        {"seat": each.name, "votes": each.votes, "person": each.person, "reason": each.reason}
        for each in found
    ]


def _forums(look: Look) -> Mapping[str, Forum]:
    """The forums whose papers are for who looks."""
    every = look.directory.forums
    return {code: every[code] for code in every if papers_are_for(look.viewer, code)}


def _as_begun(look: Look, held: Sitting) -> Meeting:
    """A meeting of which nothing has been said yet."""
    return Meeting(held, held.starts_at, look.now)


def _ahead(look: Look, forum: Forum, start: datetime) -> Iterator[Meeting]:
    """By the forum's rule and its diary, as far as its calendar is known; what is cancelled too."""
    under = look.registry.in_force(look.known)
    horizon = under.calendar(forum.calendar).horizon
    by_rule = takewhile(lambda m: m.ends_at <= horizon, sittings_after(under, forum, start))
    off = [
        meeting
        for meeting in meetings.changed(look.connection, forum.code)
        if meeting.status is MeetingStatus.CANCELLED and meeting.sitting.starts_at > start
    ]
    until = max(start, horizon)
    stored = {m.id: m for m in meetings.between(look.connection, forum.code, start, until)}
    for held in by_rule:
        while off and off[0].sitting.starts_at <= held.starts_at:
            yield off.pop(0)
        yield stored.get(held.id) or _as_begun(look, held)
    yield from off


def _held(look: Look, forum: Forum, start: datetime, end: datetime) -> Iterator[Sitting]:
    """The meetings that the forum's rule puts between two instants."""
    under = look.registry.in_force(look.known)
    return (sitting(under, forum, at) for at in forum.meeting.between(start, end))


def _backwards(look: Look, forum: Forum, before: datetime) -> Iterator[Meeting]:
    """From an instant back to the forum's beginning, by its rule and by what is stored."""
    under = look.registry.in_force(look.known)
    while True:
        start = before - _BACK
        stored = meetings.between(look.connection, forum.code, start, before)
        known = {meeting.id: meeting for meeting in stored}
        for at in forum.meeting.between(start, before):
            name = identified(forum.code, at)
            if name not in known and name not in under.diary.set_aside:
                known[name] = _as_begun(look, sitting(under, forum, at))
        yield from sorted(known.values(), key=lambda m: m.sitting.starts_at, reverse=True)
        if not known:
            return
        before = start
