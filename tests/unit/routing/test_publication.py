from dataclasses import replace
from hashlib import sha256

import pytest

from escalation.errors import Invalid, NotFound
from escalation.routing.publication import Publication
from tests.unit.routing.samples import LADDERS, TODAY, ladders

PUBLISHED = ladders()


def test_a_publication_is_known_by_the_hash_of_its_bytes() -> None:
    assert PUBLISHED.hash == sha256(LADDERS.encode()).hexdigest()
    assert PUBLISHED.label == "one"
    assert PUBLISHED.text == LADDERS
    again = Publication.read(LADDERS.encode(), "ladders.yaml", TODAY)
    assert again == PUBLISHED


def test_a_restored_publication_is_the_same_whatever_holidays_are_by_then() -> None:
    stored = PUBLISHED.expanded()
    restored = Publication.restore(LADDERS, "ladders.yaml", stored)
    assert restored == PUBLISHED
    stored["city"]["closed"]["2026-03-03"] = "A day that was stored"
    moved = Publication.restore(LADDERS, "ladders.yaml", stored)
    assert list(moved.closed["city"].closed.values()).count("A day that was stored") == 1
    assert moved.hash == PUBLISHED.hash


def test_what_was_restored_of_late_is_the_same_but_by_another_name() -> None:
    stored = PUBLISHED.expanded()
    first = Publication.restore(LADDERS, "ladders.yaml", stored)
    assert Publication.restore(LADDERS, "ladders.yaml", PUBLISHED.expanded()) is first
    renamed = Publication.restore(LADDERS, "others.yaml", stored)
    assert renamed.positions.show((1, 1)) == "others.yaml:1:1"


def test_a_restored_publication_is_not_held_to_todays_horizon() -> None:
    text = LADDERS.replace("known_until: 2030-12-31", "known_until: 2027-12-31")
    with pytest.raises(Invalid):
        Publication.read(text, "ladders.yaml", TODAY)
    assert Publication.restore(text, "ladders.yaml", PUBLISHED.expanded()).text == text


def test_a_calendar_is_made_once() -> None:
    assert PUBLISHED.calendar("city") is PUBLISHED.calendar("city")
    assert PUBLISHED.calendar("city").rules.zone == "Australia/Brisbane"
    with pytest.raises(NotFound, match="the nearest is `city`"):
        PUBLISHED.calendar("citty")


def test_an_effective_ladder_is_made_once_for_scope_and_id() -> None:
    by_scope = PUBLISHED.effective("ola-health", "function")
    assert PUBLISHED.effective("ola-health", "plain") is by_scope
    assert PUBLISHED.effective("ola-health", "function") is by_scope
    assert PUBLISHED.effective(None, "plain") is not by_scope
    assert PUBLISHED.effective(None, "plain") is PUBLISHED.effective(None, "function")


def test_a_ladder_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(NotFound, match="`plain`"):
        PUBLISHED.effective(None, "plane")
    with pytest.raises(NotFound, match="the nearest is `ola-health`"):
        PUBLISHED.effective("ola-helth", "function")
    with pytest.raises(NotFound, match="ladder"):
        PUBLISHED.effective("ola-health", "other")


def test_memories_are_no_part_of_what_a_publication_is() -> None:
    assert replace(PUBLISHED, _calendars={}) == PUBLISHED
    assert "_ladders" not in repr(PUBLISHED)
