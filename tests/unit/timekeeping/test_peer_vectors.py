"""Cases of other projects' own test suites, restated as facts: an input and what they expect.

The number before a case is the peer's: biz (zendesk/biz, spec/), Znuny (znuny/Znuny,
scripts/test/), cpan (Business-Hours 0.13), rt (bestpractical/rt 5.0.7), glpi (glpi-project/glpi,
phpunit/), alaveteli (mysociety/alaveteli, spec/models/holiday_spec.rb), goalert (target/goalert,
schedule/rule/rule_test.go).

Where the domain decides otherwise, the case is an exception and stands in ``EXCEPTIONS`` with its
reason; ``test_shared_vectors`` runs the whole collection against the same list.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from escalation.timekeeping.calendar import Calendar
from escalation.timekeeping.duration import Duration, Unit
from escalation.timekeeping.ledger import Interval, budget, due_at
from tests.unit.timekeeping.samples import rules, utc
from tests.unit.timekeeping.vectors import across_midnight, calendar

EXCEPTIONS = {
    "biz-013": "no act of the engine counts business days backwards",
    "biz-015": "no act of the engine counts business days backwards",
    "biz-063": "one clock runs by one calendar; calendars are not intersected",
    "biz-065": "a skipped local time is the instant of the skip (03:00), not an hour later (03:30)",
    "glpi-002": "a business day ends at the close of business, not at the time of day it began",
    "glpi-006": "no act of the engine counts business days backwards",
    "glpi-008": "no act of the engine counts business days backwards",
    "alaveteli-006": "by default a Saturday's receipt has Monday as day zero; "
    "with closed_day: same_day the case holds",
}

BIZ = {
    "timezone": "UTC",
    "hours": {
        "mon": [["09:00", "17:00"]],
        "tue": [["10:00", "16:00"]],
        "wed": [["09:00", "17:00"]],
        "thu": [["10:00", "16:00"]],
        "fri": [["09:00", "17:00"]],
        "sat": [["11:00", "14:30"]],
    },
}
BIZ_BREAKS = {
    **BIZ,
    "holidays": ["2006-01-04", "2006-01-11"],
    "breaks": {"2006-01-03": [["05:30", "11:00"]], "2006-01-10": [["05:30", "11:00"]]},
    "date_overrides": {"2006-01-07": [["09:00", "11:00"]], "2006-01-10": [["09:00", "11:00"]]},
}
BIZ_OVERRIDES = {
    **BIZ,
    "holidays": ["2006-01-16", "2006-01-18"],
    "date_overrides": {"2006-01-04": [["08:00", "12:00"]], "2006-01-06": [["09:00", "10:00"]]},
}


def every_workday(start: str, end: str, zone: str = "UTC") -> dict[str, Any]:
    days = ("mon", "tue", "wed", "thu", "fri")
    return {"timezone": zone, "hours": {day: [[start, end]] for day in days}}


ZNUNY = {
    **every_workday("08:00", "21:00", "Europe/Berlin"),
    "annual_holidays": ["01-01", "05-01", "12-24", "12-25", "12-26", "12-31"],
}
CALENDARS: dict[str, dict[str, Any]] = {
    "biz": BIZ,
    "breaks": BIZ_BREAKS,
    "Znuny": ZNUNY,
    "cpan": every_workday("09:00", "18:00"),
    "cpan ru": {
        **every_workday("09:00", "18:00"),
        "annual_holidays": ["01-01", "05-01", "05-09"],
    },
    "rt mon tue": {"timezone": "UTC", "hours": {d: [["09:00", "17:00"]] for d in ("mon", "tue")}},
    "rt sun": {"timezone": "UTC", "hours": {"sun": [["09:00", "17:00"]]}},
    "rt new york": every_workday("09:00", "18:00", "America/New_York"),
    "glpi": every_workday("08:00", "20:00"),
}
MADE = {name: calendar(document, 1970, 2020) for name, document in CALENDARS.items()}

ADDED = (
    ("Znuny-016", "Znuny", "2006-11-13T10:15:00+01:00", 14400, "2006-11-13T13:15:00Z"),
    ("Znuny-018", "Znuny", "2006-12-31T10:15:00+01:00", 39600, "2007-01-02T18:00:00Z"),
    ("Znuny-020", "Znuny", "2006-12-30T10:45:00+01:00", 39600, "2007-01-02T18:00:00Z"),
    ("Znuny-022", "Znuny", "2007-01-16T20:15:00+01:00", 4500, "2007-01-17T07:30:00Z"),
    ("Znuny-024", "Znuny", "2007-03-12T11:56:01+01:00", 7200, "2007-03-12T12:56:01Z"),
    ("Znuny-026", "Znuny", "2007-10-19T18:12:23+02:00", 19800, "2007-10-22T08:42:23Z"),
    ("Znuny-028", "Znuny", "2007-10-19T18:12:23+02:00", 66600, "2007-10-23T08:42:23Z"),
    ("Znuny-030", "Znuny", "2007-03-16T18:12:23+01:00", 19800, "2007-03-19T09:42:23Z"),
    ("Znuny-032", "Znuny", "2007-03-16T18:12:23+01:00", 66600, "2007-03-20T09:42:23Z"),
    ("Znuny-034", "Znuny", "2013-03-16T10:00:00+01:00", 60, "2013-03-18T07:01:00Z"),
    ("Znuny-036", "Znuny", "2013-03-16T10:00:00+01:00", 3600, "2013-03-18T08:00:00Z"),
    ("Znuny-038", "Znuny", "2013-03-16T10:00:00+01:00", 50460, "2013-03-19T08:01:00Z"),
    ("cpan-003", "cpan", "1970-01-04T00:00:00Z", 0, "1970-01-05T09:00:00Z"),
    ("cpan-005", "cpan ru", "2008-12-31T15:00:00Z", 28800, "2009-01-02T14:00:00Z"),
    ("rt-002", "rt mon tue", "2007-01-01T19:15:00Z", 0, "2007-01-02T09:00:00Z"),
    ("rt-004", "rt sun", "2007-01-01T00:00:00Z", 3600, "2007-01-07T10:00:00Z"),
    ("rt-006", "rt new york", "2007-01-01T22:00:00Z", 7200, "2007-01-02T15:00:00Z"),
)
SUBTRACTED = (
    ("biz-001", "biz", "2006-01-04T16:01:30Z", 90, "2006-01-04T16:00:00Z"),
    ("biz-003", "biz", "2006-01-04T16:30:00Z", 5400, "2006-01-04T15:00:00Z"),
    ("biz-005", "biz", "2006-01-04T17:00:00Z", 10800, "2006-01-04T14:00:00Z"),
    ("biz-007", "biz", "2006-01-03T00:00:00Z", 0, "2006-01-02T17:00:00Z"),
)
BETWEEN = (
    ("biz-021", "biz", "2006-01-08T00:00:00Z", "2006-01-01T00:00:00Z", 0),
    ("biz-023", "biz", "2006-01-01T00:00:00Z", "2006-01-08T00:00:00Z", 142200),
    ("Znuny-002", "Znuny", "2005-10-20T10:00:00+02:00", "2005-10-24T10:00:00+02:00", 93600),
    ("Znuny-004", "Znuny", "2005-10-20T10:00:00+02:00", "2005-11-03T10:00:00+01:00", 468000),
    ("Znuny-006", "Znuny", "2003-12-21T10:00:00+01:00", "2003-12-31T10:00:00+01:00", 187200),
    ("Znuny-008", "Znuny", "2005-10-23T10:00:00+02:00", "2005-10-25T13:00:00+02:00", 64800),
    ("Znuny-010", "Znuny", "2005-10-24T11:44:12+02:00", "2005-10-24T16:13:31+02:00", 16159),
    ("Znuny-012", "Znuny", "2006-12-06T07:50:00+01:00", "2006-12-07T08:54:00+01:00", 50040),
    ("Znuny-014", "Znuny", "2010-01-28T22:00:02+01:00", "2010-01-28T22:01:02+01:00", 0),
    ("cpan-001", "cpan", "1970-01-01T00:00:00Z", "1970-01-08T00:00:00Z", 162000),
    ("glpi-010", "glpi", "2019-01-01T06:00:00Z", "2019-01-01T07:00:00Z", 0),
    ("glpi-012", "glpi", "2019-01-08T00:00:00Z", "2019-01-01T00:00:00Z", 0),
)
OPEN = (
    ("biz-025", "breaks", "2006-01-01T06:00:00Z", False),
    ("biz-027", "breaks", "2006-01-04T06:00:00Z", False),
    ("biz-029", "breaks", "2006-01-03T10:00:00Z", False),
    ("biz-031", "breaks", "2006-01-07T12:00:00Z", False),
    ("biz-033", "breaks", "2006-01-10T10:00:00Z", False),
    ("glpi-014", "glpi", "2019-01-02T08:30:00Z", True),
    ("glpi-016", "glpi", "2019-01-04T21:00:00Z", False),
    ("glpi-018", "glpi", "2019-01-06T00:00:00Z", False),
)


@pytest.mark.parametrize(("case", "name", "at", "seconds", "expected"), ADDED)
def test_added_open_time_ends_where_the_peer_says(
    case: str, name: str, at: str, seconds: int, expected: str
) -> None:
    assert MADE[name].add(utc(at), seconds) == utc(expected), case


@pytest.mark.parametrize(("case", "name", "at", "seconds", "expected"), SUBTRACTED)
def test_subtracted_open_time_begins_where_the_peer_says(
    case: str, name: str, at: str, seconds: int, expected: str
) -> None:
    assert MADE[name].subtract(utc(at), seconds) == utc(expected), case


@pytest.mark.parametrize(("case", "name", "start", "end", "expected"), BETWEEN)
def test_open_seconds_between_are_as_many_as_the_peer_says(
    case: str, name: str, start: str, end: str, expected: int
) -> None:
    assert MADE[name].open_seconds(utc(start), utc(end)) == expected, case


@pytest.mark.parametrize(("case", "name", "at", "expected"), OPEN)
def test_it_is_open_when_the_peer_says(case: str, name: str, at: str, *, expected: bool) -> None:
    assert MADE[name].is_open(utc(at)) is expected, case


def test_a_week_has_the_windows_the_peer_says() -> None:
    """biz-043: overrides replace the hours of their date."""
    found = calendar(BIZ_OVERRIDES, 2005, 2006).windows(
        utc("2006-01-01T00:00:00Z"), utc("2006-01-08T00:00:00Z")
    )
    assert [f"{a:%d %H:%M}-{b:%H:%M}" for a, b in found] == [
        "02 09:00-17:00",
        "03 10:00-16:00",
        "04 08:00-12:00",
        "05 10:00-16:00",
        "06 09:00-10:00",
        "07 11:00-14:30",
    ]


def test_a_break_over_two_windows_shortens_both() -> None:
    """biz-051."""
    split = {
        "timezone": "UTC",
        "hours": {"mon": [["17:00", "19:00"], ["20:00", "22:00"]]},
        "breaks": {"2006-01-02": [["18:00", "21:00"]]},
    }
    found = calendar(split, 2005, 2006).windows(
        utc("2006-01-01T00:00:00Z"), utc("2006-01-03T00:00:00Z")
    )
    assert [f"{a:%H:%M}-{b:%H:%M}" for a, b in found] == ["17:00-18:00", "21:00-22:00"]


def test_a_window_that_ends_at_a_skipped_midnight_ends_at_the_skip() -> None:
    """biz-067: 24:00 of 17 October 2015 does not exist in Sao Paulo."""
    evening = {"timezone": "America/Sao_Paulo", "hours": {"sat": [["22:00", "24:00"]]}}
    close = calendar(evening, 2015, 2015).close_of(date(2015, 10, 17))
    assert close == utc("2015-10-18T03:00:00Z")


IRELAND = ("2007-11-30", "2008-12-25", "2008-12-26", "2009-03-17", "2009-04-10", "2009-04-13")
FOI = {**every_workday("00:00", "24:00"), "holidays": list(IRELAND)}
STATUTORY = (
    ("alaveteli-002", "2007-02-01", "20 business days", "2007-03-01"),
    ("alaveteli-004", "2009-03-12", "20 business days", "2009-04-14"),
    ("alaveteli-008", "2009-03-16", "20 business days", "2009-04-16"),
    ("alaveteli-010", "2008-10-04", "20 days", "2008-10-24"),
    ("alaveteli-012", "2008-10-06", "20 days", "2008-10-27"),
    ("alaveteli-014", "2008-12-04", "20 days", "2008-12-24"),
    ("alaveteli-016", "2009-03-17", "20 days", "2009-04-06"),
)


def due_date(made: Calendar, received: str, duration: Duration) -> date:
    anchor = datetime.combine(date.fromisoformat(received), time(12), UTC)
    due = due_at(budget(duration, anchor, made), [Interval(anchor, None)], made)
    assert due is not None
    return (due - timedelta(seconds=1)).date()


@pytest.mark.parametrize(("case", "received", "duration", "expected"), STATUTORY)
def test_a_statutory_term_ends_on_the_date_the_peer_says(
    case: str, received: str, duration: str, expected: str
) -> None:
    made = calendar(FOI, 2007, 2010)
    assert due_date(made, received, Duration.parse(duration)).isoformat() == expected, case


@pytest.mark.parametrize(
    ("closed_day", "expected"), [("same_day", "2009-04-15"), ("next_business_day", "2009-04-16")]
)
def test_a_saturdays_receipt_counts_as_the_calendar_says(closed_day: str, expected: str) -> None:
    """alaveteli-006 expects 15 April, which is the calendar's choice here, not the default."""
    made = calendar(FOI, 2007, 2010, closed_day)
    assert due_date(made, "2009-03-14", Duration(20, Unit.BUSINESS_DAY)).isoformat() == expected


