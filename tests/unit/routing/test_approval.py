"""Whose approval a change of the ladder file needs."""

from datetime import date

import pytest

from escalation.routing.approval import Need, needed
from escalation.routing.cross_checks import check_against
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.vocabulary import Side
from tests.fakes import utc
from tests.unit.routing.samples import CONFIG

TODAY = date(2026, 11, 22)
FILE = (CONFIG / "escalation_ladders.yaml").read_text(encoding="utf-8")
RIVERS = "    clause: OLA Rivers, part 8\n"
DIRECTORY = Directory.read((CONFIG / "directory.yaml").read_bytes(), "directory.yaml")


def ladders(*changes: tuple[str, str]) -> Publication:
    text = FILE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return Publication.read(text, "ladders.yaml", TODAY)


def asking(rule: str) -> tuple[str, str]:
    return RIVERS, f"{RIVERS}    approval: {rule}\n"


FASTER = ("high: 6 business hours", "high: 5 business hours")
DIRECTORS = "medium: 5 business days, low: 10 business days}\n        empty_seat: next_rung"
EVERYWHERE = (DIRECTORS, DIRECTORS.replace("5", "6"))


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [('label: "2026.2"', 'label: "2026.3"')],
        [("known_until: 2030-12-31", "known_until: 2031-12-31")],
        [("reason: a system that is down", "reason: what is down")],
        [("OLA Schools, cl 6.4(b)", "OLA Schools, cl 6.5")],
    ],
)
def test_what_changes_nothing_under_an_agreement_needs_nobody(
    changes: list[tuple[str, str]],
) -> None:
    before = ladders(asking("parties"))
    assert needed(before, ladders(asking("parties"), *changes), DIRECTORY) == ()


def test_the_first_publication_needs_nobody() -> None:
    assert needed(None, ladders(asking("parties")), DIRECTORY) == ()


@pytest.mark.parametrize("change", [FASTER, EVERYWHERE], ids=["its own", "its ladder's"])
def test_both_parties_approve_what_changes_under_their_agreement(
    change: tuple[str, str],
) -> None:
    before = ladders(asking("parties"))
    found = needed(before, ladders(asking("parties"), change), DIRECTORY)
    assert [(need.seat, need.party, need.agreements) for need in found] == [
        (Side.PROVIDER, "meridian", ("ola-rivers",)),
        (Side.AGENCY, "rivers", ("ola-rivers",)),
    ]
    assert [Need.restored(need.told()) for need in found] == list(found)


def test_an_agreement_does_not_let_itself_off_by_the_change() -> None:
    before = ladders(asking("parties"))
    assert len(needed(before, ladders(FASTER), DIRECTORY)) == 2
    assert len(needed(ladders(), before, DIRECTORY)) == 2


def test_one_forum_approves_for_all_its_agreements_and_a_partnering_agreement_may_ask() -> None:
    document = DIRECTORY.document()
    partners = document["partnering_agreements"]
    partners["pa-southern-cross"] = {**partners["pa-southern-cross"], "ladder_changes": "forum"}
    directory = Directory.from_document(document)
    found = needed(ladders(), ladders(EVERYWHERE), directory)
    [forum] = found
    assert forum.forum == "pf-southern-cross"
    assert "ola-rivers" in forum.agreements
    assert "ola-meridian-corptech" not in forum.agreements
    assert "the forum pf-southern-cross" in forum.words
    own = needed(ladders(asking("parties")), ladders(asking("parties"), FASTER), directory)
    assert [need.forum for need in own] == [None, None], "what it says itself goes before"


def test_an_approval_counts_for_the_agreements_that_it_names() -> None:
    need = Need(("a", "b"), forum="f")
    given = {"answer": "approved", "forum": "f", "seat": None, "party": None, "agreements": ["a"]}
    assert not need.met_by([given])
    assert need.met_by([given, {**given, "agreements": ["b"]}])
    assert not need.met_by([{**given, "answer": "declined", "agreements": ["a", "b"]}])


def test_an_agreement_asks_no_forum_that_is_not_there() -> None:
    document = DIRECTORY.document()
    del document["forums"]["pf-southern-cross"]
    for code, entry in document["forums"].items():
        if entry.get("reports_to") == "pf-southern-cross":
            document["forums"][code] = {**entry, "reports_to": "board-meridian"}
    without = Directory.from_document(document)
    codes = [fault.code for fault in check_against(ladders(asking("forum")), without)]
    assert codes.count("missing_forum") > 1
    found = [f for f in check_against(ladders(asking("forum")), without) if "`forum`" in f.detail]
    assert len(found) == 1
    assert check_against(ladders(asking("forum")), DIRECTORY) == []
    [need] = needed(ladders(asking("forum")), ladders(asking("forum"), FASTER), without)
    assert need.forum == ""


def test_an_agreement_that_comes_or_goes_is_asked_by_its_own_word() -> None:
    before = ladders(asking("parties"))
    after = ladders(asking("parties"), ("\n  ola-rivers:\n", "\n  ola-of-rivers:\n"))
    asked = {name for need in needed(before, after, DIRECTORY) for name in need.agreements}
    assert asked == {"ola-rivers", "ola-of-rivers"}


TRANSIT = "    clause: OLA Transit, schedule 3\n"
PORTS = (TRANSIT, f"{TRANSIT}    approval: parties\n")
SATURDAYS = ("saturday:  [09:00-12:00]", "saturday:  [09:00-13:00]")
FAR_NORTH = ("title: Cairns office hours", "title: Cairns hours")
MANAGERS = ("high: 1 business day, medium: 2", "high: 1 business day, medium: 3")


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        (SATURDAYS, {"ola-transit"}),  # its own calendar, which nobody else goes by
        (FAR_NORTH, {"ola-rivers"}),  # a region's: ports go by their own everywhere
        (MANAGERS, {"ola-transit"}),  # rivers has a time of its own
    ],
    ids=["own calendar", "region", "overridden value"],
)
def test_only_those_are_asked_under_whose_agreement_something_changes(
    change: tuple[str, str], asked: set[str]
) -> None:
    before = ladders(asking("parties"), PORTS)
    after = ladders(asking("parties"), PORTS, change)
    found = needed(before, after, DIRECTORY)
    assert {name for need in found for name in need.agreements} == asked


def test_who_goes_by_a_calendar_of_their_own_is_asked_for_that_of_their_forums() -> None:
    before = ladders(asking("parties"), PORTS)
    friday = ("friday:    [08:30-17:00]", "friday:    [08:30-16:00]")
    found = needed(before, ladders(asking("parties"), PORTS, friday), DIRECTORY)
    assert {name for need in found for name in need.agreements} == {"ola-rivers", "ola-transit"}


def test_another_clause_for_a_value_is_another_agreement() -> None:
    before = ladders(asking("parties"))
    after = ladders(asking("parties"), ("clause: OLA Rivers, cl 8.2(a)", "clause: OLA Rivers, 9"))
    assert len(needed(before, after, DIRECTORY)) == 2


def test_who_signs_is_looked_up_by_the_day_and_a_forum_is_nobody() -> None:
    before = ladders(asking("parties"))
    provider, agency = needed(before, ladders(asking("parties"), FASTER), DIRECTORY)
    at = utc("2026-03-02 00:00")
    assert provider.signatory(DIRECTORY, at) == "judith-abernethy"
    assert agency.signatory(DIRECTORY, at) == "anselm-baptiste"
    assert Need(("a",), forum="f").signatory(DIRECTORY, at) is None
