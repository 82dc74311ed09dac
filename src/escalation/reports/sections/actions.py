"""What the forum has asked of people and has not been done."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from escalation.reports.layout import NONE, Document, Section, Table, Words

_IN_THE_REGISTER = "Asked for on a contact or feedback: see the register of actions"


def section(document: Document, words: Words) -> Section:
    """The section of a digest's document."""
    items = document["sections"]["actions"]
    rows = tuple(
        (
            item["text"] or _IN_THE_REGISTER,
            words.title("people", item["owner"]) if item["owner"] else NONE,
            _due_on(item),
            item["decision"] or NONE,
            item["reference"] or NONE,
            words.day(item["asked_at"]),
        )
        for item in items
    )
    columns = ("Action", "Owner", "Due", "Decision", "Issue", "Asked for")
    marked = frozenset(n for n, item in enumerate(items) if item["overdue"])
    table = Table("Actions not done yet, the soonest due first.", columns, rows, marked=marked)
    return Section(
        "actions",
        "Actions due",
        "What this forum's decisions have asked of people.",
        (table,) if rows else (),
        "No action of this forum is open.",
    )


def _due_on(item: Mapping[str, Any]) -> str:
    if item["due_on"] is None:
        return NONE
    due = f"{date.fromisoformat(item['due_on']):%a %d %b %Y}"
    return f"{due}; overdue" if item["overdue"] else due
