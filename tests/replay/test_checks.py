from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from escalation.routing.publication import Publication
from escalation.services.replay.checks import TOLD, ClockChecks, wrong_due
from escalation.timekeeping.calendar import Calendar
from escalation.timekeeping.duration import Duration
from escalation.workflow import clocks
from escalation.workflow.facts import Clock
from escalation.workflow.states import ClockKind
from tests.fakes import utc
from tests.replay.stories import CONFIG

MONDAY = utc("2026-03-02 00:00")  # ten in Brisbane


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    path = CONFIG / "escalation_ladders.yaml"
    publication = Publication.read(path.read_bytes(), path.name, MONDAY.date())
    return publication.calendar("brisbane")


def clock(wait: str, calendar: Calendar, *pauses: tuple[datetime, datetime]) -> Clock:
    begun = clocks.begin("clk_1", ClockKind.RUNG, Duration.parse(wait), MONDAY, calendar, visit=1)
    for start, end in pauses:
        begun = clocks.resumed(clocks.paused(begun, start), end, calendar)
    return begun


PAUSES = [
    (utc("2026-03-02 02:00"), utc("2026-03-03 12:00")),
    (utc("2026-03-04 00:00"), utc("2026-03-08 01:00")),
]


@pytest.mark.parametrize("wait", ["4 business hours", "2 business days", "90 minutes", "28 days"])
@pytest.mark.parametrize("pauses", [0, 1, 2])
def test_a_clock_that_adds_up_is_found_right(wait: str, pauses: int, calendar: Calendar) -> None:
    found = clock(wait, calendar, *PAUSES[:pauses])
    assert found.due_at is not None
    assert wrong_due(found, calendar, found.due_at) is None


@pytest.mark.parametrize("wait", ["4 business hours", "2 business days", "90 minutes", "28 days"])
@pytest.mark.parametrize("pauses", [0, 1])
@pytest.mark.parametrize("off", [timedelta(seconds=-1), timedelta(seconds=1), timedelta(days=3)])
def test_a_due_instant_that_is_off_by_a_second_is_found(
    wait: str, pauses: int, off: timedelta, calendar: Calendar
) -> None:
    found = clock(wait, calendar, *PAUSES[:pauses])
    assert found.due_at is not None
    assert wrong_due(found, calendar, found.due_at + off) is not None


def test_a_due_instant_in_closed_time_behind_the_end_is_found(calendar: Calendar) -> None:
    found = clock("1 business day", calendar)
    assert found.due_at == utc("2026-03-03 07:00")
    assert "used up at" in str(wrong_due(found, calendar, utc("2026-03-03 20:00")))


def test_a_clock_without_a_budget_is_due_at_no_time(calendar: Calendar) -> None:
    bare = replace(clock("90 minutes", calendar), budget=None)
    assert "no budget" in str(wrong_due(bare, calendar, MONDAY))


def test_only_the_first_mismatches_are_told_and_all_are_counted() -> None:
    checks = ClockChecks()
    for number in range(TOLD + 5):
        checks.mismatch(str(number))
    assert (checks.mismatches, len(checks.told)) == (TOLD + 5, TOLD)
