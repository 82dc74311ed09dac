"""Business days as tables, for statements that count them by hand."""

from datetime import date, datetime, timedelta
from typing import Any

from bench.crowd import kept
from bench.plain_annexes import publication

CALENDAR = "brisbane"
_EPOCH = date(1970, 1, 1).toordinal()


def prepare(connection: Any, mark: str, now: datetime) -> None:  # noqa: ANN401 - either driver's
    """Keep the business days of the calendar as tables, counted from its first.

    One has how many there are up to each date, the other when each of them ends.
    """
    instant = "integer" if mark == "?" else "timestamptz"
    connection.execute("CREATE TABLE business_day (day integer PRIMARY KEY, zero integer)")
    connection.execute(f"CREATE TABLE business_end (number integer PRIMARY KEY, ends {instant})")
    calendar = publication().calendar(CALENDAR)
    first = now.date() - timedelta(days=800)
    for day in (first + timedelta(days=n) for n in range(900)):
        noon = datetime(day.year, day.month, day.day, 2, tzinfo=now.tzinfo)
        number, ends = calendar.number_of(noon), calendar.close_of(day)
        row = (day.toordinal() - _EPOCH, number)
        connection.execute(f"INSERT INTO business_day VALUES ({mark}, {mark})", row)  # noqa: S608 - of our own words
        if ends is not None:
            end = (number, kept(ends, 0) if mark == "?" else ends)
            connection.execute(f"INSERT INTO business_end VALUES ({mark}, {mark})", end)  # noqa: S608 - as above
