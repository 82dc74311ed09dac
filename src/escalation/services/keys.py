"""API keys: made once, shown once, kept only as a hash, checked on every call."""

from binascii import crc32
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from escalation.errors import Fault, Invalid, NotFound, Refused
from escalation.rates import rate_of
from escalation.routing.wording import not_among
from escalation.services.desk import Desk
from escalation.services.roles import BY_PERSON, UNSCOPED, KeyRole
from escalation.services.scopes import Scopes
from escalation.services.scopes import check as check_scopes
from escalation.store import access, journal, timeline
from escalation.store.access import StoredKey
from escalation.store.framework import bump
from escalation.store.transaction import Connection, read
from escalation.workflow.facts import Actor

__all__ = [
    "KeyRole",
    "NewKey",
    "StoredKey",
    "create",
    "every",
    "hash_of",
    "revoke",
    "rotate",
    "well_formed",
]

OVERLAP = timedelta(days=1)
"""How long a key that has been followed by another goes on opening, where nobody says."""

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


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


def create(  # noqa: PLR0913 - what a key is made of
    desk: Desk,
    *,
    name: str,
    role: KeyRole,
    actor: Actor,
    person: str | None = None,
    expires_at: datetime | None = None,
    scopes: Scopes | None = None,
    rate: str | None = None,
) -> NewKey:
    """Make a key.

    Raises:
        Invalid: the person or a code of the scopes is not in the directory, a role that goes by
            its person has none, a role that answers for the installation has scopes, or the rate
            is none.
    """
    with read(desk.engine) as connection:
        directory = desk.registry.refresh(connection).directory
    given = {kind: tuple(codes) for kind, codes in (scopes or {}).items() if codes}
    _check_role(role, person, given)
    if person is not None and (directory is None or person not in directory.people):
        people = () if directory is None else directory.people
        fault = Fault("unknown", not_among(person, people), pointer="/person")
        raise Invalid(f"There is no person {person!r} in the directory.", errors=[fault])
    check_scopes(given, directory)
    _check_rate(rate)
    now = desk.clock.now()
    secret = _drawn(desk)
    stored = StoredKey(
        id=desk.ids.new("key", now),
        name=name,
        prefix=secret[:10],
        hash=hash_of(secret),
        role=role.value,
        person=person,
        scopes=given or None,
        created_by=actor.name,
        created_at=now,
        expires_at=expires_at,
        revoked_at=None,
        rate=rate,
    )

    def work(connection: Connection) -> None:
        access.add_key(connection, stored)

    _change(desk, "key.created", stored.id, actor, work)
    return NewKey(secret, stored)


def _check_role(role: KeyRole, person: str | None, scopes: Scopes) -> None:
    if role in BY_PERSON and person is None:
        detail = f"found no `person`, expected whose the rights of the role `{role}` are"
        fault = Fault("missing", detail, pointer="/person")
        raise Invalid(f"A key of the role `{role}` names a person.", errors=[fault])
    if role in UNSCOPED and scopes:
        detail = f"found scopes, expected none: the role `{role}` answers for all there is"
        fault = Fault("wrong_value", detail, pointer="/scopes")
        raise Invalid(f"A key of the role `{role}` is for all there is.", errors=[fault])


def _check_rate(rate: str | None) -> None:
    try:
        if rate is not None:
            rate_of(rate)
    except ValueError as error:
        fault = Fault("wrong_value", str(error), pointer="/rate")
        raise Invalid("The key's rate cannot be read.", errors=[fault]) from error


def rotate(desk: Desk, key_id: str, *, actor: Actor, overlap: timedelta = OVERLAP) -> NewKey:
    """Make the key that follows another; the old one opens for ``overlap`` longer, then nothing.

    The new one has the old one's name, role, person, scopes and rate, and lasts as long from now
    as that one was made to last.

    Raises:
        NotFound: there is no such key, or it has been revoked or has expired.
    """
    now = desk.clock.now()
    with read(desk.engine) as connection:
        old = desk.registry.refresh(connection).keys.get(key_id)
    if old is None or not old.live(now):
        raise NotFound(f"There is no key {key_id} that opens anything now.")
    secret = _drawn(desk)
    lasts = None if old.expires_at is None else old.expires_at - old.created_at
    stored = replace(
        old,
        id=desk.ids.new("key", now),
        prefix=secret[:10],
        hash=hash_of(secret),
        created_by=actor.name,
        created_at=now,
        expires_at=None if lasts is None else now + lasts,
        replaces=old.id,
        last_used_at=None,
    )

    def work(connection: Connection) -> None:
        if not access.end_key(connection, old.id, now + overlap):
            raise NotFound(f"There is no key {key_id} that opens anything now.")
        access.add_key(connection, stored)

    _change(desk, "key.rotated", stored.id, actor, work)
    return NewKey(secret, stored)


def revoke(desk: Desk, key_id: str, *, actor: Actor) -> None:
    """Take a key back: it opens nothing from the next request on, in every process.

    Raises:
        NotFound: there is no such key, or it was revoked before.
        Refused: it is the last of an administrator, so that nobody could make another.
    """
    now = desk.clock.now()

    def work(connection: Connection) -> None:
        if access.live_keys(connection, KeyRole.ADMIN.value, now) == [key_id]:
            raise Refused(
                "This is the last administrator's key; make another first.", "last_admin_key"
            )
        if not access.revoke_key(connection, key_id, now):
            raise NotFound(f"There is no key {key_id} that could be revoked.")

    _change(desk, "key.revoked", key_id, actor, work)


def _change(
    desk: Desk, kind: str, key_id: str, actor: Actor, work: Callable[[Connection], None]
) -> None:
    """Change keys and put it on record, once however often it is tried."""
    event_id, salt = desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex()

    def chore(connection: Connection, now: datetime) -> None:
        if timeline.aggregates_of(connection, [event_id]):
            return  # done by an earlier try whose answer was lost
        work(connection)
        bump(connection, "access")
        _record(connection, kind, key_id, actor, (event_id, salt), now)

    desk.do(chore).result()


def _drawn(desk: Desk) -> str:
    """A new secret, with its checksum."""
    head = f"esc_{_text(desk.ids.token(32))}"
    return f"{head}_{_checksum(head)}"


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
