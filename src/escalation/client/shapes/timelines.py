"""What the service answers of the history and the clocks of an issue.

Made from docs/openapi.json by tools/client_shapes.py; ``python -m tools.docs`` makes it anew.
"""

from typing import Any, TypedDict


class TimelineEntry(TypedDict):
    """What happened: who did it, and when it was due, effective and recorded."""

    actor: dict[str, str]
    data: dict[str, Any]
    due_at: str | None
    effective_at: str
    hash: str
    id: str
    number: int
    recorded_at: str
    type: str
    visibility: str


class Interval(TypedDict):
    """A time in which a clock ran."""

    end: str | None
    start: str


class Standard(TypedDict):
    """What the customer service charter promises by a clock."""

    clause: str | None
    id: str
    statement: str
    title: str


class Window(TypedDict):
    """A row of a clock's arithmetic."""

    end: str
    local: str
    seconds: int
    start: str


CountedClock = TypedDict(
    "CountedClock",
    {
        "anchor": str,
        "breached": bool,
        "budget": str,
        "budget_seconds": int | None,
        "calendar": str,
        "class": str,
        "consumed_seconds": int,
        "done": list[str],
        "due_at": str | None,
        "ended_at": str | None,
        "ended_how": str | None,
        "id": str,
        "intervals": list[Interval],
        "kind": str,
        "measure": str | None,
        "past_target": bool,
        "remaining_seconds": int | None,
        "standards": list[Standard],
        "state": str,
        "visit": int,
        "warnings": list[str],
        "windows": list[Window],
        "zone": str,
    },
)
"""A clock with the rows that add up to what it has used."""
