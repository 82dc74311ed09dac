"""What a forum has asked of people and has not been done yet."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

NO_DATE = "9999-12-31"
"""Where an action without a due date stands among the others: last."""


class Duty(NamedTuple):
    """An action of a decision that is still to be done; ``due_on`` is a date as its text.

    Without words where papers do not tell those of its decision.
    """

    id: str
    text: str | None
    owner: str | None
    due_on: str | None
    decision: str | None
    subject: str | None
    reference: str | None
    asked_at: str


def told(duties: Iterable[Duty], at: datetime, zone: str) -> list[dict[str, Any]]:
    """The actions, what is due first first; past due by the date on the forum's clock."""
    today = at.astimezone(ZoneInfo(zone)).date()
    ordered = sorted(duties, key=lambda each: (each.due_on or NO_DATE, each.id))
    return [{**each._asdict(), "overdue": _past(each.due_on, today)} for each in ordered]


def _past(due_on: str | None, today: date) -> bool:
    return due_on is not None and date.fromisoformat(due_on) < today
