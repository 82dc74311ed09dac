from datetime import UTC, datetime, timedelta

import pytest

from escalation.timekeeping.calendar import BeyondHorizon
from escalation.timekeeping.ledger import (
    Budget,
    Interval,
    Measure,
    Window,
    before,
    budget,
    consumed,
    due_at,
    remaining,
    warning_at,
    windows,
)
from tests.unit.timekeeping.samples import DAY, HOUR, holidays, length, office, utc

OFFICE = office()
MONDAY_TEN = utc("2026-11-23T10:00+10:00")


def brisbane(text: str) -> datetime:
    return utc(f"2026-{text}+10:00")


def running(*edges: str) -> list[Interval]:
    """Intervals from edges in turn; an odd number leaves the last one running."""
    instants: list[datetime | None] = [brisbane(edge) for edge in edges]
    instants += [None] * (len(instants) % 2)
    pairs = zip(instants[::2], instants[1::2], strict=True)
    return [Interval(start, end) for start, end in pairs if start is not None]


def due(text: str, *edges: str) -> datetime | None:
    """When a duration is due whose clock is anchored at the first edge."""
    intervals = running(*edges)
    return due_at(budget(length(text), intervals[0].start, OFFICE), intervals, OFFICE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90 minutes", Budget(Measure.ELAPSED, 5400)),
        ("2 hours", Budget(Measure.ELAPSED, 7200)),
        ("90 business minutes", Budget(Measure.OPEN, 5400)),
        ("2 business hours", Budget(Measure.OPEN, 7200)),
        ("1 business day", Budget(Measure.OPEN, 15 * HOUR)),
        ("1 day", Budget(Measure.DAYS, 31 * HOUR)),
        ("5 days", Budget(Measure.DAYS, 7 * DAY + 7 * HOUR)),
    ],
)
def test_a_duration_comes_to_a_budget(text: str, expected: Budget) -> None:
    assert budget(length(text), MONDAY_TEN, OFFICE) == expected


@pytest.mark.parametrize(
    ("text", "received", "expected"),
    [
        ("2 hours", "11-27T16:00", "11-27T18:00"),
        ("2 business hours", "11-27T16:00", "11-30T10:00"),
        ("1 business day", "11-27T16:00", "11-30T17:00"),
        ("1 business day", "11-27T20:00", "11-30T17:00"),
        ("1 business day", "11-28T12:00", "12-01T17:00"),
        ("1 day", "11-26T23:59", "11-27T17:00"),
        ("1 day", "11-27T16:00", "11-30T17:00"),
        ("2 days", "11-28T12:00", "11-30T17:00"),
        ("3 days", "11-28T12:00", "12-01T17:00"),
    ],
)
def test_a_clock_is_due_when_its_duration_says(text: str, received: str, expected: str) -> None:
    assert due(text, received) == brisbane(expected)


def test_a_holiday_moves_business_days_and_rolls_days() -> None:
    calendar = office(closed=holidays("2026-11-24"))
    for text in ("1 business day", "1 day"):
        made = budget(length(text), MONDAY_TEN, calendar)
        assert due_at(made, [Interval(MONDAY_TEN, None)], calendar) == brisbane("11-25T17:00")


def test_a_clock_that_does_not_run_is_not_due() -> None:
    for intervals in ([], running("11-23T10:00", "11-23T11:00")):
        for measure in Measure:
            assert due_at(Budget(measure, HOUR), intervals, OFFICE) is None
            assert warning_at(Budget(measure, HOUR), 80, intervals, OFFICE) is None
            assert warning_at(Budget(measure, HOUR), length("1 hour"), intervals, OFFICE) is None


@pytest.mark.parametrize(
    ("text", "edges", "expected"),
    [
        ("4 business hours", ("11-23T10:00", "11-23T11:00", "11-24T09:00"), "11-24T12:00"),
        ("4 business hours", ("11-23T10:00", "11-23T18:00", "11-28T12:00"), "11-23T14:00"),
        ("1 business day", ("11-23T10:00", "11-23T11:00", "11-23T13:00"), "11-25T11:00"),
        ("1 business day", ("11-23T10:00", "11-23T18:00", "11-23T23:00"), "11-24T17:00"),
        ("4 hours", ("11-23T10:00", "11-23T11:00", "11-28T02:00"), "11-28T05:00"),
        ("4 hours", ("11-23T10:00", "11-23T14:00", "11-28T02:00"), "11-23T14:00"),
        ("1 day", ("11-23T10:00", "11-23T11:00", "11-23T14:00"), "11-24T20:00"),
        ("1 day", ("11-23T10:00", "11-23T11:00", "11-27T11:00"), "11-30T17:00"),
        ("1 day", ("11-23T10:00", "11-25T11:00", "11-27T11:00"), "11-24T17:00"),
    ],
)
def test_a_pause_moves_the_due_instant_by_what_was_left(
    text: str, edges: tuple[str, ...], expected: str
) -> None:
    assert due(text, *edges) == brisbane(expected)


