"""Who holds a seat at an instant, and why.

The closest appointment wins: function and region, then function, then region, then the whole
party. Whoever acts for its holder, or has been given the work, sits instead; a holder who is
recused or complained about is passed over for the alternate. Where there is none, the role that
stands in; then, for the leading seat, the rung's rule. A seat that nobody holds is told as such,
never passed over. Source: the domain's "Who holds a seat".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct

from escalation.routing.directory import Directory
from escalation.routing.effective import EffectiveRung
from escalation.routing.picking import NO_TURNS, Turns, picked
from escalation.routing.seat_words import SeatWords
from escalation.routing.seating import Delegation, SeatKey, Sitting
from escalation.routing.shape import Bypass
from escalation.routing.vocabulary import (
    REGIONAL,
    STANDS_IN,
    STANDS_IN_FOR_PROVIDER,
    EmptySeat,
    Picking,
    Role,
    Side,
)
from escalation.timekeeping.instants import seconds_of

_AFTER = {
    EmptySeat.ALTERNATE: "no alternate is appointed, so an alarm is raised",
    EmptySeat.NEXT_RUNG: "the rung passes the issue to the next",
    EmptySeat.ALARM: "an alarm is raised",
}
HOPS = 8
"""From one person to the next at most so often by delegation: then nobody holds the seat."""


class Parties(Struct, frozen=True):
    """Between whom an issue stands, and what narrows the seats: function and region.

    ``corporate_purchaser`` is the person whom the agreement names as such, if it does. ``without``
    names who is passed over, and why.
    """

    provider: str
    agency: str
    function: str | None = None
    region: str | None = None
    corporate_purchaser: str | None = None
    agreement: str | None = None
    without: tuple[Bypass, ...] = ()


class Holding(Struct, frozen=True):
    """The holder of one side's seat; ``person`` is None where nobody holds it.

    ``pool`` names the shared seat of which they were picked, if they were.
    """

    side: Side
    role: Role
    person: str | None
    reason: str
    pool: str | None = None


class _Found(Struct, frozen=True):
    """What a seat comes to: one holding, or several to pick from by a rule."""

    choices: tuple[Holding, ...]
    pick: Picking = Picking.FIRST


def holdings(  # noqa: PLR0913 - what a seat depends on is independent
    directory: Directory,
    rung: EffectiveRung,
    parties: Parties,
    at: datetime,
    excluded: frozenset[str] = frozenset(),
    *,
    rule: EmptySeat | None = None,
    turns: Turns = NO_TURNS,
    present: Mapping[Side, Holding] | None = None,
) -> dict[Side, Holding]:
    """The holder of each seat of a rung; no entry for a side that the rung has no seat for.

    Args:
        directory: Who there is.
        rung: The step of the ladder.
        parties: Between whom.
        at: The instant.
        excluded: Who may not lead: those who have handled a disputed issue before do not review it.
        rule: What the leading side's seat does when it is empty; the rung's own rule where left
            out. A ladder's last rung may not pass on what its own rule would.
        turns: How the picking rules of shared seats stand.
        present: Who holds the seats now: of several they are kept, where they still may be.
    """
    era = directory.era(at)
    found = {}
    for side, role in rung.seats.items():
        leads = side is rung.lead
        empty = (rule or rung.empty_seat.value) if leads else None
        barred = excluded if leads else frozenset()
        key = ("seat", side, role, empty, parties, era, barred)
        seat: _Found | None = directory.memo.get(key)
        if seat is None:
            seat = _Seat(directory, parties, side, seconds_of(at), barred).found(role, empty)
            directory.remember(key, seat)
        now = None if present is None else present.get(side)
        found[side] = seat.choices[0] if len(seat.choices) == 1 else _picked(seat, turns, now)
    return found


def _picked(seat: _Found, turns: Turns, present: Holding | None) -> Holding:
    """One of several; whoever holds the seat already keeps it."""
    people = [str(choice.person) for choice in seat.choices]
    if present is not None and present.person in people:
        return seat.choices[people.index(present.person)]
    return seat.choices[picked(seat.pick, seat.choices[0].pool or "", people, turns)]


def holder(directory: Directory, side: Side, role: Role, parties: Parties, at: datetime) -> Holding:
    """Who holds one seat, apart from any rung: of several the first, without a rule for none."""
    key = ("holder", side, role, parties, directory.era(at))
    found: Holding | None = directory.memo.get(key)
    if found is None:
        found = _Seat(directory, parties, side, seconds_of(at)).found(role, None).choices[0]
        directory.remember(key, found)
    return found


def line_of(directory: Directory, parties: Parties, side: Side, role: Role) -> tuple[Role, ...]:
    """The role, then each that stands in for it; a role comes once, so a cycle ends."""
    stands_in: Mapping[Role, Role] = {}
    if side is Side.AGENCY:
        client = directory.parties.get(parties.agency)
        stands_in = STANDS_IN_FOR_PROVIDER if client and client.is_provider else STANDS_IN
    line = [role]
    while (step := stands_in.get(line[-1])) is not None and step not in line:
        line.append(step)
    return tuple(line)


def next_change(
    directory: Directory, seats: Mapping[Side, Role], parties: Parties, at: datetime
) -> int | None:
    """The next instant, in seconds, at which any of these seats may change hands by itself."""
    # Within an era nobody's term begins or ends: what comes next is the same all through it.
    key = ("next change", tuple(seats.items()), parties, directory.era(at))
    found: int | None
    try:
        found = directory.memo[key]
    except KeyError:
        found = _next_change(directory, seats, parties, at)
        directory.remember(key, found)
    return found


def _next_change(
    directory: Directory, seats: Mapping[Side, Role], parties: Parties, at: datetime
) -> int | None:
    looked_at = []
    for side, role in seats.items():
        party = parties.provider if side is Side.PROVIDER else parties.agency
        for each in line_of(directory, parties, side, role):
            looked_at.append((party, each))
            if each in REGIONAL:
                looked_at.append((party, REGIONAL[each]))
    return directory.seating.next_change(looked_at, seconds_of(at))


@dataclass(slots=True)
class _Seat:
    directory: Directory
    parties: Parties
    side: Side
    second: int
    barred: frozenset[str] = frozenset()
    told: list[str] = field(default_factory=list)
    _words: SeatWords = field(init=False)

    def __post_init__(self) -> None:
        """Have the words ready."""
        self._words = SeatWords(self.directory, self.parties.function, self.parties.region)

    def found(self, role: Role, rule: EmptySeat | None) -> _Found:
        """Who holds it by the steps of the domain, in order."""
        found = self._in_line(role)
        if found is None and rule is EmptySeat.ALTERNATE:
            found = self._alternate(role, role, "the seat is empty")
        if found is not None:
            return found
        # Kept empty by a dispute it is alarmed, and not passed over.
        then = "an alarm is raised" if rule is None or self.barred else _AFTER[rule]
        place = self._words.place(self._party)
        self.told.append(f"Nobody holds the seat of {role.words} {place}: {then}")
        return _Found((Holding(self.side, role, None, "; ".join(self.told)),))

    @property
    def _party(self) -> str:
        provider = self.side is Side.PROVIDER
        return self.parties.provider if provider else self.parties.agency

    def _in_line(self, role: Role) -> _Found | None:
        """The role's own holder, or that of the first role to stand in."""
        for acting in line_of(self.directory, self.parties, self.side, role):
            found = self._own(acting, role)
            if found is not None:
                return found
        return None

    def _own(self, role: Role, seat: Role) -> _Found | None:
        """Whoever holds ``role``, for the seat of ``seat``."""
        named = self.parties.corporate_purchaser
        if role is Role.CORPORATE_PURCHASER and self.side is Side.AGENCY and named is not None:
            name = self._words.name(named)
            if not self._bypassed(named):
                why = f"{name} is corporate purchaser by the agreement"
                return _Found((self._holding(seat, named, why, role),))
        regional = REGIONAL.get(role)
        if regional is not None and self.parties.region is not None:
            found = self._closest(regional, seat, in_region=True)
            if found is not None:
                return found
        return self._closest(role, seat)

    def _closest(self, role: Role, seat: Role, *, in_region: bool = False) -> _Found | None:
        """The closest appointment; with ``in_region``, only one for the issue's own region."""
        for key in self._keys(role, in_region=in_region):
            sitting = self.directory.seating.sitting(key, self.second)
            if not sitting:
                continue
            told = len(self.told)
            held = [self._held(each, role, seat) for each in sitting]
            choices = [each for each in held if each is not None]
            if choices:
                del self.told[told:]
                return self._shared(key, choices)
            found = self._alternate(role, seat, None)
            if found is not None:
                return found
        return None

    def _keys(self, role: Role, *, in_region: bool = False) -> Iterator[SeatKey]:
        function, region = self.parties.function, self.parties.region
        places: list[tuple[str | None, str | None]] = [(function, region), (None, region)]
        if not in_region:
            places = [places[0], (function, None), places[1], (None, None)]
        for place in dict.fromkeys(places):
            yield (self._party, role.value, *place)

    def _shared(self, key: SeatKey, choices: list[Holding]) -> _Found:
        if len(choices) == 1:
            return _Found((choices[0],))
        shared = self.directory.seating.shared[key]  # else only one may hold it at a time
        by = shared.pick.replace("_", " ")
        return _Found(
            tuple(
                Holding(
                    each.side,
                    each.role,
                    each.person,
                    f"{each.reason}, one of several, picked by {by} ({shared.id})",
                    shared.id,
                )
                for each in choices
            ),
            shared.pick,
        )

    def _held(self, sitting: Sitting, role: Role, seat: Role) -> Holding | None:
        """Who holds the seat for somebody who sits in it: they, or whom they have given it to."""
        if self._bypassed(sitting.person):
            return None
        person, why = sitting.person, self._words.sitting(sitting)
        seen = {person}
        key: SeatKey | None = sitting.key
        while (given := self._given(person, key)) is not None:
            if given.to in seen or len(seen) > HOPS:
                self.told.append(f"{why}; delegations from there lead round, or too far")
                return None
            person = given.to
            why = f"{why}; {self._words.delegated(given)}"
            seen.add(person)
            key = None
        return self._holding(seat, person, why, role)

    def _given(self, person: str, key: SeatKey | None) -> Delegation | None:
        """The delegation in force that covers the issue, to somebody who is not passed over."""
        own = self.parties
        for given in self.directory.seating.delegations(person, key):
            if (
                given.term.holds(self.second)
                and given.covers(own.function, own.region, own.agreement)
                and not self._bypassed(given.to)
            ):
                return given
        return None

    def _alternate(self, role: Role, seat: Role, because: str | None) -> _Found | None:
        """The closest alternate: for an empty seat, or for a holder who is passed over."""
        for key in self._keys(role):
            for each in self.directory.seating.sitting(key, self.second, alternate=True):
                if not self._bypassed(each.person):
                    why = f"{self._words.sitting(each)}, as the alternate"
                    why = f"{why}: {because}" if because else why
                    return _Found((self._holding(seat, each.person, why, role),))
        return None

    def _bypassed(self, person: str) -> bool:
        """Whether somebody is passed over, which is told once."""
        if not self.parties.without and not self.barred:
            return False
        if person in self.barred:
            self._tell(f"{self._words.name(person)} has handled it before")
            return True
        for bypass in self.parties.without:
            if bypass.person in {person, self._words.name(person)}:
                self._tell(f"{self._words.name(person)} {bypass.why}")
                return True
        return False

    def _tell(self, words: str) -> None:
        if words not in self.told:
            self.told.append(words)

    def _holding(self, seat: Role, person: str, why: str, role: Role) -> Holding:
        if role is not seat:
            why = f"{why}, and stands in as {seat.words}"
        return Holding(self.side, seat, person, "; ".join((*self.told, why)))
