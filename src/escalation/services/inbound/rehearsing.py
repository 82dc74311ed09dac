"""What would become of deliveries, were they posted now: it is done, looked at, and undone."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from escalation.services.desk import Desk
from escalation.services.inbound.envelopes import Came
from escalation.services.inbound.mapping import meaning_of
from escalation.services.inbound.receiving import Hand, Known
from escalation.store.hooks import HookDelivery
from escalation.store.transaction import Connection, part


class _Undone(Exception):
    """It has been seen what it comes to."""


def rehearsed(desk: Desk, known: Known, came: Sequence[Came]) -> Sequence[HookDelivery]:
    """The deliveries as they would be kept, one after another; one that came before as replayed.

    Nothing of it stays but a gap where a reference number was taken for an issue.
    """
    ids = [desk.ids.new("hkd", desk.clock.now()) for _ in came]

    def chore(connection: Connection, now: datetime) -> list[HookDelivery]:
        found: list[HookDelivery] = []
        with suppress(_Undone), part(connection):
            hand = Hand(desk, known, connection, now)
            for delivery_id, each in zip(ids, came, strict=True):
                meaning = meaning_of(known.source, each)
                kept = hand.take_in(delivery_id, each, meaning)
                if kept.id != delivery_id:
                    kept = hand.handle(replace(kept, headers=each.headers, body=each.raw))
                found.append(kept)
            raise _Undone
        return found

    tried: list[HookDelivery] = desk.do(chore, logs=len(came)).result()
    return tried
