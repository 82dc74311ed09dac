"""Forums, meetings and digests: who meets, what they work with, and what they are sent."""

from collections.abc import Iterator, Mapping
from typing import Any

from escalation.client.issues import given, name_of, version_of
from escalation.client.line import Asked, Body, Line
from escalation.client.listing import Page, every, some
from escalation.client.operation import act_at
from escalation.client.shapes.forums import DigestDetail, MeetingDetail
from escalation.errors import Invalid

Named = Mapping[str, Any] | str


class Forums:
    """What can be read of forums, and the tokens that open their calendars."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def list(self, *, soon: int = 1) -> Iterator[dict[str, Any]]:
        """The forums, each with who fills its seats and so many of its next meetings."""
        for entry in every(self._line, "list_forums", {}):
            yield self._whole(entry, soon)

    def show(self, forum: str, *, soon: int = 3) -> dict[str, Any]:
        """A forum, who fills its seats now, and so many of its next meetings."""
        return self._whole(self._line.found("get_forum", Asked(parts={"code": forum})), soon)

    def calendar(self, forum: str, base: str | None = None) -> bytes:
        """When a forum meets, as iCalendar; its links begin with where the service answers.

        Raises:
            Invalid: a ``base`` is given: the service knows its own address.
        """
        if base is not None:
            raise Invalid("The service puts its own address into its calendar; give none.")
        asked = Asked(parts={"forum": forum}, accept="text/calendar")
        return self._line.call("get_calendar", asked).content

    def feeds(self, forum: str) -> Iterator[dict[str, Any]]:
        """The tokens that open its calendar, without the tokens themselves."""
        return every(self._line, "list_feeds", {}, {"forum": forum})

    def add_feed(self, forum: str, name: str) -> dict[str, Any]:
        """Make a token that opens its calendar; the answer has it, this once."""
        asked = Asked(parts={"forum": forum}, body={"name": name})
        found: dict[str, Any] = self._line.found("create_feed", asked)
        return found

    def revoke_feed(self, forum: str, feed: str) -> None:
        """Take a token back."""
        self._line.found("revoke_feed", Asked(parts={"forum": forum, "feed": feed}))

    def _whole(self, entry: dict[str, Any], soon: int) -> dict[str, Any]:
        forum = entry["code"]
        seats = list(every(self._line, "list_forum_seats", {}, {"forum": forum}))
        ahead = some(self._line, "list_meetings", _when(past=False), soon, {"forum": forum})
        return {**entry, "seats": seats, "meetings": ahead.data}


class Meetings:
    """What can be done with meetings."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def list(self, forum: str, *, past: bool = False) -> Iterator[dict[str, Any]]:
        """A forum's meetings, the next first; or those that have begun, the latest first."""
        return every(self._line, "list_meetings", _when(past=past), {"forum": forum})

    def first(self, limit: int, forum: str, *, past: bool = False) -> Page:
        """The first so many of them."""
        return some(self._line, "list_meetings", _when(past=past), limit, {"forum": forum})

    def schedule(self, forum: str, body: Body = None, /, **fields: Any) -> MeetingDetail:  # noqa: ANN401 - the body's own
        """Plan a meeting in between, beside those of the forum's rule."""
        asked = Asked(parts={"forum": forum}, body=given(body, fields))
        found: MeetingDetail = self._line.found("schedule_meeting", asked)
        return found

    def show(self, meeting: Named) -> MeetingDetail:
        """A meeting: when it is, who was there, what is before it, and what was decided."""
        found: MeetingDetail = self._line.found("get_meeting", _of(meeting))
        return found

    def act(
        self,
        meeting: Named,
        act: str,
        body: Body = None,
        /,
        *,
        version: int | None = None,
        **fields: Any,  # noqa: ANN401 - as above
    ) -> dict[str, Any]:
        """Do what a meeting does; the answer is the issue that it is about, else the meeting.

        A meeting that was read is acted on only if it is still as it was read (or at ``version``).

        Raises:
            Stale: it has moved on; ``current`` is what it is now.
            Invalid: there is no such act, or fields are wrong.
        """
        asked = Asked(
            parts={"meeting": name_of(meeting)},
            body=given(body, fields),
            version=version_of(meeting, version),
        )
        found: dict[str, Any] = self._line.found(act_at("/v1/meetings/{meeting}", act), asked)
        return found

    def agenda(self, meeting: Named, accept: str = "text/markdown") -> bytes:
        """The agenda with its papers: as Markdown, ``text/html`` or ``application/json``."""
        return self._paper("get_agenda", meeting, accept)

    def minutes(self, meeting: Named, accept: str = "text/markdown") -> bytes:
        """The minutes: as Markdown, ``text/html`` or ``application/json``."""
        return self._paper("get_minutes", meeting, accept)

    def _paper(self, name: str, meeting: Named, accept: str) -> bytes:
        asked = Asked(parts={"meeting": name_of(meeting)}, accept=accept)
        return self._line.call(name, asked).content


class Digests:
    """What can be done with digests."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def build(self, body: Body = None, /, **fields: Any) -> tuple[dict[str, Any], bool]:  # noqa: ANN401 - as above
        """Make a digest (``forum="..."``, ``as_at=...``), or find the one made of the same.

        Returns:
            What is told of it, and whether it is new.
        """
        answer = self._line.call("make_digest", Asked(body=given(body, fields)))
        found: dict[str, Any] = answer.json()
        return found, answer.status_code == _CREATED

    def list(self, forum: str | None = None) -> Iterator[dict[str, Any]]:
        """Digests, the newest first."""
        return every(self._line, "list_digests", {"forum": forum})

    def show(self, digest: Named) -> DigestDetail:
        """A digest with its document."""
        found: DigestDetail = self._line.found(
            "get_digest", Asked(parts={"digest": name_of(digest)})
        )
        return found

    def file(self, digest: Named, kind: str) -> bytes:
        """The file itself: ``json``, ``html``, ``md``, ``pdf``, ``csv`` or ``xlsx``."""
        asked = Asked(parts={"digest": f"{name_of(digest)}.{kind}"}, accept="*/*")
        return self._line.call("get_digest", asked).content


_CREATED = 201


def _of(meeting: Named) -> Asked:
    return Asked(parts={"meeting": name_of(meeting)})


def _when(*, past: bool) -> dict[str, str]:
    return {"when": "past" if past else "upcoming"}
