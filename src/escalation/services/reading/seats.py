"""Who holds a seat, or held it at an instant, by what the directory said then or says now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.errors import Fault, Invalid
from escalation.routing.directory import Directory
from escalation.routing.seats import Parties, holder
from escalation.routing.vocabulary import Role, Side
from escalation.routing.wording import not_among
from escalation.services.reading.directory import known_at
from escalation.services.reading.reader import Look
from escalation.services.views import seat_view, told

_OF_CLIENTS = frozenset(
    {
        Role.FUNCTION_MANAGER,
        Role.FUNCTION_DIRECTOR,
        Role.BUSINESS_MANAGER,
        Role.CORPORATE_PURCHASER,
        Role.CEO,
    }
)
"""Roles of whoever buys: also of a provider where it is the client of another."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Which seat, and by whose word; ``known_at`` takes the directory that was in force then."""

    role: Role
    party: str
    function: str | None = None
    region: str | None = None
    agreement: str | None = None
    as_at: datetime | None = None
    known_at: datetime | None = None


def resolved(look: Look, seat: Seat) -> dict[str, Any]:
    """Who holds a seat and why, apart from any issue and from any rung's rule.

    Raises:
        Invalid: a code is not known.
        NotFound: no directory was in force at ``known_at``.
    """
    directory, stored = known_at(look, seat.known_at)
    _check(look, directory, seat)
    at = seat.as_at or look.now
    side = Side.PROVIDER
    if not directory.party(seat.party).is_provider or seat.role in _OF_CLIENTS:
        side = Side.AGENCY
    purchaser = None
    if seat.agreement is not None:
        purchaser = look.publication.file.olas[seat.agreement].corporate_purchaser
    parties = Parties(seat.party, seat.party, seat.function, seat.region, purchaser, seat.agreement)
    held = holder(directory, side, seat.role, parties, at)
    return {
        **seat_view(held, directory),
        "party": seat.party,
        "function": seat.function,
        "region": seat.region,
        "agreement": seat.agreement,
        "as_at": told(at),
        "known_at": told(seat.known_at or look.now),
        "directory": {
            "epoch": None if stored is None else stored.epoch,
            "applied_at": None if stored is None else told(stored.applied_at),
        },
    }


def _check(look: Look, directory: Directory, seat: Seat) -> None:
    file = directory.file
    known: dict[str, tuple[str | None, Collection[str]]] = {
        "party": (seat.party, directory.parties),
        "function": (seat.function, file.functions),
        "region": (seat.region, file.regions),
    }
    if seat.agreement is not None:
        known["agreement"] = (seat.agreement, look.publication.file.olas)
    faults = [
        Fault("unknown_reference", not_among(code, names), parameter=name)
        for name, (code, names) in known.items()
        if code is not None and code not in names
    ]
    if faults:
        raise Invalid("There is no such seat.", errors=faults)
