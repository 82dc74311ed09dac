"""Calendar feeds of forums: the feed itself, and the tokens that open it."""

from typing import Annotated

from fastapi import Path, Query, Response

from escalation.api import asking, paging
from escalation.api.asking import call_of
from escalation.api.deps import Ask, Asked
from escalation.api.operations import FINDS, JSON, WRITES, Operation
from escalation.api.schemas.answers import Listed
from escalation.api.schemas.feeds import FeedBody, FeedMade
from escalation.errors import Unauthenticated
from escalation.services import feeds
from escalation.services.access import secret_of
from escalation.services.reading.meetings import forum_of
from escalation.services.roles import Permission

ForumCode = Annotated[str, Path(description="The forum's code.")]
CALENDAR = "text/calendar"
_SHUT = (
    "This feed's token opens nothing: it is another's, was revoked, or whoever made it may not "
    "read there any more."
)


def get_calendar(
    asked: Ask,
    forum: ForumCode,
    feed: Annotated[
        str | None, Query(max_length=200, description="A feed's token, in place of a key.")
    ] = None,
) -> Response:
    """When the forum meets, as iCalendar: with a key, or with the token of one of its feeds."""
    desk = asked.means.container.desk
    if feed is None:
        _admit(asked, forum)
    elif not feeds.opened(desk, forum, feed):
        raise Unauthenticated(_SHUT)
    body = feeds.text(desk, forum, base_of(asked))
    given = {"Content-Type": f"{CALENDAR}; charset=utf-8"}
    given["Content-Disposition"] = f'inline; filename="{forum}.ics"'
    return Response(body, 200, given)


def _admit(asked: Asked, forum: str) -> None:
    caller = asked.means.doorkeeper.admitted(secret_of(asked.header(b"authorization")))
    caller.require(Permission.READ)
    asking.forum_for(Asked(asked.scope, asked.means, caller), forum)


def base_of(asked: Asked) -> str:
    """Where the caller found this service."""
    host = asked.header(b"host") or "localhost"
    return f"{asked.scope['scheme']}://{host}"


def create_feed(asked: Ask, forum: ForumCode) -> Response:
    """Make a token for calendar programs; it is shown this once."""
    asking.forum_for(asked, forum)
    sent = asking.read(asked, FeedBody)
    desk = asked.means.container.desk
    made = feeds.create(desk, forum, sent.name, asked.caller.actor, call_of(asked))
    path = f"/v1/forums/{forum}/calendar.ics?feed={made.token}"
    found = {**made.view, "token": made.token, "url": f"{base_of(asked)}{path}"}
    return Response(paging.json_of(found), 201, {"Content-Type": JSON})


def list_feeds(asked: Ask, forum: ForumCode) -> Response:
    """A forum's feeds, without their tokens."""
    with asked.means.reader.look(asked.caller) as look:
        forum_of(look, forum)
        found = feeds.every(look.connection, forum)
    return paging.whole(asked, found)


def revoke_feed(
    asked: Ask, forum: ForumCode, feed: Annotated[str, Path(description="The feed's id.")]
) -> Response:
    """Take a token back."""
    asking.forum_for(asked, forum)
    desk = asked.means.container.desk
    feeds.revoke(desk, forum, feed, asked.caller.actor, call_of(asked))
    return Response(status_code=204)


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/forums/{forum}/calendar.ics",
        name="get_calendar",
        tag="forums",
        summary="Read when a forum meets, as iCalendar",
        endpoint=get_calendar,
        kind=CALENDAR,
        refusals=FINDS,
    ),
    Operation(
        method="POST",
        path="/v1/forums/{forum}/feeds",
        name="create_feed",
        tag="forums",
        summary="Make a token for calendar programs",
        endpoint=create_feed,
        status=201,
        answer=FeedMade,
        takes={JSON: FeedBody},
        refusals=(*WRITES, 404),
    ),
    Operation(
        method="GET",
        path="/v1/forums/{forum}/feeds",
        name="list_feeds",
        tag="forums",
        summary="List the feeds of a forum",
        endpoint=list_feeds,
        answer=Listed,
        refusals=FINDS,
    ),
    Operation(
        method="DELETE",
        path="/v1/forums/{forum}/feeds/{feed}",
        name="revoke_feed",
        tag="forums",
        summary="Revoke a feed's token",
        endpoint=revoke_feed,
        status=204,
        refusals=FINDS,
    ),
)
