"""When issues come in: by hour, by day of the week, and by week, on the scorecard's own clock."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from escalation.routing.calendars import WEEKDAYS

_HOURS = 24


def told(arrivals: Iterable[datetime], zone: str) -> dict[str, Any]:
    """Issues logged, by when that took effect; each week by the Monday that it begins with."""
    local = [at.astimezone(ZoneInfo(zone)) for at in arrivals]
    hours = Counter(at.hour for at in local)
    days = Counter(at.weekday() for at in local)
    weeks = Counter(_monday(at) for at in local)
    return {
        "by_hour": [{"hour": hour, "logged": hours[hour]} for hour in range(_HOURS)],
        "by_weekday": [{"day": day, "logged": days[n]} for n, day in enumerate(WEEKDAYS)],
        "by_week": [{"from": week, "logged": weeks[week]} for week in sorted(weeks)],
    }


def _monday(at: datetime) -> str:
    day = at.date()
    return day.fromordinal(day.toordinal() - day.weekday()).isoformat()
