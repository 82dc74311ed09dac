"""What a week may bring, by the weeks that were."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from escalation.digests import arrivals

SYDNEY = "Australia/Sydney"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(SYDNEY))


def expected(came: list[str], since: str, until: str) -> dict[str, Any]:
    told = arrivals.told([at(each).astimezone(UTC) for each in came], SYDNEY)
    return arrivals.expected(told, at(since), at(until), SYDNEY)


def test_a_week_in_which_nothing_came_counts() -> None:
    """Mondays of 2026: 2, 9, 16 and 23 March."""
    came = ["2026-03-02T09:00", "2026-03-08T23:59", "2026-03-03T09:00", "2026-03-16T00:00"]
    found = expected(came, "2026-03-02", "2026-03-23")
    assert found == {"weeks": 3, "least": 0, "median": 1, "most": 3}


def test_a_week_of_which_the_period_has_a_part_does_not_count() -> None:
    came = ["2026-03-04T09:00"] * 5 + ["2026-03-10T09:00"] + ["2026-03-18T09:00"] * 9
    found = expected(came, "2026-03-03", "2026-03-22T23:59")
    assert found == {"weeks": 1, "least": 1, "median": 1, "most": 1}


def test_without_a_whole_week_nothing_is_expected() -> None:
    found = expected(["2026-03-04T09:00"], "2026-03-03", "2026-03-15")
    assert found == {"weeks": 0, "least": None, "median": None, "most": None}


@pytest.mark.parametrize(("monday", "hours"), [("2026-03-30", 169), ("2026-09-28", 167)])
def test_a_week_in_which_the_clocks_change_is_whole(monday: str, hours: int) -> None:
    begun = at(monday)
    ended = begun.astimezone(UTC) + timedelta(hours=hours)
    told = arrivals.told([ended - timedelta(seconds=1)], SYDNEY)
    assert arrivals.expected(told, begun, ended, SYDNEY)["most"] == 1
    short = arrivals.expected(told, begun, ended - timedelta(seconds=1), SYDNEY)
    assert short["weeks"] == 0
