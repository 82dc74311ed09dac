"""What the service answers of actions and themes.

Made from docs/openapi.json by tools/client_shapes.py; ``python -m tools.docs`` makes it anew.
"""

from typing import Any, TypedDict


class ActionView(TypedDict):
    """Who is to do what by when, by which decision, and whether it was done."""

    decision: dict[str, Any]
    done: bool
    done_at: str | None
    done_by: str | None
    due_on: str | None
    forum: str
    id: str
    kind: str | None
    made_at: str
    meeting: str
    note: str | None
    owner: str
    plan: str | None
    subject: str
    text: str
    theme: str | None
    version: int


class Priority(TypedDict):
    """By which decision of a forum it is a priority, and to which day."""

    decision: str
    until: str


class ThemeEntry(TypedDict):
    """What the register says of a theme."""

    changed_by: str
    code: str
    description: str
    forum: str | None
    id: str
    key_result_area: str
    layer: str
    objective: str | None
    owner: str | None
    plan: str | None
    priority: Priority | None
    recorded_at: str
    status: str
    title: str
    version: int
    words: list[str]
