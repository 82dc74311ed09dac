"""Digests: built once from one snapshot, kept as their bytes, shown in the formats they have."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from escalation.clock import SystemClock
from escalation.digests.cards import PROFILES, is_card, own_profiles
from escalation.digests.selection import FORUM_PROFILE
from escalation.errors import NotFound, Refused
from escalation.reports import FORMATS
from escalation.reports.heading import Heading
from escalation.routing.wording import not_among
from escalation.services import withholding
from escalation.services.asked_digests import Asked, Request, instants_of, refuse
from escalation.services.corrections import current
from escalation.services.desk import Desk
from escalation.services.kept_digests import JSON, Made, keep, question, question_of
from escalation.store import digests
from escalation.store.digests import Rendering, StoredDigest
from escalation.store.keyset import Seen
from escalation.store.settling import settle
from escalation.store.transaction import Connection, read, snapshot
from escalation.workflow.facts import Actor
from escalation.workflow.viewing import EVERYTHING, Viewer


def make(desk: Desk, request: Request, actor: Actor, viewer: Viewer = EVERYTHING) -> Made:
    """The digest of a request: the stored one, else one that is built and stored now.

    Where issues of the stored one have been sealed since, that is the one that corrects it.

    Raises:
        Invalid: each instant or code that cannot be.
        Refused: ``not_available_yet`` for a profile of another kind.
        Busy: what was recorded by ``known_at`` is not settled yet.
    """
    profile = profile_of(request)
    _refuse_foreign(profile, viewer)
    as_at, known_at = instants_of(desk, request)
    settle(desk.engine, known_at if isinstance(desk.clock, SystemClock) else None)
    with snapshot(desk.engine) as connection:
        instants = (as_at, known_at)
        asked = question(desk, connection, profile, instants, request.since, viewer)
        asked = asked.over(request.periods).marked(request.marking or asked.usual)
        found = digests.find(connection, asked.key, as_at, known_at)
        content = b"" if found is not None else asked.content(connection)
    if found is not None:
        return current(desk, found, actor)
    return keep(desk, asked, content, actor)


def _refuse_foreign(profile: str, viewer: Viewer) -> None:
    """A forum whose papers are not for somebody is one that there is not."""
    code = profile.removeprefix(FORUM_PROFILE)
    if viewer.forums is not None and not is_card(profile) and code not in viewer.forums:
        refuse("unknown_reference", not_among(code, sorted(viewer.forums)), "/forum")


def profile_of(request: Request) -> str:
    """The profile that a request names; a forum is named the one way or the other.

    Raises:
        Invalid: it names none, or two.
        Refused: ``not_available_yet`` for a profile of another kind.
    """
    profile, forum = request.profile, request.forum
    if profile is None:
        if forum is None:
            refuse("missing_key", "found neither `forum` nor `profile`, expected one", "/forum")
        return f"{FORUM_PROFILE}{forum}"
    if not profile.startswith(FORUM_PROFILE) and not is_card(profile):
        raise Refused(
            f"The profile `{profile}` is not available in this release; ask for one of "
            f"{FORUM_PROFILE}<code>, {PROFILES}.",
            "not_available_yet",
        )
    if forum is not None and profile != f"{FORUM_PROFILE}{forum}":
        refuse("wrong_value", f"found {forum!r} beside the profile {profile!r}", "/forum")
    return profile


def one(desk: Desk, name: str) -> StoredDigest:
    """A digest by its id or number.

    Raises:
        NotFound: there is none.
    """
    with read(desk.engine) as connection:
        found = digests.one(connection, name)
    if found is None:
        raise withholding.absent(name)
    return found


def page(
    connection: Connection,
    *,
    forum: str | None,
    after: Seen | None,
    limit: int,
    viewer: Viewer = EVERYTHING,
) -> Sequence[StoredDigest]:
    """Digests of the forums whose papers are for ``viewer``, and their scorecards.

    The newest first; ``after`` is the last that was seen.
    """
    among = viewer.forums
    cards = own_profiles(viewer) if viewer.limited else None
    return digests.page(connection, forum=forum, among=among, cards=cards, after=after, limit=limit)


def content(
    desk: Desk, stored: StoredDigest, viewer: Viewer = EVERYTHING, named: str | None = None
) -> bytes:
    """The canonical bytes: what ``content_hash`` was taken of; it was asked for as ``named``.

    Raises:
        NotFound: it is not for who looks.
        Forbidden: it is ``withheld`` from who looks.
    """
    withholding.refuse_foreign(stored, viewer, named)
    with read(desk.engine) as connection:
        body = digests.content(connection, stored.id)
        withholding.check(connection, stored, body, viewer, named)
    return body


def rendered(
    desk: Desk,
    stored: StoredDigest,
    kind: str,
    viewer: Viewer = EVERYTHING,
    named: str | None = None,
) -> bytes:
    """A digest in a format: ``json`` or one of ``FORMATS``; made once, then always the same bytes.

    Raises:
        NotFound: there is no such format.
        Forbidden: it is ``withheld`` from who looks.
    """
    if kind not in {JSON, *FORMATS}:
        raise NotFound(f"There is no such format: {not_among(kind, [JSON, *FORMATS])}.")
    document = content(desk, stored, viewer, named)
    if kind == JSON:
        return document
    with read(desk.engine) as connection:
        found = digests.rendering(connection, stored.id, kind)
    if found is not None:
        return found.body
    body = FORMATS[kind](
        json.loads(document), Heading(stored.number, stored.content_hash, stored.created_at)
    )

    def chore(connection: Connection, now: datetime) -> bytes:
        made = Rendering(body, sha256(body).hexdigest(), now)
        digests.add_rendering(connection, stored.id, kind, made)
        kept = digests.rendering(connection, stored.id, kind)
        return body if kept is None else kept.body

    answered: bytes = desk.do(chore).result()
    return answered


def looked(desk: Desk, request: Request, viewer: Viewer = EVERYTHING) -> dict[str, Any]:
    """The document of a request as it would be made now; it is not kept.

    Raises:
        Invalid: each instant or code that cannot be.
        Busy: what was recorded by ``known_at`` is not settled yet.
    """
    profile = profile_of(request)
    instants = instants_of(desk, request)
    settle(desk.engine, instants[1] if isinstance(desk.clock, SystemClock) else None)
    with snapshot(desk.engine) as connection:
        asked = question(desk, connection, profile, instants, request.since, viewer)
        document: dict[str, Any] = json.loads(asked.over(request.periods).content(connection))
    return document


def built(
    desk: Desk, forum: str, instants: tuple[datetime, datetime], since: datetime | None
) -> bytes:
    """The canonical bytes of a forum's digest at ``(as_at, known_at)``, which are not kept.

    Raises:
        Invalid: there is no such forum.
    """
    with snapshot(desk.engine) as connection:
        return Asked.of(desk, connection, forum, instants, since).content(connection)


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
    with snapshot(desk.engine) as connection:
        again = _again(desk, connection, stored)
        kept = digests.content(connection, stored.id)
        made = digests.renderings(connection, stored.id)
    return Verdict(
        stored,
        sha256(kept).hexdigest() == stored.content_hash,
        {kind: sha256(each.body).hexdigest() == each.hash for kind, each in made.items()},
        sha256(again).hexdigest(),
    )


def _again(desk: Desk, connection: Connection, stored: StoredDigest) -> bytes:
    """What the rows give for a stored digest: with the issues that were sealed only later.

    A matter that was sealed in the second in which the digest was made was sealed before it or
    after: which one, the digest itself tells.
    """
    old = None if stored.corrects is None else digests.one(connection, stored.corrects)
    asked = question_of(desk, connection, stored, corrects=old)
    kept = digests.content(connection, stored.id)
    later = withholding.sealed_later(connection, stored, kept)
    again = asked.content(connection, later)
    perhaps = withholding.sealed_since_made(connection, stored)
    if perhaps == later or sha256(again).hexdigest() == stored.content_hash:
        return again
    other = asked.content(connection, perhaps)
    return other if sha256(other).hexdigest() == stored.content_hash else again
