from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from escalation.routing.fields import (
    DurationTable,
    DurationText,
    Moment,
    Span,
    TimeOfDay,
    WarningText,
    read_date,
    read_duration,
    read_moment,
    read_span,
    read_time,
    read_warning,
    read_zone,
)
from escalation.timekeeping.duration import Duration, Unit


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (read_date, "2026-02-30"),
        (read_date, "20260230"),
        (read_date, 20260301),
        (read_date, "tomorrow"),
        (read_moment, "2026-02-30"),
        (read_moment, "2026-02-03T10:00:00"),
        (read_moment, "2026-02-03 at ten"),
        (read_moment, None),
        (read_time, "9:00"),
        (read_time, "24:01"),
        (read_time, "25:00"),
        (read_time, "12:60"),
        (read_time, 1020),
        (read_span, "09:00"),
        (read_span, "09:00-08:00"),
        (read_span, "22:00-06:00"),
        (read_span, "09:00-09:00"),
        (read_span, "nine-ten"),
        (read_span, 5),
        (read_warning, "0%"),
        (read_warning, "100%"),
        (read_warning, "half"),
        (read_warning, 75),
        (read_warning, True),
        (read_duration, "2 fortnights"),
        (read_duration, 2),
        (read_zone, "Australia/Brisbnae"),
        (read_zone, 10),
    ],
)
def test_any_other_form_is_refused_with_what_was_found_and_expected(
    reader: Callable[[object], object], value: object
) -> None:
    with pytest.raises(ValueError, match=r"^found .*, expected ") as caught:
        reader(value)
    assert str(value)[:20] in str(caught.value)


def test_an_unknown_zone_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="the nearest is `Australia/Brisbane`"):
        read_zone("Australia/Brisbnae")


def test_a_moment_is_a_whole_date_or_an_instant_in_utc() -> None:
    assert read_moment("2026-07-01") == date(2026, 7, 1)
    instant = datetime(2026, 6, 30, 23, 0, tzinfo=UTC)
    assert read_moment("2026-07-01T09:00:00+10:00") == instant


def test_a_day_ends_at_twenty_four() -> None:
    assert read_span("22:00-24:00") == (79200, 86400)


def test_one_duration_stands_for_every_severity() -> None:
    table = TypeAdapter(DurationTable).validate_python("2 business days")
    assert set(table) == {"critical", "high", "medium", "low"}
    assert set(table.values()) == {Duration(2, Unit.BUSINESS_DAY)}


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Span, "08:30-17:00"),
        (TimeOfDay, "17:00"),
        (DurationText, "2 business days"),
        (WarningText, "75%"),
        (WarningText, "4 business hours"),
        (Moment, "2026-07-01"),
    ],
)
def test_what_is_read_is_written_the_same(kind: Any, written: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    assert adapter.dump_python(adapter.validate_python(written), mode="json") == written
