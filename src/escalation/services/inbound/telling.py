"""What a tool says of its ticket, held against what it said before: what is news.

Deliveries come in any order and more than once. Each field keeps the newest word that was said of
it and where that word stands among the ticket's deliveries; an older word is overtaken. So the
outcome is the same whatever the order. A word that is the same as the one before it changes
nothing here, so that what people have done in the meantime stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from escalation.services.inbound.mapping import Wanted
from escalation.services.views import told as instant_told
from escalation.store.hooks import Ticket

Position = tuple[tuple[int, ...], str]
"""Where a delivery stands: the numbers that order it, then its key, so that no two are the same."""
STATE, WORKED_ON = "state", "worked_on"


class Goal(StrEnum):
    """What a tool's word on its ticket's state means here."""

    UNRESOLVED = "unresolved"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"


GOAL_OF: Mapping[str, Goal] = {
    "reopen": Goal.UNRESOLVED,
    "acknowledge": Goal.IN_PROGRESS,
    "resume": Goal.IN_PROGRESS,
    "hold": Goal.ON_HOLD,
    "resolve": Goal.RESOLVED,
}


@dataclass(frozen=True, slots=True)
class StateNews:
    """A ticket's state has changed in the tool: to what, with which values, and from what.

    A ``late`` word was overtaken before it came: it only acknowledges what is still open.
    """

    goal: Goal
    given: Mapping[str, Any]
    before: Goal | None
    late: bool = False


class Book:
    """The newest word on each field of one ticket, while one delivery is read into it."""

    def __init__(self, ticket: Ticket, at: Position) -> None:
        """Read a delivery that stands ``at`` its position."""
        self.ticket = ticket
        self.at = at
        self.overtaken = False
        self._taken = False

    @property
    def nothing_new(self) -> bool:
        """Whether newer words stand for all that it said."""
        return self.overtaken and not self._taken

    def news(self, name: str, value: object) -> bool:
        """Take a word on a field; answers whether it is newer than, and unlike, the one before."""
        before = self.ticket.told.get(name)
        if before is not None and self.at < position_of(before["at"]):
            self.overtaken = True
            return False
        self._taken = True
        self.ticket.told[name] = {"at": kept_position(self.at), "value": value}
        return before is None or before["value"] != value

    def fields(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a change that are news."""
        return {name: value for name, value in given.items() if self.news(name, as_json(value))}

    def state(self, wanted: Wanted) -> StateNews | None:
        """Take a word on the ticket's state; None where it is no news.

        A ticket that somebody has worked on in the tool has been acknowledged, also where a newer
        word was here before that one: then an open issue is acknowledged late.
        """
        goal = GOAL_OF[wanted.act]
        before = self.ticket.told.get(STATE)
        last = None if before is None else Goal(before["value"]["goal"])
        first_work = goal is not Goal.UNRESOLVED and WORKED_ON not in self.ticket.told
        if first_work:
            self.ticket.told[WORKED_ON] = {"at": kept_position(self.at), "value": True}
        value = {"goal": str(goal), "given": {n: as_json(v) for n, v in wanted.given.items()}}
        if self.news(STATE, value):
            if goal is Goal.UNRESOLVED and WORKED_ON in self.ticket.told:
                return StateNews(Goal.IN_PROGRESS, {}, last)
            return StateNews(goal, wanted.given, last)
        if first_work and last is Goal.UNRESOLVED:
            return StateNews(Goal.IN_PROGRESS, {}, last, late=True)
        return None


def after_all(ticket: Ticket, at: Position) -> Position:
    """A position after all that was said of a ticket: of a delivery that does not say its own."""
    latest = max((position_of(word["at"])[0][0] for word in ticket.told.values()), default=-1)
    return ((max(at[0][0], latest + 1),), at[1])


def position_of(kept: Sequence[Any]) -> Position:
    """A position from how it is kept."""
    ranks, key = kept
    return tuple(ranks), key


def kept_position(at: Position) -> list[Any]:
    """A position as it is kept."""
    return [list(at[0]), at[1]]


def as_json(value: Any) -> Any:  # noqa: ANN401 - a value of an act
    """A value of an act as it is kept."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, datetime):
        return instant_told(value)
    return value if isinstance(value, bool | int) or value is None else str(value)