def test_two_pauses_move_days_from_where_the_first_had_moved_them() -> None:
    """Due Tuesday 17:00; a pause to Friday evening rolls it to Monday; the next adds an hour."""
    edges = ("11-23T10:00", "11-23T11:00", "11-27T11:00", "11-27T12:00", "11-27T13:00")
    assert due("1 day", *edges) == brisbane("11-30T18:00")


def test_a_pause_that_ends_where_it_began_changes_nothing() -> None:
    for text in ("4 business hours", "1 business day", "4 hours", "1 day"):
        plain = due(text, "11-23T10:00")
        assert due(text, "11-23T10:00", "11-23T11:00", "11-23T11:00") == plain
        assert due(text, "11-23T10:00", "11-23T10:00", "11-23T10:00") == plain


def test_a_run_of_no_length_moves_nothing() -> None:
    edges = ("11-23T10:00", "11-23T11:00", "11-27T11:00", "11-27T11:00", "11-27T12:00")
    assert due("1 day", *edges) == brisbane("11-30T17:00")


def test_days_due_at_a_midnight_close_are_not_rolled_off_the_closed_next_date() -> None:
    calendar = office(weekly=(((0, DAY),),) * 5 + ((),) * 2)
    thursday = brisbane("11-26T10:00")
    made = budget(length("1 day"), thursday, calendar)
    assert due_at(made, [Interval(thursday, None)], calendar) == brisbane("11-28T00:00")


def test_days_past_target_stay_past_after_a_pause() -> None:
    edges = ("11-23T10:00", "11-24T18:00", "11-28T14:00")
    assert due("1 day", *edges) == brisbane("11-24T17:00")
    made = budget(length("1 day"), MONDAY_TEN, OFFICE)
    assert remaining(made, running(*edges), OFFICE, brisbane("11-28T16:00")) == -3 * HOUR


@pytest.mark.parametrize(
    ("measure", "used"),
    [(Measure.OPEN, 3 * HOUR), (Measure.ELAPSED, 24 * HOUR), (Measure.DAYS, 24 * HOUR)],
)
def test_consumed_time_is_the_sum_of_the_intervals(measure: Measure, used: int) -> None:
    intervals = running("11-27T10:00", "11-27T12:00", "11-29T12:00", "11-30T09:00", "11-30T10:00")
    until = brisbane("11-30T11:00")
    assert consumed(Budget(measure, 1), intervals, OFFICE, until) == used


def test_what_lies_after_the_instant_is_not_consumed() -> None:
    intervals = running("11-27T10:00", "11-27T12:00", "11-27T13:00")
    made = Budget(Measure.OPEN, 8 * HOUR)
    assert consumed(made, intervals, OFFICE, brisbane("11-27T09:00")) == 0
    assert consumed(made, intervals, OFFICE, brisbane("11-27T11:00")) == HOUR
    assert consumed(made, intervals, OFFICE, brisbane("11-27T13:30")) == 2 * HOUR + HOUR // 2


def test_what_remains_is_negative_past_target() -> None:
    made, intervals = Budget(Measure.OPEN, 4 * HOUR), running("11-27T12:00")
    assert remaining(made, intervals, OFFICE, brisbane("11-27T13:00")) == 3 * HOUR
    assert remaining(made, intervals, OFFICE, brisbane("11-27T16:00")) == 0
    assert remaining(made, intervals, OFFICE, brisbane("11-30T10:00")) == -2 * HOUR


def test_what_remains_of_days_is_the_time_to_the_due_instant() -> None:
    intervals = running("11-23T10:00", "11-23T11:00", "11-27T11:00")
    made = budget(length("1 day"), MONDAY_TEN, OFFICE)
    at = brisbane("11-27T12:00")
    assert remaining(made, intervals, OFFICE, at) == (brisbane("11-30T17:00") - at).total_seconds()
    assert remaining(made, intervals, OFFICE, brisbane("11-25T12:00")) == 30 * HOUR
    assert remaining(made, intervals, OFFICE, brisbane("11-30T18:00")) == -HOUR


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(1, "11-23T10:05"), (50, "11-23T14:00"), (75, "11-23T16:00"), (100, "11-24T10:00")],
)
def test_a_percentage_warns_when_so_much_is_consumed(percent: int, expected: str) -> None:
    intervals = running("11-23T10:00")
    at = warning_at(Budget(Measure.OPEN, 8 * HOUR), percent, intervals, OFFICE)
    assert at is not None
    assert at.replace(second=0) == brisbane(expected) - timedelta(minutes=percent == 1)


