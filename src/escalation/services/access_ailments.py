"""What is unsafe or unwise in who may do what: keys, and the rights of the role that serves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from escalation.services.ailments import Found, unsafe, unwise
from escalation.store import access, grants, wall
from escalation.store.access import StoredKey
from escalation.store.transaction import Connection, Engine

FIRST_KEY = "first key"
SOON = timedelta(days=14)


def of_keys(connection: Connection, now: datetime) -> Found:
    """Keys that open too much or for ever, that end soon, and that have ended."""
    every = access.keys(connection)
    live = [key for key in every if key.live(now)]
    yield from _ended(every, live, now)
    for key in live:
        if key.name == FIRST_KEY:
            yield unwise(
                "first_key",
                f"The first key, which was shown on a screen, still opens everything ({key.id}).",
                f"Make keys for those who need them, then: escalation keys revoke {key.id}",
            )
    endless: list[StoredKey] = [key for key in live if key.expires_at is None]
    if endless:
        yield unwise(
            "endless_keys",
            f"{len(endless)} keys never expire: {', '.join(key.name for key in endless[:5])}.",
            "Make them again with --expires-in, and revoke these.",
        )


def _ended(every: Sequence[StoredKey], live: Sequence[StoredKey], now: datetime) -> Found:
    followed = {key.replaces for key in every}
    ending = [
        key
        for key in live
        if key.expires_at is not None
        and key.expires_at - now < SOON
        and key.name != FIRST_KEY
        and key.id not in followed
    ]
    if ending:
        yield unwise(
            "keys_ending",
            f"{len(ending)} keys end within a fortnight: {_named(ending)}.",
            "escalation keys rotate KEY, and give the new one to who uses it.",
        )
    ended = [
        key
        for key in every
        if key.revoked_at is None and not key.live(now) and key.id not in followed
    ]
    if ended:
        yield unwise(
            "keys_ended",
            f"{len(ended)} keys have expired and nobody has revoked them: {_named(ended)}.",
            "escalation keys revoke KEY, so that it is on record that each is done with.",
        )


def _named(keys: Sequence[StoredKey]) -> str:
    return ", ".join(f"{key.name} ({key.id})" for key in keys[:5])


def of_rights(engine: Engine, connection: Connection) -> Found:
    """What the role that serves may do to the record, and may not read."""
    if not grants.on_server(engine):
        for table in grants.unguarded(connection):
            yield unsafe(
                "record_changeable",
                f"The triggers that keep {table} from being changed are gone.",
                "Find out who took them away; `escalation audit verify`; restore a backup.",
            )
        return
    changeable = grants.changeable(connection)
    if changeable:
        yield unsafe(
            "record_changeable",
            f"The role that serves can change what was recorded: {', '.join(changeable)}.",
            "Serve with a role that owns nothing: escalation db grants --role ROLE --apply",
        )
    mend = "As the owner: escalation db grants --role ROLE --apply"
    if unreadable := grants.unreadable(connection):
        what = f"The role that serves may not read {', '.join(unreadable)}."
        yield unsafe("rights_missing", what, mend)
    if not wall.stands(connection):
        yield unwise(
            "no_second_wall",
            f"The program alone keeps rows apart: there is no role {wall.ROLE} in this database,"
            " or the role that serves may not take it on.",
            f"{mend}, with the right to make roles.",
        )
    elif unreadable := wall.unreadable(connection):
        what = f"{wall.ROLE} may not read {', '.join(unreadable)}: keys for a part are refused it."
        yield unsafe("rights_missing", what, mend)
