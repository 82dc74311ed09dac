"""Periods on a body's own clock: the quarter that an instant is in, and the period before one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

QUARTER = 3
LONGEST = 12
"""Over how many periods figures are told beside each other at most: three years of quarters."""
_YEAR = 12


def quarter_begin(at: datetime, zone: ZoneInfo) -> datetime:
    """When the quarter began of which ``at`` is the end, or lies in."""
    local = (at - timedelta(seconds=1)).astimezone(zone)
    return _month_begin(local.year, (local.month - 1) // QUARTER * QUARTER + 1, zone)


def before(since: datetime, until: datetime, zone: ZoneInfo) -> datetime:
    """When the period began that ends at ``since`` and is as long as the one to ``until``.

    Whole months are as long as so many months, whatever their days; else it is the time that
    passes.
    """
    first, last = since.astimezone(zone), until.astimezone(zone)
    months = (last.year - first.year) * _YEAR + last.month - first.month
    edges = (_month_begin(each.year, each.month, zone) for each in (first, last))
    if months > 0 and list(edges) == [since, until]:
        years, month = divmod(first.month - 1 - months, _YEAR)
        return _month_begin(first.year + years, month + 1, zone)
    return since - (until - since)


def _month_begin(year: int, month: int, zone: ZoneInfo) -> datetime:
    return datetime(year, month, 1, tzinfo=zone).astimezone(UTC)
