from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from escalation.routing.directory import Directory
from escalation.routing.effective import EffectiveRung
from escalation.routing.seats import Holding, Parties, holdings
from escalation.routing.vocabulary import Side
from tests.unit.routing.samples import NOW, directory, ladders

PUBLISHED = ladders()
PLAIN = PUBLISHED.effective(None, "plain")
MANAGERS, DIRECTORS, FORUM, BOARD = PLAIN.rungs


def provider_seat(
    known: Directory, rung: EffectiveRung, parties: Parties, at: datetime = NOW
) -> Holding:
    return holdings(known, rung, parties, at)[Side.PROVIDER]


def agency_seat(
    known: Directory, rung: EffectiveRung, parties: Parties, at: datetime = NOW
) -> Holding:
    return holdings(known, rung, parties, at)[Side.AGENCY]


@pytest.mark.parametrize(
    ("function", "region", "person"),
    [
        ("payroll", "bay", "ann"),
        ("payroll", "hills", "bob"),
        ("payroll", None, "bob"),
        ("finance", "bay", "cy"),
        ("finance", "hills", "dee"),
        (None, None, "dee"),
        (None, "bay", "cy"),
    ],
)
def test_the_closest_appointment_wins(
    function: str | None, region: str | None, person: str
) -> None:
    holding = provider_seat(directory(), MANAGERS, Parties("alpha", "health", function, region))
    assert holding.person == person


def test_the_reason_is_a_sentence() -> None:
    holding = provider_seat(directory(), MANAGERS, Parties("alpha", "health", "payroll", "bay"))
    assert holding.reason == (
        "Ann Ames is service manager for Payroll in Bay at Alpha (appointment app-1)"
    )
    whole = provider_seat(directory(), MANAGERS, Parties("alpha", "health", None, None))
    assert whole.reason == "Dee Dunn is service manager at Alpha (appointment app-4)"


def test_of_several_managers_of_one_seat_the_first_by_appointment_sits() -> None:
    twice = "  app-0: {person: eve, role: service_manager, party: alpha}\n"
    shared = "shared_seats:\n  seat: {role: service_manager, party: alpha, pick: first}\n"
    known = directory(("appointments:\n", shared + "appointments:\n" + twice))
    assert provider_seat(known, MANAGERS, Parties("alpha", "health")).person == "eve"


def test_terms_are_exact_to_the_second() -> None:
    later = "  app-6: {person: eve, role: service_manager, party: alpha, from: 2026-07-01}\n"
    known = directory(
        ("party: alpha}", "party: alpha, until: 2026-06-30}"),
        ("  app-5:", later + "  app-5:"),
    )
    change = datetime(2026, 6, 30, 14, 0, tzinfo=UTC)
    parties = Parties("alpha", "health")
    before = provider_seat(known, MANAGERS, parties, change - timedelta(seconds=1))
    after = provider_seat(known, MANAGERS, parties, change)
    assert (before.person, after.person) == ("dee", "eve")


def test_an_instant_bounds_a_term_within_a_day() -> None:
    known = directory(("party: alpha}", "party: alpha, until: 2026-06-30T12:00:00+10:00}"))
    noon = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)
    parties = Parties("alpha", "health")
    assert provider_seat(known, MANAGERS, parties, noon - timedelta(seconds=1)).person == "dee"
    assert provider_seat(known, MANAGERS, parties, noon).person is None


def test_a_regional_service_director_sits_in_a_region_that_has_one() -> None:
    director = "  app-6: {person: eve, role: service_director, party: alpha, function: payroll}\n"
    regional = "  app-7: {person: cy, role: regional_service_director, party: alpha, region: bay}\n"
    known = directory(("  app-5:", director + regional + "  app-5:"))
    assert (
        provider_seat(known, DIRECTORS, Parties("alpha", "health", "payroll", "bay")).person == "cy"
    )
    for region in ("hills", None):
        parties = Parties("alpha", "health", "payroll", region)
        assert provider_seat(known, DIRECTORS, parties).person == "eve"


def test_the_corporate_purchaser_stands_in_for_the_business_manager() -> None:
    holding = agency_seat(directory(), FORUM, Parties("alpha", "health", "payroll"))
    assert holding.person == "eve"
    assert holding.role == "business_manager"
    assert holding.reason == (
        "Eve East is corporate purchaser at Health (appointment app-5), "
        "and stands in as business manager"
    )


def test_a_business_manager_who_is_appointed_needs_nobody_to_stand_in() -> None:
    own = "  app-6: {person: ann, role: business_manager, party: health}\n"
    known = directory(("  app-5:", own + "  app-5:"))
    assert agency_seat(known, FORUM, Parties("alpha", "health")).person == "ann"


def test_the_agreement_may_name_the_corporate_purchaser() -> None:
    named = Parties("alpha", "health", corporate_purchaser="ann")
    assert agency_seat(directory(), FORUM, named).reason == (
        "Ann Ames is corporate purchaser by the agreement, and stands in as business manager"
    )
    unknown = Parties("alpha", "health", corporate_purchaser="zoe")
    assert agency_seat(directory(), FORUM, unknown).reason.startswith("zoe is corporate")