def test_a_percentage_never_warns_before_the_whole_second_is_consumed() -> None:
    at = warning_at(Budget(Measure.ELAPSED, 3), 50, running("11-23T10:00"), OFFICE)
    assert at == MONDAY_TEN + timedelta(seconds=2)


def test_a_percentage_of_days_is_of_the_elapsed_time() -> None:
    made = budget(length("1 day"), MONDAY_TEN, OFFICE)
    at = warning_at(made, 50, running("11-23T10:00", "11-23T11:00", "11-23T14:00"), OFFICE)
    assert at == MONDAY_TEN + timedelta(hours=3 + 15.5)


def test_a_percentage_may_have_been_reached_before_a_pause() -> None:
    made, intervals = (
        Budget(Measure.OPEN, 4 * HOUR),
        running("11-23T10:00", "11-23T13:00", "11-24T09:00"),
    )
    assert warning_at(made, 50, intervals, OFFICE) == brisbane("11-23T12:00")


@pytest.mark.parametrize("percent", [0, 101, -5])
def test_a_percentage_out_of_range_is_refused(percent: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 100 percent, not {percent}"):
        warning_at(Budget(Measure.OPEN, 1), percent, running("11-23T10:00"), OFFICE)


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        ("30 minutes", "11-30T10:30"),
        ("2 hours", "11-30T09:00"),
        ("3 days", "11-27T11:00"),
        ("30 business minutes", "11-30T10:30"),
        ("2 business hours", "11-30T09:00"),
        ("3 business hours", "11-27T16:00"),
        ("1 business day", "11-27T11:00"),
        ("2 business days", "11-26T11:00"),
    ],
)
def test_a_length_warns_that_long_before_the_end(wait: str, expected: str) -> None:
    """The end is Monday 30 November, 11:00."""
    made, intervals = Budget(Measure.OPEN, 6 * HOUR), running("11-27T13:00")
    assert warning_at(made, length(wait), intervals, OFFICE) == brisbane(expected)


def test_a_business_day_before_the_close_of_business_is_that_mornings_opening() -> None:
    made, intervals = Budget(Measure.OPEN, 8 * HOUR), running("11-27T09:00")
    warned = warning_at(made, length("1 business day"), intervals, OFFICE)
    assert warned == brisbane("11-27T09:00")


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        ("2 hours", "11-30T09:00"),
        ("1 day", "11-29T11:00"),
        ("3 business hours", "11-27T16:00"),
        ("2 business days", "11-26T11:00"),
    ],
)
def test_an_instant_so_far_before_another_is_counted_in_the_units_own_time(
    wait: str, expected: str
) -> None:
    assert before(brisbane("11-30T11:00"), length(wait), OFFICE) == brisbane(expected)


def test_rows_explain_what_was_consumed() -> None:
    intervals = running("11-27T16:00", "11-30T10:00", "11-30T12:00")
    made = Budget(Measure.OPEN, 8 * HOUR)
    assert windows(made, intervals, OFFICE, brisbane("11-30T13:00")) == (
        Window(brisbane("11-27T16:00"), brisbane("11-27T17:00"), HOUR),
        Window(brisbane("11-30T09:00"), brisbane("11-30T10:00"), HOUR),
        Window(brisbane("11-30T12:00"), brisbane("11-30T13:00"), HOUR),
    )


@pytest.mark.parametrize("measure", [Measure.ELAPSED, Measure.DAYS])
def test_rows_of_elapsed_time_are_the_intervals(measure: Measure) -> None:
    rows = windows(Budget(measure, 1), running("11-27T16:00"), OFFICE, brisbane("11-28T16:00"))
    assert rows == (Window(brisbane("11-27T16:00"), brisbane("11-28T16:00"), DAY),)


def test_a_clock_that_would_pass_the_horizon_says_so() -> None:
    late = running("12-30T12:00")
    for text in ("3 business days", "3 days"):
        with pytest.raises(BeyondHorizon):
            budget(length(text), late[0].start, OFFICE)
    with pytest.raises(BeyondHorizon):
        due_at(Budget(Measure.OPEN, 40 * HOUR), late, OFFICE)
    with pytest.raises(BeyondHorizon):
        due_at(Budget(Measure.DAYS, 3 * DAY), late, OFFICE)
    with pytest.raises(BeyondHorizon):
        warning_at(Budget(Measure.ELAPSED, 3 * DAY), length("1 business day"), late, OFFICE)


def test_a_warning_before_anything_that_is_known_says_so() -> None:
    early = [Interval(datetime(2024, 1, 1, tzinfo=UTC), None)]
    with pytest.raises(BeyondHorizon):
        warning_at(Budget(Measure.OPEN, HOUR), length("3 business days"), early, OFFICE)
