from datetime import UTC, date, datetime, timedelta

import pytest

from escalation.timekeeping.calendar import BeyondHorizon, Calendar
from tests.unit.timekeeping.samples import HOUR, holidays, office, rules, utc, week

MONDAY = date(2026, 11, 23)
FRIDAY_CLOSE = utc("2026-11-27T17:00+10:00")


def test_open_time_is_added_over_the_weekend() -> None:
    due = office().add(utc("2026-11-27T16:00+10:00"), 2 * HOUR)
    assert due == utc("2026-11-30T10:00+10:00")


def test_a_sum_that_lands_on_closing_time_stays_there() -> None:
    assert office().add(utc("2026-11-27T16:00+10:00"), HOUR) == FRIDAY_CLOSE


def test_a_difference_that_lands_on_opening_time_stays_there() -> None:
    start = office().subtract(utc("2026-11-30T10:00+10:00"), HOUR)
    assert start == utc("2026-11-30T09:00+10:00")


@pytest.mark.parametrize(
    ("at", "first_open"),
    [
        ("2026-11-27T12:00+10:00", "2026-11-27T12:00+10:00"),
        ("2026-11-27T17:00+10:00", "2026-11-30T09:00+10:00"),
        ("2026-11-28T12:00+10:00", "2026-11-30T09:00+10:00"),
        ("2026-11-30T09:00+10:00", "2026-11-30T09:00+10:00"),
    ],
)
def test_nothing_added_is_the_first_open_instant(at: str, first_open: str) -> None:
    assert office().add(utc(at), 0) == utc(first_open)


@pytest.mark.parametrize(
    ("at", "last_open"),
    [
        ("2026-11-27T12:00+10:00", "2026-11-27T12:00+10:00"),
        ("2026-11-27T17:00+10:00", "2026-11-27T17:00+10:00"),
        ("2026-11-28T12:00+10:00", "2026-11-27T17:00+10:00"),
        ("2026-11-30T09:00+10:00", "2026-11-27T17:00+10:00"),
    ],
)
def test_nothing_subtracted_is_the_end_of_the_last_open_second(at: str, last_open: str) -> None:
    assert office().subtract(utc(at), 0) == utc(last_open)


def test_windows_are_half_open() -> None:
    calendar = office()
    assert calendar.is_open(utc("2026-11-27T09:00+10:00"))
    assert calendar.is_open(FRIDAY_CLOSE - timedelta(seconds=1))
    assert not calendar.is_open(FRIDAY_CLOSE)
    assert not calendar.is_open(utc("2024-01-01T00:00+10:00"))


def test_a_fraction_of_a_second_is_cut_off() -> None:
    at = utc("2026-11-27T16:00+10:00") + timedelta(microseconds=999_999)
    assert office().add(at, HOUR) == FRIDAY_CLOSE
    assert office().is_open(FRIDAY_CLOSE - timedelta(microseconds=1))


def test_windows_are_clipped_to_what_is_asked() -> None:
    found = office().windows(utc("2026-11-27T16:00+10:00"), utc("2026-11-30T09:30+10:00"))
    assert found == (
        (utc("2026-11-27T16:00+10:00"), FRIDAY_CLOSE),
        (utc("2026-11-30T09:00+10:00"), utc("2026-11-30T09:30+10:00")),
    )
    assert office().windows(FRIDAY_CLOSE, FRIDAY_CLOSE) == ()
    assert office().windows(FRIDAY_CLOSE, utc("2026-11-30T09:00+10:00")) == ()


def test_windows_that_touch_at_midnight_are_one() -> None:
    night = office(weekly=(((0, 6 * HOUR), (22 * HOUR, 24 * HOUR)),) * 7)
    found = night.windows(utc("2026-11-23T12:00+10:00"), utc("2026-11-24T12:00+10:00"))
    assert found == ((utc("2026-11-23T22:00+10:00"), utc("2026-11-24T06:00+10:00")),)
    assert night.close_of(MONDAY) == utc("2026-11-24T00:00+10:00")


def test_a_holiday_is_closed_and_an_opening_replaces_it() -> None:
    monday_noon = utc("2026-11-23T12:00+10:00")
    assert not office(closed=holidays("2026-11-23")).is_open(monday_noon)
    opened = office(closed=holidays("2026-11-23"), openings={MONDAY: ((10 * HOUR, 13 * HOUR),)})
    assert opened.is_open(monday_noon)
    assert opened.close_of(MONDAY) == utc("2026-11-23T13:00+10:00")


