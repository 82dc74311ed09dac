"""The open windows of a calendar, indexed: every question is a binary search.

All values are whole seconds since 1970. The index is built in one pass over the known dates and
never walks days again.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from escalation.timekeeping.instants import edge, offset_at
from escalation.timekeeping.rules import WEEKDAYS, BeyondHorizon, CalendarRules, Span

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class WindowIndex:
    """Sorted windows that do not touch, with the open seconds up to the end of each.

    ``days`` are the ordinals of the dates with any open second, ``day_closes`` the ends of their
    last windows. ``known`` are the ordinals of the known dates, which ``first`` and ``last`` bound
    as instants, ``last`` exclusive.
    """

    rules: CalendarRules
    known: range
    first: int
    last: int
    opens: list[int]
    closes: list[int]
    totals: list[int]
    days: list[int]
    day_closes: list[int]

    @classmethod
    def build(cls, rules: CalendarRules, zone: ZoneInfo) -> "WindowIndex":
        """Lay out every window between the calendar's known dates."""
        first, last = rules.known_from.toordinal(), rules.known_until.toordinal()
        opens: list[int] = []
        closes: list[int] = []
        days: list[int] = []
        day_closes: list[int] = []
        special = _special_spans(rules)
        steady = _steady_offsets(zone, first, last)
        weekly = [rules.weekly[(first + 6 + n) % WEEKDAYS] for n in range(WEEKDAYS)]
        for position, offset in enumerate(steady):
            ordinal = first + position
            spans = special.get(ordinal)
            if spans is None:
                spans = weekly[position % WEEKDAYS]
            closed_at = None
            for opened, closed in _instants(zone, ordinal, offset, spans):
                closed_at = closed
                if closes and opened <= closes[-1]:
                    closes[-1] = closed
                else:
                    opens.append(opened)
                    closes.append(closed)
            if closed_at is not None:
                days.append(ordinal)
                day_closes.append(closed_at)
        lengths = (closed - opened for opened, closed in zip(opens, closes, strict=True))
        return cls(
            rules=rules,
            known=range(first, last + 1),
            first=edge(zone, _midnight(first), closing=False),
            last=edge(zone, _midnight(last + 1), closing=True),
            opens=opens,
            closes=closes,
            totals=list(accumulate(lengths)),
            days=days,
            day_closes=day_closes,
        )

    def is_open(self, at: int) -> bool:
        """Whether the second that begins at ``at`` is open."""
        if not self.first <= at < self.last:
            raise self.beyond()
        position = bisect_right(self.opens, at) - 1
        return position >= 0 and at < self.closes[position]

    def total_until(self, at: int) -> int:
        """Open seconds from the beginning of what is known."""
        if not self.first <= at <= self.last:
            raise self.beyond()
        position = bisect_right(self.opens, at) - 1
        if position < 0:
            return 0
        still = self.closes[position] - at
        return self.totals[position] - still if still > 0 else self.totals[position]

    def between(self, start: int, end: int) -> int:
        """Open seconds in ``[start, end)``; 0 when there is nothing between."""
        return self.total_until(end) - self.total_until(start) if start < end else 0

    def add(self, start: int, seconds: int) -> int:
        """The earliest instant by which so many open seconds have passed.

        Nothing to add is the first open instant at or after ``start``. A sum that lands on
        closing time stays there. Raises ValueError for less than nothing.
        """
        target = self.total_until(start) + seconds
        if seconds > 0:
            position = bisect_left(self.totals, target)
            if position < len(self.totals):
                return self.closes[position] - self.totals[position] + target
        else:
            _refuse_negative(seconds)
            position = bisect_right(self.closes, start)
            if position < len(self.opens):
                return max(start, self.opens[position])
        raise self.beyond()

    def subtract(self, end: int, seconds: int) -> int:
        """The latest instant from which so many open seconds pass until ``end``.

        Nothing to subtract is the last instant at or before ``end`` that ends an open second.
        A difference that lands on opening time stays there. Raises ValueError for less than
        nothing.
        """
        target = self.total_until(end) - seconds
        if seconds > 0:
            position = bisect_right(self.totals, target)
            if target >= 0:
                return self.closes[position] - self.totals[position] + target
        else:
            _refuse_negative(seconds)
            position = bisect_left(self.opens, end) - 1
            if position >= 0:
                return min(end, self.closes[position])
        raise self.beyond()

    def within(self, start: int, end: int) -> list[Span]:
        """The windows of ``[start, end)``, clipped to it."""
        if start >= end:
            return []
        if start < self.first or end > self.last:
            raise self.beyond()
        low = bisect_right(self.closes, start)
        high = bisect_left(self.opens, end)
        return [(max(start, self.opens[n]), min(end, self.closes[n])) for n in range(low, high)]

    def day_after(self, ordinal: int, count: int) -> int:
        """The ordinal of the ``count``-th open date after a date; count 0 is at or after it."""
        return self.days[self._position_after(ordinal, count)]

    def days_until(self, ordinal: int) -> int:
        """How many open dates are known up to an ordinal, itself among them."""
        self._check_date(ordinal)
        return bisect_right(self.days, ordinal)

    def close_after(self, ordinal: int, count: int) -> int:
        """When the business of that date closes."""
        return self.day_closes[self._position_after(ordinal, count)]

    def close_of(self, ordinal: int) -> int | None:
        """When the business of a date closes; None when it has no open second."""
        self._check_date(ordinal)
        position = bisect_left(self.days, ordinal)
        if position < len(self.days) and self.days[position] == ordinal:
            return self.day_closes[position]
        return None

    def is_closing_time(self, at: int) -> bool:
        """Whether some date's business closes at that instant."""
        position = bisect_left(self.day_closes, at)
        return position < len(self.day_closes) and self.day_closes[position] == at

    def last_days(self, end: int, count: int) -> int:
        """Open seconds of the ``count`` business days of which the last is not over by ``end``.

        That last one is the day that closes at ``end`` or next after it.
        """
        position = bisect_left(self.day_closes, end)
        if position >= len(self.day_closes) or position < count:
            raise self.beyond()
        return self.between(self.day_closes[position - count], self.day_closes[position])

    def _position_after(self, ordinal: int, count: int) -> int:
        self._check_date(ordinal)
        if count > 0:
            position = bisect_right(self.days, ordinal) + count - 1
        else:
            position = bisect_left(self.days, ordinal)
        if position >= len(self.days):
            raise self.beyond()
        return position

    def _check_date(self, ordinal: int) -> None:
        if ordinal not in self.known:
            raise self.beyond()

    def beyond(self) -> BeyondHorizon:
        """The error of a question that reaches outside the known dates."""
        return BeyondHorizon(self.rules.id, self.rules.known_from, self.rules.known_until)


