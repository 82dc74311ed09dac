"""What a forum has decided since its last meeting, at a meeting or between two."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from escalation.digests.selection import Decided, told

_OWN: Final = frozenset({"matter", "ladder"})
"""Topics of a forum's own: what it says of them tells of nobody (our reading)."""
_ISSUE: Final = "issue"


def words_are_told(kind: str) -> bool:
    """Whether papers say in words what was decided on such an item, and who is to do what.

    Not on what somebody said (a contact, feedback): it may be raised later into a matter that is
    sealed, and the words would tell of it.
    """
    return kind == _ISSUE or kind in _OWN


def by_decision(rows: Iterable[Decided]) -> list[dict[str, Any]]:
    """Each decision with its actions, in the order in which they were made.

    Of one whose words are not told number, effect and instant stand alone.
    """
    ordered = sorted(rows, key=lambda each: (each.decided_at, each.id, each.action or ""))
    return [_told(list(of_one)) for _, of_one in groupby(ordered, key=attrgetter("id"))]


def _told(rows: list[Decided]) -> dict[str, Any]:
    made = rows[0]
    open_ = words_are_told(made.kind)
    return {
        "id": made.id,
        "number": made.number,
        "kind": made.kind,
        "issue": made.subject if made.kind == _ISSUE else None,
        "reference": made.reference,
        "title": made.title if open_ else None,
        "text": made.text if open_ else None,
        "reasons": made.reasons if open_ else None,
        "conditions": made.conditions if open_ else None,
        "effect": made.effect,
        "out_of_session": bool(made.assents),
        "decided_at": told(made.decided_at),
        "actions": [
            {
                "id": each.action,
                "text": each.action_text,
                "owner": each.owner,
                "due_on": each.due_on,
            }
            for each in rows
            if open_ and each.action is not None
        ],
    }