@pytest.mark.parametrize(
    ("closures", "seconds"),
    [
        ([(0, 9 * HOUR)], 8 * HOUR),
        ([(12 * HOUR, 13 * HOUR)], 7 * HOUR),
        ([(16 * HOUR, 24 * HOUR)], 7 * HOUR),
        ([(8 * HOUR, 18 * HOUR)], 0),
        ([(10 * HOUR, 12 * HOUR), (11 * HOUR, 14 * HOUR)], 4 * HOUR),
    ],
)
def test_part_day_closures_are_cut_out(closures: list[tuple[int, int]], seconds: int) -> None:
    calendar = office(closures={MONDAY: tuple((span, "closed early") for span in closures)})
    day = utc("2026-11-23T00:00+10:00"), utc("2026-11-24T00:00+10:00")
    assert calendar.open_seconds(*day) == seconds
    assert (calendar.close_of(MONDAY) is None) == (seconds == 0)


def test_a_closure_cuts_an_opening_too() -> None:
    calendar = office(
        openings={MONDAY: ((9 * HOUR, 11 * HOUR),)},
        closures={MONDAY: (((10 * HOUR, 11 * HOUR), "move"),)},
    )
    assert calendar.close_of(MONDAY) == utc("2026-11-23T10:00+10:00")


@pytest.mark.parametrize(
    ("received", "after_hours", "closed_day", "zero"),
    [
        ("2026-11-27T08:00+10:00", "next_business_day", "next_business_day", "2026-11-27"),
        ("2026-11-27T16:59+10:00", "next_business_day", "next_business_day", "2026-11-27"),
        ("2026-11-27T17:00+10:00", "next_business_day", "next_business_day", "2026-11-30"),
        ("2026-11-27T17:00+10:00", "same_day", "next_business_day", "2026-11-27"),
        ("2026-11-28T12:00+10:00", "same_day", "next_business_day", "2026-11-30"),
        ("2026-11-28T12:00+10:00", "same_day", "same_day", "2026-11-28"),
        ("2026-11-26T23:30Z", "same_day", "next_business_day", "2026-11-27"),
    ],
)
def test_day_zero_is_the_date_of_receipt_unless_the_calendar_moves_it(
    received: str, after_hours: str, closed_day: str, zero: str
) -> None:
    calendar = office(after_hours=after_hours, closed_day=closed_day)
    assert calendar.day_zero(utc(received)).isoformat() == zero


def test_business_days_are_dates_with_any_open_second() -> None:
    calendar = office(
        closed=holidays("2026-11-24"),
        closures={date(2026, 11, 25): (((0, 17 * HOUR - 1), "all but a second"),)},
    )
    assert calendar.business_day_after(MONDAY, 1) == date(2026, 11, 25)
    assert calendar.business_day_after(MONDAY, 2) == date(2026, 11, 26)
    assert calendar.next_open_date(date(2026, 11, 24)) == date(2026, 11, 25)
    assert calendar.next_open_date(MONDAY) == MONDAY


def test_local_time_is_the_business_clock() -> None:
    assert office("Australia/Lord_Howe").local(FRIDAY_CLOSE).isoformat() == (
        "2026-11-27T18:00:00+11:00"
    )


def test_the_horizon_is_the_end_of_the_last_known_date() -> None:
    assert office().horizon == utc("2027-01-01T00:00+10:00")


BEFORE, AFTER = utc("2023-12-31T23:59:59+10:00"), utc("2027-01-01T00:00:01+10:00")
INSIDE, EDGE = utc("2026-12-31T16:00+10:00"), utc("2027-01-01T00:00+10:00")


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("is_open", (BEFORE,)),
        ("is_open", (EDGE,)),
        ("open_seconds", (BEFORE, INSIDE)),
        ("open_seconds", (INSIDE, AFTER)),
        ("add", (BEFORE, 1)),
        ("add", (INSIDE, HOUR + 1)),
        ("add", (utc("2026-12-31T17:00+10:00"), 0)),
        ("subtract", (AFTER, 1)),
        ("subtract", (utc("2024-01-01T10:00+10:00"), HOUR + 1)),
        ("subtract", (utc("2024-01-01T09:00+10:00"), 0)),
        ("windows", (BEFORE, INSIDE)),
        ("windows", (INSIDE, AFTER)),
        ("close_of", (date(2027, 1, 1),)),
        ("close_of", (date(2023, 12, 31),)),
        ("business_day_after", (date(2026, 12, 30), 2)),
        ("next_open_date", (date(2027, 1, 1),)),
    ],
)
def test_a_question_beyond_the_horizon_is_an_error_that_names_it(
    question: str, about: tuple[object, ...]
) -> None:
    with pytest.raises(BeyondHorizon, match="'office' knows 2024-01-01 to 2026-12-31") as beyond:
        getattr(office(), question)(*about)
    assert beyond.value.calendar == "office"
    assert beyond.value.known_until == date(2026, 12, 31)


