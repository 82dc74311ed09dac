"""Windows on the days when clocks are put on or back."""

from datetime import date, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from escalation.timekeeping.calendar import Calendar, Span
from tests.unit.timekeeping.samples import HOUR, office, utc

ROUND_THE_CLOCK = (((0, 24 * HOUR),),) * 7
HALF = HOUR // 2
QUARTER = HOUR // 4


def daily(zone: str, *spans: Span) -> Calendar:
    return office(zone, weekly=(spans,) * 7)


def day_length(zone: str, day: str, offset: str, next_offset: str) -> int:
    start, end = utc(f"{day}T00:00{offset}"), utc(f"{day}T23:59:59{next_offset}")
    return office(zone, weekly=ROUND_THE_CLOCK).open_seconds(start, end) + 1


@pytest.mark.parametrize(
    ("zone", "day", "offset", "next_offset", "hours"),
    [
        ("Australia/Sydney", "2026-10-04", "+10:00", "+11:00", 23),
        ("Australia/Sydney", "2026-04-05", "+11:00", "+10:00", 25),
        ("Australia/Adelaide", "2026-10-04", "+09:30", "+10:30", 23),
        ("Australia/Lord_Howe", "2026-10-04", "+10:30", "+11:00", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", "+11:00", "+10:30", 24.5),
        ("Australia/Brisbane", "2026-10-04", "+10:00", "+10:00", 24),
    ],
)
def test_a_day_of_changing_clocks_is_longer_or_shorter(
    zone: str, day: str, offset: str, next_offset: str, hours: float
) -> None:
    assert day_length(zone, day, offset, next_offset) == hours * HOUR


def test_office_hours_of_the_next_day_are_as_ever() -> None:
    due = office("Australia/Sydney").add(utc("2026-10-02T16:00+10:00"), 2 * HOUR)
    assert due == utc("2026-10-05T10:00+11:00")


@pytest.mark.parametrize(
    ("span", "opens", "closes"),
    [
        ((2 * HOUR + HALF, 5 * HOUR), "03:00+11:00", "05:00+11:00"),
        ((HOUR, 2 * HOUR + HALF), "01:00+10:00", "03:00+11:00"),
        ((HOUR, 2 * HOUR), "01:00+10:00", "03:00+11:00"),
        ((3 * HOUR, 4 * HOUR), "03:00+11:00", "04:00+11:00"),
    ],
)
def test_a_skipped_edge_is_the_instant_of_the_skip(span: Span, opens: str, closes: str) -> None:
    day = utc("2026-10-04T00:00+10:00"), utc("2026-10-05T00:00+11:00")
    found = daily("Australia/Sydney", span).windows(*day)
    assert found == ((utc(f"2026-10-04T{opens}"), utc(f"2026-10-04T{closes}")),)


def test_a_window_that_is_skipped_whole_leaves_the_date_closed() -> None:
    calendar = daily("Australia/Lord_Howe", (2 * HOUR, 2 * HOUR + HALF))
    assert calendar.close_of(date(2026, 10, 4)) is None
    assert calendar.next_open_date(date(2026, 10, 4)) == date(2026, 10, 5)


@pytest.mark.parametrize(
    ("span", "opens", "closes"),
    [
        ((2 * HOUR + HALF, 5 * HOUR), "02:30+11:00", "05:00+10:00"),
        ((HOUR, 2 * HOUR + HALF), "01:00+11:00", "02:30+10:00"),
        ((2 * HOUR, 3 * HOUR), "02:00+11:00", "03:00+10:00"),
        ((HOUR, 2 * HOUR), "01:00+11:00", "02:00+10:00"),
        ((3 * HOUR, 4 * HOUR), "03:00+10:00", "04:00+10:00"),
    ],
)
def test_an_edge_that_comes_twice_opens_first_and_closes_second(
    span: Span, opens: str, closes: str
) -> None:
    day = utc("2026-04-05T00:00+11:00"), utc("2026-04-06T00:00+10:00")
    found = daily("Australia/Sydney", span).windows(*day)
    assert found == ((utc(f"2026-04-05T{opens}"), utc(f"2026-04-05T{closes}")),)


def test_windows_that_the_repeated_hour_lays_over_each_other_are_one() -> None:
    calendar = daily("Australia/Sydney", (0, 2 * HOUR + QUARTER), (3 * HOUR - QUARTER, 5 * HOUR))
    day = utc("2026-04-05T00:00+11:00"), utc("2026-04-06T00:00+10:00")
    assert calendar.windows(*day) == ((day[0], utc("2026-04-05T05:00+10:00")),)
    assert calendar.open_seconds(*day) == 6 * HOUR


def test_lord_howe_moves_by_half_an_hour() -> None:
    calendar = daily("Australia/Lord_Howe", (HOUR, 3 * HOUR))
    spring = utc("2026-10-04T00:00+10:30"), utc("2026-10-05T00:00+11:00")
    autumn = utc("2026-04-05T00:00+11:00"), utc("2026-04-06T00:00+10:30")
    assert calendar.open_seconds(*spring) == HOUR + HALF
    assert calendar.open_seconds(*autumn) == 2 * HOUR + HALF
    assert calendar.add(spring[0], HOUR + QUARTER) == utc("2026-10-04T02:45+11:00")
    assert calendar.add(autumn[0], HOUR + QUARTER) == utc("2026-04-05T01:45+10:30")


def test_a_close_at_a_midnight_that_comes_twice_is_the_second() -> None:
    """Cuba puts its clocks back from 01:00 to 00:00."""
    calendar = daily("America/Havana", (22 * HOUR, 24 * HOUR))
    assert calendar.close_of(date(2026, 10, 31)) == utc("2026-11-01T00:00-05:00")
    assert calendar.close_of(date(2026, 11, 1)) == utc("2026-11-02T00:00-05:00")


def test_a_date_that_a_zone_left_out_is_no_business_day() -> None:
    """Samoa went from 29 to 31 December 2011 across the date line."""
    calendar = office(
        "Pacific/Apia",
        weekly=ROUND_THE_CLOCK,
        known_from=date(2011, 1, 1),
        known_until=date(2012, 12, 31),
    )
    assert calendar.close_of(date(2011, 12, 30)) is None
    assert calendar.business_day_after(date(2011, 12, 29), 1) == date(2011, 12, 31)
    start, end = utc("2011-12-29T00:00-10:00"), utc("2012-01-01T00:00+14:00")
    assert calendar.open_seconds(start, end) == 48 * HOUR


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Australia/Brisbane", "2026-10-04"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Pacific/Apia", "2011-12-30"),  # a date that there was not
        ("America/St_Johns", "2010-11-07"),  # a minute after midnight it was the day before again
    ],
)
def test_a_date_is_that_of_the_clock_on_the_wall(zone: str, day: str) -> None:
    calendar, first = office(zone), utc(f"{day}T00:00+00:00") - timedelta(days=1, minutes=30)
    instants = [first + timedelta(minutes=15 * n + n % 2) for n in range(4 * 24 * 4)]
    wall = [at.astimezone(ZoneInfo(zone)).date() for at in instants]
    assert [calendar.date_of(at) for at in instants] == wall
    elsewhere = timezone(timedelta(hours=-7))
    assert [calendar.date_of(at.astimezone(elsewhere)) for at in instants] == wall
