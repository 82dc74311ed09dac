"""Whoever sits instead: acting, by delegation, as the alternate, or picked from several."""

from datetime import UTC, datetime, timedelta

import pytest

from escalation.routing.directory import Directory
from escalation.routing.picking import Turns
from escalation.routing.seats import HOPS, Holding, Parties, holder, holdings, next_change
from escalation.routing.shape import Bypass
from escalation.routing.vocabulary import Role, Side
from tests.unit.routing.samples import NOW, directory, ladders

MANAGERS = ladders().effective(None, "plain").rungs[0]
PAYROLL = Parties("alpha", "health", "payroll")
MIDNIGHT = datetime(2026, 8, 2, 14, tzinfo=UTC)


def known(*parts: str) -> Directory:
    return directory(("forums:\n", "".join(f"{part}\n" for part in parts) + "forums:\n"))


def seat(
    where: Directory, parties: Parties = PAYROLL, at: datetime = NOW, **more: object
) -> Holding:
    return holdings(where, MANAGERS, parties, at, **more)[Side.PROVIDER]  # type: ignore[arg-type] # as named


def without(*people: str, why: str = "is recused") -> Parties:
    bypassed = tuple(Bypass(person, why) for person in people)
    return Parties("alpha", "health", "payroll", without=bypassed)


# -- acting ---------------------------------------------------------------------------------------


def acting(term: str, seat_: str = "for: app-2") -> Directory:
    return known("acting_appointments:", f"  act-1: {{person: eve, {seat_}, {term}}}")


def test_who_acts_sits_while_their_term_runs_and_the_reason_says_for_whom() -> None:
    where = acting("from: 2026-07-01, until: 2026-08-02")
    before = datetime(2026, 6, 30, 13, 59, 59, tzinfo=UTC)
    assert seat(where, at=before).person == "bob"
    assert seat(where, at=before + timedelta(seconds=1)).person == "eve"
    assert seat(where, at=MIDNIGHT - timedelta(seconds=1)).reason == (
        "Eve East acts as service manager for Payroll at Alpha in place of Bob Bell "
        "(acting appointment act-1)"
    )
    assert seat(where, at=MIDNIGHT).person == "bob"


def test_a_seat_without_a_holder_has_whoever_acts_in_it() -> None:
    where = acting("from: 2026-01-01", "role: function_manager, party: health")
    found = holdings(where, MANAGERS, PAYROLL, NOW)[Side.AGENCY]
    assert found.person == "eve"
    assert found.reason.startswith("Eve East acts as function manager at Health (acting")


def test_who_acts_in_a_seat_that_is_held_sits_instead() -> None:
    where = acting("from: 2026-01-01", "role: service_manager, party: alpha, function: payroll")
    assert seat(where).person == "eve"


def test_who_acts_for_somebody_whose_appointment_has_ended_still_sits() -> None:
    bob = "person: bob, role: service_manager, party: alpha, function: payroll"
    ended = (bob, f"{bob}, until: 2026-01-31")
    text = "acting_appointments:\n  act-1: {person: eve, for: app-2, from: 2026-01-01}\nforums:\n"
    assert seat(directory(ended, ("forums:\n", text))).person == "eve"


def test_who_acts_for_somebody_gone_gives_way_to_the_next_who_is_appointed() -> None:
    bob = "person: bob, role: service_manager, party: alpha, function: payroll"
    next_ = f"{bob.replace('bob', 'cy')}, from: 2026-02-01"
    ended = (f"{{{bob}}}", f"{{{bob}, until: 2026-01-31}}\n  app-8: {{{next_}}}")
    text = "acting_appointments:\n  act-1: {person: eve, for: app-2, from: 2026-01-01}\nforums:\n"
    where = directory(ended, ("forums:\n", text))
    assert seat(where, at=datetime(2026, 1, 20, tzinfo=UTC)).person == "eve"
    assert seat(where).person == "cy"


def test_a_person_who_has_left_sits_nowhere() -> None:
    where = directory(("{name: Bob Bell}", "{name: Bob Bell, until: 2026-06-30}"))
    assert seat(where, at=datetime(2026, 6, 30, 13, tzinfo=UTC)).person == "bob"
    assert seat(where, at=datetime(2026, 6, 30, 14, tzinfo=UTC)).person == "dee"
    assert not where.employed("bob", datetime(2026, 7, 1, tzinfo=UTC))
    assert where.employed("eve", NOW)
    assert not where.employed("nobody", NOW)


