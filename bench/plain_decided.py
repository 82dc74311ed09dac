"""What a forum decided and asked for, in a bench: some rows of it, and the question by hand."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bench.crowd import kept
from bench.plain_words import Words

MANY = 36
"""Decisions of three years, one each month but for those of the period."""
_LATELY, _OPEN = 3, 6
"""How many are of the period, and of how many the action is not done yet."""
_OWNERS = ("priya-nair", "dominic-ferraro")


def decisions_asked(words: Words) -> str:
    """The decisions of a period, each with its actions, in the order in which they were made."""
    asks = words.made({"id": "a.id", "text": "a.text", "owner": "a.owner", "due_on": "a.due_on"})
    asked = words.gathered.format(words.nested.format(asks))
    told = {
        "id": "d.id", "number": "d.number", "kind": "d.kind",
        "issue": "CASE d.kind WHEN 'issue' THEN d.subject END",
        "reference": "i.reference", "title": "d.title", "text": "d.text", "reasons": "d.reasons",
        "conditions": "d.conditions", "effect": "d.effect",
        "out_of_session": words.truth.format(words.filled.format("d.assents")),
        "decided_at": words.instant.format("d.decided_at"),
        "actions": words.nested.format(
            f"(SELECT {asked} FROM action a WHERE a.decision_id = d.id)"  # noqa: S608 - of our own words
        ),
    }  # fmt: skip
    return (
        f"SELECT {words.row(words.made(told))} FROM decision d"  # noqa: S608 - of our own words
        " LEFT JOIN issue i ON i.id = d.subject"
        " WHERE d.forum = :forum AND d.decided_at > :since AND d.decided_at <= :at"
        " AND d.recorded_at <= :known AND i.sealed_at IS NULL ORDER BY d.decided_at, d.id"
    )


def rows(
    forum: str, now: datetime, issues: Sequence[str], like: object
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Decisions on issues, the newest first, each with one action; as rows of their tables."""
    for number in range(MANY):
        at = now - timedelta(days=2 if number < _LATELY else 30 * number, minutes=number)
        decided_at = kept(at, like)
        decision = f"dec_{number:028}"
        made = {"forum": forum, "meeting_id": "mtg_x"}
        empty = [] if isinstance(decided_at, datetime) else "[]"
        yield (
            "decision",
            {**made, "id": decision, "number": f"{forum}-{at.year}-{number:03}", "kind": "issue",
             "subject": issues[number % len(issues)], "title": "Pay", "text": "Pay it.",
             "reasons": "It was owed.", "conditions": None, "mover": None, "effect": "keep",
             "assents": empty, "recused": empty, "decided_at": decided_at,
             "recorded_at": decided_at},
        )  # fmt: skip
        yield (
            "action",
            {**made, "id": f"acn_{number:028}00", "decision_id": decision, "text": "Pay",
             "owner": _OWNERS[number % 2], "due_on": f"{at.date()}", "kind": None, "plan": None,
             "version": 1, "done_at": None if number < _OPEN else decided_at, "done_by": None,
             "remark": None, "made_at": decided_at},
        )  # fmt: skip
