"""Days that come back each year, as people write them: `24 december`, `third friday in july`."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_FIXED = re.compile(r"([1-9]|[12][0-9]|3[01]) ([a-z]+)")
_FLOATING = re.compile(r"([a-z]+) ([a-z]+) in ([a-z]+)")
EXPECTED = "a day of the year such as `24 december` or `third friday in july`"


@dataclass(frozen=True, slots=True)
class Yearly:
    """A day of every year: a fixed one, or the n-th of a weekday in a month."""

    text: str
    month: int
    day: int | None
    weekday: int
    nth: int

    @classmethod
    def parse(cls, text: str) -> "Yearly":
        """Read one of the two forms, in lower case.

        Raises:
            ValueError: it is neither, or no year has that day.
        """
        fixed = _FIXED.fullmatch(text)
        if fixed and fixed[2] in _MONTHS:
            month, day = _MONTHS[fixed[2]], int(fixed[1])
            if day <= calendar.monthrange(2023, month)[1]:
                return cls(text, month, day, 0, 0)
        floating = _FLOATING.fullmatch(text)
        if floating and floating[1] in _NTH and floating[2] in _WEEKDAYS and floating[3] in _MONTHS:
            nth, weekday, month = (
                _NTH[floating[1]],
                _WEEKDAYS[floating[2]],
                _MONTHS[floating[3]],
            )
            return cls(text, month, None, weekday, nth)
        raise ValueError(f"found `{text[:60]}`, expected {EXPECTED}")

    def on(self, year: int) -> date:
        """The date in that year."""
        if self.day is not None:
            return date(year, self.month, self.day)
        first, length = calendar.monthrange(year, self.month)
        days = range(1 + (self.weekday - first) % 7, length + 1, 7)
        return date(year, self.month, days[self.nth - 1 if self.nth > 0 else self.nth])

    def __str__(self) -> str:
        """The form that it was read from."""
        return self.text
