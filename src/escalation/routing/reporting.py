"""When a provider next reports to a client on their agreement."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta

from escalation.routing.vocabulary import Cadence

_MONTHS: Mapping[Cadence, int] = {
    Cadence.MONTHLY: 1,
    Cadence.QUARTERLY: 3,
    Cadence.HALF_YEARLY: 6,
    Cadence.YEARLY: 12,
}


def next_report(cadence: Cadence, begins: date, today: date) -> date:
    """The last day of the period that a day lies in; periods are counted from when it began.

    Before the agreement begins, that of its first period.
    """
    months, number = _MONTHS[cadence], 1
    while (ends := _months_after(begins, number * months) - timedelta(days=1)) < today:
        number += 1
    return ends


def _months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
