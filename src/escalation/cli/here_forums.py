"""Forums, meetings and digests of the database itself, by the methods of the client."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from escalation.api import body as bodies
from escalation.api.schemas.digests import MakeDigest
from escalation.api.schemas.meetings import BODIES, ScheduleBody
from escalation.bootstrap import Container
from escalation.cli.fields import DEPTH
from escalation.cli.opening import me
from escalation.client.listing import Page
from escalation.reports import as_html, as_markdown, pages
from escalation.reports.pages import Page as Layout
from escalation.services import at_hand, digests, feeds, forums, kept_digests, planning
from escalation.services.once import NOBODY
from escalation.services.reading import directory as entries
from escalation.services.reading import meetings, papers
from escalation.services.reading.directory import Noun
from escalation.services.reading.reader import Look
from escalation.workflow.meetings.asks import Procedural

View = dict[str, Any]
_JSON, _BASE = "application/json", "http://127.0.0.1:8080"


class Forums:
    """Forums of the database, and the tokens that open their calendars."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def list(self, *, soon: int = 1) -> Iterator[View]:
        """The forums, each with who fills its seats and so many of its next meetings."""
        with at_hand.look(self._inside.desk, me()) as look:
            for code in sorted(look.directory.forums):
                yield _forum(look, code, soon)

    def show(self, forum: str, *, soon: int = 3) -> View:
        """A forum, who fills its seats now, and so many of its next meetings."""
        with at_hand.look(self._inside.desk, me()) as look:
            return _forum(look, forum, soon)

    def calendar(self, forum: str, base: str | None = None) -> bytes:
        """When it meets, as iCalendar; links in it begin with ``base``."""
        return feeds.text(self._inside.desk, forum, (base or _BASE).rstrip("/"))

    def feeds(self, forum: str) -> Iterator[View]:
        """The tokens that open its calendar, without the tokens themselves."""
        with at_hand.look(self._inside.desk, me()) as look:
            meetings.forum_of(look, forum)
            yield from feeds.every(look.connection, forum)

    def add_feed(self, forum: str, name: str) -> View:
        """Make a token that opens its calendar; the answer has it, this once."""
        made = feeds.create(self._inside.desk, forum, name, me(), NOBODY)
        return {**made.view, "token": made.token}

    def revoke_feed(self, forum: str, feed: str) -> None:
        """Take a token back."""
        feeds.revoke(self._inside.desk, forum, feed, me(), NOBODY)


def _forum(look: Look, code: str, soon: int) -> View:
    entry = entries.one(look, Noun.FORUMS, code)
    ahead = meetings.upcoming(look, code, after=None, limit=soon)
    return {**entry, "seats": meetings.seats(look, code), "meetings": ahead.items}


class Meetings:
    """Meetings of the database."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def first(self, limit: int, forum: str, *, past: bool) -> Page:
        """The first so many of a forum."""
        with at_hand.look(self._inside.desk, me()) as look:
            if past:
                page = meetings.past(look, forum, before=None, limit=limit)
            else:
                page = meetings.upcoming(look, forum, after=None, limit=limit)
        return Page(page.items, None, None)

    def show(self, meeting: str) -> View:
        """One meeting."""
        with at_hand.look(self._inside.desk, me()) as look:
            return meetings.one(look, meeting)

    def schedule(self, forum: str, body: bytes) -> View:
        """Plan one in between."""
        sent = bodies.read(body, ScheduleBody, DEPTH)
        extra = planning.Extra(forum=forum, actor=me(), **dict(sent))
        return _view(planning.schedule(self._inside.desk, extra).body)

    def act(self, meeting: str, act: str, body: bytes, /, *, version: int | None) -> View:
        """Do what it does; the issue that it is about, else the meeting."""
        inside, done = self._inside, Procedural(act)
        asked = bodies.read(body, BODIES[done], DEPTH)
        new = inside.ids.new("mat", inside.clock.now())
        ask = asked.ask(new if done is Procedural.TABLE else meeting)
        errand = forums.Errand(meeting=meeting, ask=ask, actor=me(), if_match=version)
        return _view(forums.act(inside.desk, errand).body)

    def agenda(self, meeting: str, accept: str) -> bytes:
        """Its agenda, by media type."""
        with at_hand.look(self._inside.desk, me()) as look:
            found = papers.agenda(look, meeting)
        return _written(found, pages.agenda, accept)

    def minutes(self, meeting: str, accept: str) -> bytes:
        """Its minutes, by media type."""
        with at_hand.look(self._inside.desk, me()) as look:
            found = papers.minutes(look, meeting)
        return _written(found, pages.minutes, accept)


class Digests:
    """Digests of the database."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def build(self, body: Mapping[str, Any]) -> tuple[View, bool]:
        """Make one or find it; whether it is new."""
        sent = bodies.read(json.dumps(body).encode(), MakeDigest, DEPTH)
        made = digests.make(self._inside.desk, sent.request(), me())
        return kept_digests.view(made.stored), made.new

    def file(self, digest: str, kind: str) -> bytes:
        """The file itself."""
        desk = self._inside.desk
        return digests.rendered(desk, digests.one(desk, digest), kind)


def _view(raw: bytes) -> View:
    found: View = json.loads(raw)
    return found


def _written(
    found: Mapping[str, Any], layout: Callable[[Mapping[str, Any]], Layout], accept: str
) -> bytes:
    if accept == _JSON:
        return json.dumps(found, ensure_ascii=False).encode()
    made = as_html.page if accept == "text/html" else as_markdown.page
    return made(layout(found))