def test_seven_business_days_end_at_the_end_of_the_seventh() -> None:
    """glpi-004."""
    made = calendar(every_workday("00:00", "24:00"), 2018, 2018)
    anchor = utc("2018-11-19T10:00:00Z")
    due = due_at(
        budget(Duration(7, Unit.BUSINESS_DAY), anchor, made), [Interval(anchor, None)], made
    )
    assert due == utc("2018-11-29T00:00:00Z")


WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
DUTY = (
    ("goalert-win-003", ("mon",), "08:00", "20:00", "2017-07-24T08:00:00Z", True),
    ("goalert-win-009", ("mon",), "20:00", "08:00", "2017-07-25T08:00:00Z", False),
    ("goalert-win-011", ("mon",), "20:00", "08:00", "2017-07-24T21:00:00Z", True),
    ("goalert-win-019", WORKDAYS, "08:00", "20:00", "2017-07-29T08:00:00Z", False),
    ("goalert-win-021", WORKDAYS, "08:00", "08:00", "2017-07-24T07:00:00Z", False),
    ("goalert-win-027", WORKDAYS, "08:00", "08:00", "2017-07-29T07:00:00Z", True),
    ("goalert-win-029", WORKDAYS, "20:00", "08:00", "2017-07-23T20:00:00Z", False),
    ("goalert-win-037", WORKDAYS, "20:00", "08:00", "2017-07-29T07:00:00Z", True),
)


@pytest.mark.parametrize(("case", "days", "start", "end", "at", "expected"), DUTY)
def test_a_weekly_window_is_open_when_the_peer_says(
    case: str, days: tuple[str, ...], start: str, end: str, at: str, *, expected: bool
) -> None:
    weekly = across_midnight(days, start, end)
    known = {"known_from": date(2017, 1, 1), "known_until": date(2017, 12, 31)}
    assert Calendar(rules("UTC", weekly=weekly, **known)).is_open(utc(at)) is expected, case
