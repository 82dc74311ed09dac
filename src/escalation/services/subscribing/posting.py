"""How a window's digest reaches its recipient: as a mail, or as a message to an endpoint."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from escalation.delivery import payloads
from escalation.delivery.formats.options import format_of
from escalation.ids import IdSource, named
from escalation.services import digests, forms, kept_digests
from escalation.services.desk import Desk
from escalation.services.mail.documents import mail_once
from escalation.services.secrets import Vault
from escalation.services.subscribing import letters, links
from escalation.services.subscribing.making import Ready, window_told
from escalation.services.subscribing.recipients import RecipientKind
from escalation.services.views import told
from escalation.store import deliveries, endpoints
from escalation.store import digests as stored_digests
from escalation.store import links as kept_links
from escalation.store.deliveries import Message, NewDelivery
from escalation.store.digests import StoredDigest
from escalation.store.rows import actor_told
from escalation.store.transaction import Connection
from escalation.store.windows import Window
from escalation.workflow.facts import ENGINE

READY = "digest.ready"
EARLIER = 31
"""Digests of an outage that are told, with links, beside the one that goes out: the newest."""
_NOT_TOLD = frozenset({"created_by", "formats"})


@dataclass(frozen=True, slots=True)
class Posting:
    """Hands digests on; links last so long, and their addresses begin with ``base``.

    Where nothing ``mails``, people have what they read for themselves.
    """

    ids: IdSource
    vault: Vault
    lasts: timedelta
    base: str
    mails: bool = False
    largest: int = letters.LARGEST

    def files(self, desk: Desk, ready: Ready) -> Mapping[str, bytes]:
        """The files of a mail, by format; none where there is no mail, or they are too large."""
        if not self.mails or ready.addressee.kind is RecipientKind.WEBHOOK:
            return {}
        formats = ready.subscription.formats
        found = {kind: digests.rendered(desk, ready.stored, kind) for kind in formats}
        return found if sum(map(len, found.values())) <= self.largest else {}

    def hand_on(
        self, connection: Connection, ready: Ready, files: Mapping[str, bytes], now: datetime
    ) -> str | None:
        """Hand a digest on in the caller's transaction; answers as what."""
        if ready.addressee.kind is RecipientKind.WEBHOOK:
            return self._to_endpoint(connection, ready, now)
        return self._by_mail(connection, ready, files, now) if self.mails else None

    def _by_mail(
        self, connection: Connection, ready: Ready, files: Mapping[str, bytes], now: datetime
    ) -> str | None:
        """A mail to a person or an address: one for each window, whoever hands it on."""
        key = (ready.subscription.id, ready.window.id)
        document = letters.document(ready, files, self.told(connection, ready, now))
        made = mail_once(connection, key, document, [ready.addressee.name], now)
        return made[0] if made else None

    def _to_endpoint(self, connection: Connection, ready: Ready, now: datetime) -> str:
        """A `digest.ready` for that endpoint alone, of the same bytes however often it is sent."""
        window, endpoint_id = ready.window, ready.addressee.name
        endpoint = endpoints.find(connection, endpoint_id)
        if endpoint is None:
            raise AssertionError(f"{endpoint_id} was there in this transaction")
        occurred = payloads.Occurred(
            id=named("evt", window.id, endpoint_id),
            type=READY,
            aggregate=window.subscription_id,
            reference=None,
            number=window.number,
            due_at=window.as_at,
            effective_at=now,
            recorded_at=now,
            payload=json.dumps({"actor": actor_told(ENGINE), **self.told(connection, ready, now)}),
        )
        body = payloads.body_of(occurred)
        new = NewDelivery(
            id=self.ids.new("dlv", now),
            endpoint_id=endpoint_id,
            message_id=occurred.id,
            aggregate=window.subscription_id,
            number=window.number,
            type=READY,
            rendered=forms.put(format_of(endpoint.format), forms.told_of(body, ())),
        )
        deliveries.add(connection, [Message(occurred.id, READY, body, now)], [new], now)
        return new.id

    def told(self, connection: Connection, ready: Ready, now: datetime) -> Mapping[str, Any]:
        """What a message says of a digest, with new links to it and to those told with it."""
        return {
            "subscription": ready.subscription.id,
            **self._one(connection, ready, ready.window, ready.stored, now),
            "late_seconds": int(ready.late.total_seconds()),
            "earlier": list(self._earlier(connection, ready, now)),
            "earlier_left_out": max(len(ready.earlier) - EARLIER, 0),
        }

    def _earlier(
        self, connection: Connection, ready: Ready, now: datetime
    ) -> Iterator[Mapping[str, Any]]:
        for window in ready.earlier[-EARLIER:]:
            stored = stored_digests.one(connection, window.digest_id or "")
            if stored is not None:
                yield self._one(connection, ready, window, stored, now)

    def _one(
        self,
        connection: Connection,
        ready: Ready,
        window: Window,
        stored: StoredDigest,
        now: datetime,
    ) -> Mapping[str, Any]:
        about = ready.subscription
        until = (now, now + self.lasts)
        made = links.made(self.ids, window, stored.id, about.recipient, about.formats, until)
        kept_links.add(connection, made)
        view = {n: v for n, v in kept_digests.view(stored).items() if n not in _NOT_TOLD}
        return {"window": window_told(window), "digest": view, "links": self._links(made)}

    def _links(self, made: Sequence[kept_links.Link]) -> Sequence[Mapping[str, Any]]:
        return [
            {
                "id": each.id,
                "format": each.kind,
                "url": f"{self.base}{links.PATH}{links.token_of(self.vault, each)}",
                "expires_at": told(each.expires_at),
            }
            for each in made
        ]
