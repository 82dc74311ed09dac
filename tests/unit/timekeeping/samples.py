"""Calendars for tests: plain ones by name, and odd ones drawn from a seed."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from escalation.timekeeping.calendar import Calendar, CalendarRules, Span
from escalation.timekeeping.duration import Duration

ZONES = ("Australia/Brisbane", "Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe")
HOUR = 3600
DAY = 86400
KNOWN_FROM = date(2024, 1, 1)
KNOWN_UNTIL = date(2026, 12, 31)
NINE_TO_FIVE: Span = (9 * HOUR, 17 * HOUR)
NOTHING: tuple[Span, ...] = ()


def week(*spans: Span, weekend: tuple[Span, ...] = NOTHING) -> tuple[tuple[Span, ...], ...]:
    """Monday to Friday with these windows."""
    return (spans,) * 5 + (weekend,) * 2


def rules(zone: str = "Australia/Brisbane", **changes: object) -> CalendarRules:
    """An office, nine to five, 2024 to 2026, without holidays unless told."""
    plain = CalendarRules(
        id="office",
        zone=zone,
        weekly=week(NINE_TO_FIVE),
        closed={},
        closures={},
        openings={},
        after_hours="same_day",
        closed_day="next_business_day",
        known_from=KNOWN_FROM,
        known_until=KNOWN_UNTIL,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name, checked at run


def office(zone: str = "Australia/Brisbane", **changes: object) -> Calendar:
    """A calendar of :func:`rules`."""
    return Calendar(rules(zone, **changes))


def holidays(*days: str) -> Mapping[date, str]:
    """Closed dates from their ISO form."""
    return {date.fromisoformat(day): "holiday" for day in days}


def utc(text: str) -> datetime:
    """An instant from its ISO form with an offset, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def local(text: str) -> datetime:
    """A reading of the clock on the wall, without an offset."""
    return datetime.fromisoformat(text)


def length(text: str) -> Duration:
    """A duration as written."""
    return Duration.parse(text)


class Draw:
    """Draws calendars, instants and lengths that look for trouble."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatability is the point

    def rules(self, zone: str) -> CalendarRules:
        """A calendar: office, night desk, round the clock or anything, with odd dates."""
        draw = self.random
        days = [KNOWN_FROM + timedelta(days=n) for n in range(366 + 365 * 2)]
        weekly = tuple(self._day(n) for n in range(7))
        if not any(weekly):
            weekly = week(NINE_TO_FIVE)
        return CalendarRules(
            id="drawn",
            zone=zone,
            weekly=weekly,
            closed=dict.fromkeys(draw.sample(days, draw.randrange(80)), "closed"),
            closures={
                day: tuple((span, "closure") for span in self._spans(draw.randint(1, 2)))
                for day in draw.sample(days, draw.randrange(20))
            },
            openings={day: self._spans(draw.randint(0, 2)) for day in draw.sample(days, 12)},
            after_hours=draw.choice(("same_day", "next_business_day")),
            closed_day=draw.choice(("same_day", "next_business_day")),
            known_from=KNOWN_FROM,
            known_until=KNOWN_UNTIL,
        )

    def _day(self, weekday: int) -> tuple[Span, ...]:
        draw = self.random
        kind = draw.random()
        if kind < (0.2 if weekday < 5 else 0.7):
            return NOTHING if weekday >= 5 else (NINE_TO_FIVE,)
        if kind < 0.8:
            return draw.choice(
                (
                    ((8 * HOUR + 1800, 17 * HOUR),),
                    ((9 * HOUR, 12 * HOUR + 1800), (13 * HOUR + 900, 17 * HOUR + 1800)),
                    ((0, 6 * HOUR), (22 * HOUR, DAY)),
                    ((0, DAY),),
                    ((HOUR + 1800, 2 * HOUR + 900), (2 * HOUR + 2700, 3 * HOUR + 1)),
                )
            )
        return self._spans(draw.randint(0, 3))

    def _spans(self, count: int) -> tuple[Span, ...]:
        """Windows with edges at any second, often in the hours when clocks are changed."""
        draw = self.random
        top = 4 * HOUR if draw.random() < 0.4 else DAY
        edges = sorted(draw.sample(range(top + 1), 2 * count))
        return tuple(zip(edges[::2], edges[1::2], strict=True))

    def instant(self, calendar: Calendar) -> int:
        """Any second, one close to a window's edge, or one on a day of changing clocks."""
        draw, index = self.random, calendar.index
        kind = draw.random()
        if kind < 0.5 or not index.opens:
            return draw.randrange(index.first, index.last)
        if kind < 0.8:
            near = draw.choice((index.opens, index.closes))
            at = draw.choice(near) + draw.choice((-1, 0, 0, 1, draw.randint(-60, 60)))
        else:
            changed = draw.choice(CHANGES)
            at = int(changed.timestamp()) + draw.randrange(-36 * HOUR, 36 * HOUR)
        return min(max(at, index.first), index.last - 1)

    def seconds(self) -> int:
        """A length, short or long, round or not."""
        draw = self.random
        unit = draw.choice((1, 60, HOUR))
        return draw.randrange(draw.choice((3, 50, 500))) * unit + draw.choice((0, 0, 1, 59))


CHANGES = tuple(
    datetime(year, month, day, 16, tzinfo=UTC)
    for year, month, day in (
        (2024, 4, 6), (2024, 10, 5), (2025, 4, 5), (2025, 10, 4), (2026, 4, 4), (2026, 10, 3)
    )
)  # fmt: skip
"""The evenings, in UTC, on which clocks in New South Wales and South Australia change."""