def _refuse_negative(seconds: int) -> None:
    if seconds:
        msg = f"{seconds} seconds are no length of time"
        raise ValueError(msg)


def _midnight(ordinal: int) -> datetime:
    return datetime.fromordinal(ordinal)


def _special_spans(rules: CalendarRules) -> dict[int, tuple[Span, ...]]:
    """The windows of every date that is not as its weekday is."""
    dates = {*rules.closed, *rules.closures, *rules.openings}
    return {day.toordinal(): rules.spans_on(day) for day in dates}


def _steady_offsets(zone: ZoneInfo, first: int, last: int) -> list[int | None]:
    """The offset of each date that has one all day; None where the clock is put on or back.

    A date is steady when its own midnight and the next two stand at one offset. The second next
    is looked at because a midnight that comes twice is read as its first occurrence.
    """
    offsets = [offset_at(zone, _midnight(ordinal)) for ordinal in range(first, last + 3)]
    return [
        own if own == following == later else None
        for (own, following), (_, later) in pairwise(pairwise(offsets))
    ]


def _instants(
    zone: ZoneInfo, ordinal: int, offset: int | None, spans: tuple[Span, ...]
) -> list[Span]:
    """The windows of one date as instants; empty ones are dropped."""
    if offset is not None:
        base = (ordinal - _EPOCH_ORDINAL) * 86400 - offset
        return [(base + start, base + end) for start, end in spans]
    midnight = _midnight(ordinal)
    edges = [
        (
            edge(zone, midnight + timedelta(seconds=start), closing=False),
            edge(zone, midnight + timedelta(seconds=end), closing=True),
        )
        for start, end in spans
    ]
    return [(opened, closed) for opened, closed in edges if opened < closed]