# -- delegations ----------------------------------------------------------------------------------


def delegated(*gifts: str) -> Directory:
    return known("delegations:", *(f"  del-{n}: {{{gift}}}" for n, gift in enumerate(gifts)))


def test_a_delegation_is_followed_from_person_to_person_and_told() -> None:
    where = delegated("by: bob, to: cy, from: 2026-01-01", "by: cy, to: eve, from: 2026-01-01")
    assert seat(where).person == "eve"
    assert seat(where).reason == (
        "Bob Bell is service manager for Payroll at Alpha (appointment app-2); "
        "Cy Cole has it by delegation (del-0); Eve East has it by delegation (del-1)"
    )


@pytest.mark.parametrize(
    ("scope", "person"),
    [
        ("functions: [payroll]", "eve"),
        ("functions: [finance]", "bob"),
        ("regions: [bay]", "bob"),
        ("agreements: [ola-one]", "eve"),
        ("agreements: [ola-two]", "bob"),
        ("until: 2026-03-31", "bob"),
    ],
)
def test_a_delegation_holds_within_its_scope_and_term(scope: str, person: str) -> None:
    where = delegated(f"by: bob, to: eve, from: 2026-01-01, {scope}")
    parties = Parties("alpha", "health", "payroll", agreement="ola-one")
    assert seat(where, parties, datetime(2026, 5, 1, tzinfo=UTC)).person == person


def test_a_seat_is_delegated_whoever_holds_it() -> None:
    where = delegated("for: app-2, to: eve, from: 2026-01-01")
    assert seat(where).person == "eve"
    assert seat(where, Parties("alpha", "health")).person == "dee", "it is another seat"


def test_a_delegate_who_is_recused_leaves_the_seat_to_its_holder() -> None:
    where = delegated("by: bob, to: eve, from: 2026-01-01")
    assert seat(where, without("eve")).person == "bob"


def test_a_chain_of_delegations_ends_and_the_seat_is_as_if_empty() -> None:
    names = [f"p{n}" for n in range(HOPS + 2)]
    people = "people:\n" + "".join(f"  {name}: {{name: {name}}}\n" for name in names)
    steps = zip(["bob", *names], names, strict=False)
    gifts = "".join(
        f"  del-{n}: {{by: {by}, to: {to}, from: 2026-01-01}}\n" for n, (by, to) in enumerate(steps)
    )
    where = directory(("people:\n", people), ("forums:\n", f"delegations:\n{gifts}forums:\n"))
    assert seat(where).person == "dee", "the next closest"
    assert "delegations from there lead round, or too far" in seat(where).reason


# -- recused, complained about --------------------------------------------------------------------

SPARE = "  app-9: {person: eve, role: service_manager, party: alpha, alternate: true}\n"


def test_a_recused_holder_has_an_alternate_and_the_reason_says_so() -> None:
    where = directory(("  app-5:", f"{SPARE}  app-5:"))
    assert seat(where, without("bob")).reason == (
        "Bob Bell is recused; "
        "Eve East is service manager at Alpha (appointment app-9), as the alternate"
    )


def test_without_an_alternate_the_next_closest_holder_takes_a_recused_ones_place() -> None:
    found = seat(directory(), without("bob"))
    assert found.person == "dee"
    assert found.reason.startswith("Bob Bell is recused; Dee Dunn is service manager at Alpha")


def test_a_complaint_about_a_holder_bypasses_them_by_id_or_by_name() -> None:
    about = "is whom it is about"
    assert seat(directory(), without("bob", why=about)).person == "dee"
    assert seat(directory(), without("Bob Bell", why=about)).person == "dee"


def test_where_everybody_is_recused_the_seat_is_empty_and_says_why() -> None:
    where = directory(("  app-5:", f"{SPARE}  app-5:"))
    found = seat(where, without("bob", "dee", "eve"))
    assert found.person is None
    assert "Bob Bell is recused; Eve East is recused; Dee Dunn is recused; Nobody" in found.reason


def test_a_recused_corporate_purchaser_by_the_agreement_gives_way_to_the_appointed() -> None:
    named = Parties(
        "alpha", "health", corporate_purchaser="ann", without=(Bypass("ann", "is out"),)
    )
    found = holder(directory(), Side.AGENCY, Role.CORPORATE_PURCHASER, named, NOW)
    assert found.person == "eve"


