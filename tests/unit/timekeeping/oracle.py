"""A slow second opinion on business time, which counts seconds and shares no code with the product.

It reads the clock on the wall at each minute and derives from the readings alone what is open: a
window opens at the first second of its date at which the clock reads its start or later, and
closes after the last second at which the clock reads earlier than its end. There is no offset, no
fold and no binary search here. Instants are whole seconds since 1970.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from escalation.timekeeping.calendar import CalendarRules

DAY = 86400
STEP = 600  # the clocks of the zones under test change at whole tens of minutes
Readings = tuple[int, ...]
Spans = tuple[tuple[int, int], ...]
Spec = tuple[Spans, Spans]


class Beyond(Exception):
    """The answer is not among the known dates."""


@dataclass(frozen=True)
class Shape:
    """A date's seconds, 1 where open, and how many of each minute are."""

    seconds: bytes
    minutes: tuple[int, ...]
    total: int

    def before(self, second: int) -> int:
        minute = second // 60
        return sum(self.minutes[:minute]) + self.seconds[minute * 60 : second].count(1)


@cache
def wall_clock(zone: str, first: int, last: int) -> dict[int, tuple[int, Readings]]:
    """For each local date its first instant and what the clock reads at each of its minutes."""
    tz = ZoneInfo(zone)
    found: dict[int, tuple[int, list[int]]] = {}
    begin = (first - date(1970, 1, 1).toordinal() - 1) * DAY
    for at in range(begin, begin + (last - first + 3) * DAY, STEP):
        local = datetime.fromtimestamp(at, tz)
        reading = local.hour * 3600 + local.minute * 60
        _, readings = found.setdefault(local.toordinal(), (at, []))
        readings.extend(range(reading, reading + STEP, 60))
    same: dict[Readings, Readings] = {}
    whole = {}
    for day in range(first, last + 1):
        start, collected = found[day]
        key = tuple(collected)
        whole[day] = (start, same.setdefault(key, key))
    return whole


