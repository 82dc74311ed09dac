"""A forum's calendar feed, and the tokens that open it to calendar programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from escalation.errors import Broken, Forbidden, NotFound
from escalation.reports.as_icalendar import Feed, Occasion, calendar
from escalation.routing.directory import Forum
from escalation.services.bodies import directory_of
from escalation.services.desk import Desk
from escalation.services.makers import (
    MakerKind,
    is_there,
    maker_of,
    person_of,
    sights_of_maker,
)
from escalation.services.once import Call
from escalation.services.registry import Known
from escalation.services.roles import BY_PERSON, KeyRole
from escalation.services.views import told
from escalation.store import feeds, framework, journal, meetings, timeline
from escalation.store.base import EPOCH
from escalation.store.transaction import Connection, read, snapshot
from escalation.workflow.facts import Actor
from escalation.workflow.forum import sitting
from escalation.workflow.meetings.facts import Meeting, MeetingStatus
from escalation.workflow.viewing import papers_are_for


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed that has just been made; ``token`` is not to be had again."""

    view: dict[str, Any]
    token: str


def text(desk: Desk, code: str, base: str) -> bytes:
    """The forum's meetings as iCalendar; links in it begin with ``base``.

    Raises:
        NotFound: there is no such forum.
    """
    with snapshot(desk.engine) as connection:
        known = desk.registry.refresh(connection)
        body = directory_of(known).forum(code)
        changed = meetings.changed(connection, code)
        directory = framework.latest_directory(connection)
        first = body.meeting.first_after(EPOCH)
        if first is None:
            raise Broken(f"The rule of {body.title} never comes round; mend the directory.")
        held = sitting(desk.registry.in_force(known), body, first)
    stamps = [meeting.updated_at for meeting in changed]
    stamps += [directory.applied_at] if directory is not None else []
    feed = Feed(
        code=code,
        title=body.title,
        zone=body.meeting.zone,
        rule=body.meeting.published(),
        first=first,
        lasts=held.ends_at - held.starts_at,
        says=f"{body.title}. Agendas: {base}/v1/forums/{code}/meetings",
        sequence=known.directory_epoch + sum(meeting.sequence + 1 for meeting in changed),
        stamp=max(stamps, default=first),
        occasions=[_occasion(body, meeting, base) for meeting in changed],
    )
    return calendar(feed)


def _occasion(body: Forum, meeting: Meeting, base: str) -> Occasion:
    held, done = meeting.sitting, meeting.procedure
    says = f"{body.title}. Agenda: {base}/v1/meetings/{meeting.id}/agenda"
    return Occasion(
        id=meeting.id,
        occurs_at=meeting.occurs_at,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        cancelled=meeting.status is MeetingStatus.CANCELLED,
        sequence=meeting.sequence,
        place=done.place,
        says=says if done.reason is None else f"{says} ({done.reason})",
    )


def opened(desk: Desk, code: str, token: str) -> bool:
    """Whether a token opens the forum's feed: as long as whoever made it may read there."""
    with read(desk.engine) as connection:
        known = desk.registry.refresh(connection)
        feed = feeds.with_token(connection, code, _hash(token))
    return feed is not None and _may_read(feed.made_by, code, known, desk.clock.now())


def _may_read(made_by: Mapping[str, Any] | None, code: str, known: Known, now: datetime) -> bool:
    if made_by is None:
        return True
    person, role = made_by.get("person"), made_by.get("role")
    if made_by["kind"] != MakerKind.PERSON:
        sights = sights_of_maker(made_by, known, now)
    elif person is None:
        return True  # a program of the identity provider's, which tells nobody when it ends
    elif role in BY_PERSON:
        sights = sights_of_maker(made_by, known, now)
    else:
        return is_there(person, known, now)
    return any(papers_are_for(sight, code) for sight in sights)


def _maker(actor: Actor, call: Call) -> Mapping[str, Any]:
    """What is kept of who makes a feed, so that what they may read can be looked at again."""
    if call.caller is None:
        return {"name": actor.name, "kind": MakerKind.COMMAND_LINE.value}
    return {**maker_of(call.caller), "role": call.caller.role.value}


def create(desk: Desk, code: str, name: str, actor: Actor, call: Call) -> NewFeed:
    """Make a token for the forum's feed.

    Raises:
        NotFound: there is no such forum.
    """
    now = desk.clock.now()
    token = f"feed_{desk.ids.token(32).hex()}"
    feed_id = desk.ids.new("fed", now)
    made = desk.ids.new("evt", now), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> dict[str, Any]:
        known = desk.registry.refresh(connection)
        call.answered(connection, known, now)
        directory_of(known).forum(code)
        row = {
            "id": feed_id,
            "forum": code,
            "name": name,
            "hash": _hash(token),
            "created_by": actor.name,
            "made_by": _maker(actor, call),
            "created_at": now,
            "revoked_at": None,
        }
        if not timeline.aggregates_of(connection, [made[0]]):
            feeds.add(connection, row)
            _record(connection, "feed.created", {"feed": feed_id, "forum": code}, actor, made, now)
        return view(row)

    return NewFeed(desk.do(chore).result(), token)


def revoke(desk: Desk, code: str, feed_id: str, actor: Actor, call: Call) -> None:
    """Take a token back: it opens nothing from the next request on.

    Raises:
        NotFound: the forum has no such feed, or it was revoked before.
        Forbidden: it is somebody else's, and a holder asks.
    """
    made = desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> None:
        known = desk.registry.refresh(connection)
        call.answered(connection, known, now)
        if timeline.aggregates_of(connection, [made[0]]):
            return
        feed = feeds.one(connection, code, feed_id)
        if feed is None or feed.revoked_at is not None:
            raise NotFound(f"{code} has no feed {feed_id} that could be revoked.")
        caller, whose = call.caller, person_of(feed.made_by or {}, known)
        if caller is not None and caller.role is KeyRole.HOLDER and caller.person != whose:
            raise Forbidden(f"{feed_id} is somebody else's feed; ask the forum's secretariat.")
        feeds.revoke(connection, feed_id, now)
        _record(connection, "feed.revoked", {"feed": feed_id, "forum": code}, actor, made, now)

    desk.do(chore).result()


def every(connection: Connection, code: str) -> Sequence[dict[str, Any]]:
    """A forum's feeds, without their tokens."""
    return [view(row._asdict()) for row in feeds.of_forum(connection, code)]


def view(row: dict[str, Any]) -> dict[str, Any]:
    """What is told of a feed: everything but its token."""
    return {
        "id": row["id"],
        "forum": row["forum"],
        "name": row["name"],
        "created_by": row["created_by"],
        "created_at": told(row["created_at"]),
        "revoked_at": told(row["revoked_at"]),
    }


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _record(
    connection: Connection,
    kind: str,
    payload: dict[str, str],
    actor: Actor,
    made: tuple[str, str],
    now: datetime,
) -> None:
    journal.record(
        connection,
        "feeds",
        event_id=made[0],
        kind=kind,
        payload=payload,
        actor=actor,
        now=now,
        salt=made[1],
    )
