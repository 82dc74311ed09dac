"""Answers kept for repeats, for work that is not the desk's commands: publications, keys."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from escalation.errors import Fault, Invalid
from escalation.services.desk import Desk
from escalation.services.jobs import Answer
from escalation.store import access
from escalation.store.access import Kept, Slot
from escalation.store.failures import Clash
from escalation.store.transaction import Connection, read


def recalled(desk: Desk, slot: Slot, body_hash: str) -> Answer | None:
    """What was answered the first time, if there was one.

    Raises:
        Invalid: the key was used for another body.
    """
    with read(desk.engine) as connection:
        kept = access.recall(connection, [slot]).get(slot)
    return None if kept is None else replayed(kept, body_hash)


def replayed(kept: Kept, body_hash: str) -> Answer:
    """The first answer again.

    Raises:
        Invalid: it was another body that got it.
    """
    if kept.body_hash != body_hash:
        raise Invalid(
            "This Idempotency-Key was used for another body; use a new key for a new request.",
            "idempotency_key_reused",
            errors=[Fault("reused", "used before with another body", parameter="Idempotency-Key")],
        )
    return Answer(kept.status, kept.body, kept.headers, "", replayed=True)


def keep(
    desk: Desk, slot: Slot, body_hash: str, *, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Keep an answer; where another call was first with the same key, that one's stands."""

    def chore(connection: Connection, now: datetime) -> None:
        access.remember(connection, [Kept(slot, body_hash, status, dict(headers), body, now)])

    with suppress(Clash):
        desk.do(chore).result()
