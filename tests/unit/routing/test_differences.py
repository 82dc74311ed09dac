"""What changes between two directories, and a directory as a file that reads back the same."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from escalation.routing.differences import How, differences
from escalation.routing.directory import Directory
from escalation.routing.directory_text import file_of
from tests.unit.routing.samples import directory

ONE = directory().document()


def how(**parts: Any) -> list[tuple[str, str, How]]:
    return [(d.part, d.code, d.how) for d in differences(ONE, {**ONE, **parts})]


def test_the_same_content_has_no_differences() -> None:
    assert differences(ONE, directory().document()) == ()


def test_an_entry_is_added_changed_or_removed() -> None:
    people = {**ONE["people"], "zoe": {"name": "Zoe"}, "bob": {"name": "Rob"}}
    del people["cy"]
    assert how(people=people) == [
        ("people", "bob", How.CHANGED),
        ("people", "cy", How.REMOVED),
        ("people", "zoe", How.ADDED),
    ]
    assert how(zone="Australia/Perth") == [("zone", "", How.CHANGED)]
    [told] = differences(ONE, {**ONE, "zone": "Australia/Perth"})
    assert told.told["before"] == "Australia/Brisbane"
    every = differences({}, ONE)
    assert {each.how for each in every} == {How.ADDED}


@pytest.mark.parametrize(
    ("changes", "as_"),
    [
        ({"until": "2026-12-31"}, How.ENDED),
        ({"until": "2026-12-31", "region": "bay"}, How.CHANGED),
        ({"from": "2026-12-31"}, How.CHANGED),
    ],
)
def test_an_entry_that_only_gets_an_end_has_ended(changes: dict[str, str], as_: How) -> None:
    entry = {**ONE["appointments"]["app-2"], **changes}
    assert how(appointments={**ONE["appointments"], "app-2": entry}) == [
        ("appointments", "app-2", as_)
    ]


def test_an_end_that_is_put_off_or_taken_away_is_a_change() -> None:
    ended = {"people": {"ann": {"name": "Ann", "until": "2026-05-01"}}}
    for until, as_ in (("2026-04-01", How.ENDED), ("2026-06-01", How.CHANGED), (None, How.CHANGED)):
        entry = {"name": "Ann"} if until is None else {"name": "Ann", "until": until}
        [found] = differences(ended, {"people": {"ann": entry}})
        assert found.how is as_


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=100
    )
)
@example("true")
@example("?what")
@example("no: 'thing', \"quoted\" \\ # - *")
def test_whatever_is_written_reads_back_the_same(name: str) -> None:
    people = {**ONE["people"], "ann": {"name": name, "phone": name}}
    document = Directory.from_document({**ONE, "people": people}).document()
    assert Directory.read(file_of(document), "exported.yaml").document() == document
