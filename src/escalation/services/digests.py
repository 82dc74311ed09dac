"""Digests: built once from one snapshot, kept as their bytes, shown in the formats they have."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NoReturn

from escalation.clock import SystemClock, whole_second
from escalation.digests.digest import SCHEMA, Frame, build
from escalation.digests.framework import Framework
from escalation.digests.selection import FORUM_PROFILE, Area, Rows, Selection
from escalation.errors import Broken, Fault, Invalid, NotFound, Refused
from escalation.reports import FORMATS
from escalation.reports.heading import Heading
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.wording import not_among
from escalation.services.desk import Desk
from escalation.services.views import told
from escalation.store import dialect, digests, journal, selecting
from escalation.store.base import canonical, canonical_document
from escalation.store.digests import Rendering, StoredDigest
from escalation.store.settling import settle
from escalation.store.transaction import Connection, read, snapshot
from escalation.workflow.facts import Actor

JSON = "json"
_NUMBER = "DIG-{year}-{number:04}"
_REFUSED = "No digest was made."


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a digest is asked for: a forum's code, or a profile that names one."""

    forum: str | None = None
    profile: str | None = None
    as_at: datetime | None = None
    known_at: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A digest, and whether it was made now: the same question gets the stored one."""

    stored: StoredDigest
    new: bool


def make(desk: Desk, request: Request, actor: Actor) -> Made:
    """The digest of a request: the stored one, else one that is built and stored now.

    Raises:
        Invalid: each instant or code that cannot be.
        Refused: ``not_available_yet`` for a profile of another kind.
        Busy: what was recorded by ``known_at`` is not settled yet.
    """
    code = forum_of(request)
    as_at, known_at = _instants(desk, request)
    settle(desk.engine, known_at if isinstance(desk.clock, SystemClock) else None)
    with snapshot(desk.engine) as connection:
        asked = _Asked.of(desk, connection, code, (as_at, known_at), request.since)
        found = digests.find(connection, asked.key, as_at, known_at)
        if found is not None:
            return Made(found, new=False)
        content = asked.content(connection)
    return _store(desk, asked, content, actor)


def forum_of(request: Request) -> str:
    """The code of the forum that a request names, the one way or the other.

    Raises:
        Invalid: it names none, or two.
        Refused: ``not_available_yet`` for a profile that is about something else.
    """
    profile, forum = request.profile, request.forum
    if profile is None:
        if forum is None:
            _refuse("missing_key", "found neither `forum` nor `profile`, expected one", "/forum")
        return forum
    if not profile.startswith(FORUM_PROFILE):
        raise Refused(
            f"The profile `{profile}` is not available in this release; ask for a forum's, "
            f"`{FORUM_PROFILE}<code>`.",
            "not_available_yet",
        )
    code = profile.removeprefix(FORUM_PROFILE)
    if forum not in {None, code}:
        _refuse("wrong_value", f"found {forum!r} beside the profile {profile!r}", "/forum")
    return code


def one(desk: Desk, name: str) -> StoredDigest:
    """A digest by its id or number.

    Raises:
        NotFound: there is none.
    """
    with read(desk.engine) as connection:
        found = digests.one(connection, name)
    if found is None:
        raise NotFound(f"There is no digest {name}.")
    return found


def page(
    connection: Connection,
    *,
    forum: str | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[StoredDigest]:
    """Digests, the newest first; ``after`` is the last that was seen."""
    return digests.page(connection, forum=forum, after=after, limit=limit)


def content(desk: Desk, stored: StoredDigest) -> bytes:
    """The canonical bytes: what ``content_hash`` was taken of."""
    with read(desk.engine) as connection:
        return digests.content(connection, stored.id)


def rendered(desk: Desk, stored: StoredDigest, kind: str) -> bytes:
    """A digest in a format: ``json``, ``html`` or ``md``; made once, the same bytes from then on.

    Raises:
        NotFound: there is no such format.
    """
    if kind == JSON:
        return content(desk, stored)
    if kind not in FORMATS:
        raise NotFound(f"There is no such format: {not_among(kind, [JSON, *FORMATS])}.")
    with read(desk.engine) as connection:
        found = digests.rendering(connection, stored.id, kind)
    if found is not None:
        return found.body
    document = json.loads(content(desk, stored))
    body = FORMATS[kind](document, Heading(stored.number, stored.content_hash, stored.created_at))

    def chore(connection: Connection, now: datetime) -> bytes:
        made = Rendering(body, sha256(body).hexdigest(), now)
        digests.add_rendering(connection, stored.id, kind, made)
        kept = digests.rendering(connection, stored.id, kind)
        return body if kept is None else kept.body

    answered: bytes = desk.do(chore).result()
    return answered


def view(stored: StoredDigest) -> dict[str, Any]:
    """What is told of a digest beside its content."""
    return {
        "id": stored.id,
        "number": stored.number,
        "schema": stored.schema,
        "profile": stored.profile,
        "forum": stored.forum,
        "as_at": told(stored.as_at),
        "known_at": told(stored.known_at),
        "since": told(stored.since),
        "publication": stored.publication,
        "content_hash": stored.content_hash,
        "created_by": stored.created_by,
        "created_at": told(stored.created_at),
        "formats": {kind: f"/v1/digests/{stored.id}.{kind}" for kind in (JSON, *FORMATS)},
    }


def built(
    desk: Desk, forum: str, instants: tuple[datetime, datetime], since: datetime | None
) -> bytes:
    """The canonical bytes of a forum's digest at ``(as_at, known_at)``, which are not kept.

    Raises:
        Invalid: there is no such forum.
    """
    with snapshot(desk.engine) as connection:
        return _Asked.of(desk, connection, forum, instants, since).content(connection)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying a digest showed; each of the three is told on its own."""

    stored: StoredDigest
    content_intact: bool
    renderings_intact: Mapping[str, bool]
    rebuilt_hash: str

    @property
    def rebuilt_the_same(self) -> bool:
        """Whether building it again from the rows gives the same bytes."""
        return self.rebuilt_hash == self.stored.content_hash

    @property
    def ok(self) -> bool:
        """Whether all of it holds."""
        return (
            self.content_intact and self.rebuilt_the_same and all(self.renderings_intact.values())
        )


