"""Reference numbers: unique, in blocks, by the year."""

from datetime import timedelta

from escalation.clock import VirtualClock
from escalation.services.desk import Desk
from escalation.services.references import References
from tests.builders import ask, complaint, desk_on, job
from tests.fakes import MONDAY, utc


def test_numbers_begin_at_one_and_follow_one_another(desk: Desk) -> None:
    references = [ask(desk, complaint())["reference"] for _ in range(20)]
    assert references == [f"SSI-2026-{n:06d}" for n in range(1, 21)]


def test_each_year_counts_for_itself(desk: Desk, clock: VirtualClock) -> None:
    ask(desk, complaint())
    clock.move_to(utc("2027-01-04 09:00"))
    assert ask(desk, complaint())["reference"] == "SSI-2027-000001"
    imported = ask(desk, complaint(), at=MONDAY + timedelta(days=1))
    assert imported["reference"] == "SSI-2026-000002"


def test_a_process_that_ended_leaves_a_gap_and_never_a_number_twice(furnished_url: str) -> None:
    with desk_on(furnished_url) as desk:
        first = ask(desk, complaint())["reference"]
    with desk_on(furnished_url) as desk:
        second = ask(desk, complaint())["reference"]
    assert first < second


def test_in_the_moment_of_a_new_year_no_number_is_taken_that_was_not_reserved(
    desk: Desk,
) -> None:
    before, after = utc("2026-12-31 23:59"), utc("2027-01-01 00:00")
    references = References("SSI")
    references.reserve(desk.engine, [job(desk, complaint()) for _ in range(3)], before)
    three = {references.next(before) for _ in range(3)}
    references.reserve(desk.engine, [job(desk, complaint()) for _ in range(16)], after)
    more = {references.next(before) for _ in range(16)}
    assert len(three | more) == 19
    assert all(first <= end for first, end in references._left.values())