# -- several of one seat --------------------------------------------------------------------------


def shared(pick: str) -> Directory:
    more = (
        "  app-6: {person: cy, role: service_manager, party: alpha, function: payroll}\n"
        "  app-7: {person: eve, role: service_manager, party: alpha, function: payroll}\n"
    )
    seat_ = f"role: service_manager, party: alpha, function: payroll, pick: {pick}"
    return directory(
        ("  app-5:", f"{more}  app-5:"),
        ("forums:\n", f"shared_seats:\n  pay: {{{seat_}}}\nforums:\n"),
    )


def test_the_first_by_appointment_is_picked_where_the_rule_says_so() -> None:
    found = seat(shared("first"))
    assert (found.person, found.pool) == ("bob", "pay")
    assert found.reason.endswith("(appointment app-2), one of several, picked by first (pay)")


def test_round_robin_goes_through_them_by_the_picks_made() -> None:
    where = shared("round_robin")
    people = [seat(where, turns=Turns(made={"pay": made})).person for made in range(4)]
    assert people == ["bob", "cy", "eve", "bob"]


def test_least_open_takes_who_holds_the_fewest_the_first_of_them() -> None:
    where = shared("least_open")
    assert seat(where, turns=Turns(open={"bob": 2, "cy": 1, "eve": 1})).person == "cy"
    assert seat(where).person == "bob"


def test_only_rules_that_count_something_ask_for_counts_and_of_whom() -> None:
    assert not directory().seating.counts
    assert not shared("first").seating.counts
    assert shared("round_robin").seating.counts
    assert shared("round_robin").seating.pooled == frozenset()
    assert shared("least_open").seating.pooled == {"bob", "cy", "eve"}


def test_whoever_holds_the_seat_already_keeps_it() -> None:
    where = shared("round_robin")
    now = seat(where, turns=Turns(made={"pay": 1}))
    kept = seat(where, turns=Turns(made={"pay": 2}), present={Side.PROVIDER: now})
    assert kept == now
    gone = Holding(Side.PROVIDER, Role.SERVICE_MANAGER, "ann", "before")
    assert seat(where, turns=Turns(made={"pay": 2}), present={Side.PROVIDER: gone}).person == "eve"


def test_of_several_those_who_are_recused_are_left_out() -> None:
    found = seat(shared("first"), without("bob", "cy"))
    assert found.person == "eve"
    assert found.pool is None


def test_who_acts_for_one_of_several_takes_their_place_among_them() -> None:
    where = Directory.from_document(
        {
            **shared("round_robin").document(),
            "acting_appointments": {
                "act-1": {"person": "ann", "for": "app-6", "from": "2026-01-01"}
            },
        }
    )
    people = [seat(where, turns=Turns(made={"pay": made})).person for made in range(3)]
    assert people == ["bob", "ann", "eve"]


# -- when it next changes by itself ---------------------------------------------------------------


def test_the_next_change_of_a_seat_is_the_next_bound_of_its_terms() -> None:
    where = acting("from: 2026-07-01, until: 2026-08-02")
    seats = {Side.PROVIDER: Role.SERVICE_MANAGER}
    start = datetime(2026, 6, 30, 14, tzinfo=UTC)
    assert next_change(where, seats, PAYROLL, start - timedelta(days=9)) == start.timestamp()
    assert next_change(where, seats, PAYROLL, start) == MIDNIGHT.timestamp()
    assert next_change(where, seats, PAYROLL, MIDNIGHT) is None
    others = {Side.AGENCY: Role.BUSINESS_MANAGER, Side.PROVIDER: Role.SERVICE_DIRECTOR}
    assert next_change(where, others, PAYROLL, start) is None
    given = delegated(
        "by: bob, to: eve, from: 2026-01-01",
        "by: eve, to: cy, from: 2026-01-01, until: 2026-08-02",
    )
    roads = Parties("alpha", "roads", "payroll")
    assert next_change(given, others, roads, start) is None, "not of those seats"
    assert next_change(given, others, PAYROLL, start) is not None, "eve stands in there"
    assert next_change(given, seats, PAYROLL, start) == MIDNIGHT.timestamp(), "it leads on"
