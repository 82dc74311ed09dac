"""Which of several people in one seat gets the next issue.

The rules need to know how often each seat was picked for and how many open issues each person
holds; that comes with the facts, so that picking asks nobody anything and a replay picks alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from escalation.routing.vocabulary import Picking


@dataclass(frozen=True, slots=True)
class Turns:
    """How the rules stand: picks made for each shared seat, open issues held by each person."""

    made: Mapping[str, int] = field(default_factory=dict)
    open: Mapping[str, int] = field(default_factory=dict)


NO_TURNS = Turns()


def picked(rule: Picking, seat: str, people: Sequence[str], turns: Turns) -> int:
    """The place in ``people`` (in the order of their appointments) of who is next.

    ``round_robin`` goes through them by the number of picks made for the seat; ``least_open``
    takes whoever holds the fewest unresolved issues, the first of them where several do.
    """
    if rule is Picking.ROUND_ROBIN:
        return turns.made.get(seat, 0) % len(people)
    if rule is Picking.LEAST_OPEN:
        return min(range(len(people)), key=lambda place: (turns.open.get(people[place], 0), place))
    return 0