def verify(desk: Desk, name: str) -> Verdict:
    """Take the stored bytes' hashes again, and build the digest again from the rows.

    Raises:
        NotFound: there is no such digest.
    """
    stored = one(desk, name)
    again = built(desk, stored.forum, (stored.as_at, stored.known_at), stored.since)
    with read(desk.engine) as connection:
        kept = digests.content(connection, stored.id)
        made = digests.renderings(connection, stored.id)
    return Verdict(
        stored,
        sha256(kept).hexdigest() == stored.content_hash,
        {kind: sha256(each.body).hexdigest() == each.hash for kind, each in made.items()},
        sha256(again).hexdigest(),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A selection with the frame that it stands in."""

    selection: Selection
    frame: Frame

    @classmethod
    def of(
        cls,
        desk: Desk,
        connection: Connection,
        code: str,
        instants: tuple[datetime, datetime],
        since: datetime | None,
    ) -> "_Asked":
        as_at, known_at = instants
        framework = _framework(desk, connection, as_at, known_at)
        forum = framework.directory.forums.get(code)
        if forum is None:
            detail = not_among(code, framework.directory.forums)
            _refuse("unknown_reference", detail, "/forum")
        selection = Selection(code, as_at, known_at, since)
        frame = Frame.of(framework, forum, selection)
        previous = frame.meetings.previous
        if since is None and previous is not None:
            selection = Selection(code, as_at, known_at, previous.ends_at)
        return cls(selection, frame)

    @property
    def key(self) -> str:
        """What makes it the same question, but for its instants."""
        words = [SCHEMA, self.selection.profile, told(self.selection.since)]
        return sha256(canonical(words).encode()).hexdigest()

    def content(self, connection: Connection) -> bytes:
        """The canonical bytes."""
        selection, meeting = self.selection, self.frame.meetings.open
        known_at, since = selection.known_at, selection.since
        until = None if meeting is None else meeting.cutoff_at
        here = selecting.standing(connection, selection.forum, selection.as_at, known_at)
        before = (
            () if since is None else selecting.counted(connection, selection.forum, since, known_at)
        )
        area = Area.of(self.frame.forum)
        around = selecting.elsewhere(connection, selection, area, until)
        moved = selecting.movements(connection, selection)
        document = build(self.frame, selection, Rows(here, before, around, moved))
        return canonical_document(document)


def _instants(desk: Desk, request: Request) -> tuple[datetime, datetime]:
    with read(desk.engine) as connection:
        now = dialect.now(connection, desk.clock)
    known_at = request.known_at or now
    as_at = whole_second(request.as_at or known_at)
    if known_at > now:
        _refuse("in_the_future", f"found {told(known_at)}, which is ahead of now", "/known_at")
    if as_at > known_at:
        detail = f"found {told(as_at)}, which is ahead of {told(known_at)}: nothing is known of it"
        _refuse("in_the_future", detail, "/as_at")
    if request.since is not None and request.since >= as_at:
        detail = f"found {told(request.since)}, expected an instant before {told(as_at)}"
        _refuse("wrong_value", detail, "/since")
    return as_at, known_at


def _refuse(code: str, detail: str, pointer: str) -> NoReturn:
    raise Invalid(_REFUSED, errors=[Fault(code, detail, pointer=pointer)])


def _framework(
    desk: Desk, connection: Connection, as_at: datetime, known_at: datetime
) -> Framework:
    in_force = selecting.in_force(connection, as_at, known_at)
    if in_force is None:
        raise Broken("No ladder had been published, or no directory applied, by then.")

    def pinned(wanted: str) -> Publication:
        return desk.registry.publication(connection, wanted)

    known = desk.registry.refresh(connection)
    directory = known.directory if known.directory_epoch == in_force.directory.epoch else None
    if directory is None:
        directory = Directory.from_document(in_force.directory.document)
    return Framework(pinned(in_force.publication), directory, in_force.directory.epoch, pinned)


def _store(desk: Desk, asked: _Asked, body: bytes, actor: Actor) -> Made:
    selection = asked.selection
    started = desk.clock.now()
    digest_id, event_id = desk.ids.new("dig", started), desk.ids.new("evt", started)
    salt = desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Made:
        found = digests.find(connection, asked.key, selection.as_at, selection.known_at)
        if found is not None:
            return Made(found, new=found.id == digest_id)
        number = _NUMBER.format(year=now.year, number=digests.next_number(connection, now.year))
        stored = StoredDigest(
            id=digest_id,
            number=number,
            schema=SCHEMA,
            profile=selection.profile,
            forum=selection.forum,
            selection=asked.key,
            as_at=selection.as_at,
            known_at=selection.known_at,
            since=selection.since,
            publication=asked.frame.framework.publication.hash,
            content_hash=sha256(body).hexdigest(),
            created_by=actor.name,
            created_at=now,
        )
        digests.add(connection, stored, body)
        payload = {n: v for n, v in view(stored).items() if n not in {"created_by", "formats"}}
        journal.record(
            connection,
            stored.id,
            event_id=event_id,
            kind="digest.ready",
            payload={"digest": payload},
            actor=actor,
            now=now,
            salt=salt,
            sent=True,
        )
        return Made(stored, new=True)

    made: Made = desk.do(chore).result()
    return made
