"""Who holds a seat at an instant, and why.

The closest appointment wins: function and region, then function, then region, then the whole
party. Where there is none, the role that stands in; then, for the leading seat, the rung's rule.
A seat that nobody holds is told as such, never passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from escalation.routing.directory import Appointment, Directory
from escalation.routing.effective import EffectiveRung
from escalation.routing.vocabulary import (
    REGIONAL,
    STANDS_IN,
    STANDS_IN_FOR_PROVIDER,
    EmptySeat,
    Role,
    Side,
)

_AFTER = {
    EmptySeat.ALTERNATE: "no alternate is appointed, so an alarm is raised",
    EmptySeat.NEXT_RUNG: "the rung passes the issue to the next",
    EmptySeat.ALARM: "an alarm is raised",
}


class Parties(Struct, frozen=True):
    """Between whom an issue stands, and what narrows the seats: function and region.

    ``corporate_purchaser`` is the person whom the agreement names as such, if it does.
    """

    provider: str
    agency: str
    function: str | None = None
    region: str | None = None
    corporate_purchaser: str | None = None


class Holding(Struct, frozen=True):
    """The holder of one side's seat; ``person`` is None where nobody holds it."""

    side: Side
    role: Role
    person: str | None
    reason: str


def holdings(
    directory: Directory,
    rung: EffectiveRung,
    parties: Parties,
    at: datetime,
    excluded: frozenset[str] = frozenset(),
) -> dict[Side, Holding]:
    """The holder of each seat of a rung; no entry for a side that the rung has no seat for.

    Nobody of ``excluded`` comes into the leading seat: those who have handled a disputed issue
    before do not review it. Who stands in or is the alternate does, else it stays empty.
    """
    era = directory.era(at)
    found = {}
    for side, role in rung.seats.items():
        leads = side is rung.lead
        rule = rung.empty_seat.value if leads else None
        barred = excluded if leads else frozenset()
        key = ("seat", side, role, rule, parties, era, barred)
        holding = directory.memo.get(key)
        if holding is None:
            holding = _Seat(directory, parties, side, at, barred).holding(role, rule)
            directory.remember(key, holding)
        found[side] = holding
    return found


def holder_of(
    directory: Directory,
    role: Role,
    party: str,
    at: datetime,
    place: tuple[str | None, str | None] = (None, None),
) -> tuple[str, str] | None:
    """Who holds a role at a party, or stands in for it, and why; ``place`` is function, region."""
    known = directory.parties.get(party)
    side = Side.PROVIDER if known is not None and known.is_provider else Side.AGENCY
    parties = Parties(party, party, *place)
    return _Seat(directory, parties, side, at, frozenset())._held(role)  # noqa: SLF001 - of this module


@dataclass(frozen=True, slots=True)
class _Seat:
    directory: Directory
    parties: Parties
    side: Side
    at: datetime
    excluded: frozenset[str]

    def holding(self, role: Role, rule: EmptySeat | None) -> Holding:
        held = self._held(role)
        if held is None and (rule is EmptySeat.ALTERNATE or self.excluded):
            held = self._alternate(role)
        if held is not None:
            return Holding(self.side, role, *held)
        if self.excluded:
            nobody = f"Nobody who has not handled it before holds the seat of {role.words}"
            vacant = f"{nobody} {self._place()}: an alarm is raised"
            return Holding(self.side, role, None, vacant)
        then = "an alarm is raised" if rule is None else _AFTER[rule]
        vacant = f"Nobody holds the seat of {role.words} {self._place()}: {then}"
        return Holding(self.side, role, None, vacant)

    @property
    def _party(self) -> str:
        provider = self.side is Side.PROVIDER
        return self.parties.provider if provider else self.parties.agency

    def _held(self, role: Role) -> tuple[str, str] | None:
        """The holder and the reason: the role's own, or that of the first role to stand in."""
        for acting in self._line(role):
            held = self._own(acting)
            if held is not None and acting is role:
                return held
            if held is not None:
                person, why = held
                return person, f"{why}, and stands in as {role.words}"
        return None

    def _line(self, role: Role) -> Iterator[Role]:
        """The role, then each that stands in; a role comes once, so a cycle ends."""
        seen: set[Role] = set()
        stands_in = self._stands_in()
        step: Role | None = role
        while step is not None and step not in seen:
            seen.add(step)
            yield step
            step = stands_in.get(step)

    def _stands_in(self) -> Mapping[Role, Role]:
        if self.side is Side.PROVIDER:
            return {}
        client = self.directory.parties.get(self.parties.agency)
        return STANDS_IN_FOR_PROVIDER if client and client.is_provider else STANDS_IN

    def _own(self, role: Role) -> tuple[str, str] | None:
        named = self.parties.corporate_purchaser
        by_agreement = role is Role.CORPORATE_PURCHASER and self.side is Side.AGENCY
        if by_agreement and named is not None and named not in self.excluded:
            return named, f"{self._name(named)} is corporate purchaser by the agreement"
        regional = REGIONAL.get(role)
        if regional is not None and self.parties.region is not None:
            found = self._closest(regional, in_region=True)
            if found is not None:
                return found.person, self._appointed(found)
        found = self._closest(role)
        return None if found is None else (found.person, self._appointed(found))

    def _alternate(self, role: Role) -> tuple[str, str] | None:
        found = self._closest(role, alternate=True)
        if found is None:
            return None
        why = "nobody else is uninvolved" if self.excluded else "the seat is empty"
        return found.person, f"{self._appointed(found)}, as the alternate: {why}"

    def _closest(
        self, role: Role, *, alternate: bool = False, in_region: bool = False
    ) -> Appointment | None:
        """The closest appointment; with ``in_region``, only one for the issue's own region."""
        function, region = self.parties.function, self.parties.region
        places = [(function, region), (None, region)]
        if not in_region:
            places = [places[0], (function, None), places[1], (None, None)]
        for place in dict.fromkeys(places):
            key = (self._party, role.value, *place)
            found = self.directory.appointed(
                key, self.at, alternate=alternate, excluded=self.excluded
            )
            if found is not None:
                return found
        return None

    def _name(self, person: str) -> str:
        known = self.directory.people.get(person)
        return known.name if known else person

    def _appointed(self, found: Appointment) -> str:
        file = self.directory.file
        where = ""
        if found.function is not None:
            where = f" for {file.functions[found.function].title}"
        if found.region is not None:
            where += f" in {file.regions[found.region].title}"
        party = self.directory.parties[found.party].title
        return (
            f"{self._name(found.person)} is {found.role.words}{where} at {party} "
            f"(appointment {found.id})"
        )

    def _place(self) -> str:
        """Party, function and region as people say them; codes that are not known as they are."""
        file, parties = self.directory.file, self.parties
        words = []
        if parties.function is not None:
            known = file.functions.get(parties.function)
            words.append(f"for {known.title if known else parties.function}")
        party = self.directory.parties.get(self._party)
        words.append(f"at {party.title if party else self._party}")
        if parties.region is not None:
            region = file.regions.get(parties.region)
            words.append(f"in {region.title if region else parties.region}")
        return " ".join(words)
