"""Australian offices to the minute, from brute force over the official holiday table 2021-2023.

The expected values were counted minute by minute by a program of another kind. The calendars:
a Queensland office, one in Brisbane city (with the show holiday), a Sydney office that closes for
lunch, a contact centre open each day (to 18:00 on Christmas Eve), and a night desk in Sydney.
"""

from datetime import date
from typing import Any

import pytest

from tests.unit.timekeeping.samples import HOUR, office, utc, week

QUEENSLAND = {
    2021: "01-01 01-26 04-02 04-03 04-04 04-05 04-26 05-03 10-04 12-25 12-26 12-27 12-28",
    2022: "01-01 01-03 01-26 04-15 04-16 04-17 04-18 04-25 05-02 10-03 12-25 12-26 12-27",
    2023: "01-01 01-02 01-26 04-07 04-08 04-09 04-10 04-25 05-01 10-02 12-25 12-26",
}
NEW_SOUTH_WALES = {
    2021: "01-01 01-26 04-02 04-03 04-04 04-05 04-25 06-14 08-02 10-04 12-25 12-26 12-27 12-28",
    2022: "01-01 01-03 01-26 04-15 04-16 04-17 04-18 04-25 06-13 08-01 10-03 12-25 12-26 12-27",
    2023: "01-01 01-02 01-26 04-07 04-08 04-09 04-10 04-25 06-12 08-07 10-02 12-25 12-26",
}
CHRISTMAS_EVE = {
    date(year, 12, 24): (((18 * HOUR, 24 * HOUR), "Christmas Eve"),) for year in (2021, 2022, 2023)
}
KNOWN: dict[str, Any] = {"known_from": date(2021, 1, 1), "known_until": date(2024, 12, 31)}


def closed(years: dict[int, str], *others: str) -> dict[date, str]:
    days = [f"{year}-{day}" for year, listed in years.items() for day in listed.split()]
    return {date.fromisoformat(day): "holiday" for day in (*days, *others)}


OFFICE_HOURS = week((8 * HOUR + 1800, 17 * HOUR))
LUNCH = week((9 * HOUR, 12 * HOUR + 1800), (13 * HOUR + 900, 17 * HOUR + 1800))
CALENDARS = {
    "Queensland": office(weekly=OFFICE_HOURS, closed=closed(QUEENSLAND), **KNOWN),
    "Brisbane": office(weekly=OFFICE_HOURS, closed=closed(QUEENSLAND, "2023-08-16"), **KNOWN),
    "Sydney": office("Australia/Sydney", weekly=LUNCH, closed=closed(NEW_SOUTH_WALES), **KNOWN),
    "contact centre": office(
        weekly=(((7 * HOUR, 22 * HOUR),),) * 7,
        closed=closed(QUEENSLAND),
        closures=CHRISTMAS_EVE,
        **KNOWN,
    ),
    "night desk": office(
        "Australia/Sydney", weekly=(((0, 6 * HOUR), (22 * HOUR, 24 * HOUR)),) * 7, **KNOWN
    ),
}

