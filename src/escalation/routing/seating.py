"""Who sits in which seat while which term runs: appointments, acting terms and delegations.

Compiled once for each directory; a look costs a few dictionary look-ups, and no query ever.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from escalation.routing.directory_file import DirectoryFile
from escalation.routing.seat_file import OfSeat
from escalation.routing.terms import ALWAYS, Eras, Term, term
from escalation.routing.vocabulary import Picking, Role

SeatKey = tuple[str, str, str | None, str | None]
"""Party, role, function, region."""
_EVER = Term(-ALWAYS, ALWAYS)


@dataclass(frozen=True)
class Sitting:
    """A person in a seat while a term runs: appointed to it, or acting in it.

    ``acting`` names the acting appointment, ``instead_of`` the appointment whose holder is away.
    """

    id: str
    person: str
    key: SeatKey
    term: Term
    alternate: bool = False
    acting: bool = False
    instead_of: str | None = None


@dataclass(frozen=True)
class Delegation:
    """What a person, or whoever holds a seat, has given to another while a term runs."""

    id: str
    to: str
    term: Term
    functions: frozenset[str]
    regions: frozenset[str]
    agreements: frozenset[str]

    def covers(self, function: str | None, region: str | None, agreement: str | None) -> bool:
        """Whether it is about such an issue."""
        return (
            (not self.functions or function in self.functions)
            and (not self.regions or region in self.regions)
            and (not self.agreements or agreement in self.agreements)
        )


@dataclass(frozen=True)
class SharedSeat:
    """A seat of several people at once, and the rule by which one of them is picked."""

    id: str
    pick: Picking


@dataclass(frozen=True)
class _Seat:
    """Everybody who ever sits in one seat."""

    appointed: tuple[tuple[int, int, Sitting], ...]
    acting: tuple[Sitting, ...]


class Seating:
    """The seats of a directory; nothing in it changes."""

    def __init__(
        self, file: DirectoryFile, zone: ZoneInfo, before: "Seating | None" = None
    ) -> None:
        """Compile what a checked file says of seats.

        What is in ``before`` of the very same entries, under the same zone, is taken from there.
        """
        self.file = file
        self._zone = zone
        employed = {
            key: term(entry.from_, entry.until, zone)
            for key, entry in file.people.items()
            if entry.from_ is not None or entry.until is not None
        }
        same = before is not None and before.there == employed
        self.there: Mapping[str, Term] = before.there if before is not None and same else employed
        """The dates that people have of their own."""
        self.appointments = dict(self._appointed(before))
        self.acting = dict(self._acting(before))
        self.shared = {
            (entry.party, entry.role.value, entry.function, entry.region): SharedSeat(
                key, entry.pick
            )
            for key, entry in file.shared_seats.items()
        }
        self.seats = self._by_seat(before)
        self._by_person, self._by_key = self._delegations()

    def sitting(self, key: SeatKey, second: int, *, alternate: bool = False) -> tuple[Sitting, ...]:
        """Who sits in exactly this seat: those appointed, or whoever acts for one of them."""
        seat = self.seats.get((*key, alternate))
        if seat is None:
            return ()
        found = [each for start, end, each in seat.appointed if start <= second < end]
        if seat.acting:
            return _with_acting(found, [e for e in seat.acting if e.term.holds(second)])
        return tuple(found)

    def ever_in(self, key: tuple[str | None, ...]) -> Iterable[Sitting]:
        """Everybody who ever sits in exactly this seat, alternates too."""
        for alternate in (False, True):
            seat = self.seats.get((*key, alternate))
            if seat is not None:
                yield from (each for _, _, each in seat.appointed)
                yield from seat.acting

    @property
    def delegated(self) -> Collection[SeatKey]:
        """The seats whose holders, whoever they are, have given work away."""
        return self._by_key.keys()

    def ever(self, party: str, role: Role) -> tuple[Sitting, ...]:
        """Everybody who ever sits as that, whatever narrows their seat."""
        return tuple(self._ever.get((party, role.value), ()))

    @cached_property
    def _ever(self) -> Mapping[tuple[str, str], list[Sitting]]:
        found: dict[tuple[str, str], list[Sitting]] = defaultdict(list)
        for each in self._sittings():
            found[each.key[:2]].append(each)
        return found

    def delegations(self, person: str, key: SeatKey | None) -> tuple[Delegation, ...]:
        """What the holder of a seat has ever given away: first the seat's, then their own."""
        own = self._by_person.get(person, ())
        return own if key is None else (*self._by_key.get(key, ()), *own)

    def parties_of(self, person: str, second: int) -> frozenset[str]:
        """The parties that somebody has a seat of, whether appointed to it or acting in it."""
        seats = self._seats_of.get(person, ())
        return frozenset(each.key[0] for each in seats if each.term.holds(second))

    @cached_property
    def _seats_of(self) -> Mapping[str, list[Sitting]]:
        found: dict[str, list[Sitting]] = defaultdict(list)
        for each in self._sittings():
            found[each.person].append(each)
        return found

    def employed(self, person: str, second: int) -> bool:
        """Whether a person's own dates have begun and not ended."""
        return self.there.get(person, _EVER).holds(second)

    @cached_property
    def counts(self) -> bool:
        """Whether any seat is picked for by picks made or by open issues."""
        return any(seat.pick is not Picking.FIRST for seat in self.shared.values())

    @cached_property
    def pooled(self) -> frozenset[str]:
        """Everybody whose open issues a picking rule may ask for."""
        keys = {key for key, seat in self.shared.items() if seat.pick is Picking.LEAST_OPEN}
        sitting = [each for each in self._sittings() if each.key in keys]
        given = (self._given_by(each.person, each.key) for each in sitting)
        return frozenset(
            (*(each.person for each in sitting), *(each.to for found in given for each in found))
        )

    def _given_by(self, person: str, key: SeatKey) -> tuple[Delegation, ...]:
        """Every delegation that leads on from somebody in a seat, whatever its term and scope."""
        found = list(self.delegations(person, key))
        for each in found:
            found += [on for on in self._by_person.get(each.to, ()) if on not in found]
        return tuple(found)

    @cached_property
    def eras(self) -> Eras:
        """The stretches of time in which nobody's term begins or ends."""
        return Eras((*(e.term for e in self._sittings()), *(d.term for d in self._given())))

    def next_change(self, seats: Iterable[tuple[str, Role]], second: int) -> int | None:
        """The next instant at which a term of these seats begins or ends, or a delegation of it.

        Each seat is a party and a role; whatever function and region narrow it to is looked at.
        """
        eras = (self._by_role.get((party, role.value)) for party, role in seats)
        ahead = (each.next_after(second) for each in eras if each is not None)
        return min((found for found in ahead if found is not None), default=None)

    @cached_property
    def _by_role(self) -> dict[tuple[str, str], Eras]:
        return {
            seat: Eras(
                span
                for each in found
                for span in (each.term, *(g.term for g in self._given_by(each.person, each.key)))
            )
            for seat, found in self._ever.items()
        }

    def _sittings(self) -> Iterable[Sitting]:
        yield from self.appointments.values()
        yield from self.acting.values()

    def _given(self) -> Iterable[Delegation]:
        for found in (*self._by_person.values(), *self._by_key.values()):
            yield from found

    def _term(
        self, begins: date | datetime | None, ends: date | datetime | None, person: str
    ) -> Term:
        """The span between two bounds, as far as the person is there."""
        span = term(begins, ends, self._zone)
        there = self.there.get(person)
        return span if there is None else span.within(there)

    def _appointed(self, before: "Seating | None") -> Iterator[tuple[str, Sitting]]:
        kept = {} if before is None else dict(self._kept(before, "appointments"))
        for key, entry in sorted(self.file.appointments.items()):
            yield (
                key,
                kept.get(key)
                or Sitting(
                    id=key,
                    person=entry.person,
                    key=(entry.party, entry.role.value, entry.function, entry.region),
                    term=self._term(entry.from_, entry.until, entry.person),
                    alternate=entry.alternate,
                ),
            )

    def _kept(
        self, before: "Seating", part: Literal["appointments", "acting_appointments"]
    ) -> Iterator[tuple[str, Sitting]]:
        """The sittings that are as they were, of people who are there as they were."""
        tells, told = getattr(self.file, part), getattr(before.file, part)
        sitting = before.appointments if part == "appointments" else before.acting
        there, was_there = self.there, before.there
        for key, each in sitting.items():
            if tells.get(key) is told[key] and (
                there is was_there or there.get(each.person) == was_there.get(each.person)
            ):
                yield key, each

    def _acting(self, before: "Seating | None") -> Iterator[tuple[str, Sitting]]:
        kept = {} if before is None else dict(self._kept(before, "acting_appointments"))
        for key, entry in sorted(self.file.acting_appointments.items()):
            appointed = None if entry.for_ is None else self.appointments[entry.for_]
            was = kept.get(key)
            if was is not None and before is not None and appointed is not None:
                was = was if before.appointments.get(appointed.id) is appointed else None
            yield (
                key,
                was
                or Sitting(
                    id=key,
                    person=entry.person,
                    key=self._key_of(entry),
                    term=self._term(entry.from_, entry.until, entry.person),
                    alternate=appointed is not None and appointed.alternate,
                    acting=True,
                    instead_of=entry.for_,
                ),
            )

    def _by_seat(self, before: "Seating | None") -> Mapping[tuple[object, ...], _Seat]:
        """Everybody by seat; a seat in which nothing has changed is the one of before."""
        if before is None:
            return _by_seat(self._sittings())
        changed = {
            (*each.key, each.alternate)
            for now, then in (
                (self.appointments, before.appointments),
                (self.acting, before.acting),
            )
            for one, other in ((now, then), (then, now))
            for id_, each in one.items()
            if other.get(id_) is not each
        }
        kept = {key: seat for key, seat in before.seats.items() if key not in changed}
        of_these = (e for e in self._sittings() if (*e.key, e.alternate) in changed)
        return {**kept, **_by_seat(of_these)}

    def _key_of(self, named: OfSeat) -> SeatKey:
        if named.for_ is not None:
            return self.appointments[named.for_].key
        role = "" if named.role is None else named.role.value
        return (named.party or "", role, named.function, named.region)

    def _delegations(
        self,
    ) -> tuple[dict[str, tuple[Delegation, ...]], dict[SeatKey, tuple[Delegation, ...]]]:
        by_person: dict[str, tuple[Delegation, ...]] = {}
        by_key: dict[SeatKey, tuple[Delegation, ...]] = {}
        for key, entry in sorted(self.file.delegations.items()):
            given = Delegation(
                id=key,
                to=entry.to,
                term=self._term(entry.from_, entry.until, entry.to),
                functions=frozenset(entry.functions),
                regions=frozenset(entry.regions),
                agreements=frozenset(entry.agreements),
            )
            if entry.by is not None:
                by_person[entry.by] = (*by_person.get(entry.by, ()), given)
            else:
                seat = self._key_of(entry)
                by_key[seat] = (*by_key.get(seat, ()), given)
        return by_person, by_key


def _by_seat(sittings: Iterable[Sitting]) -> dict[tuple[object, ...], _Seat]:
    seats: dict[tuple[object, ...], list[Sitting]] = defaultdict(list)
    for each in sittings:
        seats[*each.key, each.alternate].append(each)
    return {
        key: _Seat(
            tuple((e.term.start, e.term.end, e) for e in found if not e.acting),
            tuple(e for e in found if e.acting),
        )
        for key, found in seats.items()
    }


def _with_acting(found: list[Sitting], acting: list[Sitting]) -> tuple[Sitting, ...]:
    """Who sits once those who act have taken the places of those who are away.

    Whoever acts for somebody whose appointment has ended sits only while nobody else does.
    """
    taken = {each.instead_of: each for each in reversed(acting)}
    if None in taken:
        return (taken[None],)
    kept = [taken.pop(each.id, each) for each in found]
    return tuple(kept) or tuple(taken.values())[:1]
