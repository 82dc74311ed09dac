"""Registers read whole, for whoever takes one away: every page of a list, one after the other."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from escalation.services.pages import Page, View
from escalation.services.reading.actions import ActionQuestion
from escalation.services.reading.decisions import DecisionQuestion
from escalation.services.reading.reader import Look

AT_ONCE = 1_000
"""How many rows are read at once."""
_Question = TypeVar("_Question", ActionQuestion, DecisionQuestion)


def whole(
    look: Look,
    page: Callable[[Look, _Question], Page],
    question: _Question,
    at_once: int = AT_ONCE,
) -> list[View]:
    """All that fits a question, from the first on, whatever page it asks for."""
    found: list[View] = []
    after: Any = None
    while True:
        part = page(look, replace(question, after=after, limit=at_once, total=False))
        found += part.items
        if part.after is None:
            return found
        after = part.after
