"""What the forum has decided since its last meeting."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from escalation.reports.layout import NONE, Document, Section, Table, Words

_CAME_OF_IT = {
    "resolve": "Resolved",
    "return": "Referred back",
    "climb": "Sent up",
    "keep": "Kept here",
}
_TOPICS = {
    "matter": "A topic",
    "ladder": "A change of the ladder file",
    "contact": "A contact",
    "feedback": "Feedback",
}
_COLUMNS = ("Number", "On", "Decision", "Reasons", "Came of it", "When", "Asks for")


def sections(document: Document, words: Words) -> tuple[Section, ...]:
    """The section of a digest's document; none of one that was made before it told of it."""
    if "decisions" not in document["sections"]:
        return ()
    rows = tuple(
        (
            item["number"] or NONE,
            _on(item),
            _decided(item),
            item["reasons"] or NONE,
            _CAME_OF_IT[item["effect"]],
            _when(item, words),
            "; ".join(_asked(action, words) for action in item["actions"]) or NONE,
        )
        for item in document["sections"]["decisions"]
    )
    table = Table("Decisions in the order in which they were made.", _COLUMNS, rows)
    return (
        Section(
            "decisions",
            "Decisions since the last meeting",
            "What this forum has decided, at a meeting or out of session. On contacts and feedback "
            "the words stand in the register of decisions alone.",
            (table,) if rows else (),
            "This forum decided nothing.",
        ),
    )


def _on(item: Mapping[str, Any]) -> str:
    named = " ".join(filter(None, (item["reference"], item["title"])))
    return named or _TOPICS.get(item["kind"], NONE)


def _decided(item: Mapping[str, Any]) -> str:
    text, conditions = item["text"] or NONE, item["conditions"]
    return f"{text} Conditions: {conditions}" if conditions else text


def _when(item: Mapping[str, Any], words: Words) -> str:
    when = words.moment(item["decided_at"])
    return f"{when}; out of session" if item["out_of_session"] else when


def _asked(action: Mapping[str, Any], words: Words) -> str:
    owner = words.title("people", action["owner"])
    if action["due_on"] is None:
        return f"{action['text']} ({owner})"
    return f"{action['text']} ({owner}, by {date.fromisoformat(action['due_on']):%a %d %b %Y})"
