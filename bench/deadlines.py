"""How fast a due instant is found: the indexed calendar against a plain walk over days.

    python bench/deadlines.py

Both find the instant 60 business days of open time away, by a Queensland office's calendar. The
two run in turn, several times over, and the ratios of each round are what counts: the machine's
own speed falls out of them.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

from escalation.timekeeping.calendar import Calendar, CalendarRules
from escalation.timekeeping.holidays import closed_days
from escalation.timekeeping.ledger import Budget, Interval, Measure, due_at

ROUNDS = 7
STARTS = 400
HOURS = ((30600, 61200),)
SECONDS = 60 * (61200 - 30600)
RATIO_WANTED = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing: its median over the rounds, and what it is set against."""

    name: str
    value: float
    unit: str
    detail: str


def rules(zone: str = "Australia/Brisbane") -> CalendarRules:
    """A Queensland office, 2005 to 2030."""
    return CalendarRules(
        id="queensland",
        zone=zone,
        weekly=(HOURS,) * 5 + ((), ()),
        closed=closed_days("AU", "QLD", range(2005, 2031), remove=["The Royal Queensland Show"]),
        closures={},
        openings={},
        after_hours="same_day",
        closed_day="next_business_day",
        known_from=date(2005, 1, 1),
        known_until=date(2030, 12, 31),
    )


def day_walk(made: CalendarRules, zone: ZoneInfo, start: datetime, seconds: int) -> datetime:
    """The plain way: date by date, window by window, until the time is used up."""
    at, left = start, seconds
    day = start.astimezone(zone).date()
    while True:
        spans = () if day in made.closed else made.weekly[day.weekday()]
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        for opened, closed in spans:
            begin = max(at, (midnight + timedelta(seconds=opened)).astimezone(UTC))
            end = (midnight + timedelta(seconds=closed)).astimezone(UTC)
            room = int((end - begin).total_seconds())
            if room >= left:
                return begin + timedelta(seconds=left)
            left -= max(room, 0)
        day += timedelta(days=1)


def starts() -> Sequence[datetime]:
    """Instants spread over twenty years, at all hours."""
    first = datetime(2008, 1, 1, tzinfo=UTC)
    return [first + timedelta(seconds=n * 1_577_003) for n in range(STARTS)]


def per_second(act: Callable[[datetime], object], instants: Sequence[datetime]) -> float:
    """How many times a second the act is done."""
    begun = perf_counter()
    for at in instants:
        act(at)
    return len(instants) / (perf_counter() - begun)


def run() -> list[Row]:
    """Measure; the two ways must agree to the second, and they are checked first."""
    made, instants = rules(), starts()
    zone, calendar, budget = ZoneInfo(made.zone), Calendar(made), Budget(Measure.OPEN, SECONDS)

    def indexed(at: datetime) -> datetime | None:
        return due_at(budget, (Interval(at, None),), calendar)

    def walked(at: datetime) -> datetime:
        return day_walk(made, zone, at, SECONDS)

    for at in instants:
        if indexed(at) != walked(at):
            msg = f"the two ways differ from {at}: {indexed(at)} and {walked(at)}"
            raise AssertionError(msg)
    rounds = []
    for _ in range(ROUNDS):
        slow = per_second(walked, instants)
        quick = per_second(indexed, [*instants] * 20)
        rounds.append((quick / slow, quick, slow))
    ratio, quick, slow = (median(column) for column in zip(*rounds, strict=True))
    lowest, highest = min(rounds)[0], max(rounds)[0]
    return [
        Row("indexed over day walk", ratio, "times", f"{lowest:.0f} to {highest:.0f}"),
        Row("due instants, indexed", quick, "per second", "60 business days away"),
        Row("due instants, day walk", slow, "per second", "60 business days away"),
        *first_uses(),
    ]


def first_uses() -> list[Row]:
    """What the first question to a calendar of 26 years costs, the index being built for it."""
    rows = []
    for zone in ("Australia/Brisbane", "Australia/Lord_Howe"):
        made, taken = rules(zone), []
        for _ in range(ROUNDS):
            calendar, begun = Calendar(made), perf_counter()
            calendar.is_open(datetime(2026, 11, 22, tzinfo=UTC))
            taken.append((perf_counter() - begun) * 1000)
        rows.append(Row(f"first use, {zone}", median(taken), "ms", "26 years known"))
    return rows


def main() -> int:
    """Print the rows; exit status 1 when the index is not worth its name."""
    rows = run()
    for row in rows:
        print(f"{row.name:32} {row.value:12,.1f} {row.unit:12} {row.detail}")
    return 0 if rows[0].value >= RATIO_WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
