"""Meetings: when forums sit, what is before them, and what they do with it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import Path, Query, Response
from fastapi.concurrency import run_in_threadpool

from escalation.api import asking, headers, paging
from escalation.api.asking import call_of
from escalation.api.deps import Ask, Asked
from escalation.api.operations import (
    CHANGES,
    FINDS,
    IDEMPOTENCY_KEY,
    IF_MATCH_OF_MEETING,
    JSON,
    Operation,
)
from escalation.api.schemas.answers import IssueView, Listed
from escalation.api.schemas.meetings import (
    BODIES,
    MeetingDetail,
    MeetingList,
    MeetingView,
    ScheduleBody,
)
from escalation.api.schemas.queries import MeetingQuery
from escalation.errors import EscalationError, Invalid, NotFound
from escalation.routing.wording import not_among
from escalation.services import forums, planning
from escalation.services.forums import Errand
from escalation.services.reading import meetings
from escalation.services.versions import check_seen
from escalation.workflow.meetings.asks import Procedural

MeetingName = Annotated[str, Path(description="The meeting's id.")]
ForumCode = Annotated[str, Path(description="The forum's code.")]
_SAYS = {
    Procedural.TABLE: "Put an item on the agenda",
    Procedural.ATTEND: "Take the attendance",
    Procedural.RECUSE: "Keep somebody out of an item",
    Procedural.DECIDE: "Decide an item",
    Procedural.DEFER: "Defer an item",
    Procedural.NOTE: "Note an item",
    Procedural.NOTE_NOT_REACHED: "Say that an item was not reached",
    Procedural.WITHDRAW: "Withdraw an item",
    Procedural.CLOSE: "Close the meeting",
    Procedural.CANCEL: "Cancel the meeting",
    Procedural.MOVE: "Move the meeting",
    Procedural.CONFIRM_MINUTES: "Confirm the minutes",
}


def list_forum_seats(asked: Ask, forum: ForumCode) -> Response:
    """Who fills the seats of a forum now, and by what."""
    with asked.means.reader.look(asked.caller) as look:
        found = meetings.seats(look, forum)
    return paging.whole(asked, found)


def list_meetings(
    asked: Ask, forum: ForumCode, query: Annotated[MeetingQuery, Query()]
) -> Response:
    """A forum's meetings: those ahead, the next first, or those past, the latest first."""
    at = paging.instant_of(asked, query.cursor, query.when)
    bound = None if at is None else at[0]
    with asked.means.reader.look(asked.caller) as look:
        if query.when == "past":
            page = meetings.past(look, forum, before=bound, limit=query.limit)
        else:
            page = meetings.upcoming(look, forum, after=bound, limit=query.limit)
    return paging.answer(asked, page, scope=query.when)


def get_meeting(asked: Ask, meeting: MeetingName) -> Response:
    """A meeting with its agenda and its decisions."""
    with asked.means.reader.look(asked.caller) as look:
        found = meetings.one(look, meeting)
    return paging.single(found, etag=str(found["version"]))


async def schedule_meeting(asked: Ask, forum: ForumCode) -> Response:
    """A meeting in between, beside those of the forum's rule."""
    await run_in_threadpool(asking.forum_for, asked, forum)
    sent = asking.read(asked, ScheduleBody)
    extra = planning.Extra(
        forum=forum,
        starts_at=sent.starts_at,
        duration=sent.duration,
        place=sent.place,
        reason=sent.reason,
        actor=asked.caller.actor,
        call=call_of(asked),
    )
    desk = asked.means.container.desk
    return asking.told(await run_in_threadpool(planning.schedule, desk, extra))


def _endpoint(act: Procedural) -> Callable[[Asked, str], Awaitable[Response]]:
    async def acted(asked: Ask, meeting: MeetingName) -> Response:
        return await _acted(asked, meeting, act)

    acted.__doc__ = f"{_SAYS[act]}; the answer is the issue it is about, else the meeting."
    return acted


