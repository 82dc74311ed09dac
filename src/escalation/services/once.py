"""Answers kept for repeats, for work that is not the desk's commands: publications, keys."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from escalation.errors import Fault, Invalid
from escalation.services.callers import Caller
from escalation.services.desk import Desk
from escalation.services.jobs import Answer
from escalation.services.registry import Known
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who a chore is done for, to be looked at again, and the call's idempotency."""

    caller: Caller | None = None
    slot: Slot | None = None
    body_hash: str = ""

    def answered(self, connection: Connection, known: Known, now: datetime) -> Answer | None:
        """What was answered the first time, if it is a repeat, within a chore's transaction.

        Raises:
            Unauthenticated: what they showed has been revoked or has expired.
            Invalid: the idempotency key was used for another body.
        """
        if self.caller is not None:
            self.caller.again(known, now)
        kept = None if self.slot is None else access.recall(connection, [self.slot]).get(self.slot)
        return None if kept is None else replayed(kept, self.body_hash)

    def keep(self, connection: Connection, answer: Answer, now: datetime) -> Answer:
        """Keep an answer for repeats, in the transaction whose doing it tells."""
        if self.slot is not None:
            headers = dict(answer.headers)
            kept = Kept(self.slot, self.body_hash, answer.status, headers, answer.body, now)
            access.remember(connection, [kept])
        return answer


NOBODY = Call()
"""The engine's own: nobody called, and never repeated."""


def keep(
    desk: Desk, slot: Slot, body_hash: str, *, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Keep an answer; where another call was first with the same key, that one's stands."""

    def chore(connection: Connection, now: datetime) -> None:
        access.remember(connection, [Kept(slot, body_hash, status, dict(headers), body, now)])

    with suppress(Clash):
        desk.do(chore).result()
