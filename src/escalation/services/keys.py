"""API keys: made once, shown once, kept only as a hash, checked on every call."""

from binascii import crc32
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from escalation.errors import Fault, Invalid, NotFound
from escalation.routing.wording import not_among
from escalation.services.desk import Desk
from escalation.store import access, journal, timeline
from escalation.store.access import StoredKey
from escalation.store.framework import bump
from escalation.store.transaction import Connection, read
from escalation.workflow.facts import Actor

__all__ = ["KeyRole", "NewKey", "StoredKey", "create", "every", "hash_of", "revoke", "well_formed"]

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class KeyRole(StrEnum):
    """What a key may do; the other roles of the interface come with their own work."""

    ADMIN = "admin"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that has just been made; ``secret`` is not to be had again."""

    secret: str
    stored: StoredKey


def hash_of(secret: str) -> str:
    """What is kept of a key: it is random, so a plain SHA-256 is enough."""
    return sha256(secret.encode()).hexdigest()


def well_formed(secret: str) -> bool:
    """Whether it has a key's form and its checksum is right: a mistyped key needs no look-up."""
    head, _, check = secret.rpartition("_")
    return head.startswith("esc_") and check == _checksum(head)


def every(desk: Desk) -> Sequence[StoredKey]:
    """All keys there ever were, the oldest first."""
    with read(desk.engine) as connection:
        return access.keys(connection)


def create(
    desk: Desk,
    *,
    name: str,
    role: KeyRole,
    actor: Actor,
    person: str | None = None,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key.

    Raises:
        Invalid: the person is not in the directory.
    """
    with read(desk.engine) as connection:
        directory = desk.registry.refresh(connection).directory
    if person is not None and (directory is None or person not in directory.people):
        people = () if directory is None else directory.people
        fault = Fault("unknown", not_among(person, people), pointer="/person")
        raise Invalid(f"There is no person {person!r} in the directory.", errors=[fault])
    now = desk.clock.now()
    head = f"esc_{_text(desk.ids.token(32))}"
    secret = f"{head}_{_checksum(head)}"
    stored = StoredKey(
        id=desk.ids.new("key", now),
        name=name,
        prefix=secret[:10],
        hash=hash_of(secret),
        role=role.value,
        person=person,
        created_by=actor.name,
        created_at=now,
        expires_at=expires_at,
        revoked_at=None,
    )
    event_id, salt = desk.ids.new("evt", now), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> None:
        if timeline.aggregates_of(connection, [event_id]):
            return  # done by an earlier try whose answer was lost
        access.add_key(connection, stored)
        bump(connection, "access")
        _record(connection, "key.created", stored.id, actor, (event_id, salt), now)

    desk.do(chore).result()
    return NewKey(secret, stored)


def revoke(desk: Desk, key_id: str, *, actor: Actor) -> None:
    """Take a key back: it opens nothing from the next request on, in every process.

    Raises:
        NotFound: there is no such key, or it was revoked before.
    """
    event_id, salt = desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> None:
        if timeline.aggregates_of(connection, [event_id]):
            return  # done by an earlier try whose answer was lost
        if not access.revoke_key(connection, key_id, now):
            raise NotFound(f"There is no key {key_id} that could be revoked.")
        bump(connection, "access")
        _record(connection, "key.revoked", key_id, actor, (event_id, salt), now)

    desk.do(chore).result()


def _record(
    connection: Connection,
    kind: str,
    key_id: str,
    actor: Actor,
    made: tuple[str, str],
    now: datetime,
) -> None:
    event_id, salt = made
    journal.record(
        connection,
        "keys",
        event_id=event_id,
        kind=kind,
        payload={"key": key_id},
        actor=actor,
        now=now,
        salt=salt,
    )


def _checksum(text: str) -> str:
    return _text(crc32(text.encode()).to_bytes(4, "big")).rjust(6, "0")


def _text(raw: bytes) -> str:
    value, letters = int.from_bytes(raw, "big"), ""
    while value:
        value, digit = divmod(value, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    return letters