def test_all_of_the_known_dates_can_be_asked_about() -> None:
    calendar = office()
    assert calendar.open_seconds(utc("2024-01-01T00:00+10:00"), EDGE) == 784 * 8 * HOUR
    assert calendar.add(INSIDE, HOUR) == utc("2026-12-31T17:00+10:00")
    assert calendar.close_of(date(2026, 12, 31)) == utc("2026-12-31T17:00+10:00")
    shut = office(closed=holidays("2026-12-31"))
    assert shut.close_of(date(2026, 12, 31)) is None


def test_a_calendar_that_never_opens_has_no_due_instants() -> None:
    calendar = office(weekly=((),) * 7)
    assert calendar.open_seconds(INSIDE, EDGE) == 0
    assert not calendar.is_open(INSIDE)
    for question in (calendar.add, calendar.subtract):
        for seconds in (0, 1):
            with pytest.raises(BeyondHorizon):
                question(INSIDE, seconds)


def test_an_unknown_zone_is_an_error_that_names_the_nearest() -> None:
    for zone in ("Australia/Brisbain", "Australia", "../etc/passwd", ""):
        with pytest.raises(ValueError, match=r"unknown time zone .* the nearest is '"):
            office(zone)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weekly": ((),) * 6}, "a week has 7 days, not 6"),
        ({"weekly": week((17 * HOUR, 9 * HOUR))}, "not in order within one day"),
        ({"weekly": week((9 * HOUR, 12 * HOUR), (11 * HOUR, 17 * HOUR))}, "not in order"),
        ({"weekly": week((9 * HOUR, 25 * HOUR))}, "not in order within one day"),
        ({"openings": {MONDAY: ((9 * HOUR, 9 * HOUR),)}}, "not in order"),
        ({"closures": {MONDAY: (((-1, 9),  "x"),)}}, "not in order"),
        ({"known_until": date(2023, 12, 31)}, "it must know 0 to 100 years, in order"),
        ({"known_until": date(2125, 1, 1)}, "it must know 0 to 100 years, in order"),
        ({"known_from": date(2026, 12, 31), "known_until": date(2026, 1, 1)}, "is before"),
    ],
)  # fmt: skip
def test_rules_that_no_clock_can_be_run_by_are_refused(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=f"calendar 'office': .*{message}"):
        rules(**changes)  # type: ignore[arg-type]  # wrong on purpose


def test_less_than_nothing_is_neither_added_nor_subtracted() -> None:
    for question in (office().add, office().subtract):
        with pytest.raises(ValueError, match="-1 seconds are no length of time"):
            question(FRIDAY_CLOSE, -1)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(TypeError):
        office().is_open(datetime(2026, 11, 27, 12, tzinfo=UTC).replace(tzinfo=None))


def test_rules_are_indexed_once() -> None:
    calendar = Calendar(rules())
    assert calendar.index is calendar.index


@pytest.mark.parametrize("after_hours", ["same_day", "next_business_day"])
def test_business_days_are_counted_on_from_day_zero(after_hours: str) -> None:
    calendar = office(after_hours=after_hours, closed_day="next_business_day")
    until = calendar.business_days_until(date(2026, 3, 9))  # a Monday
    late = 5 if after_hours == "same_day" else 4
    for _ in range(2):  # worked out, and known
        assert until - calendar.number_of(utc("2026-03-02T10:00+10:00")) == 5
        assert until - calendar.number_of(utc("2026-03-02T17:00+10:00")) == late
        assert until - calendar.number_of(utc("2026-02-28T10:00+10:00")) == 5, "a Saturday"
    with pytest.raises(BeyondHorizon):
        calendar.business_days_until(date(2199, 1, 1))
    with pytest.raises(BeyondHorizon):
        calendar.number_of(utc("2199-01-01T10:00+10:00"))
