"""Meetings ahead: put into the database by their forums' rules, and in between by hand."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from msgspec import structs

from escalation.clock import whole_second
from escalation.errors import EscalationError, Fault, Invalid, Refused
from escalation.ids import named
from escalation.routing.directory import Forum
from escalation.services import forums
from escalation.services.bodies import directory_of
from escalation.services.desk import Desk
from escalation.services.forums import Errand
from escalation.services.jobs import Answer
from escalation.services.meeting_views import meeting_view
from escalation.services.once import NOBODY, Call
from escalation.store import dialect, journal, meetings
from escalation.store.framework import bump
from escalation.store.transaction import Connection, read
from escalation.timekeeping.duration import Duration
from escalation.workflow import forum
from escalation.workflow.facts import ENGINE, Actor, Agreement
from escalation.workflow.meetings.asks import Asked, Cancel, Move
from escalation.workflow.meetings.facts import Meeting, MeetingFacts, Procedure
from escalation.workflow.meetings.plan import MeetingEvent
from escalation.workflow.meetings.rules import taken

_log = structlog.get_logger(__name__)

AHEAD = timedelta(days=180)
"""How far ahead every forum's meetings stand in the database."""
AT_ONCE = 200
"""Meetings that are put there in one transaction at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A meeting in between that somebody asks for."""

    forum: str
    starts_at: datetime
    duration: Duration | None
    place: str | None
    reason: str
    actor: Actor
    call: Call = NOBODY


def schedule(desk: Desk, extra: Extra) -> Answer:
    """Put a meeting in between.

    Raises:
        NotFound: there is no such forum.
        Invalid: it would be in the past.
        Refused: ``meets_then_already``.
    """
    made = desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Answer:
        known = desk.registry.refresh(connection)
        before = extra.call.answered(connection, known, now)
        if before is not None:
            return before
        body = directory_of(known).forum(extra.forum)
        meeting = _in_between(extra, body, desk.registry.in_force(known), now)
        meetings.add(connection, meeting)
        bump(connection, "meetings")
        _record(connection, meeting, extra.actor, made, now)
        view = json.dumps(meeting_view(body, meeting), ensure_ascii=False, separators=(",", ":"))
        headers = {"ETag": '"1"', "Location": f"/v1/meetings/{meeting.id}"}
        return extra.call.keep(connection, Answer(201, view.encode(), headers, meeting.id), now)

    answer: Answer = desk.do(chore).result()
    return answer


def _in_between(extra: Extra, body: Forum, under: Agreement, now: datetime) -> Meeting:
    """The meeting that is asked for, if it can be."""
    starts_at = whole_second(extra.starts_at)
    if starts_at <= now:
        fault = Fault("in_the_past", "expected an instant ahead of now", pointer="/starts_at")
        raise Invalid("The meeting was not scheduled.", errors=[fault])
    timed = replace(body, duration=extra.duration or body.duration)
    name = named("mtg", body.code, starts_at.isoformat(), "in between")
    meeting = Meeting(
        structs.replace(forum.sitting(under, timed, starts_at), id=name),
        None,
        whole_second(now),
        otherwise=True,
        version=1,
        procedure=Procedure(place=extra.place, reason=extra.reason),
    )
    why = taken(MeetingFacts(meeting, (), body, under), starts_at)
    if why is not None:
        raise Refused(why, "meets_then_already")
    return meeting


def plan_ahead(desk: Desk, *, timeout: float | None = None) -> int:
    """Put what is missing of the meetings ahead into the database, and mend what has changed.

    A meeting that its forum's rule no longer has is cancelled, one whose length or cut-off is
    another now is moved; both as any other, so that their items go on. Answers how many.
    """
    done: int = desk.do(lambda connection, now: _put(desk, connection, now)).result(timeout)
    for errand in _changed(desk):
        try:
            forums.act(desk, errand)
            done += 1
        except EscalationError as error:
            _log.error("meeting_not_mended", meeting=errand.meeting, error=str(error))
    return done


def _put(desk: Desk, connection: Connection, now: datetime) -> int:
    """The meetings of the time ahead that are not there, or that nobody was told of."""
    known = desk.registry.refresh(connection)
    if known.directory is None or known.publication is None:
        return 0
    under = desk.registry.in_force(known)
    there = {m.id: m for m in meetings.ahead(connection, now)}
    listed = meetings.known(connection, [m.id for m in _by_rule(under, now)])
    missing = [m for m in _by_rule(under, now) if m.id not in listed]
    untold = [m for m in there.values() if m.version == 0]
    for meeting in [*untold, *missing][:AT_ONCE]:
        meetings.add(connection, meeting)
        meetings.told(connection, meeting.id)
        made = (desk.ids.new("evt", now), desk.ids.token(16).hex())
        _record(connection, meeting, ENGINE, made, now)
    return min(len(missing) + len(untold), AT_ONCE)


def _by_rule(under: Agreement, now: datetime) -> Iterator[Meeting]:
    """Every forum's meetings of the time ahead, by its rule and as far as its calendar is known."""
    for body in under.directory.forums.values():
        until = min(now + AHEAD, under.calendar(body.calendar).horizon)
        for at in body.meeting.between(now, max(until, now)):
            held = forum.sitting(under, body, at)
            if held.id not in under.diary.set_aside:
                yield Meeting(held, at, whole_second(now))


def _changed(desk: Desk) -> list[Errand]:
    """What is to be done about meetings that are no longer as their forums' rules have them."""
    with read(desk.engine) as connection:
        known = desk.registry.refresh(connection)
        if known.directory is None or known.publication is None:
            return []
        under = desk.registry.in_force(known)
        now = dialect.now(connection, desk.clock)
        listed = meetings.ahead(connection, now)
    asks = ((meeting, _mend(under, meeting)) for meeting in listed)
    return [Errand(meeting=m.id, ask=ask, actor=ENGINE) for m, ask in asks if ask is not None]


def _mend(under: Agreement, meeting: Meeting) -> Asked | None:
    held, occurs_at = meeting.sitting, meeting.occurs_at
    body = under.directory.forums.get(held.forum)
    if body is None:
        return Cancel(reason="the forum is no more")
    if occurs_at is None or meeting.otherwise:
        return None
    if not body.meeting.between(occurs_at, occurs_at + forum.INSTANT):
        return Cancel(reason="the forum's rule no longer has it")
    now_so = forum.sitting(under, body, occurs_at)
    if (now_so.ends_at, now_so.cutoff_at) == (held.ends_at, held.cutoff_at):
        return None
    return Move(
        duration=body.duration, reason="the forum's meetings have another length or cut-off"
    )


def _record(
    connection: Connection,
    meeting: Meeting,
    actor: Actor,
    made: tuple[str, str],
    now: datetime,
) -> None:
    """Tell that a meeting is to be; ``made`` are the entry's id and salt."""
    held, done = meeting.sitting, meeting.procedure
    payload = {
        "forum": held.forum,
        "meeting": meeting.id,
        "starts_at": held.starts_at.isoformat(),
        "ends_at": held.ends_at.isoformat(),
        "cutoff_at": held.cutoff_at.isoformat(),
        "in_between": meeting.occurs_at is None,
        "place": done.place,
        "reason": done.reason,
    }
    journal.record(
        connection,
        meeting.id,
        event_id=made[0],
        kind=MeetingEvent.SCHEDULED.value,
        payload={name: value for name, value in payload.items() if value is not None},
        actor=actor,
        now=now,
        salt=made[1],
        sent=True,
    )
