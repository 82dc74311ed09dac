"""Who holds a seat at an instant, and why."""

from dataclasses import dataclass

from escalation.routing.vocabulary import Role, Side


@dataclass(frozen=True, slots=True)
class Holding:
    """The holder of one side's seat; ``person`` is None where nobody holds it."""

    side: Side
    role: Role
    person: str | None
    reason: str
