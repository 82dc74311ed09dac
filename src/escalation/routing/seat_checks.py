"""Whether the seats of a directory go together: one holder at a time, and no delegation in a ring.

Checked on the plain data, so that every mistake is told with its place and its mend.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from escalation.routing.fields import read_moment, read_zone
from escalation.routing.positions import Path
from escalation.routing.sheet import Sheet
from escalation.routing.terms import ALWAYS, Term, term
from escalation.routing.wording import quoted
from escalation.timekeeping.instants import zone_named

SeatWords = tuple[str | None, ...]
"""A seat as a file names it, whatever stands there: party, role, function, region."""
_SEAT = ("party", "role", "function", "region")
_LONGEST_RING = 16
_EVER = Term(-ALWAYS, ALWAYS)


def seat_of(sheet: Sheet, path: Path) -> SeatWords:
    """The seat of an entry that may name it by an appointment: party, role, function, region."""
    named = sheet.text(*path, "for")
    return _key(sheet, path) if named is None else _key(sheet, ("appointments", named))


def _key(sheet: Sheet, path: Path) -> SeatWords:
    entry = sheet.table(*path)
    words = (entry.get(name) for name in _SEAT)
    return tuple(word if isinstance(word, str) else None for word in words)


def check_seats(sheet: Sheet, parties: Iterable[str]) -> None:
    """Refuse what does not fit in appointments, acting terms, delegations and shared seats."""
    people = sheet.table("people")
    for table, names in (
        ("appointments", ("person",)),
        ("acting_appointments", ("person",)),
        ("delegations", ("by", "to")),
        ("shared_seats", ()),
    ):
        for code in sheet.codes(table):
            path: Path = (table, code)
            placed(sheet, path, parties)
            for name in names:
                sheet.known(people, "person", *path, name)
    seats = _Seats(sheet)
    seats.check_times()
    seats.check_named()
    seats.check_sole()
    seats.check_rings()


def placed(sheet: Sheet, path: Path, parties: Iterable[str]) -> None:
    """Refuse a party, function or region that there is not."""
    sheet.known(parties, "party", *path, "party")
    for name, table in (("function", "functions"), ("region", "regions")):
        sheet.known(sheet.table(table), name, *path, name)


def in_time(sheet: Sheet, path: Path) -> None:
    """Refuse a term that ends before it begins."""
    span = _span(sheet, path, _zone(sheet))
    if span is not None and span.empty:
        _refuse_backwards(sheet, path)


def _refuse_backwards(sheet: Sheet, path: Path) -> None:
    begins, ends = sheet.text(*path, "from"), sheet.text(*path, "until")
    detail = f"found {quoted(str(ends))}, expected a later time than {quoted(str(begins))}"
    sheet.refuse("wrong_value", (*path, "until"), detail)


def _zone(sheet: Sheet) -> ZoneInfo | None:
    try:
        return zone_named(read_zone(sheet.text("zone")))
    except ValueError:
        return None


def _span(sheet: Sheet, path: Path, zone: ZoneInfo | None) -> Term | None:
    """The term of an entry; None where its dates cannot be read."""
    entry = sheet.table(*path)
    begins, ends = entry.get("from"), entry.get("until")
    if zone is None:
        return None
    if begins is None and ends is None:
        return _EVER
    try:
        return term(
            None if begins is None else read_moment(begins),
            None if ends is None else read_moment(ends),
            zone,
        )
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Gift:
    """One delegation as a step from a person to a person."""

    path: Path
    by: str
    to: str
    span: Term
    scopes: tuple[frozenset[str], ...]

    def then(self, other: "_Gift") -> "_Gift | None":
        """Both steps at once, where there is a time and an issue that both are about."""
        span = self.span.within(other.span)
        scopes = []
        for mine, theirs in zip(self.scopes, other.scopes, strict=True):
            both = mine & theirs if mine and theirs else mine or theirs
            if mine and theirs and not both:
                return None
            scopes.append(both)
        return None if span.empty else _Gift(self.path, self.by, other.to, span, tuple(scopes))


class _Seats:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        zone = _zone(sheet)
        self.spans = {
            (table, code): span
            for table in ("appointments", "acting_appointments", "delegations")
            for code in sheet.codes(table)
            if (span := _span(sheet, (table, code), zone)) is not None
        }
        self.shared = {_key(sheet, ("shared_seats", code)) for code in sheet.table("shared_seats")}

    def check_times(self) -> None:
        """Each term begins before it ends."""
        for path, span in self.spans.items():
            if span.empty:
                _refuse_backwards(self.sheet, path)

    def check_named(self) -> None:
        """Each acting term and delegation names one seat, or the person who delegates."""
        for code in self.sheet.codes("acting_appointments"):
            self._named(("acting_appointments", code), "`for`, or `role` and `party`")
        for code in self.sheet.codes("delegations"):
            path: Path = ("delegations", code)
            self._named(path, "`by`, or `for`, or `role` and `party`")
            if self.sheet.text(*path, "by") == self.sheet.text(*path, "to"):
                detail = "found the person who delegates, expected another"
                self.sheet.refuse("delegation_ring", (*path, "to"), detail)

    def _named(self, path: Path, expected: str) -> None:
        sheet, entry = self.sheet, self.sheet.table(*path)
        sheet.known(sheet.table("appointments"), "appointment", *path, "for")
        ways = [name for name in ("by", "for", "role") if name in entry]
        if len(ways) != 1 or ("role" in entry) != ("party" in entry):
            found = " and ".join(quoted(name) for name in (*ways, "party") if name in entry)
            detail = f"found {found or 'no seat'}, expected either {expected}"
            sheet.refuse("wrong_seat", path, detail, key=True)

    def check_sole(self) -> None:
        """One holder of a seat at a time, unless it is shared; one who acts for each of them."""
        appointed: dict[object, list[tuple[Term, Path]]] = defaultdict(list)
        acting: dict[object, list[tuple[Term, Path]]] = defaultdict(list)
        for path, span in self.spans.items():
            if path[0] == "appointments" and self.sheet.at(*path, "alternate") is not True:
                appointed[_key(self.sheet, path)].append((span, path))
            elif path[0] == "acting_appointments":
                instead = self.sheet.text(*path, "for")
                acting[instead or _key(self.sheet, path)].append((span, path))
                self._whose(path, instead)
        for key, found in appointed.items():
            if key not in self.shared:
                self._apart(found, "mark one `alternate`, or put the seat into `shared_seats`")
        for found in acting.values():
            self._apart(found, "let one act at a time")

    def _whose(self, path: Path, instead: str | None) -> None:
        if instead is None and _key(self.sheet, path) in self.shared:
            detail = "found a seat of several people, expected `for`: the appointment acted for"
            self.sheet.refuse("wrong_seat", path, detail, key=True)

    def _apart(self, found: list[tuple[Term, Path]], mend: str) -> None:
        """Refuse each term that begins before the one before it has ended."""
        if len(found) == 1:
            return
        found.sort(key=lambda each: (each[0].start, str(each[1][1])))
        last, holder = found[0]
        for span, path in found[1:]:
            if not span.within(last).empty:
                detail = (
                    f"found {quoted(str(path[1]))} while {quoted(str(holder[1]))} holds the same "
                    f"seat, expected one at a time: end one before the other begins, {mend}"
                )
                self.sheet.refuse("overlapping_appointments", path, detail, key=True)
            if span.end > last.end:
                last, holder = span, path

    def check_rings(self) -> None:
        """No delegation that comes back to whoever gave it, at one time and for one issue."""
        gifts = list(self._gifts())
        onward: dict[str, list[_Gift]] = defaultdict(list)
        for gift in gifts:
            onward[gift.by].append(gift)
        told: set[Path] = set()
        for gift in gifts:
            ring = _ring(gift, onward)
            if ring is not None and gift.path not in told and gift.by != gift.to:
                told.update(each.path for each in ring)
                way = ", ".join(quoted(str(each.path[1])) for each in ring)
                detail = (
                    f"found delegations that lead back to {quoted(gift.by)}: {way}; "
                    "expected none to come back: end one, or narrow its scope"
                )
                self.sheet.refuse("delegation_ring", gift.path, detail, key=True)

    def _gifts(self) -> Iterator[_Gift]:
        given = {path: span for path, span in self.spans.items() if path[0] == "delegations"}
        holders = self._holders() if given else {}
        for path, span in given.items():
            to = self.sheet.text(*path, "to")
            if to is None:
                continue
            scopes = tuple(
                frozenset(word for _, word in self.sheet.words(*path, name))
                for name in ("functions", "regions", "agreements")
            )
            by = self.sheet.text(*path, "by")
            givers = [(by, span)] if by is not None else holders.get(seat_of(self.sheet, path), [])
            for giver, while_ in givers:
                yield _Gift(path, giver, to, span.within(while_), scopes)

    def _holders(self) -> dict[SeatWords, list[tuple[str, Term]]]:
        """Who sits in each seat, and when."""
        holders: dict[SeatWords, list[tuple[str, Term]]] = defaultdict(list)
        for path, span in self.spans.items():
            person = self.sheet.text(*path, "person")
            if path[0] != "delegations" and person is not None:
                holders[seat_of(self.sheet, path)].append((person, span))
        return holders


def _ring(first: _Gift, onward: dict[str, list[_Gift]]) -> list[_Gift] | None:
    """The steps by which a delegation comes back to its giver; None where it does not."""
    ways: list[tuple[_Gift, list[_Gift]]] = [(first, [first])]
    seen = {first.to}
    while ways:
        whole, steps = ways.pop()
        for step in onward.get(whole.to, ()):
            both = whole.then(step)
            if both is None:
                continue
            if step.to == first.by:
                return [*steps, step]
            if step.to not in seen and len(steps) < _LONGEST_RING:
                seen.add(step.to)
                ways.append((both, [*steps, step]))
    return None
