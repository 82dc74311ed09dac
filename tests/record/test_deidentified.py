"""Issues for release: nobody is named, nothing is quoted, small groups are not told apart."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from escalation.services.desk import Desk
from escalation.services.record.deidentified import OTHER, SMALLEST, exported
from escalation.workflow.commands import Note
from tests.builders import ask, complaint, desk_on

NAME = "Quokka"


@pytest.fixture
def desk(furnished_url: str) -> Iterator[Desk]:
    with desk_on(furnished_url) as desk:
        for number in range(SMALLEST + 1):
            agency = "rivers" if number < SMALLEST else "schools"
            said = complaint(agency=agency, title=NAME, raiser={"type": "staff", "name": NAME})
            view = ask(desk, said)
            ask(desk, Note(text=NAME), view["id"])
        yield desk


def _lines(desk: Desk) -> list[dict[str, Any]]:
    return [json.loads(line) for line in exported(desk.engine, desk.ids)]


def test_no_name_and_no_sentence_leaves_the_house(desk: Desk) -> None:
    text = "\n".join(exported(desk.engine, desk.ids))
    assert NAME not in text
    assert "iss_" not in text
    assert "SSI-" not in text
    first = json.loads(text.splitlines()[0])
    assert [kind for kind, _ in first["moves"]] == ["issue.logged", "issue.noted"]
    assert first["received_on"] == "2026-03-02"


def test_people_are_told_apart_within_an_export_and_not_across(desk: Desk) -> None:
    one, other = _lines(desk), _lines(desk)
    assert len({line["issue"] for line in one}) == SMALLEST + 1
    assert len({line["held_by"][0] for line in one}) == 1
    assert one[0]["held_by"][0] != other[0]["held_by"][0]
    assert not {line["issue"] for line in one} & {line["issue"] for line in other}


def test_a_group_that_is_too_small_is_not_told_apart(desk: Desk) -> None:
    lines = _lines(desk)
    assert [line["agency"] for line in lines].count("rivers") == SMALLEST
    [small] = [line for line in lines if line["agency"] == OTHER]
    assert {small[name] for name in ("agency", "function", "region", "provider")} == {OTHER}


def test_sealed_issues_are_left_out_whole(desk: Desk) -> None:
    before = len(_lines(desk))
    ask(desk, complaint(sensitive=("privacy",)))
    assert len(_lines(desk)) == before