def test_a_providers_account_manager_and_executive_director_sit_where_it_is_the_client() -> None:
    officers = (
        "  app-6: {person: ann, role: account_manager, party: alpha}\n"
        "  app-7: {person: bob, role: executive_director, party: alpha}\n"
    )
    known = directory(("  app-5:", officers + "  app-5:"))
    parties = Parties("beta", "alpha", "technology")
    assert agency_seat(known, FORUM, parties).person == "ann"
    pair = PUBLISHED.effective("ola-health", "function").rung("pair")
    assert agency_seat(known, pair, parties).reason == (
        "Bob Bell is executive director at Alpha (appointment app-7), "
        "and stands in as corporate purchaser"
    )


def test_nobody_stands_in_on_the_provider_side() -> None:
    assert provider_seat(directory(), FORUM, Parties("alpha", "health")).person is None


def test_an_alternate_sits_only_where_the_leading_seat_is_empty_and_the_rule_says_so() -> None:
    alternate = "  app-4: {person: dee, role: service_manager, party: alpha, alternate: true}"
    known = directory(("  app-4: {person: dee, role: service_manager, party: alpha}", alternate))
    held = provider_seat(known, MANAGERS, Parties("alpha", "health", "payroll"))
    empty = provider_seat(known, MANAGERS, Parties("alpha", "health", "finance", "hills"))
    assert held.person == "bob"
    assert empty.person == "dee"
    assert empty.reason.endswith("as the alternate: the seat is empty")
    led_by_agency = PUBLISHED.effective("ola-health", "function").rung("managers")
    counterpart = provider_seat(
        known, led_by_agency, Parties("alpha", "health", "finance", "hills")
    )
    assert counterpart.person is None


@pytest.mark.parametrize(
    ("rung", "side", "ends"),
    [
        (MANAGERS, Side.PROVIDER, "no alternate is appointed, so an alarm is raised"),
        (MANAGERS, Side.AGENCY, "an alarm is raised"),
        (DIRECTORS, Side.PROVIDER, "the rung passes the issue to the next"),
        (FORUM, Side.PROVIDER, "an alarm is raised"),
    ],
)
def test_a_seat_that_nobody_holds_says_so_and_what_follows(
    rung: EffectiveRung, side: Side, ends: str
) -> None:
    parties = Parties("beta", "roads", "payroll", "bay")
    holding = holdings(directory(), rung, parties, NOW)[side]
    assert holding.person is None
    assert holding.reason.startswith(
        f"Nobody holds the seat of {holding.role.words} for Payroll at "
    )
    assert " in Bay: " in holding.reason
    assert holding.reason.endswith(ends)


def test_an_empty_seat_of_codes_that_are_not_known_is_told_by_the_codes() -> None:
    holding = agency_seat(directory(), MANAGERS, Parties("alpha", "moon", "magic", "mars"))
    assert "for magic at moon in mars:" in holding.reason
    whole = agency_seat(directory(), MANAGERS, Parties("alpha", "moon"))
    assert "of function manager at moon:" in whole.reason


def test_nobody_who_is_excluded_leads_and_the_alternate_does() -> None:
    line = "  app-4: {person: dee, role: service_manager, party: alpha}"
    spare = "  app-9: {person: eve, role: service_manager, party: alpha, alternate: true}"
    known = directory((line, f"{line}\n{spare}"))
    parties = Parties("alpha", "health", "payroll")
    by_rule = holdings(known, MANAGERS, parties, NOW)
    out = frozenset(h.person for h in by_rule.values() if h.person)
    found = holdings(known, MANAGERS, parties, NOW, out)
    further = holdings(known, MANAGERS, parties, NOW, out | {"eve"})
    last = holdings(known, MANAGERS, parties, NOW, out | {"dee", "eve"})
    assert found[Side.PROVIDER].person == "eve"
    assert found[Side.PROVIDER].reason == (
        "Bob Bell has handled it before; "
        "Eve East is service manager at Alpha (appointment app-9), as the alternate"
    )
    assert further[Side.PROVIDER].person == "dee", "the next closest"
    assert last[Side.PROVIDER].person is None
    assert "handled it before" in last[Side.PROVIDER].reason
    assert last[Side.AGENCY] == by_rule[Side.AGENCY], "only the leading seat is kept from them"


def test_a_corporate_purchaser_by_the_agreement_may_be_excluded_too() -> None:
    named = Parties("alpha", "health", "payroll", corporate_purchaser="ann")
    rung = replace(FORUM, lead=Side.AGENCY)
    assert holdings(directory(), rung, named, NOW)[Side.AGENCY].person == "ann"
    found = holdings(directory(), rung, named, NOW, frozenset({"ann"}))
    assert found[Side.AGENCY].person == "eve"


def test_a_rung_without_seats_has_no_holders() -> None:
    assert holdings(directory(), BOARD, Parties("alpha", "health"), NOW) == {}


def test_an_answer_is_remembered_within_an_era_and_not_beyond() -> None:
    known = directory(("party: alpha}", "party: alpha, until: 2026-06-30}"))
    parties = Parties("alpha", "health")
    early = datetime(2026, 1, 1, tzinfo=UTC)
    first = provider_seat(known, MANAGERS, parties, early)
    assert provider_seat(known, MANAGERS, parties, early + timedelta(days=100)) is first
    assert provider_seat(known, MANAGERS, parties, early + timedelta(days=300)).person is None
