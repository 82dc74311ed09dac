"""An event in a few lines of plain text, for people who read it in another tool."""

from collections.abc import Iterator, Mapping
from typing import Any

from escalation.delivery.formats.told import Called, Told, in_words

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
_RUNGS = frozenset({"rung", "from", "to"})
_INSTANTS = frozenset({"starts_at", "until", "ends_at"})
_CODES = frozenset({"severity", "how", "effect", "awaiting", "clock", "step", "cause"})
"""Details that are named by a code: of a rung, an instant, or a word of the product's."""
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


def facts(body: Mapping[str, Any], called: Called) -> Iterator[tuple[str, str]]:
    """The details of an event that people read: names and values, each cut where it is long.

    Codes are said as they are ``called``.
    """
    details = body["data"].get("details") or {}
    outcome = details.get("outcome")
    given = [(name, key, details.get(key)) for key, name in _SHOWN.items()]
    if isinstance(outcome, Mapping):
        given += [(name, key, outcome.get(key)) for key, name in _OUTCOME.items()]
    actor = body["data"].get("actor") or {}
    given.append(("By", "actor", actor.get("name")))
    issue = body["data"].get("issue", {}).get("id")
    for name, key, value in given:
        if isinstance(value, str | int) and value != "":
            said = _said(key, value, issue, called) if isinstance(value, str) else str(value)
            yield name, cut(" ".join(said.split()), LONGEST_LINE)


def _said(key: str, value: str, issue: str | None, called: Called) -> str:
    if key in _RUNGS:
        return called.rung(issue, value)
    if key == "forum":
        return called.forum(value)
    if key in _INSTANTS:
        return called.moment(value)
    return in_words(value) if key in _CODES else value


def lines(told: Told) -> Iterator[str]:
    """The headline, then a line for each fact; of a summary one for each late event."""
    yield headline(told)
    for body in told.late[:LATE_SHOWN]:
        yield cut(_late(body, told.called), LONGEST_LINE)
    left = len(told.late) - LATE_SHOWN
    if left > 0:
        yield f"and {left} more"
    for name, value in facts(told.body, told.called):
        yield f"{name}: {value}"


def _late(body: Mapping[str, Any], called: Called) -> str:
    """A late event in one line: when, to which issue, what, and its facts."""
    named = "; ".join(f"{name}: {value}" for name, value in facts(body, called))
    what = called.types.get(body["type"], body["type"])
    reference = body["data"].get("issue", {}).get("reference")
    head = what if reference is None else f"{reference}: {what}"
    return f"{called.moment(body['timestamp'])}, {head}. {named}".strip()


def comment(told: Told) -> str:
    """All lines; it ends with the mark by which our own writing is known when it comes back."""
    return f"{cut(chr(10).join(lines(told)), LONGEST)}\n\n{mark(told)}"


def mark(told: Told) -> str:
    """What a text that we write into a tool ends with."""
    return f"[escalation {told.id}]"


def cut(text: str, longest: int) -> str:
    """The text, cut where it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
