"""Reading the calendars that other projects' test cases are written for."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from escalation.timekeeping.calendar import Calendar, CalendarRules, Span

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def clock(text: str) -> int:
    """Seconds of the day of ``08:30``; ``24:00`` is its end."""
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def spans(pairs: Sequence[Sequence[str]]) -> tuple[Span, ...]:
    return tuple((clock(start), clock(end)) for start, end in pairs)


def across_midnight(days: Sequence[str], start: str, end: str) -> tuple[tuple[Span, ...], ...]:
    """Weekly windows that may run into the next day, split there as the domain wants them."""
    opens, closes = clock(start), clock(end)
    weekly: list[list[Span]] = [[] for _ in DAYS]
    for day in days:
        today = DAYS.index(day)
        if opens < closes:
            weekly[today].append((opens, closes))
        else:
            weekly[today].append((opens, 86400))
            weekly[(today + 1) % 7].append((0, closes))
    return tuple(tuple(sorted(windows)) for windows in weekly)


def calendar(
    document: Mapping[str, Any], first: int, last: int, closed_day: str = "next_business_day"
) -> Calendar:
    """The calendar of a case, known for some whole years."""
    weekly = tuple(spans(document["hours"].get(day, ())) for day in DAYS)
    return Calendar(
        CalendarRules(
            id="vector",
            zone=document["timezone"],
            weekly=weekly,
            closed=dict.fromkeys(_closed(document, range(first, last + 1)), "holiday"),
            closures={
                date.fromisoformat(day): tuple((span, "break") for span in spans(pieces))
                for name in ("breaks", "closed_pieces")
                for day, pieces in document.get(name, {}).items()
            },
            openings={
                date.fromisoformat(day): spans(pieces)
                for day, pieces in document.get("date_overrides", {}).items()
            },
            after_hours="same_day",
            closed_day="same_day" if closed_day == "same_day" else "next_business_day",
            known_from=date(first, 1, 1),
            known_until=date(last, 12, 31),
        )
    )


def _closed(document: Mapping[str, Any], years: range) -> list[date]:
    found = [date.fromisoformat(day) for day in document.get("holidays", ())]
    found += [
        date.fromisoformat(f"{year}-{day}")
        for year in years
        for day in document.get("annual_holidays", ())
    ]
    for span in document.get("holiday_ranges", ()):
        begin, end = date.fromisoformat(span["begin"]), date.fromisoformat(span["end"])
        whole = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
        again = years if span["perpetual"] else (begin.year,)
        found += [day.replace(year=year) for year in again for day in whole]
    return found
