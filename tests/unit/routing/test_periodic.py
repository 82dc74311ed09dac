"""A survey comes round on the file's clock, and is asked of whoever sits for a client then."""

from typing import Any

import pytest

from escalation.errors import Invalid
from escalation.routing.directory import Directory
from escalation.routing.periodic import Periodic, Respondent, respondents, without
from escalation.routing.surveys import read
from tests.fakes import utc
from tests.unit.routing.test_surveys import CONFIG, FILE

DIRECTORY = Directory.read((CONFIG / "directory.yaml").read_bytes(), "directory.yaml")
AT = utc("2026-12-03 00:00")
ROUND = (
    "periodic: {rule: 'FREQ=MONTHLY;INTERVAL=3', start: 2026-12-01T09:00,"
    " roles: [business_manager]}"
)
TEXT = FILE.replace("yearly:\n", f"yearly:\n    {ROUND}\n")


def asked(**changes: Any) -> Periodic:
    plain = {"rule": "FREQ=YEARLY", "start": "2026-12-01T09:00", "roles": ["business_manager"]}
    return Periodic.model_validate({**plain, **changes})


def changed(part: str, code: str, **entry: Any) -> Directory:
    """The directory that ships, with an entry changed."""
    document = DIRECTORY.document()
    document[part] = {**document[part], code: {**document[part].get(code, {}), **entry}}
    return Directory.from_document(document)


@pytest.mark.parametrize(
    ("at", "periods"),
    [
        ("2026-11-30 22:59:59", []),
        ("2026-11-30 23:00:00", [("2026-12-01", True)]),
        ("2026-12-14 22:59:59", [("2026-12-01", True)]),
        ("2026-12-14 23:00:00", [("2026-12-01", False)]),
        ("2027-01-04 23:00:01", []),
        ("2027-03-01 00:00:00", [("2027-03-01", True)]),
    ],
)
def test_a_round_asks_from_its_local_time_on_and_goes_on_while_links_are_open(
    at: str, periods: list[tuple[str, bool]]
) -> None:
    found = read(TEXT).rounds(utc(at))
    assert [(each.period, each.asks) for each in found] == periods
    assert all(each.name == "yearly" for each in found)


def test_the_managers_of_each_agency_are_asked_with_whose_service_it_is() -> None:
    found = respondents(DIRECTORY, asked(), AT)
    assert [each.person for each in found] == [
        "carmel-rossi", "ruth-goldfinch", "trang-nguyen", "xiomara-delgado", "zoran-petrovic",
    ]  # fmt: skip
    assert found[1] == Respondent("ruth-goldfinch", "rivers", "southern-cross", "meridian")
    assert without(DIRECTORY, asked(), AT) == ["wellbeing"]


def test_only_clients_of_the_provider_and_agencies_that_are_named_are_asked() -> None:
    clusters = [each for each in DIRECTORY.clusters.values() if each.provider == "corptech"]
    of_corptech = {member for each in clusters for member in each.members}
    found = respondents(DIRECTORY, asked(provider="corptech"), AT)
    assert {each.agency for each in found} <= of_corptech
    assert all(each.provider == "corptech" for each in found)
    named = asked(provider="meridian", agencies=["rivers", "schools"])
    assert [each.agency for each in respondents(DIRECTORY, named, AT)] == ["rivers", "schools"]
    assert respondents(DIRECTORY, asked(provider="corptech", agencies=["rivers"]), AT) == []


def test_people_who_are_named_are_asked_for_whom_they_sit_and_nobody_twice() -> None:
    people = ["ruth-goldfinch", "stelios-pappas"]
    found = respondents(DIRECTORY, asked(people=people, agencies=["rivers"]), AT)
    assert [(each.person, each.agency) for each in found] == [
        ("ruth-goldfinch", "rivers"), ("stelios-pappas", "rivers"),
    ]  # fmt: skip
    alone = asked(roles=[], people=["stelios-pappas"])
    assert [each.person for each in respondents(DIRECTORY, alone, AT)] == ["stelios-pappas"]
    assert without(DIRECTORY, alone, AT) == []


def test_who_sits_for_two_agencies_is_asked_once_and_counts_for_neither() -> None:
    seat = {"person": "ruth-goldfinch", "role": "business_manager", "party": "wellbeing"}
    found = respondents(changed("appointments", "app-new", **seat), asked(), AT)
    [ruth] = [each for each in found if each.person == "ruth-goldfinch"]
    assert (ruth.agency, ruth.provider) == (None, "meridian")


def test_who_has_left_is_not_asked_and_who_acts_is() -> None:
    gone = changed("people", "ruth-goldfinch", until="2026-11-30")
    people = [each.person for each in respondents(gone, asked(people=["ruth-goldfinch"]), AT)]
    assert "ruth-goldfinch" not in people
    appointed = next(
        key for key, each in DIRECTORY.seating.appointments.items()
        if each.person == "ruth-goldfinch" and each.key[1] == "business_manager"
    )  # fmt: skip
    acts = {"person": "bronwyn-tait", "for": appointed, "from": "2026-12-01"}
    away = changed("acting_appointments", "act-new", **acts, until="2026-12-24")
    people = [each.person for each in respondents(away, asked(), AT)]
    assert "bronwyn-tait" in people
    assert "ruth-goldfinch" not in people


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("'FREQ=MONTHLY;INTERVAL=3'", "FREQ=WEEKLY", "wrong_value", "after 7 days, expected 21"),
        ("'FREQ=MONTHLY;INTERVAL=3'", "FREQ=OFTEN", "wrong_value", "RFC 5545"),
        ("rule: 'FREQ=MONTHLY;INTERVAL=3', ", "", "missing_key", "rule"),
        ("2026-12-01T09:00", "2026-12-01", "wrong_value", "local date and time"),
        (", roles: [business_manager]", "", "wrong_value", "whom it asks"),
        ("roles: [business_manager]", "roles: [business_managers]", "wrong_value", "nearest"),
        ("manager]}", "manager], remind_after_days: [9, 7]}", "wrong_value", "out of order"),
        ("manager]}", "manager], remind_after_days: [21]}", "wrong_value", "`open_days`"),
        ("manager]}", "manager]}\n    after: closed", "wrong_value", "expected one of them"),
        ("manager]}", "manager], provider: meridan}", "unknown_reference", "nearest is `meridian`"),
        ("manager]}", "manager], agencies: [river]}", "unknown_reference", "`rivers`"),
        ("manager]}", "manager], people: [nobody-here]}", "unknown_reference", "person"),
    ],
)
def test_what_cannot_be_is_refused(old: str, new: str, code: str, words: str) -> None:
    alone = TEXT.replace("    after: closed\n", "")
    assert alone.count(old) == 1
    with pytest.raises(Invalid) as refused:
        read(alone.replace(old, new), "s.yaml", DIRECTORY)
    assert any(e.code == code and words in e.detail for e in refused.value.errors), (
        refused.value.errors
    )


def test_who_is_named_and_has_no_address_is_told_and_one_round_alone_is_close_to_none() -> None:
    text = TEXT.replace("'FREQ=MONTHLY;INTERVAL=3'", "FREQ=YEARLY;COUNT=1")
    text = text.replace("manager]}", "manager], people: [stelios-pappas]}")
    assert read(text, "s.yaml", DIRECTORY).surveys["yearly"].periodic is not None
    document = DIRECTORY.document()
    people = {**document["people"], "stelios-pappas": {"name": "Stelios"}}
    with pytest.raises(Invalid) as refused:
        read(text, "s.yaml", Directory.from_document({**document, "people": people}))
    assert [each.code for each in refused.value.errors] == ["no_address"]
