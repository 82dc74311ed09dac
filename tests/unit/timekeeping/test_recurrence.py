import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from escalation.timekeeping.pattern import QUIET_YEARS
from escalation.timekeeping.recurrence import Recurrence
from tests.unit.timekeeping.samples import local, utc

START = local("2026-01-06T10:00")  # a Tuesday
SYDNEY = "Australia/Sydney"


def recurrence(rule: str, start: datetime = START, zone: str = SYDNEY) -> Recurrence:
    return Recurrence.parse(rule, start, zone)


def local_times(rule: str, start: datetime, until: datetime, zone: str = "UTC") -> list[str]:
    found = recurrence(rule, start, zone).between(
        start.replace(tzinfo=UTC), until.replace(tzinfo=UTC)
    )
    return [f"{at:%Y-%m-%d %H:%M}" for at in found]


def test_a_meeting_keeps_its_local_time_when_the_clock_changes() -> None:
    meetings = recurrence("FREQ=WEEKLY;BYDAY=TU").between(
        utc("2026-03-30T00:00+11:00"), utc("2026-04-15T00:00+10:00")
    )
    assert meetings == (
        utc("2026-03-31T10:00+11:00"),
        utc("2026-04-07T10:00+10:00"),
        utc("2026-04-14T10:00+10:00"),
    )


def test_a_skipped_local_time_is_read_with_the_offset_before_the_skip() -> None:
    meetings = recurrence("FREQ=DAILY", local("2026-10-03T02:30"))
    assert meetings.first_after(utc("2026-10-03T12:00+10:00")) == utc("2026-10-04T03:30+11:00")


def test_a_local_time_that_comes_twice_is_the_first() -> None:
    meetings = recurrence("FREQ=DAILY", local("2026-04-04T02:30"))
    assert meetings.first_after(utc("2026-04-04T12:00+11:00")) == utc("2026-04-05T02:30+11:00")


def test_times_of_one_day_stay_in_order_across_a_skip() -> None:
    meetings = recurrence("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15,45", local("2026-10-04T00:00"))
    found = meetings.between(utc("2026-10-04T00:00+10:00"), utc("2026-10-05T00:00+11:00"))
    assert found == (utc("2026-10-04T03:15+11:00"), utc("2026-10-04T03:45+11:00"))


def test_the_first_after_an_occurrence_is_the_next_one_unless_it_is_included() -> None:
    meetings = recurrence("FREQ=MONTHLY;BYDAY=1TU")
    at = utc("2026-02-03T10:00+11:00")
    assert meetings.first_after(at, inclusive=True) == at
    assert meetings.first_after(at) == utc("2026-03-03T10:00+11:00")
    assert meetings.first_after(at - timedelta(seconds=1)) == at


def test_the_start_is_an_occurrence_only_where_it_fits() -> None:
    assert recurrence("FREQ=WEEKLY;BYDAY=WE").first_after(utc("2020-01-01T00:00Z")) == utc(
        "2026-01-07T10:00+11:00"
    )


def test_between_takes_its_start_and_leaves_its_end() -> None:
    meetings = recurrence("FREQ=DAILY", START, "UTC")
    assert meetings.between(utc("2026-01-06T10:00Z"), utc("2026-01-07T10:00Z")) == (
        utc("2026-01-06T10:00Z"),
    )


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260108", "2026-01-08T10:00+11:00"),
        ("20260108T100000", "2026-01-08T10:00+11:00"),
        ("20260108T095959", "2026-01-07T10:00+11:00"),
        ("20260107T230000Z", "2026-01-08T10:00+11:00"),
        ("20260107T225959Z", "2026-01-07T10:00+11:00"),
    ],
)
def test_until_is_the_last_moment_in_each_of_its_forms(until: str, last: str) -> None:
    meetings = recurrence(f"FREQ=DAILY;UNTIL={until}")
    assert meetings.between(utc("2026-01-01T00:00Z"), utc("2027-01-01T00:00Z"))[-1] == utc(last)
    assert meetings.first_after(utc(last)) is None


def test_a_count_is_counted_from_the_start() -> None:
    meetings = recurrence("FREQ=MONTHLY;COUNT=3")
    assert meetings.first_after(utc("2026-03-01T00:00Z")) == utc("2026-03-06T10:00+11:00")
    assert meetings.first_after(utc("2026-03-07T00:00Z")) is None


def test_a_count_may_end_in_the_middle_of_a_period() -> None:
    found = local_times("FREQ=WEEKLY;BYDAY=TU,WE,TH;COUNT=4", START, local("2027-01-01T00:00"))
    assert [text[:10] for text in found] == ["2026-01-06", "2026-01-07", "2026-01-08", "2026-01-13"]


