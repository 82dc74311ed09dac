"""Drawn rules against python-dateutil, a program of other authors.

It differs, on purpose here, in four: it takes ``BYDAY=WE,3SU`` as both at once where RFC 5545
means either; its first week begins at the start, not at the week's own start, which BYSETPOS
shows; it leaves out the days of a numbered week that lie in the next year; and it reads a yearly
BYMONTHDAY without BYMONTH as every month's (see ``test_recurrence_vectors``). Such rules are not
drawn.
"""

import random
from datetime import UTC, timedelta

import pytest
from dateutil.rrule import rrulestr

from escalation.timekeeping.recurrence import Recurrence
from escalation.timekeeping.rrule import WEEKDAYS
from tests.unit.timekeeping.samples import local

SEED = 20261122
RULES = 60
YEARS = timedelta(days=3 * 366)


def some(draw: random.Random, numbers: range, most: int, *, negative: bool = False) -> str:
    chosen = draw.sample(numbers, draw.randint(1, most))
    return ",".join(str(-n if negative and draw.random() < 0.4 else n) for n in chosen)


def by_date(draw: random.Random, frequency: str) -> list[str]:
    days = draw.sample(WEEKDAYS, draw.randint(1, 4))
    options = [[f"BYDAY={','.join(days)}"], []]
    if frequency == "MONTHLY":
        numbered = ",".join(draw.choice(["1", "2", "3", "4", "-1", "-2"]) + day for day in days)
        options += [[f"BYDAY={numbered}"], [f"BYMONTHDAY={some(draw, range(1, 29), 5)}"]]
        options += [[f"BYDAY={','.join(days)}", f"BYSETPOS={draw.choice((1, 2, -1))}"]]
    if frequency == "YEARLY":
        options += [[f"BYYEARDAY={some(draw, range(1, 366), 5, negative=True)}"]]
        options += [[f"BYDAY={draw.choice((1, 10, 20, -3, 50))}{days[0]}"]]
        options += [[f"BYWEEKNO={some(draw, range(2, 51), 5, negative=True)}", f"BYDAY={days[0]}"]]
    if frequency == "DAILY":
        options += [[f"BYMONTHDAY={some(draw, range(1, 29), 5, negative=True)}"]]
    return draw.choice(options)


def drawn(draw: random.Random, frequency: str) -> str:
    parts = [f"FREQ={frequency}", f"INTERVAL={draw.choice((1, 1, 2, 3, 5))}"]
    if draw.random() < 0.3 and frequency != "YEARLY":
        parts.append(f"BYMONTH={some(draw, range(1, 13), 6)}")
    parts += by_date(draw, frequency)
    if draw.random() < 0.3:
        parts.append(f"BYHOUR={some(draw, range(24), 2)}")
    if draw.random() < 0.3:
        parts.append(f"WKST={draw.choice(WEEKDAYS)}")
    if draw.random() < 0.2:
        parts.append(f"COUNT={draw.randint(1, 30)}")
    return ";".join(parts)


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_drawn_rules_give_the_times_that_dateutil_gives(frequency: str) -> None:
    draw = random.Random(f"{SEED} {frequency}")  # noqa: S311 - repeatability is the point
    for _ in range(RULES):
        rule = drawn(draw, frequency)
        start = local("2020-01-01T09:30") + timedelta(days=draw.randrange(800))
        try:
            recurrence = Recurrence.parse(rule, start, "UTC")
        except ValueError as refusal:
            assert "never comes round" in str(refusal), rule  # noqa: PT017 - dateutil scans to 9999
            continue
        expected = rrulestr(rule, dtstart=start).between(start, start + YEARS, inc=True)
        begin, end = start.replace(tzinfo=UTC), (start + YEARS).replace(tzinfo=UTC)
        found = recurrence.between(begin, end + timedelta(seconds=1))
        assert [at.replace(tzinfo=None) for at in found] == expected, (rule, start)
        middle = begin + timedelta(days=draw.randrange(900), seconds=draw.randrange(86400))
        after = [at for at in found if at > middle]
        if after:
            assert recurrence.first_after(middle) == after[0], (rule, start, middle)
