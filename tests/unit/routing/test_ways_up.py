"""Every issue of an agreement can come to its ladder's last rung, and is led there."""

import pytest

from escalation.routing.entry import next_rung
from escalation.routing.vocabulary import Scope, Severity
from tests.unit.routing.samples import LADDERS, Change, ladders, misfits, place_of, shape

LEADS = "  app-6: {person: bob, role: account_manager, party: alpha}\n"
WHOLE_ONE = "        clause: whole one"
WHOLE = "{function: plain, agreement: whole}"


def ways(*changes: Change, instead: str = "") -> list[str]:
    """What is told of the ladder of Health with Alpha, whose last rung one appointment leads."""
    return [each for each in misfits((LEADS, instead), *changes) if "nobody ever leads" in each]


def test_a_last_rung_that_nobody_can_ever_lead_is_told_with_its_place_and_the_mend() -> None:
    (message,) = misfits((LEADS, ""))
    line, column = place_of(LADDERS, WHOLE).split(":")
    assert message == (
        f"ladders.yaml:{line}:{int(column) + len('{function: plain, agreement: ')}: found the rung "
        "`accounts`, the last one, and nobody ever leads there while the agreement runs; expected "
        "an appointment as account manager of `alpha` in the directory, or another ladder"
    )


@pytest.mark.parametrize(
    "leads",
    [
        "app-6: {person: bob, role: account_manager, party: alpha, until: 2025-06-30}",
        "app-6: {person: bob, role: account_manager, party: alpha, from: 2027-07-02}",
        "app-6: {person: bob, role: account_manager, party: alpha, function: payroll}",
        "app-6: {person: bob, role: account_manager, party: alpha, alternate: true}",
        "app-6: {person: bob, role: account_manager, party: beta, region: bay}",
        "app-6: {person: bob, role: executive_director, party: alpha}",
    ],
)
def test_who_comes_too_late_or_for_something_else_does_not_lead_it(leads: str) -> None:
    assert len(ways(instead=f"  {leads}\n")) == 1


@pytest.mark.parametrize(
    "leads",
    [
        "app-6: {person: bob, role: account_manager, party: alpha, from: 2027-06-01}",
        "app-6: {person: bob, role: account_manager, party: alpha, region: bay}",
    ],
)
def test_who_leads_it_for_a_time_or_in_a_region_is_enough(leads: str) -> None:
    assert ways(instead=f"  {leads}\n") == []


def test_an_alternate_leads_it_where_the_rung_says_so() -> None:
    by_alternate = (WHOLE_ONE, f"        empty_seat: alternate\n{WHOLE_ONE}")
    spare = "  app-6: {person: bob, role: account_manager, party: alpha, alternate: true}\n"
    assert ways(by_alternate, instead=spare) == []


def test_who_acts_in_the_seat_leads_it() -> None:
    term = "role: account_manager, party: alpha, from: 2026-01-01, until: 2026-02-01"
    acting = f"acting_appointments:\n  act-1: {{person: ann, {term}}}\nforums:\n"
    assert ways(("forums:\n", acting)) == []


AGENCY_LEADS = (WHOLE_ONE, f"        lead: agency\n{WHOLE_ONE}")


def test_a_role_that_stands_in_leads_it_and_so_does_who_the_agreement_names() -> None:
    assert misfits(AGENCY_LEADS) == [], (
        "a corporate purchaser, and the account manager of a provider"
    )
    gone = ("  app-5: {person: eve, role: corporate_purchaser, party: health}\n", "")
    (message,) = misfits(AGENCY_LEADS, gone)
    assert "business manager of `health`" in message
    named = ("    cluster: north\n", "    cluster: north\n    corporate_purchaser: eve\n")
    assert misfits(AGENCY_LEADS, gone, named) == []


def test_each_function_of_the_agreement_has_somebody_to_lead_its_last_rung() -> None:
    managers = LADDERS[
        LADDERS.index("      - id: managers") : LADDERS.index("      - id: directors")
    ]
    cut = (
        (
            LADDERS[
                LADDERS.index("    entry:\n") : LADDERS.index("    clocks:\n      overall: {c")
            ],
            "",
        ),
        (LADDERS[LADDERS.index("      - id: managers") : LADDERS.index("  whole:")], managers),
        (LADDERS[LADDERS.index("    overrides:\n") : LADDERS.index("  ola-tech:")], ""),
    )
    told = [each for each in misfits(*cut) if "`alpha`" in each]
    assert told == [], "one manager for the whole of it leads payroll and finance"
    only_payroll = ("  app-4: {person: dee, role: service_manager, party: alpha}\n", "")
    (message,) = [
        each
        for each in misfits(*cut, only_payroll, ("party: alpha, region: bay", "party: beta"))
        if "`alpha`" in each
    ]
    assert "the last one, and nobody ever leads there for `finance` while" in message


def test_a_rung_below_that_only_tells_and_nobody_leads_is_no_way_up() -> None:
    rule = "        empty_seat: alternate\n        clause: rung one"
    told_only = (rule, "        past_target: notify\n        clause: rung one")
    (message, other) = misfits(told_only)
    assert "`managers`, which past target only tells" in message
    assert "function manager of `health`" in message, "the agreement lets the agency lead there"
    assert "service manager of `beta` in the directory" in other
    passes = (rule, told_only[1] + "\n        empty_seat: next_rung")
    assert misfits(passes) == []


def test_what_is_omitted_inserted_or_skipped_leaves_the_last_rung_where_it_is() -> None:
    """Every way of leaving rungs out ends at the last one, for each kind of issue."""
    all_but_last = (
        ("omit: [forum]", "omit: [forum, directors]"),
        ("      - rung: forum\n", "      - rung: managers\n"),
    )
    for changes in ((), all_but_last):
        ladder = ladders(*changes).effective("ola-health", Scope.FUNCTION)
        for severity in Severity:
            rung, seen = ladder.rungs[0], 0
            while rung is not ladder.last:
                above, _ = next_rung(ladder, rung.id, shape(severity=severity))
                assert above is not None
                rung, seen = above, seen + 1
                assert seen < len(ladder.rungs)
