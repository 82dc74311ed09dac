"""Digests as they are kept: the question that each is the answer to, and keeping the answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from escalation.digests.cards import is_card
from escalation.digests.selection import FORUM_PROFILE
from escalation.reports import FORMATS
from escalation.services.asked_cards import AskedCard
from escalation.services.asked_digests import Asked
from escalation.services.desk import Desk
from escalation.services.views import told
from escalation.store import digests, journal
from escalation.store.digests import StoredDigest
from escalation.store.transaction import Connection
from escalation.workflow.facts import Actor
from escalation.workflow.viewing import EVERYTHING, Viewer

JSON = "json"
MEDIA_TYPES: Mapping[str, str] = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What a digest is in each of its formats."""
_NUMBER = "DIG-{year}-{number:04}"


@dataclass(frozen=True, slots=True)
class Made:
    """A digest, and whether it was made now: the same question gets the stored one."""

    stored: StoredDigest
    new: bool


Question = Asked | AskedCard
"""What a forum is to see, or a scorecard."""


def question(
    desk: Desk,
    connection: Connection,
    profile: str,
    instants: tuple[datetime, datetime],
    since: datetime | None,
    viewer: Viewer = EVERYTHING,
) -> Question:
    """What is asked by a profile.

    Raises:
        Invalid: there is no such forum or scorecard, or it is not for ``viewer``.
    """
    if is_card(profile):
        return AskedCard.of(desk, connection, profile, instants, since, viewer=viewer)
    return Asked.of(desk, connection, profile.removeprefix(FORUM_PROFILE), instants, since)


def question_of(
    desk: Desk, connection: Connection, stored: StoredDigest, corrects: StoredDigest | None
) -> Question:
    """What a stored digest was asked, bearing its marking; in the place of another, or of none.

    What makes it the same question tells which marking it was, though its bytes were changed since.
    """
    document = json.loads(digests.content(connection, stored.id))
    kept, trend = document.get("marking"), document.get("trend")
    instants = (stored.as_at, stored.known_at)
    asked = question(desk, connection, stored.profile, instants, stored.since)
    asked = asked.correcting(corrects).over(None if trend is None else len(trend))
    found = (m for m in (kept, asked.usual) if asked.marked(m).key == stored.selection)
    return asked.marked(next(found, kept))


def keep(desk: Desk, asked: Question, body: bytes, actor: Actor) -> Made:
    """Keep the answer to a question; the one that is kept already, where there is one."""
    kept_as = asked.kept_as()
    started = desk.clock.now()
    digest_id, event_id = desk.ids.new("dig", started), desk.ids.new("evt", started)
    salt = desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> Made:
        found = digests.find(connection, asked.key, kept_as["as_at"], kept_as["known_at"])
        if found is not None:
            return Made(found, new=found.id == digest_id)
        number = _NUMBER.format(year=now.year, number=digests.next_number(connection, now.year))
        stored = StoredDigest(
            id=digest_id,
            number=number,
            content_hash=sha256(body).hexdigest(),
            created_by=actor.name,
            created_at=now,
            **kept_as,
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
        "corrects": stored.corrects,
        "formats": {kind: f"/v1/digests/{stored.id}.{kind}" for kind in (JSON, *FORMATS)},
    }
