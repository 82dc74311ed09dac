"""The dates of a recurrence rule, period by period (RFC 5545 section 3.3.10).

A period is looked at only when it is asked for, so a rule that began years ago costs nothing to
ask about today; and a rule that stays silent for :data:`QUIET_YEARS` is taken to have ended.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, datetime, time, timedelta
from functools import lru_cache
from itertools import product

from escalation.timekeeping.rrule import Frequency, Rule

QUIET_YEARS = 50
_MONTHS = 12
_WEEK = 7


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A rule together with the start that it takes its unsaid parts from."""

    rule: Rule
    start: datetime
    times: tuple[time, ...]

    @classmethod
    def of(cls, rule: Rule, start: datetime) -> "Pattern":
        """Fill in from the start what the rule leaves unsaid."""
        clock = product(
            rule.by("BYHOUR") or (start.hour,),
            rule.by("BYMINUTE") or (start.minute,),
            rule.by("BYSECOND") or (start.second,),
        )
        return cls(_filled(rule, start), start, tuple(time(*hms) for hms in clock))

    def periods(self, since: date) -> Iterator[list[datetime]]:
        """The occurrences of each period in turn, by the local clock, none before the start.

        Begins with the period that holds ``since`` (with the first when the rule has a count).
        """
        left = self.rule.count
        position = 0 if left else self._position(since)
        silent_from = max(since, self.start.date()).year
        first = self._first_date(position)
        while first is not None and first.year <= silent_from + QUIET_YEARS:
            found = list(_occurrences(self, first))
            if left is not None:
                found = found[:left]
                left -= len(found)
            if found:
                silent_from = max(silent_from, first.year)
                yield found
            if left == 0:
                return
            position += 1
            first = self._first_date(position)

    def _position(self, since: date) -> int:
        """The number of the period that holds a date or comes before it; 0 for early ones."""
        start = self._first_date(0) or since
        if self.rule.frequency is Frequency.YEARLY:
            units = since.year - start.year
        elif self.rule.frequency is Frequency.MONTHLY:
            units = (since.year - start.year) * _MONTHS + since.month - start.month
        else:
            units = (since - start).days // self._days()
        return max(units // self.rule.interval, 0)

    def _days(self) -> int:
        return _WEEK if self.rule.frequency is Frequency.WEEKLY else 1

    def _first_date(self, position: int) -> date | None:
        """The first date of a period; None beyond the end of the calendar."""
        start = self.start.date()
        step = position * self.rule.interval
        if self.rule.frequency in (Frequency.DAILY, Frequency.WEEKLY):
            if self.rule.frequency is Frequency.WEEKLY:
                start -= timedelta(days=(start.weekday() - self.rule.week_start) % _WEEK)
            ordinal = start.toordinal() + step * self._days()
            return date.fromordinal(ordinal) if ordinal < date.max.toordinal() - _WEEK else None
        if self.rule.frequency is Frequency.YEARLY:
            year, month = start.year + step, 0
        else:
            year, month = divmod(start.year * _MONTHS + start.month - 1 + step, _MONTHS)
        return date(year, month + 1, 1) if year < MAXYEAR else None

    def occurrences(self, first: date) -> list[datetime]:
        """The occurrences of the period that begins on a date."""
        dates = [day for day in self._dates(first) if self._fits(day)]
        found = [datetime.combine(day, at) for day in dates for at in self.times]
        wanted = self.rule.by("BYSETPOS")
        if wanted:
            size = len(found)
            picked = {n - 1 if n > 0 else size + n for n in wanted}
            found = [found[n] for n in sorted(picked) if 0 <= n < size]
        return [local for local in found if local >= self.start]

    def _dates(self, first: date) -> Iterator[date]:
        """The dates of a period; of a year, only the months that can fit."""
        frequency = self.rule.frequency
        if frequency is Frequency.YEARLY:
            for month in self.rule.by("BYMONTH") or range(1, _MONTHS + 1):
                yield from _month(first.year, month)
        elif frequency is Frequency.MONTHLY:
            yield from _month(first.year, first.month)
        else:
            for n in range(self._days()):
                yield first + timedelta(days=n)

    def _fits(self, day: date) -> bool:
        rule = self.rule
        months, weeks = rule.by("BYMONTH"), rule.by("BYWEEKNO")
        month_days, year_days = rule.by("BYMONTHDAY"), rule.by("BYYEARDAY")
        return (
            (not months or day.month in months)
            and (not month_days or _counted(_in_month(day), month_days))
            and (not year_days or _counted(_in_year(day), year_days))
            and (not weeks or _counted(_in_weeks(day, rule.week_start), weeks))
            and (not rule.days or self._fits_weekday(day))
        )

    def _fits_weekday(self, day: date) -> bool:
        """Whether a ``BYDAY`` entry names this date, numbered in its month or its year."""
        in_year = self.rule.frequency is Frequency.YEARLY and not self.rule.by("BYMONTH")
        forward, backward = _in_year(day) if in_year else _in_month(day)
        nth = (0, (forward - 1) // _WEEK + 1, -((-backward - 1) // _WEEK) - 1)
        return any(weekday == day.weekday() and n in nth for n, weekday in self.rule.days)


@lru_cache(maxsize=4096)  # a digest goes over the meetings of a year, and so does the next one
def _occurrences(pattern: Pattern, first: date) -> tuple[datetime, ...]:
    return tuple(pattern.occurrences(first))


def _filled(rule: Rule, start: datetime) -> Rule:
    """The rule with its unsaid date parts taken from the start."""
    weekday = ((0, start.weekday()),)
    if rule.days or rule.by("BYYEARDAY") or rule.frequency is Frequency.DAILY:
        return rule
    if rule.frequency is Frequency.WEEKLY or rule.by("BYWEEKNO"):
        return replace(rule, days=weekday)
    numbers = {"BYMONTHDAY": (start.day,), **rule.numbers}
    if rule.frequency is Frequency.YEARLY:
        numbers = {"BYMONTH": (start.month,), **numbers}
    return replace(rule, numbers=numbers)


def _month(year: int, month: int) -> Iterator[date]:
    return (date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1))


def _counted(numbers: tuple[int, int], wanted: tuple[int, ...]) -> bool:
    return numbers[0] in wanted or numbers[1] in wanted


def _in_month(day: date) -> tuple[int, int]:
    """The number of a date in its month, from the beginning and from the end."""
    return day.day, day.day - monthrange(day.year, day.month)[1] - 1


def _in_year(day: date) -> tuple[int, int]:
    number = day.toordinal() - date(day.year, 1, 1).toordinal() + 1
    return number, number - _year_length(day.year) - 1


def _in_weeks(day: date, week_start: int) -> tuple[int, int]:
    """The number of a date's week in the year that has most of its days (RFC 5545)."""
    middle = day + timedelta(days=3 - (day.weekday() - week_start) % _WEEK)
    in_year = _in_year(middle)[0]
    number = (in_year - 1) // _WEEK + 1
    weeks = number + (_year_length(middle.year) - in_year) // _WEEK
    return number, number - weeks - 1


def _year_length(year: int) -> int:
    return 366 if isleap(year) else 365
