"""Directories as they are stored, and seats of forums by name."""

from escalation.routing.directory import Directory
from escalation.routing.membership import seats_of
from tests.unit.routing.samples import NOW, directory


def test_a_stored_directory_is_the_same_when_it_is_read_again() -> None:
    known = directory()
    assert Directory.stored(known.document()).document() == known.document()


def test_a_seat_of_a_forum_has_a_name_of_its_own() -> None:
    known = directory()
    names = [seat.name for seat in seats_of(known, known.forums["north-forum"], NOW)]
    assert names == ["account_manager@alpha", "business_manager@roads"]
