"""Registers read whole, for whoever takes one away: every page of a list, one after the other."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from escalation.errors import Fault, Invalid
from escalation.services.pages import Page, View
from escalation.services.reading.actions import ActionQuestion
from escalation.services.reading.decisions import DecisionQuestion
from escalation.services.reading.reader import Look

AT_ONCE = 1_000
"""How many rows are read at once."""
MOST = 50_000
"""Rows of one file: who takes away more takes it by parts, and nobody holds the service with it."""
_Question = TypeVar("_Question", ActionQuestion, DecisionQuestion)


def whole(
    look: Look,
    page: Callable[[Look, _Question], Page],
    question: _Question,
    at_once: int = AT_ONCE,
    most: int = MOST,
) -> list[View]:
    """All that fits a question, from the first on, whatever page it asks for.

    Raises:
        Invalid: there are more than ``most``.
    """
    found: list[View] = []
    after: Any = None
    while True:
        part = page(look, replace(question, after=after, limit=at_once, total=False))
        found += part.items
        if len(found) > most:
            detail = f"more than {most:,} rows fit; take them away a year at a time, or by forum"
            fault = Fault("too_many", detail, parameter="year")
            raise Invalid("The register was not taken away.", errors=[fault])
        if part.after is None:
            return found
        after = part.after
