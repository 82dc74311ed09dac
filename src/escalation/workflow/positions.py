"""What each side has said of an issue: kept over all its rungs, for whoever decides next.

A position is a mapping with ``number``, ``visit``, ``rung``, ``seat``, ``person`` (whose seat it
was then), ``by`` (who acted, and ``as`` whom), ``at``, ``stance`` and, as it has them, ``outcome``,
``answers`` (the number of the proposal), ``grounds`` and ``note``.
"""

from collections.abc import Collection, Mapping
from typing import Any

from escalation.routing.vocabulary import Side
from escalation.workflow.facts import Actor, Facts, Issue
from escalation.workflow.sides import sides_of

Position = Mapping[str, Any]

PROPOSED, AGREED, DISSENTED = "proposed", "agreed", "dissented"


def opposite(side: Side) -> Side:
    """The other side."""
    return Side.AGENCY if side is Side.PROVIDER else Side.PROVIDER


def latest(issue: Issue, side: Side, stances: Collection[str]) -> Position | None:
    """The last position of a side, of these stances, in the present stay on the rung."""
    position: Position
    for position in reversed(issue.positions):
        here = position["visit"] == len(issue.visits) and position["seat"] == side
        if here and position["stance"] in stances:
            return position
    return None


def proposal(issue: Issue, side: Side) -> Position | None:
    """What a side has last proposed in the present stay on the rung."""
    return latest(issue, side, {PROPOSED})


def answerable(facts: Facts, actor: Actor) -> bool:
    """Whether the other side's proposal stands, for a side that the actor may act for."""
    sides = sides_of(facts, actor) if actor.bound else facts.issue.seats
    return any(proposal(facts.issue, opposite(side)) is not None for side in sides)