async def _acted(asked: Asked, meeting: str, act: Procedural) -> Response:
    """An act, in the order of refusals: no such meeting, broken, stale, wrong values, the state."""
    container = asked.means.container
    try:
        version = headers.if_match(asked)
        needs_match = not headers.any_version(asked)
        sent = asking.read(asked, BODIES[act], may_be_empty=act is Procedural.CLOSE)
        new = container.ids.new("mat", container.clock.now())
        ask = sent.ask(new if act is Procedural.TABLE else meeting)
        errand = Errand(
            meeting=meeting,
            ask=ask,
            actor=asked.caller.actor,
            if_match=version,
            needs_match=needs_match,
            viewer=asked.caller.viewer,
            call=call_of(asked),
        )
    except EscalationError as error:
        found = await run_in_threadpool(partial(_find, asked, meeting))
        if isinstance(error, Invalid):  # what cannot be read at all comes before it
            needs_match = not headers.any_version(asked)
            seen = headers.if_match(asked)
            check_seen("meeting", seen, found["version"], lambda: found, needs=needs_match)
        raise
    return asking.told(await run_in_threadpool(forums.act, container.desk, errand))


def _find(asked: Asked, meeting: str) -> dict[str, Any]:
    with asked.means.reader.look(asked.caller) as look:
        return meetings.plain(look, meeting)


async def meeting_act_unknown(asked: Ask, meeting: MeetingName, act: str) -> Response:
    """An act that no meeting has."""
    await run_in_threadpool(partial(_find, asked, meeting))
    raise NotFound(f"There is no act of that name: {not_among(act, list(Procedural))}.")


def name_of(act: Procedural) -> str:
    """The operation id of an act."""
    of_item = act not in {
        Procedural.ATTEND,
        Procedural.CLOSE,
        Procedural.CANCEL,
        Procedural.MOVE,
        Procedural.CONFIRM_MINUTES,
    }
    word = act.value.replace("-", "_")
    if act is Procedural.CONFIRM_MINUTES:
        return word
    return f"{word}_{'item' if of_item else 'meeting'}"


_OF_ISSUES = frozenset(
    {
        Procedural.RECUSE,
        Procedural.DECIDE,
        Procedural.DEFER,
        Procedural.NOTE_NOT_REACHED,
    }
)

OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/forums/{forum}/seats",
        name="list_forum_seats",
        tag="forums",
        summary="List who fills the seats of a forum",
        endpoint=list_forum_seats,
        answer=Listed,
        refusals=FINDS,
    ),
    Operation(
        method="GET",
        path="/v1/forums/{forum}/meetings",
        name="list_meetings",
        tag="forums",
        summary="List the meetings of a forum",
        endpoint=list_meetings,
        answer=MeetingList,
        refusals=FINDS,
    ),
    Operation(
        method="POST",
        path="/v1/forums/{forum}/meetings",
        name="schedule_meeting",
        tag="forums",
        summary="Schedule a meeting in between",
        endpoint=schedule_meeting,
        direct=True,
        status=201,
        answer=MeetingView,
        takes={JSON: ScheduleBody},
        headers=(IDEMPOTENCY_KEY,),
        refusals=CHANGES,
    ),
    Operation(
        method="GET",
        path="/v1/meetings/{meeting}",
        name="get_meeting",
        tag="forums",
        summary="Read a meeting",
        endpoint=get_meeting,
        answer=MeetingDetail,
        refusals=FINDS,
    ),
    *(
        Operation(
            method="POST",
            path=f"/v1/meetings/{{meeting}}/acts/{act}",
            name=name_of(act),
            tag="forums",
            summary=_SAYS[act],
            endpoint=_endpoint(act),
            direct=True,
            answer=IssueView if act in _OF_ISSUES else MeetingView,
            takes={JSON: body},
            headers=(IF_MATCH_OF_MEETING, IDEMPOTENCY_KEY),
            refusals=CHANGES,
        )
        for act, body in BODIES.items()
    ),
    Operation(
        method="POST",
        path="/v1/meetings/{meeting}/acts/{act}",
        name="meeting_act_unknown",
        tag="forums",
        summary="An act that there is not",
        endpoint=meeting_act_unknown,
        direct=True,
        refusals=CHANGES,
        hidden=True,
    ),
)
