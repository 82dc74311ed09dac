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
from escalation.services.makers import sights_of_maker, sights_of_person
from escalation.services.registry import Known
from escalation.store import endpoints
from escalation.store.endpoints import EndpointState
from escalation.store.transaction import Connection
from escalation.workflow.viewing import Viewer, covers, papers_are_for


class RecipientKind(StrEnum):
    """Who a digest may go to."""

    PERSON = "person"
    SECRETARIAT = "secretariat"  # of the digest's forum, whoever that is by then
    ADDRESS = "address"
    WEBHOOK = "webhook"


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


def covered(viewer: Viewer, profile: str, framework: Framework) -> bool:
    """Whether ``viewer`` may read every digest of a profile that there is."""
    if is_card(profile):
        try:
            return covers(viewer, card_of(profile, framework).of)
        except NoSuchCard:
            return False
    code = profile.removeprefix(FORUM_PROFILE)
    return code in framework.directory.forums and papers_are_for(viewer, code)


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
        return Addressee(kind, address, address, sights_of_maker(made_by, known, now))
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
    return Addressee(kind, person, email, sights_of_person(person, known, now))


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