def test_a_rule_that_began_long_ago_is_asked_about_today_at_once() -> None:
    meetings = recurrence("FREQ=DAILY;INTERVAL=3", local("1970-01-01T09:00"), "UTC")
    at = meetings.first_after(utc("2026-11-22T00:00Z"))
    assert at is not None
    assert (at - utc("1970-01-01T09:00Z")).days % 3 == 0
    assert at - utc("2026-11-22T00:00Z") <= timedelta(days=3)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=-1FR", ["01-30", "02-27", "03-27"]),
        ("FREQ=MONTHLY;BYDAY=2TU,WE;BYMONTH=1", ["01-07", "01-13", "01-14", "01-21", "01-28"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["01-30", "02-27", "03-31"]),
        ("FREQ=YEARLY;BYMONTH=1,3", ["01-06", "03-06"]),
        ("FREQ=YEARLY;BYYEARDAY=-365,32", ["02-01"]),
        ("FREQ=YEARLY;BYWEEKNO=5", ["01-27"]),
        ("FREQ=YEARLY;BYDAY=2TU", ["01-13"]),
        ("FREQ=WEEKLY;INTERVAL=4", ["01-06", "02-03", "03-03", "03-31"]),
        ("FREQ=DAILY;BYMONTHDAY=-1", ["01-31", "02-28", "03-31"]),
    ],
)
def test_a_rule_meets_on_these_days_of_a_quarter(rule: str, days: list[str]) -> None:
    found = local_times(rule, START, local("2026-04-01T00:00"))
    assert [text[5:10] for text in found] == days


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("", "character 1: found '', expected a part like"),
        ("BYDAY=MO", "character 1: FREQ=: expected DAILY"),
        ("FREQ=SECONDLY", "character 1: FREQ=SECONDLY: expected DAILY"),
        (
            "FREQ=MONTHLY;BYMONHT=2",
            "character 14: found 'BYMONHT=2', expected a part like BYMONTH=",
        ),
        ("FREQ=MONTHLY;BYDAY", "character 14: found 'BYDAY', expected a part like BYDAY="),
        ("FREQ=DAILY;FREQ=DAILY", "character 12: FREQ=DAILY: stands twice"),
        ("FREQ=DAILY;INTERVAL=0", "character 12: INTERVAL=0: found '0', expected 1 to 1000"),
        ("FREQ=DAILY;INTERVAL=1,2", "INTERVAL=1,2: expected one number"),
        ("FREQ=DAILY;COUNT=1001", "found '1001', expected 1 to 1000"),
        (
            "FREQ=DAILY;COUNT=2;UNTIL=20260101",
            "character 20: UNTIL=20260101: cannot stand with COUNT",
        ),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL=TOMORROW: expected 20261231"),
        ("FREQ=DAILY;UNTIL=20261301", "UNTIL=20261301: expected 20261231"),
        ("FREQ=DAILY;WKST=XX", "WKST=XX: expected one of MO, TU"),
        ("FREQ=DAILY;BYMONTH=-1", "found '-1', expected 1 to 12"),
        ("FREQ=DAILY;BYMONTH=x", "found 'X', expected 1 to 12"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY=1: cannot stand with FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY=1: cannot stand with FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO=1: cannot stand with FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS=1: needs another BY part"),
        ("FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=400", "expected 1 to 366, or -366 to -1"),
        ("FREQ=MONTHLY;BYDAY=XX", "BYDAY=XX: found 'XX', expected a day like MO"),
        (
            "FREQ=MONTHLY;BYDAY=9TU",
            "character 14: BYDAY=9TU: found '9TU', expected a number from 1 to 5",
        ),
        ("FREQ=MONTHLY;BYDAY=0TU", "found '0TU', expected a number from 1 to 5"),
        ("FREQ=YEARLY;BYDAY=54MO", "found '54MO', expected a number from 1 to 53"),
        ("FREQ=WEEKLY;BYDAY=1MO", "a numbered day stands with FREQ=MONTHLY or YEARLY"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "without BYWEEKNO"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place_and_what_was_expected(
    rule: str, message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        recurrence(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;UNTIL=20200101",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2",
    ],
)
def test_a_rule_that_never_comes_round_is_refused_without_a_long_search(rule: str) -> None:
    with pytest.raises(ValueError, match=f"never comes round within {QUIET_YEARS} years"):
        recurrence(rule)


def test_a_rule_that_comes_round_once_in_a_generation_is_not_refused() -> None:
    meetings = recurrence("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=FR", START, "UTC")
    assert meetings.first_after(utc("2026-01-01T00:00Z")) == utc("2036-02-29T10:00Z")
    assert meetings.first_after(utc("2036-03-01T00:00Z")) == utc("2064-02-29T10:00Z")


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_a_rule_ends_with_the_calendar(frequency: str) -> None:
    meetings = recurrence(f"FREQ={frequency}", local("9990-12-01T10:00"), "UTC")
    assert meetings.first_after(utc("9996-12-02T00:00Z")) is not None
    assert meetings.first_after(utc("9999-12-30T00:00Z")) is None


def test_a_start_with_an_offset_is_refused() -> None:
    start = datetime(2026, 1, 6, 10, tzinfo=timezone(timedelta(hours=10)))
    with pytest.raises(ValueError, match="must be a local time, without an offset"):
        recurrence("FREQ=DAILY", start)


def test_an_unknown_zone_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="the nearest is 'Australia/Brisbane'"):
        recurrence("FREQ=DAILY", START, "Australia/Brisbain")


def test_a_start_is_cut_to_whole_seconds() -> None:
    assert recurrence("FREQ=DAILY", START.replace(microsecond=5)).start == START


def test_a_rule_is_published_with_its_last_moment_in_utc() -> None:
    assert recurrence("FREQ=WEEKLY;UNTIL=20261231T235900").published() == (
        "FREQ=WEEKLY;UNTIL=20261231T125900Z"
    )
    assert recurrence("freq=weekly;byday=tu;").published() == "FREQ=WEEKLY;BYDAY=TU"
