"""An event in a few lines of plain text, for people who read it in another tool."""

from collections.abc import Iterator, Mapping
from typing import Any

from escalation.delivery.formats.told import Told

LONGEST_LINE, LONGEST = 1_000, 4_000
"""Characters of one value, and of all lines together."""
LATE_SHOWN = 20
"""Late events of a summary that have a line each, at most."""
_SHOWN: Mapping[str, str] = {
    "title": "Title",
    "severity": "Severity",
    "rung": "Rung",
    "from": "From",
    "to": "To",
    "how": "How",
    "forum": "Forum",
    "starts_at": "Meets at",
    "place": "Place",
    "text": "Text",
    "question": "Question",
    "answer": "Answer",
    "grounds": "Grounds",
    "effect": "Effect",
    "awaiting": "Awaiting",
    "until": "Until",
    "clock": "Clock",
    "step": "Step",
    "ends_at": "Ends at",
    "label": "Ladder file",
    "reason": "Reason",
    "note": "Note",
}
"""What of an event's details is told, in this order; text and numbers only."""
_OUTCOME: Mapping[str, str] = {
    "summary": "Outcome",
    "reasons": "Reasons",
    "cause": "Cause",
    "remedy": "Remedy",
}


def headline(told: Told) -> str:
    """What happened, in one line."""
    reference = told.reference
    return told.tells if reference is None else f"{reference}: {told.tells}"


def facts(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The details of an event that people read: names and values, each cut where it is long."""
    details = body["data"].get("details") or {}
    outcome = details.get("outcome")
    given = [(name, details.get(key)) for key, name in _SHOWN.items()]
    if isinstance(outcome, Mapping):
        given += [(name, outcome.get(key)) for key, name in _OUTCOME.items()]
    actor = body["data"].get("actor") or {}
    given.append(("By", actor.get("name")))
    for name, value in given:
        if isinstance(value, str | int) and value != "":
            yield name, cut(" ".join(str(value).split()), LONGEST_LINE)


def lines(told: Told) -> Iterator[str]:
    """The headline, then a line for each fact; of a summary one for each late event."""
    yield headline(told)
    for body in told.late[:LATE_SHOWN]:
        named = ", ".join(f"{name.lower()} {value}" for name, value in facts(body))
        issue = body["data"].get("issue", {}).get("reference", "")
        yield cut(f"{issue} {body['type']} at {body['timestamp']}: {named}".strip(), LONGEST_LINE)
    left = len(told.late) - LATE_SHOWN
    if left > 0:
        yield f"and {left} more"
    for name, value in facts(told.body):
        yield f"{name}: {value}"


def comment(told: Told) -> str:
    """All lines; it ends with the mark by which our own writing is known when it comes back."""
    return f"{cut(chr(10).join(lines(told)), LONGEST)}\n\n{mark(told)}"


def mark(told: Told) -> str:
    """What a text that we write into a tool ends with."""
    return f"[escalation {told.id}]"


def cut(text: str, longest: int) -> str:
    """The text, cut where it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
