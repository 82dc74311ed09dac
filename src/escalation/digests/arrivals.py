"""When issues come in: by hour, by day of the week, and by week, on the scorecard's own clock."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from escalation.routing.calendars import WEEKDAYS

_HOURS = 24
_WEEK = timedelta(weeks=1)


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


def expected(arrivals: Mapping[str, Any], since: datetime, until: datetime, zone: str
             ) -> dict[str, Any]:  # fmt: skip
    """What a week may bring: the least, the middle and the most of the period's whole weeks.

    ``arrivals`` is what was ``told`` of the period from ``since`` to ``until``. A week in which
    nothing came counts; one of which the period has a part does not. Without a whole week there
    is nothing to go by, and each is None.
    """
    clock = ZoneInfo(zone)
    logged = {each["from"]: each["logged"] for each in arrivals["by_week"]}
    monday = date.fromisoformat(_monday(since.astimezone(clock)))
    if datetime.combine(monday, time(), clock) < since:
        monday += _WEEK
    weeks = []
    while datetime.combine(monday + _WEEK, time(), clock) <= until:
        weeks.append(logged.get(monday.isoformat(), 0))
        monday += _WEEK
    if not weeks:
        return {"weeks": 0, "least": None, "median": None, "most": None}
    return {"weeks": len(weeks), "least": min(weeks), "median": median(weeks), "most": max(weeks)}


def _monday(at: datetime) -> str:
    day = at.date()
    return day.fromordinal(day.toordinal() - day.weekday()).isoformat()
