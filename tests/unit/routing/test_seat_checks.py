"""Seats that do not go together: refused with file, line and the mend, and nothing is read."""

import pytest

from escalation.errors import Fault, Invalid
from escalation.routing.directory import Directory
from tests.unit.routing.samples import DIRECTORY, changed


def faults(part: str, *more: tuple[str, str]) -> list[Fault]:
    text = changed(DIRECTORY, *more, ("forums:\n", f"{part}\nforums:\n"))
    with pytest.raises(Invalid) as refused:
        Directory.read(text, "directory.yaml")
    return list(refused.value.errors)


def only(part: str, *more: tuple[str, str]) -> Fault:
    [fault] = faults(part, *more)
    assert fault.file is not None
    assert fault.file.startswith("directory.yaml:")
    return fault


def reads(part: str, *more: tuple[str, str]) -> None:
    Directory.read(changed(DIRECTORY, *more, ("forums:\n", f"{part}\nforums:\n")), "directory.yaml")


TWICE = (
    "  app-5:",
    "  app-6: {person: eve, role: service_manager, party: alpha, from: 2026-07-01}\n  app-5:",
)


def test_two_sole_holders_of_one_seat_at_once_are_refused_with_the_mend() -> None:
    fault = only("", TWICE)
    assert fault.code == "overlapping_appointments"
    assert fault.detail == (
        "found `app-6` while `app-4` holds the same seat, expected one at a time: end one before "
        "the other begins, mark one `alternate`, or put the seat into `shared_seats`"
    )


def test_one_holder_after_another_an_alternate_and_a_shared_seat_are_in_order() -> None:
    reads("", TWICE, ("party: alpha}", "party: alpha, until: 2026-06-30}"))
    reads("", TWICE, ("from: 2026-07-01}", "alternate: true}"))
    reads("shared_seats:\n  s: {role: service_manager, party: alpha, pick: first}", TWICE)


def test_a_short_term_within_a_long_one_hides_nothing_behind_it() -> None:
    later = (
        "  app-5:",
        (
            "  app-6: {person: eve, role: service_manager, party: alpha, from: 2026-02-01,"
            " until: 2026-02-02}\n"
            "  app-7: {person: ann, role: service_manager, party: alpha, from: 2026-07-01}\n"
            "  app-5:"
        ),
    )
    assert [f.code for f in faults("", later)] == ["overlapping_appointments"] * 2


def test_two_who_act_for_one_at_once_are_refused() -> None:
    fault = only(
        "acting_appointments:\n"
        "  act-1: {person: eve, for: app-2, from: 2026-07-01}\n"
        "  act-2: {person: cy, for: app-2, from: 2026-08-01}"
    )
    assert fault.code == "overlapping_appointments"
    assert fault.detail.endswith("let one act at a time")


@pytest.mark.parametrize(
    ("entry", "code", "detail"),
    [
        ("person: eve, from: 2026-07-01", "wrong_seat", "found no seat, expected either `for`"),
        ("person: eve, for: app-2, role: ceo, from: 2026-07-01", "wrong_seat", "`for` and `role`"),
        ("person: eve, role: ceo, from: 2026-07-01", "wrong_seat", "found `role`"),
        ("person: eve, for: app-x, from: 2026-07-01", "unknown_reference", "`app-x`"),
        ("person: eva, for: app-2, from: 2026-07-01", "unknown_reference", "nearest is `eve`"),
        ("person: eve, for: app-2, from: 2026-07-01, until: 2026-06-30", "wrong_value", "later"),
        ("person: eve, for: app-2", "missing_key", "found no `from`"),
    ],
)
def test_an_acting_term_names_its_seat_its_person_and_its_dates(
    entry: str, code: str, detail: str
) -> None:
    fault = only(f"acting_appointments:\n  act-1: {{{entry}}}")
    assert fault.code == code
    assert detail in fault.detail


def test_who_acts_in_a_shared_seat_acts_for_one_of_its_holders() -> None:
    fault = only(
        "acting_appointments:\n"
        "  act-1: {person: eve, role: service_manager, party: alpha, from: 2026-07-01}\n"
        "shared_seats:\n  s: {role: service_manager, party: alpha, pick: first}"
    )
    assert fault.detail == (
        "found a seat of several people, expected `for`: the appointment acted for"
    )


def ring(*gifts: str) -> str:
    lines = (f"  del-{n}: {{{gift}, from: 2026-01-01}}" for n, gift in enumerate(gifts))
    return "\n".join(("delegations:", *lines))


def test_a_ring_of_delegations_is_refused_and_told_once() -> None:
    fault = only(ring("by: ann, to: bob", "by: bob, to: cy", "by: cy, to: ann"))
    assert fault.code == "delegation_ring"
    assert fault.detail == (
        "found delegations that lead back to `ann`: `del-0`, `del-1`, `del-2`; "
        "expected none to come back: end one, or narrow its scope"
    )


def test_a_ring_through_a_seat_is_found_by_who_holds_it() -> None:
    fault = only(ring("for: app-2, to: eve", "by: eve, to: bob"))
    assert fault.code == "delegation_ring"


def test_a_delegation_to_oneself_is_refused() -> None:
    fault = only(ring("by: ann, to: ann"))
    assert fault.detail == "found the person who delegates, expected another"


@pytest.mark.parametrize(
    "gifts",
    [
        ("by: ann, to: bob, until: 2026-01-31", "by: bob, to: ann, until: 2024-12-31"),
        ("by: ann, to: bob, functions: [payroll]", "by: bob, to: ann, functions: [finance]"),
        ("by: ann, to: bob", "by: bob, to: cy", "by: ann, to: cy"),
        (
            "by: ann, to: bob",
            "by: ann, to: cy",
            "by: bob, to: dee",
            "by: cy, to: dee",
            "by: bob, to: cy",
        ),
    ],
)
def test_delegations_of_other_times_or_scopes_make_no_ring(gifts: tuple[str, ...]) -> None:
    lines = "\n".join(
        f"  del-{n}: {{{gift}, from: 20{25 - n}-01-01}}" for n, gift in enumerate(gifts)
    )
    reads(f"delegations:\n{lines}")


def test_a_delegation_to_nobody_is_told_once() -> None:
    assert only("delegations:\n  del-1: {by: ann, from: 2026-01-01}").code == "missing_key"


def test_dates_that_cannot_be_read_are_told_once() -> None:
    fault = only(ring("by: ann, to: bob, until: soon"))
    assert fault.code == "wrong_value"
    assert "`soon`" in fault.detail


def test_a_person_is_there_until_later_than_from() -> None:
    fault = only("", ("{name: Cy Cole}", "{name: Cy Cole, from: 2026-02-01, until: 2026-01-01}"))
    assert fault.code == "wrong_value"


def test_only_a_signatory_signs_and_only_who_is_there() -> None:
    signed = (
        "    review_date: 2027-03-31\n",
        (
            "    review_date: 2027-03-31\n    signatures:\n"
            "      roads: {person: bob, signed_on: 2025-06-01}\n"
            "      treasury: {person: nob, signed_on: 2025-06-01}\n"
        ),
    )
    told = [fault.detail for fault in faults("", signed)]
    assert told[0] == "found `treasury`, expected one of its signatories"
    assert "`nob`" in told[1]


def test_a_service_standard_names_a_provider_and_functions_that_there_are() -> None:
    standard = "{title: Fast, statement: We answer, clocks: [acknowledge], functions: [payrol]}"
    assert "`payrol`" in only(f"service_standards:\n  fast: {standard}").detail
