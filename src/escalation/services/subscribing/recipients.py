"""To whom digests go, and by whose sight: looked at when somebody subscribes, and each time again.

What goes to a person is what that person may read: by their seats, as the secretariat they are, or
by a live key that names them. What goes to an address outside the directory is what whoever asked
for it may read, and what goes to a webhook endpoint what its scopes cover.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from escalation.delivery.formats.options import format_of, system_of
from escalation.digests.cards import NoSuchCard, card_of, is_card
from escalation.digests.framework import Framework
from escalation.digests.selection import FORUM_PROFILE
from escalation.services import scopes
from escalation.services.callers import Caller
from escalation.services.registry import Known
from escalation.services.roles import BY_PERSON, KeyRole
from escalation.services.viewers import Holder, viewer_of
from escalation.store import endpoints
from escalation.store.access import StoredKey
from escalation.store.endpoints import EndpointState
from escalation.store.transaction import Connection
from escalation.workflow.viewing import EVERYTHING, Viewer, covers, papers_are_for


class RecipientKind(StrEnum):
    """Who a digest may go to."""

    PERSON = "person"
    SECRETARIAT = "secretariat"  # of the digest's forum, whoever that is by then
    ADDRESS = "address"
    WEBHOOK = "webhook"


class MakerKind(StrEnum):
    """How whoever asked for a subscription is found again."""

    COMMAND_LINE = "command_line"
    KEY = "key"
    PERSON = "person"


class Lost(Exception):
    """Nobody is there any more to have it, or not with the right to; the text says why."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who has a digest now: ``name`` is a person, an address or an endpoint; and what they see."""

    kind: RecipientKind
    name: str
    email: str | None
    sights: Sequence[Viewer]

    def may_have(self, profile: str, framework: Framework) -> bool:
        """Whether one of their sights covers it all."""
        return any(covered(each, profile, framework) for each in self.sights)


@dataclass(frozen=True, slots=True)
class _InPerson:
    """Somebody without a key, as a role that goes by its person sees the directory."""

    role: str
    person: str
    scopes: None = None


def covered(viewer: Viewer, profile: str, framework: Framework) -> bool:
    """Whether ``viewer`` may read every digest of a profile that there is."""
    if is_card(profile):
        try:
            return covers(viewer, card_of(profile, framework).of)
        except NoSuchCard:
            return False
    code = profile.removeprefix(FORUM_PROFILE)
    return code in framework.directory.forums and papers_are_for(viewer, code)


def maker_of(caller: Caller) -> Mapping[str, Any]:
    """What is kept of who asks, so that what they may see can be looked at again."""
    kept: dict[str, Any] = {"name": caller.actor.name}
    if caller.shown is None:
        return {**kept, "kind": MakerKind.COMMAND_LINE.value}
    if caller.shown.key is not None:
        return {**kept, "kind": MakerKind.KEY.value, "key": caller.shown.key}
    return {**kept, "kind": MakerKind.PERSON.value, "person": caller.person}


def addressee_of(
    connection: Connection,
    known: Known,
    now: datetime,
    recipient: Mapping[str, Any],
    *,
    forum: str | None,
    made_by: Mapping[str, Any],
) -> Addressee:
    """Who a recipient is at an instant.

    Raises:
        Lost: there is nobody of that name any more.
    """
    kind = RecipientKind(recipient["kind"])
    if kind is RecipientKind.WEBHOOK:
        return _endpoint(connection, known, recipient["endpoint"])
    if kind is RecipientKind.ADDRESS:
        address = recipient["address"]
        return Addressee(kind, address, address, _sights_of_maker(made_by, known, now))
    if kind is RecipientKind.SECRETARIAT:
        forums = {} if known.directory is None else known.directory.forums
        if forum is None or forum not in forums:
            raise Lost("there is no forum of that code any more")
        return _person(kind, forums[forum].secretariat, known, now)
    return _person(kind, recipient["person"], known, now)


def _person(kind: RecipientKind, person: str, known: Known, now: datetime) -> Addressee:
    directory = known.directory
    if directory is None or not directory.employed(person, now):
        raise Lost(f"{person} is not in the directory any more")
    email = directory.person(person).email
    return Addressee(kind, person, email, _sights_of_person(person, known, now))


def _sights_of_person(person: str, known: Known, now: datetime) -> Sequence[Viewer]:
    by_seat: list[Holder] = [
        _InPerson(role.value, person) for role in (KeyRole.HOLDER, KeyRole.SECRETARIAT)
    ]
    keys = [key for key in known.keys.values() if key.person == person and key.live(now)]
    return [viewer_of(each, known.directory, now) for each in [*by_seat, *keys]]


def _sights_of_maker(made_by: Mapping[str, Any], known: Known, now: datetime) -> Sequence[Viewer]:
    kind = MakerKind(made_by["kind"])
    if kind is MakerKind.COMMAND_LINE:
        return [EVERYTHING]
    if kind is MakerKind.PERSON:
        person = made_by["person"]
        there = person is not None and _is_there(person, known, now)
        return _sights_of_person(person, known, now) if there else []
    key = _live(made_by["key"], known, now)
    if key is None or (key.role in BY_PERSON and not _is_there(key.person or "", known, now)):
        return []
    return [viewer_of(key, known.directory, now)]


def _is_there(person: str, known: Known, now: datetime) -> bool:
    """Whether the directory has somebody, and their own dates there run."""
    return known.directory is not None and known.directory.employed(person, now)


def _live(key_id: str, known: Known, now: datetime) -> StoredKey | None:
    """A key that still opens something: it, or the one that has followed it."""
    follower = {key.replaces: key for key in known.keys.values() if key.replaces is not None}
    key = known.keys.get(key_id)
    while key is not None and not key.live(now):
        key = follower.get(key.id)
    return key


def _endpoint(connection: Connection, known: Known, endpoint_id: str) -> Addressee:
    found = endpoints.find(connection, endpoint_id)
    if found is None or found.state not in _KEPT_FOR:
        raise Lost(f"there is no webhook endpoint {endpoint_id} that anything is kept for")
    if system_of(format_of(found.format)) is not None:
        raise Lost(f"the webhook endpoint {endpoint_id} writes to tickets, and a digest is of none")
    given = found.scopes or {}
    viewer = Viewer(
        within=scopes.within(given, known.directory),
        forums=scopes.forums_within(given, known.directory),
    )
    return Addressee(RecipientKind.WEBHOOK, endpoint_id, None, [viewer])


_KEPT_FOR = frozenset({EndpointState.ENABLED, EndpointState.DISABLED})