class Oracle:
    """Answers the questions of a calendar and its clocks by counting."""

    def __init__(self, rules: CalendarRules) -> None:
        self.rules = rules
        self.first, self.last = rules.known_from.toordinal(), rules.known_until.toordinal()
        self.clock = wall_clock(rules.zone, self.first, self.last)
        self.begin = self.clock[self.first][0]
        end_start, end_readings = self.clock[self.last]
        self.end = end_start + 60 * len(end_readings)
        self.shapes: dict[int, Shape] = {}
        self.made: dict[tuple[int, Spec], Shape] = {}

    # ------------------------------------------------------------ dates

    def shape(self, day: int) -> Shape:
        if day not in self.clock:
            raise Beyond
        if day not in self.shapes:
            spec, readings = self.spec(date.fromordinal(day)), self.clock[day][1]
            key = (id(readings), spec)
            if key not in self.made:
                self.made[key] = lay_out(readings, face(spec))
            self.shapes[day] = self.made[key]
        return self.shapes[day]

    def spec(self, day: date) -> Spec:
        """What the rules say of a date: its windows, and what is closed of them."""
        closures = tuple(span for span, _ in self.rules.closures.get(day, ()))
        if day in self.rules.openings:
            return self.rules.openings[day], closures
        return (() if day in self.rules.closed else self.rules.weekly[day.weekday()]), closures

    def date_of(self, at: int) -> int:
        if not self.begin <= at < self.end:
            raise Beyond
        day = min(max(self.first + (at - self.begin) // DAY, self.first), self.last)
        while self.clock[day][0] > at:
            day -= 1
        while day < self.last and self.clock[day + 1][0] <= at:
            day += 1
        return day

    def close(self, day: int) -> int:
        """The instant after the last open second of a date."""
        return self.clock[day][0] + self.shape(day).seconds.rindex(1) + 1

    def open_date(self, day: int, nth: int) -> int:
        """The nth open date after a date; nth 0 is the first at or after it."""
        if nth == 0 and self.shape(day).total:
            return day
        left = max(nth, 1)
        while left:
            day += 1
            left -= bool(self.shape(day).total)
        return day

    # ------------------------------------------------------------ counting

    def is_open(self, at: int) -> bool:
        day = self.date_of(at)
        return bool(self.shape(day).seconds[at - self.clock[day][0]])

    def between(self, start: int, end: int) -> int:
        if start >= end:
            return 0
        if start < self.begin or end > self.end:
            raise Beyond
        first, last = self.date_of(start), self.date_of(end - 1)
        whole = sum(self.shape(day).total for day in range(first, last))
        head = self.shape(first).before(start - self.clock[first][0])
        return whole - head + self.shape(last).before(end - self.clock[last][0])

    def add(self, start: int, seconds: int) -> int:
        """The instant after the so-manieth open second from ``start`` on."""
        if start == self.end:
            raise Beyond
        day = self.date_of(start)
        left = max(seconds, 1) + self.shape(day).before(start - self.clock[day][0])
        while left > self.shape(day).total:
            left -= self.shape(day).total
            day += 1
        shape, minute = self.shape(day), 0
        while left > shape.minutes[minute]:
            left -= shape.minutes[minute]
            minute += 1
        second = minute * 60 - 1
        while left:
            second += 1
            left -= shape.seconds[second]
        return self.clock[day][0] + second + (1 if seconds else 0)

    def subtract(self, end: int, seconds: int) -> int:
        """The beginning of the so-manieth open second before ``end``."""
        if end == self.begin:
            raise Beyond
        day = self.date_of(end - 1)
        shape = self.shape(day)
        left = max(seconds, 1) + shape.total - shape.before(end - self.clock[day][0])
        while left > shape.total:
            left -= shape.total
            day -= 1
            shape = self.shape(day)
        minute = len(shape.minutes) - 1
        while left > shape.minutes[minute]:
            left -= shape.minutes[minute]
            minute -= 1
        second = minute * 60 + 60
        while left:
            second -= 1
            left -= shape.seconds[second]
        return self.clock[day][0] + second + (0 if seconds else 1)

    # ------------------------------------------------------------ clocks

    def business_days(self, anchor: int, count: int) -> int:
        """Open seconds until the close of the n-th business day after day zero."""
        zero = self.date_of(anchor)
        if not self.shape(zero).total:
            later = self.rules.closed_day == "next_business_day"
        else:
            later = self.rules.after_hours == "next_business_day" and anchor >= self.close(zero)
        if later:
            zero = self.open_date(zero, 1)
        return self.between(anchor, self.close(self.open_date(zero, count)))

    def days(self, anchor: int, count: int) -> int:
        """All seconds until the close of the n-th day after, or the next open one."""
        return self.close(self.open_date(self.date_of(anchor) + count, 0)) - anchor

    def due_open(self, seconds: int, runs: Sequence[tuple[int, int]], start: int) -> int:
        """When open time is used up: ``runs`` are over, and the clock runs again from ``start``."""
        return self._due(seconds, runs, start, self.between, self.add)

    def due_elapsed(self, seconds: int, runs: Sequence[tuple[int, int]], start: int) -> int:
        return self._due(seconds, runs, start, lambda a, b: b - a, lambda a, n: a + n)

    def due_days(self, seconds: int, runs: Sequence[tuple[int, int]], start: int) -> int:
        """A due instant that each pause moves, and moves again off a closed date."""
        runs = [(begin, stopped) for begin, stopped in runs if begin < stopped]
        starts = [begin for begin, _ in runs] + [start]
        due = self._rolled(starts[0] + seconds)
        for (_, stopped), resumed in zip(runs, starts[1:], strict=True):
            if due <= stopped:
                return due
            due = self._rolled(due + resumed - stopped)
        return due

    def _rolled(self, due: int) -> int:
        earlier = self.date_of(due - 1)
        if self.shape(earlier).total and self.close(earlier) == due:
            return due
        day = self.date_of(due)
        return due if self.shape(day).total else self.close(self.open_date(day, 1))

    def _due(
        self,
        seconds: int,
        runs: Sequence[tuple[int, int]],
        start: int,
        count: Callable[[int, int], int],
        add: Callable[[int, int], int],
    ) -> int:
        left = seconds
        for begin, stopped in runs:
            used_up = add(begin, left)
            if begin < stopped and used_up <= stopped:
                return used_up
            left -= count(begin, stopped)
        return add(start, left)


def face(spec: Spec) -> bytes:
    """The clock face of a date, a byte for each second, 1 where the rules say open."""
    drawn = bytearray(DAY)
    windows, closures = spec
    for start, end in windows:
        drawn[start:end] = b"\1" * (end - start)
    for start, end in closures:
        drawn[start:end] = bytes(end - start)
    return bytes(drawn)


def lay_out(readings: Readings, drawn: bytes) -> Shape:
    """The seconds of a date that are open, when the clock shows these readings."""
    seconds = bytearray(60 * len(readings))
    start = drawn.find(1)
    while start >= 0:
        end = drawn.find(0, start)
        end = DAY if end < 0 else end
        opened, closed = _first_at_least(readings, start), _after_last_below(readings, end)
        if opened < closed:
            seconds[opened:closed] = b"\1" * (closed - opened)
        start = drawn.find(1, end)
    minutes = tuple(seconds.count(1, n, n + 60) for n in range(0, len(seconds), 60))
    return Shape(bytes(seconds), minutes, sum(minutes))


def _first_at_least(readings: Readings, clock: int) -> int:
    for minute, reading in enumerate(readings):
        for second in range(60):
            if reading + 59 < clock:
                break
            if reading + second >= clock:
                return minute * 60 + second
    return len(readings) * 60


def _after_last_below(readings: Readings, clock: int) -> int:
    for minute in range(len(readings) - 1, -1, -1):
        reading = readings[minute]
        if reading >= clock:
            continue
        for second in range(59, -1, -1):
            if reading + second < clock:
                return minute * 60 + second + 1
    return 0


def instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
