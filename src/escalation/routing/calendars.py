"""The calendars of a ladder file, and how their holidays become closed dates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from escalation.routing.fields import (
    Day,
    Span,
    Strict,
    TimeOfDay,
    Title,
    Zone,
    read_date,
    read_span,
    refuse,
    show_time,
)
from escalation.routing.yearly import EXPECTED, Yearly
from escalation.timekeeping.calendar import CalendarRules
from escalation.timekeeping.holidays import closed_days

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WHOLE_DAY = (0, 86400)


def _read_yearly(value: object) -> Yearly:
    if not isinstance(value, str):
        raise refuse(value, EXPECTED)
    return Yearly.parse(value)


EveryYear = Annotated[
    Yearly,
    PlainValidator(_read_yearly),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["24 december", "third friday in july"]}),
]
Windows = Annotated[tuple[Span, ...], Field(max_length=12)]


class Week(Strict):
    """The open windows of each weekday; a day left out is closed."""

    monday: Windows = ()
    tuesday: Windows = ()
    wednesday: Windows = ()
    thursday: Windows = ()
    friday: Windows = ()
    saturday: Windows = ()
    sunday: Windows = ()


class Recurring(Strict):
    """A day by its date, or every year; exactly one of the two."""

    name: Title
    day: Day | None = Field(default=None, alias="date")
    every: EveryYear | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Recurring":
        if (self.day is None) == (self.every is None):
            raise ValueError("found both or neither of `date` and `every`, expected one of them")
        return self

    def dates(self, first: date, last: date) -> Iterator[date]:
        """Its dates from ``first`` to ``last``, both inclusive."""
        days = [self.every.on(y) for y in range(first.year, last.year + 1)] if self.every else []
        if self.day is not None:
            days.append(self.day)
        return (day for day in days if first <= day <= last)


class Closure(Recurring):
    """A closure of a day, or of a part of one."""

    from_: TimeOfDay = Field(default=_WHOLE_DAY[0], alias="from")
    until: TimeOfDay = _WHOLE_DAY[1]


class Opening(Strict):
    """A date with windows of its own, whatever weekday or holiday it is."""

    name: Title
    day: Day = Field(alias="date")
    windows: Windows


class Holidays(Strict):
    """Public holidays, computed by country and state, less some and more."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    state: Annotated[str, Field(pattern="^[A-Z0-9]{1,5}$")] | None = None
    remove: tuple[Title, ...] = ()
    add: tuple[Recurring, ...] = ()


class CalendarEntry(Strict):
    """When a place is open for business."""

    title: Title
    zone: Zone
    week: Week
    holidays: Holidays | None = None
    closures: tuple[Closure, ...] = ()
    openings: tuple[Opening, ...] = ()
    after_hours: Literal["same_day", "next_business_day"] = "same_day"
    closed_day: Literal["next_business_day", "same_day"] = "next_business_day"
    known_from: Day
    known_until: Day


@dataclass(frozen=True, slots=True)
class Expanded:
    """What a calendar's holidays, closures and openings come to, date by date."""

    closed: Mapping[date, str]
    closures: Mapping[date, tuple[tuple[tuple[int, int], str], ...]] = field(default_factory=dict)
    openings: Mapping[date, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "closed": {day.isoformat(): label for day, label in sorted(self.closed.items())},
            "closures": {
                day.isoformat(): [[_show(span), label] for span, label in pieces]
                for day, pieces in sorted(self.closures.items())
            },
            "openings": {
                day.isoformat(): [_show(span) for span in spans]
                for day, spans in sorted(self.openings.items())
            },
        }

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> "Expanded":
        """What `stored` made, again."""
        return cls(
            {read_date(day): label for day, label in stored["closed"].items()},
            {
                read_date(day): tuple((read_span(span), label) for span, label in pieces)
                for day, pieces in stored["closures"].items()
            },
            {
                read_date(day): tuple(read_span(span) for span in spans)
                for day, spans in stored["openings"].items()
            },
        )


def expand(entry: CalendarEntry) -> Expanded:
    """Write out every closed, cut and opened date the calendar knows.

    Raises:
        ValueError: the country or state is unknown, or a removal names no holiday.
    """
    first, last = entry.known_from, entry.known_until
    closed: dict[date, str] = {}
    if entry.holidays is not None:
        computed = closed_days(
            entry.holidays.country,
            entry.holidays.state,
            range(first.year, last.year + 1),
            remove=entry.holidays.remove,
        )
        closed |= {day: name for day, name in computed.items() if first <= day <= last}
        for added in entry.holidays.add:
            closed |= dict.fromkeys(added.dates(first, last), added.name)
    cut: dict[date, tuple[tuple[tuple[int, int], str], ...]] = {}
    for closure in entry.closures:
        span = (closure.from_, closure.until)
        for day in closure.dates(first, last):
            if span == _WHOLE_DAY:
                closed[day] = closure.name
            else:
                cut[day] = (*cut.get(day, ()), (span, closure.name))
    return Expanded(closed, cut, {opening.day: opening.windows for opening in entry.openings})


def rules_of(calendar_id: str, entry: CalendarEntry, dates: Expanded) -> CalendarRules:
    """The calendar as timekeeping takes it.

    Raises:
        ValueError: the windows of a day overlap, or the dates it knows are not in order.
    """
    return CalendarRules(
        id=calendar_id,
        zone=entry.zone,
        weekly=tuple(getattr(entry.week, day) for day in WEEKDAYS),
        closed=dates.closed,
        closures=dates.closures,
        openings=dates.openings,
        after_hours=entry.after_hours,
        closed_day=entry.closed_day,
        known_from=entry.known_from,
        known_until=entry.known_until,
    )


def _show(span: tuple[int, int]) -> str:
    return f"{show_time(span[0])}-{show_time(span[1])}"
