"""The next version of a directory: some entries added, changed or removed, and the rest as it was.

What the change may have put out of order is read and checked by the very rules that a whole file
is, on the same data; what it cannot have touched is shared with the version before.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from escalation.errors import Fault
from escalation.routing.differences import differences
from escalation.routing.directory import Directory, told
from escalation.routing.directory_checks import check
from escalation.routing.directory_file import DirectoryFile
from escalation.routing.document import Document
from escalation.routing.loader import load_data
from escalation.routing.positions import Positions
from escalation.routing.seat_checks import SeatWords, seat_of
from escalation.routing.sheet import Sheet

Changes = Mapping[str, Mapping[str, Any]]
"""Entries as they are to be, by part and code; None for one that is to be no more."""

_LARGE = ("people", "appointments", "acting_appointments", "delegations", "shared_seats")
"""The parts of which only what a change concerns is read and checked; of others, everything."""
_PARTS = DirectoryFile.model_fields.keys() - {"initiative", "zone"}
"""What has entries by code."""
_SEATS = ("appointments", "acting_appointments", "shared_seats")
_NAMES = {
    "person": ("people",),
    "by": ("people",),
    "to": ("people",),
    "party": ("providers", "agencies"),
    "function": ("functions",),
    "region": ("regions",),
    "for_": ("appointments",),
}
"""What an entry of a large part names, and the parts where it is looked for."""


def amended(before: Directory, changes: Changes) -> Directory:
    """The directory that these changes make of one that is in order.

    Raises:
        Invalid: with every mistake in it, each with a JSON pointer, as `Directory.from_document`
            of the whole has them.
    """
    after = _changed(before.document(), changes)

    def concerning(document: Document) -> list[Fault]:
        return check(document, _Concern(before, Sheet(document), changes).codes())

    part = _to_be_read(after, changes)
    read = load_data(after, DirectoryFile, before.positions.name, concerning, read=part)
    return _made(before, read, changes)


def beside(known: Directory, document: Mapping[str, Any]) -> Directory:
    """The directory of a document that was checked before it was stored.

    What it has in common with one that is known is shared with that.
    """
    changes: dict[str, dict[str, Any]] = {}
    for each in differences(known.document(), document):
        changes.setdefault(each.part, {})[each.code] = each.after
    if not changes.keys() <= _PARTS:
        return Directory.stored(document)
    after = _changed(known.document(), changes)
    return _made(known, DirectoryFile.model_validate(_to_be_read(after, changes)), changes)


def _changed(document: dict[str, Any], changes: Changes) -> dict[str, Any]:
    for part, entries in changes.items():
        document[part] = _merged(document.get(part, {}), entries)
    return document


def _merged(part: Mapping[str, Any], entries: Mapping[str, Any]) -> dict[str, Any]:
    """A part as it will be, by code."""
    every = {**part, **entries}
    return {code: every[code] for code in sorted(every) if every[code] is not None}


def _to_be_read(after: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """What has to be read anew of a directory, in the shape of one."""
    small = {part: said for part, said in after.items() if part not in _LARGE}
    large = {
        part: {code: entry for code, entry in sorted(entries.items()) if entry is not None}
        for part, entries in changes.items()
        if part in _LARGE
    }
    return {**small, **large}


def _made(before: Directory, read: DirectoryFile, changes: Changes) -> Directory:
    parts: dict[str, Any] = {}
    document = before.document()
    for part, entries in changes.items():
        new = getattr(read, part)
        as_it_is = {code: new.get(code) for code in entries}
        parts[part] = _merged(getattr(before.file, part), as_it_is)
        said = {code: None if new is None else told(new) for code, new in as_it_is.items()}
        document[part] = _merged(document.get(part, {}), said)
    required = DirectoryFile.model_fields
    document = {
        part: document[part]
        for part in required
        if document.get(part) or (part in document and required[part].is_required())
    }
    file = before.file.model_copy(update=parts)
    return Directory(file, Positions(before.positions.name), before=before, document=document)


class _Concern:
    """Which entries of the large parts a change may have put out of order.

    An entry that was changed; one that names what is no more; whatever sits in a seat that somebody
    is put into or taken out of; and every delegation, with whoever sits in the seats that are
    delegated, where one of these is changed: any may be a step of a ring.
    """

    def __init__(self, before: Directory, after: Sheet, changes: Changes) -> None:
        self.before = before
        self.after = after
        self.changes = changes
        self.found = {part: set(changes.get(part, ())) for part in _LARGE}

    def codes(self) -> Mapping[str, Collection[str]]:
        """The codes of each large part."""
        self._names()
        seats = set(self._seats())
        self._sitting(seats)
        given = {seat_of(self.after, ("delegations", code)) for code in self.found["delegations"]}
        delegated = {*self.before.seating.delegated, *given}
        if self.found["delegations"] or seats & delegated:
            self.found["delegations"].update(self.after.table("delegations"))
            self._sitting(delegated)
        return self.found

    def _names(self) -> None:
        """Whatever names an entry that is no more."""
        gone = {
            part: {code for code, entry in entries.items() if entry is None}
            for part, entries in self.changes.items()
        }
        for name, parts in _NAMES.items():
            lost = set().union(*(gone.get(part, ()) for part in parts))
            for part in _LARGE if lost else ():
                entries: Mapping[str, BaseModel] = getattr(self.before.file, part)
                self.found[part].update(
                    code
                    for code, entry in entries.items()
                    if name in type(entry).model_fields and getattr(entry, name) in lost
                )

    def _seats(self) -> Iterator[SeatWords]:
        """The seats that somebody is put into, taken out of, or that are shared otherwise."""
        seating = self.before.seating
        shared = {seat.id: key for key, seat in seating.shared.items()}
        for part in _SEATS:
            for code in self.changes.get(part, ()):
                yield seat_of(self.after, (part, code))
        for code in self.changes.get("appointments", ()):
            if code in seating.appointments:
                yield seating.appointments[code].key
        for code in self.changes.get("acting_appointments", ()):
            if code in seating.acting:
                yield seating.acting[code].key
        yield from (shared[code] for code in self.changes.get("shared_seats", ()) if code in shared)

    def _sitting(self, seats: Collection[SeatWords]) -> None:
        """Whoever ever sits in one of these seats."""
        for seat in seats:
            for each in self.before.seating.ever_in(seat):
                self.found["acting_appointments" if each.acting else "appointments"].add(each.id)
