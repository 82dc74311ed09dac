"""Links by which digests are read without a key: signed, bound to their recipient, and to end.

A link's token is its id and a signature over all that it is bound to. Whatever does not open
anything is answered alike: one that was never made, was changed by a letter, has expired, was
revoked, or whose recipient may not read the digest any more.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.errors import Forbidden, NotFound
from escalation.ids import IdSource
from escalation.services import digests
from escalation.services.desk import Desk
from escalation.services.secrets import Vault
from escalation.services.subscribing.grounds import Grounds
from escalation.services.subscribing.recipients import Lost, addressee_of
from escalation.services.views import told
from escalation.store import digests as stored_digests
from escalation.store import journal, links, subscriptions, timeline, windows
from escalation.store.base import canonical
from escalation.store.digests import StoredDigest
from escalation.store.links import Link
from escalation.store.transaction import Connection, read
from escalation.store.windows import Window
from escalation.workflow.facts import Actor
from escalation.workflow.viewing import Viewer

PURPOSE = "digest-link"
SIGNATURE = 32
"""Bytes of a signature: all of them are asked for."""
PATH = "/v1/digest-downloads/"
_NOTHING = (
    "This link opens nothing: it is mistyped, has expired or was revoked, or its digest is not for"
    " its recipient any more. Ask whoever sent it for another."
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link is good for."""

    stored: StoredDigest
    kind: str
    body: bytes


def token_of(vault: Vault, link: Link) -> str:
    """The token of a link."""
    return f"{link.id}.{urlsafe_b64encode(vault.sign(_bound(link))).decode().rstrip('=')}"


def _bound(link: Link) -> bytes:
    """All that a link is bound to, and that it is one."""
    recipient = dict(link.recipient)
    words = [PURPOSE, link.id, link.digest_id, link.kind, recipient, told(link.expires_at)]
    return canonical(words).encode()


def _signature(text: str) -> bytes:
    """The bytes of a signature; none where it is not one, letter for letter."""
    try:
        found = urlsafe_b64decode(text.encode("ascii") + b"=")
    except ValueError:
        return b""
    return found if urlsafe_b64encode(found).decode() == f"{text}=" else b""


def made(
    ids: IdSource,
    window: Window,
    digest_id: str,
    recipient: Mapping[str, Any],
    kinds: Sequence[str],
    until: tuple[datetime, datetime],
) -> list[Link]:
    """New links to a digest, one for each format; they are still to be kept.

    ``until`` is now, and when they expire.
    """
    now, expires_at = until
    return [
        Link(
            id=ids.new("lnk", now),
            window_id=window.id,
            digest_id=digest_id,
            kind=kind,
            recipient=recipient,
            created_at=now,
            expires_at=expires_at,
        )
        for kind in kinds
    ]


def open_link(desk: Desk, vault: Vault, token: str) -> Opened:
    """What a token opens; that it did is on the record before anything is shown.

    Raises:
        NotFound: it opens nothing.
        Forbidden: the digest is ``withheld`` from its recipient.
    """
    with read(desk.engine) as connection:
        grounds = Grounds.of(desk, connection, desk.clock.now())
        link = _found(connection, vault, token, grounds.now)
        stored, sights = _for_recipient(grounds, link)
    body = _rendered(desk, stored, link.kind, sights)
    made_as = desk.ids.new("evt", grounds.now), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> None:
        _found(connection, vault, token, now)
        if timeline.aggregates_of(connection, [made_as[0]]):
            return
        links.used(connection, link.id, now)
        _record(connection, "link.used", link, _holder(link), made_as, now)

    desk.do(chore).result()
    return Opened(stored, link.kind, body)


def _holder(link: Link) -> Actor:
    """Whoever has a link: nothing is known of them but that."""
    return Actor(kind="person", name=f"whoever has the link {link.id}")


def _found(connection: Connection, vault: Vault, token: str, now: datetime) -> Link:
    name, _, signature = token.partition(".")
    link = links.find(connection, name)
    begins = _signature(signature)
    if link is None or len(begins) != SIGNATURE or not vault.has_signed(_bound(link), begins):
        raise NotFound(_NOTHING)
    if link.revoked_at is not None or now >= link.expires_at:
        raise NotFound(_NOTHING)
    return link


def _for_recipient(grounds: Grounds, link: Link) -> tuple[StoredDigest, Sequence[Viewer]]:
    """The digest, with the sights of its recipient as they are now."""
    connection = grounds.connection
    window = windows.find(connection, link.window_id)
    about = None if window is None else subscriptions.find(connection, window.subscription_id)
    stored = stored_digests.one(connection, link.digest_id)
    if about is None or stored is None:
        raise NotFound(_NOTHING)
    try:
        found = addressee_of(
            connection,
            grounds.known,
            grounds.now,
            link.recipient,
            forum=about.forum,
            made_by=about.made_by,
        )
    except Lost:
        raise NotFound(_NOTHING) from None
    if not found.may_have(about.profile, grounds.framework):
        raise NotFound(_NOTHING)
    return stored, found.sights


def _rendered(desk: Desk, stored: StoredDigest, kind: str, sights: Sequence[Viewer]) -> bytes:
    """The digest by the first of the sights that it is not kept from."""
    kept_from: Forbidden | None = None
    for viewer in sights:
        try:
            return digests.rendered(desk, stored, kind, viewer)
        except NotFound:
            continue
        except Forbidden as error:
            kept_from = error
    raise kept_from or NotFound(_NOTHING)


def revoke(desk: Desk, subscription: str, link_id: str, actor: Actor) -> None:
    """Take a link of a subscription's windows back: it opens nothing from the next request on.

    Raises:
        NotFound: there is no such link, or it was revoked before.
    """
    made_as = desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> None:
        if timeline.aggregates_of(connection, [made_as[0]]):
            return
        link = links.find(connection, link_id)
        window = None if link is None else windows.find(connection, link.window_id)
        if link is None or window is None or window.subscription_id != subscription:
            raise NotFound(f"{subscription} has no link {link_id} that could be revoked.")
        if not links.revoke(connection, link_id, now):
            raise NotFound(f"{subscription} has no link {link_id} that could be revoked.")
        _record(connection, "link.revoked", link, actor, made_as, now)

    desk.do(chore).result()


def _record(
    connection: Connection,
    kind: str,
    link: Link,
    actor: Actor,
    made_as: tuple[str, str],
    now: datetime,
) -> None:
    payload = {"link": link.id, "digest": link.digest_id, "format": link.kind}
    journal.record(
        connection,
        link.id,
        event_id=made_as[0],
        kind=kind,
        payload={**payload, "recipient": dict(link.recipient)},
        actor=actor,
        now=now,
        salt=made_as[1],
    )
