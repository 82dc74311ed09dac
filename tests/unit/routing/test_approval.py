"""Whose approval a change of the ladder file needs."""

from datetime import date

import pytest

from escalation.routing.approval import Need, needed
from escalation.routing.cross_checks import check_against
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.vocabulary import Side
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
EVERYWHERE = ("medium: 2 business days, low: 5", "medium: 3 business days, low: 5")


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
