"""Meetings: when forums sit, what is before them, and what they do with it."""

from functools import partial
from typing import Annotated

from fastapi import Path, Query, Response
from fastapi.concurrency import run_in_threadpool

from escalation.api import asking, headers, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import (
    CHANGES,
    FINDS,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    JSON,
    Operation,
)
from escalation.api.schemas.answers import IssueView
from escalation.api.schemas.meetings import DecideBody, DeferBody, MeetingDetail, MeetingList
from escalation.api.schemas.queries import MeetingQuery
from escalation.errors import EscalationError, Fault, Invalid, NotFound, Refused
from escalation.routing.wording import not_among
from escalation.services.reading import meetings

MeetingName = Annotated[str, Path(description="The meeting's id.")]
LATER = ("table", "attend", "note-not-reached", "close", "cancel", "move")
_ACTS = ("decide", "defer", *LATER)


def list_meetings(
    asked: Ask,
    forum: Annotated[str, Path(description="The forum's code.")],
    query: Annotated[MeetingQuery, Query()],
) -> Response:
    """A forum's meetings: those ahead, the next first, or those past, the latest first."""
    at = paging.position_of(asked, query.cursor, paging.INSTANTS, query.when)
    bound = None if at is None else paging.instant_of(at)
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
    return paging.single(found)


async def decide_item(asked: Ask, meeting: MeetingName) -> Response:
    """Decide an item; the issue moves in the same transaction, and is the answer."""
    return await _acted(asked, meeting, DecideBody)


async def defer_item(asked: Ask, meeting: MeetingName) -> Response:
    """Put an item off to the forum's next meeting; the answer is the issue."""
    return await _acted(asked, meeting, DeferBody)


async def _acted(asked: Asked, meeting: str, model: type[DecideBody | DeferBody]) -> Response:
    """An act on an item, in the order of refusals: a meeting that is not there comes first."""
    try:
        version = headers.if_match(asked)
        sent = asking.read(asked, model)
        job = asking.job_of(asked, sent.command(meeting))
        job.issue, job.if_match = sent.issue, version
        return asking.told(await asking.served(asked, job))
    except NotFound as error:
        await _known(asked, meeting)
        fault = Fault("unknown", error.detail, pointer="/issue")
        raise Invalid("The issue of that item was not found.", errors=[fault]) from error
    except EscalationError:
        await _known(asked, meeting)
        raise


async def _known(asked: Asked, meeting: str) -> None:
    """Go no further where there is no such meeting."""
    await run_in_threadpool(partial(_find, asked, meeting))


def _find(asked: Asked, meeting: str) -> None:
    with asked.means.reader.look(asked.caller) as look:
        if meetings.find(look, meeting) is None:
            raise NotFound(f"There is no meeting {meeting}.")


async def meeting_act_unknown(asked: Ask, meeting: MeetingName, act: str) -> Response:
    """An act of a meeting that this release does not have, or that there is not."""
    await _known(asked, meeting)
    if act in LATER:
        raise Refused(f"`{act}` is not available in this release.", "not_available_yet")
    raise NotFound(f"There is no act of that name: {not_among(act, _ACTS)}.")


OPERATIONS = (
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
            name=f"{act}_item",
            tag="forums",
            summary=summary,
            endpoint=endpoint,
            direct=True,
            answer=IssueView,
            takes={JSON: model},
            headers=(IF_MATCH, IDEMPOTENCY_KEY),
            refusals=CHANGES,
        )
        for act, summary, endpoint, model in (
            ("decide", "Decide an item", decide_item, DecideBody),
            ("defer", "Defer an item", defer_item, DeferBody),
        )
    ),
    Operation(
        method="POST",
        path="/v1/meetings/{meeting}/acts/{act}",
        name="meeting_act_unknown",
        tag="forums",
        summary="An act that there is not, or not yet",
        endpoint=meeting_act_unknown,
        direct=True,
        refusals=CHANGES,
        hidden=True,
    ),
)
