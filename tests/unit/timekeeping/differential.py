"""The product's arithmetic against a second counter, none off by a second.

``test_differential`` runs 100,000 seeded cases. More of them, or another seed, by hand:

    ESCALATION_DIFFERENTIAL_CASES=10000000 ESCALATION_DIFFERENTIAL_SEED=7 \
        python -m tests.unit.timekeeping.differential

The cases are dealt out evenly over the zones, and over the machine's processors.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date

from escalation.timekeeping import ledger
from escalation.timekeeping.calendar import BeyondHorizon, Calendar
from escalation.timekeeping.duration import Duration, Unit
from escalation.timekeeping.instants import seconds_of
from escalation.timekeeping.ledger import Budget, Interval, Measure
from tests.unit.timekeeping.oracle import Beyond, Oracle, instant
from tests.unit.timekeeping.samples import DAY, ZONES, Draw

CASES = int(os.environ.get("ESCALATION_DIFFERENTIAL_CASES", "100000"))  # noqa: TID251 - a test's own switch
SEED = int(os.environ.get("ESCALATION_DIFFERENTIAL_SEED", "20261122"))  # noqa: TID251 - a test's own switch
CASES_PER_CALENDAR = 100
CHUNK = 12_500

Answer = int | bool | str | None
Question = tuple[Callable[[], Answer], Callable[[], Answer]]
"""The same question to the product and to the oracle."""


@dataclass(frozen=True)
class Pair:
    calendar: Calendar
    oracle: Oracle


def asked(question: Callable[[], Answer]) -> Answer:
    try:
        return question()
    except (Beyond, BeyondHorizon):
        return "beyond what is known"


def arithmetic(draw: Draw, pair: Pair) -> Question:
    calendar, oracle = pair.calendar, pair.oracle
    at, seconds = draw.instant(calendar), draw.seconds()
    questions: tuple[Question, ...] = (
        (
            lambda: seconds_of(calendar.add(instant(at), seconds)),
            lambda: oracle.add(at, seconds),
        ),
        (
            lambda: seconds_of(calendar.subtract(instant(at), seconds)),
            lambda: oracle.subtract(at, seconds),
        ),
        (
            lambda: calendar.open_seconds(instant(at), instant(at + seconds)),
            lambda: oracle.between(at, at + seconds),
        ),
        (lambda: calendar.is_open(instant(at)), lambda: oracle.is_open(at)),
    )
    return draw.random.choice(questions)


def runs_of(draw: Draw, anchor: int) -> tuple[list[tuple[int, int]], int]:
    """Up to three runs that are over, and the start of the one that is not."""
    runs: list[tuple[int, int]] = []
    at = anchor
    for _ in range(draw.random.choice((0, 0, 1, 2, 3))):
        stopped = at + draw.seconds()
        runs.append((at, stopped))
        at = stopped + draw.random.choice((0, 1, DAY)) * draw.random.randrange(1, 4)
    return runs, at


def intervals(runs: Sequence[tuple[int, int]], start: int) -> list[Interval]:
    over = [Interval(instant(a), instant(b)) for a, b in runs]
    return [*over, Interval(instant(start), None)]


def a_clock(draw: Draw, pair: Pair) -> Question:
    """A budget from a duration, and when it is due after some pauses."""
    calendar, oracle = pair.calendar, pair.oracle
    anchor = draw.instant(calendar)
    runs, start = runs_of(draw, anchor)
    duration = Duration(draw.random.choice((1, 2, 5, 20, 60)), draw.random.choice(list(Unit)))

    def product() -> Answer:
        budget = ledger.budget(duration, instant(anchor), calendar)
        due = ledger.due_at(budget, intervals(runs, start), calendar)
        return None if due is None else seconds_of(due)

    def count() -> Answer:
        if duration.unit is Unit.DAY:
            return oracle.due_days(oracle.days(anchor, duration.count), runs, start)
        if duration.unit is Unit.BUSINESS_DAY:
            return oracle.due_open(oracle.business_days(anchor, duration.count), runs, start)
        if duration.unit.business:
            return oracle.due_open(duration.seconds, runs, start)
        return oracle.due_elapsed(duration.seconds, runs, start)

    return product, count


def what_was_used(draw: Draw, pair: Pair) -> Question:
    """What clocks consumed, and the rows that explain it."""
    calendar, oracle = pair.calendar, pair.oracle
    anchor = draw.instant(calendar)
    runs, start = runs_of(draw, anchor)
    until = start + draw.seconds()
    budget = Budget(Measure.OPEN, draw.seconds())

    def product() -> Answer:
        rows = ledger.windows(budget, intervals(runs, start), calendar, instant(until))
        used = ledger.consumed(budget, intervals(runs, start), calendar, instant(until))
        assert sum(row.seconds for row in rows) == used
        return used

    def count() -> Answer:
        return sum(oracle.between(a, b) for a, b in [*runs, (start, until)])

    return product, count


def what_is_left(draw: Draw, pair: Pair) -> Question:
    """What remains at an instant while the clock runs, in open time or in days."""
    calendar, oracle = pair.calendar, pair.oracle
    anchor = draw.instant(calendar)
    runs, start = runs_of(draw, anchor)
    until = start + 1 + draw.seconds()
    budget = Budget(draw.random.choice((Measure.OPEN, Measure.DAYS)), 1 + 10 * draw.seconds())

    def product() -> Answer:
        return ledger.remaining(budget, intervals(runs, start), calendar, instant(until))

    def count() -> Answer:
        if budget.measure is Measure.OPEN:
            used = sum(oracle.between(a, b) for a, b in [*runs, (start, until)])
            return budget.seconds - used
        spans = [*runs, (start, until)]
        past = oracle.due_days(budget.seconds, runs, start)
        ran_after = sum(max(b - max(a, past), 0) for a, b in spans)
        return past - until if past > until else -ran_after

    return product, count


def a_warning(draw: Draw, pair: Pair) -> Question:
    """When so much of open time is consumed, and the instant so much before its end."""
    calendar, oracle = pair.calendar, pair.oracle
    anchor = draw.instant(calendar)
    runs, start = runs_of(draw, anchor)
    budget = Budget(Measure.OPEN, 1 + draw.seconds())
    percent = draw.random.randint(1, 100)
    before = Duration(draw.random.randint(1, 90), Unit.BUSINESS_MINUTE)
    by_share = draw.random.random() < 0.5

    def product() -> Answer:
        way = percent if by_share else before
        at = ledger.warning_at(budget, way, intervals(runs, start), calendar)
        return None if at is None else seconds_of(at)

    def count() -> Answer:
        if by_share:
            part = (percent * budget.seconds + 99) // 100
            return oracle.due_open(part, runs, start)
        return oracle.subtract(oracle.due_open(budget.seconds, runs, start), before.seconds)

    return product, count


def dates(draw: Draw, pair: Pair) -> Question:
    """Which dates have business, and when it closes."""
    calendar, oracle = pair.calendar, pair.oracle
    day, nth = date.fromordinal(oracle.date_of(draw.instant(calendar))), draw.random.randint(1, 30)

    def close() -> Answer:
        at = calendar.close_of(day)
        return None if at is None else seconds_of(at)

    def counted_close() -> Answer:
        return oracle.close(day.toordinal()) if oracle.shape(day.toordinal()).total else None

    questions: tuple[Question, ...] = (
        (close, counted_close),
        (
            lambda: calendar.business_day_after(day, nth).toordinal(),
            lambda: oracle.open_date(day.toordinal(), nth),
        ),
        (
            lambda: calendar.next_open_date(day).toordinal(),
            lambda: oracle.open_date(day.toordinal(), 0),
        ),
    )
    return draw.random.choice(questions)


KINDS = (
    arithmetic,
    arithmetic,
    arithmetic,
    a_clock,
    a_clock,
    a_clock,
    what_was_used,
    what_is_left,
    a_warning,
    dates,
)


def compare(zone: str, chunk: int, cases: int, seed: int) -> int:
    """Ask both so many questions; the number asked.

    Raises:
        AssertionError: at the first answer that differs, with the calendar it differs by.
    """
    draw = Draw(seed * 100_000 + ZONES.index(zone) * 10_000 + chunk)
    left = cases
    while left > 0:
        rules = draw.rules(zone)
        pair = Pair(Calendar(rules), Oracle(rules))
        for _ in range(min(left, CASES_PER_CALENDAR)):
            product, count = draw.random.choice(KINDS)(draw, pair)
            got, expected = asked(product), asked(count)
            assert got == expected, f"{got}, not {expected}, {left} cases before the end: {rules}"
        left -= CASES_PER_CALENDAR
    return cases


def shares(cases: int, chunk: int) -> Iterator[tuple[str, int, int]]:
    """Zone, chunk and number of cases of each share, all of one size or less."""
    for zone in ZONES:
        left = cases // len(ZONES)
        for number in range(-(-left // chunk)):
            yield zone, number, min(chunk, left - number * chunk)


def main() -> None:
    """Run as many as the environment says, on every processor."""
    done = 0
    with ProcessPoolExecutor() as pool:
        waiting = [pool.submit(compare, *share, SEED) for share in shares(CASES, CHUNK)]
        for finished in as_completed(waiting):
            done += finished.result()
            sys.stdout.write(f"\r{done:,} cases of {CASES:,}, none off by a second")
            sys.stdout.flush()
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