ADDED = (
    ("bf-001", "Queensland", "2023-12-22T05:30:00Z", 1230, "2023-12-29T10:30:00+10:00"),
    ("bf-005", "Queensland", "2022-12-30T06:59:00Z", 2400, "2023-01-09T14:29:00+10:00"),
    ("bf-007", "Queensland", "2021-12-02T19:56:00Z", 680, "2021-12-06T11:20:00+10:00"),
    ("bf-010", "Queensland", "2021-05-19T17:34:00Z", 2965, "2021-05-27T15:25:00+10:00"),
    ("bf-012", "Queensland", "2023-02-18T18:46:00Z", 120, "2023-02-20T10:30:00+10:00"),
    ("bf-014", "Queensland", "2023-02-14T14:14:00Z", 120, "2023-02-15T10:30:00+10:00"),
    ("bf-018", "Queensland", "2021-01-29T17:32:00Z", 60, "2021-02-01T09:30:00+10:00"),
    ("bf-023", "Queensland", "2021-05-01T06:35:00Z", 960, "2021-05-05T16:00:00+10:00"),
    ("bf-026", "Queensland", "2021-08-16T19:34:00Z", 600, "2021-08-18T10:00:00+10:00"),
    ("bf-029", "Queensland", "2023-10-30T22:51:00Z", 2400, "2023-11-06T14:51:00+10:00"),
    ("bf-031", "Queensland", "2021-01-13T19:39:00Z", 2560, "2021-01-21T08:40:00+10:00"),
    ("bf-063", "Brisbane", "2023-08-15T06:30:00Z", 541, "2023-08-18T08:31:00+10:00"),
    ("bf-067", "Brisbane", "2023-05-05T07:00:00Z", 960, "2023-05-09T16:00:00+10:00"),
    ("bf-069", "Brisbane", "2021-06-04T22:24:00Z", 118, "2021-06-07T10:28:00+10:00"),
    ("bf-072", "Brisbane", "2021-02-06T02:55:00Z", 1964, "2021-02-11T15:44:00+10:00"),
    ("bf-075", "Brisbane", "2022-01-04T08:22:00Z", 896, "2022-01-06T14:56:00+10:00"),
    ("bf-078", "Brisbane", "2022-08-10T11:07:00Z", 557, "2022-08-12T09:17:00+10:00"),
    ("bf-080", "Brisbane", "2023-01-02T13:46:00Z", 30, "2023-01-03T09:00:00+10:00"),
    ("bf-085", "Brisbane", "2022-07-22T20:39:00Z", 510, "2022-07-25T17:00:00+10:00"),
    ("bf-088", "Brisbane", "2021-02-01T11:36:00Z", 30, "2021-02-02T09:00:00+10:00"),
    ("bf-090", "Brisbane", "2022-04-09T14:51:00Z", 2846, "2022-04-20T13:26:00+10:00"),
    ("bf-092", "Brisbane", "2021-04-23T19:26:00Z", 15, "2021-04-27T08:45:00+10:00"),
    ("bf-124", "Sydney", "2023-04-03T02:20:00Z", 2400, "2023-04-12T14:20:00+10:00"),
    ("bf-126", "Sydney", "2023-10-02T23:00:00Z", 1304, "2023-10-05T16:59:00+11:00"),
    ("bf-131", "Sydney", "2023-05-07T13:19:00Z", 90, "2023-05-08T10:30:00+10:00"),
    ("bf-134", "Sydney", "2023-06-11T09:12:00Z", 480, "2023-06-14T09:15:00+10:00"),
    ("bf-137", "Sydney", "2023-03-15T21:10:00Z", 1020, "2023-03-20T10:30:00+11:00"),
    ("bf-139", "Sydney", "2023-05-21T02:56:00Z", 1020, "2023-05-24T10:30:00+10:00"),
    ("bf-142", "Sydney", "2021-08-12T19:41:00Z", 480, "2021-08-16T09:15:00+10:00"),
    ("bf-145", "Sydney", "2022-06-16T13:09:00Z", 2550, "2022-06-24T13:30:00+10:00"),
    ("bf-147", "Sydney", "2023-08-16T03:26:00Z", 630, "2023-08-17T16:11:00+10:00"),
    ("bf-150", "Sydney", "2021-01-29T08:51:00Z", 152, "2021-02-01T11:32:00+11:00"),
    ("bf-154", "Sydney", "2021-07-10T15:04:00Z", 2400, "2021-07-19T10:15:00+10:00"),
    ("bf-186", "contact centre", "2023-12-24T08:00:00Z", 1530, "2023-12-28T17:30:00+10:00"),
    ("bf-189", "contact centre", "2022-03-21T08:59:00Z", 60, "2022-03-21T19:59:00+10:00"),
    ("bf-191", "contact centre", "2021-04-02T19:09:00Z", 1209, "2021-04-07T12:09:00+10:00"),
    ("bf-194", "contact centre", "2021-07-23T10:41:00Z", 603, "2021-07-24T15:44:00+10:00"),
    ("bf-197", "contact centre", "2023-06-06T02:54:00Z", 2774, "2023-06-09T14:08:00+10:00"),
    ("bf-199", "contact centre", "2021-12-23T08:19:00Z", 480, "2021-12-24T11:19:00+10:00"),
    ("bf-203", "contact centre", "2021-01-20T23:18:00Z", 956, "2021-01-22T10:14:00+10:00"),
    ("bf-205", "contact centre", "2023-10-13T14:31:00Z", 480, "2023-10-14T15:00:00+10:00"),
    ("bf-209", "contact centre", "2023-07-27T06:46:00Z", 59, "2023-07-27T17:45:00+10:00"),
    ("bf-212", "contact centre", "2023-09-19T00:50:00Z", 583, "2023-09-19T20:33:00+10:00"),
    ("bf-215", "contact centre", "2023-08-20T20:55:00Z", 2388, "2023-08-23T16:48:00+10:00"),
    ("bf-245", "night desk", "2023-04-01T11:30:00Z", 2623, "2023-04-07T01:13:00+10:00"),
    ("bf-247", "night desk", "2023-09-30T13:00:00Z", 480, "2023-10-02T00:00:00+11:00"),
    ("bf-252", "night desk", "2023-02-04T03:36:00Z", 480, "2023-02-05T06:00:00+11:00"),
    ("bf-255", "night desk", "2022-11-22T11:01:00Z", 30, "2022-11-22T22:31:00+11:00"),
    ("bf-257", "night desk", "2023-11-08T06:09:00Z", 2889, "2023-11-14T22:09:00+11:00"),
    ("bf-260", "night desk", "2023-04-09T02:18:00Z", 1078, "2023-04-11T23:58:00+10:00"),
    ("bf-262", "night desk", "2022-10-01T19:54:00Z", 510, "2022-10-03T22:30:00+11:00"),
    ("bf-264", "night desk", "2022-11-28T05:09:00Z", 90, "2022-11-28T23:30:00+11:00"),
    ("bf-267", "night desk", "2021-10-04T20:41:00Z", 960, "2021-10-07T06:00:00+11:00"),
    ("bf-270", "night desk", "2023-02-28T02:15:00Z", 30, "2023-02-28T22:30:00+11:00"),
    ("bf-272", "night desk", "2023-01-16T19:41:00Z", 556, "2023-01-18T23:16:00+11:00"),
)
BETWEEN = (
    ("bf-052", "Queensland", "2023-05-01T10:21:00Z", "2023-05-03T15:43:00Z", 1020),
    ("bf-056", "Queensland", "2023-12-17T05:42:00Z", "2023-12-20T16:48:00Z", 1530),
    ("bf-059", "Queensland", "2021-09-14T14:39:00Z", "2021-09-14T23:20:00Z", 50),
    ("bf-112", "Brisbane", "2021-01-25T04:36:00Z", "2021-01-30T08:30:00Z", 1674),
    ("bf-115", "Brisbane", "2022-07-09T04:13:00Z", "2022-07-11T09:57:00Z", 510),
    ("bf-119", "Brisbane", "2022-12-26T19:20:00Z", "2023-01-04T07:25:00Z", 2550),
    ("bf-121", "Brisbane", "2023-12-10T23:51:00Z", "2023-12-19T16:20:00Z", 3489),
    ("bf-174", "Sydney", "2023-06-24T11:13:00Z", "2023-06-30T04:31:00Z", 2146),
    ("bf-176", "Sydney", "2022-12-23T04:42:00Z", "2023-01-01T09:36:00Z", 1503),
    ("bf-178", "Sydney", "2021-07-11T19:56:00Z", "2021-07-16T03:08:00Z", 2070),
    ("bf-181", "Sydney", "2022-09-30T17:16:00Z", "2022-10-05T05:28:00Z", 868),
    ("bf-184", "Sydney", "2021-11-27T18:07:00Z", "2021-12-02T11:39:00Z", 1860),
    ("bf-233", "contact centre", "2023-11-23T01:42:00Z", "2023-11-25T15:19:00Z", 2418),
    ("bf-236", "contact centre", "2021-06-14T13:03:00Z", "2021-06-23T02:09:00Z", 7509),
    ("bf-238", "contact centre", "2022-12-22T13:51:00Z", "2022-12-31T07:41:00Z", 4901),
    ("bf-241", "contact centre", "2021-03-09T00:43:00Z", "2021-03-13T08:09:00Z", 4046),
    ("bf-296", "night desk", "2023-07-21T21:56:00Z", "2023-07-28T14:01:00Z", 3001),
    ("bf-298", "night desk", "2023-11-24T03:26:00Z", "2023-11-30T04:36:00Z", 2880),
    ("bf-302", "night desk", "2022-01-13T19:17:00Z", "2022-01-17T17:39:00Z", 1839),
    ("bf-304", "night desk", "2021-08-10T11:51:00Z", "2021-08-21T11:34:00Z", 5280),
)


@pytest.mark.parametrize(("case", "name", "at", "minutes", "expected"), ADDED)
def test_open_minutes_end_where_brute_force_says(
    case: str, name: str, at: str, minutes: int, expected: str
) -> None:
    due = CALENDARS[name].add(utc(at), minutes * 60)
    assert CALENDARS[name].local(due).isoformat() == expected, case


@pytest.mark.parametrize(("case", "name", "start", "end", "minutes"), BETWEEN)
def test_open_minutes_between_are_as_many_as_brute_force_says(
    case: str, name: str, start: str, end: str, minutes: int
) -> None:
    assert CALENDARS[name].open_seconds(utc(start), utc(end)) == minutes * 60, case
