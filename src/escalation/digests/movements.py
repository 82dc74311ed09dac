"""What moved at a forum since its last meeting."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from escalation.digests.framework import Framework
from escalation.digests.selection import Before, Movement, Movements
from escalation.workflow.states import Status


class Kind(StrEnum):
    """How an issue came to a forum, left it, or was put off there."""

    NEW = "new"
    CLIMBED = "climbed"
    RESOLVED = "resolved"
    REFERRED_BACK = "referred_back"
    CARRIED_OVER = "carried_over"
    NOT_REACHED = "not_reached"
    ENDED = "ended"
    MOVED_AWAY = "moved_away"


_PUT_OFF = {"deferred": Kind.CARRIED_OVER, "not_reached": Kind.NOT_REACHED}
_ENDS = {
    Status.RESOLVED.value: Kind.RESOLVED,
    Status.CLOSED.value: Kind.ENDED,
    Status.WITHDRAWN.value: Kind.ENDED,
}


class Moved(Struct, frozen=True, gc=False):
    """One movement and its kind."""

    kind: Kind
    movement: Movement


def sorted_out(framework: Framework, code: str, movements: Iterable[Movement]) -> list[Moved]:
    """The movements at the forum of that code, in the order in which they took effect."""
    order = sorted(movements, key=lambda m: (m.at, m.after.reference, m.after.visit, m.after.stay))
    kinds = ((kind_of(framework, code, movement), movement) for movement in order)
    return [Moved(kind, movement) for kind, movement in kinds if kind is not None]


def counted(framework: Framework, code: str, movements: Iterable[Movements]) -> Counter[Kind]:
    """How many movements of each kind there were at the forum of that code."""
    found: Counter[Kind] = Counter()
    for alike in movements:
        kind = kind_of(framework, code, alike)
        if kind is not None:
            found[kind] += alike.many
    return found


def kind_of(framework: Framework, code: str, movement: Movement | Movements) -> Kind | None:
    """What a movement was to a forum; None where it was nothing to it."""
    before, after = movement.before, movement.after
    was = before is not None and before.unresolved and before.forum == code
    stands = after.unresolved and after.forum == code
    if stands:
        again = before is not None and was and before.visit == after.visit
        return _PUT_OFF.get(movement.left_agenda or "") if again else Kind.NEW
    if before is None or not was:
        return None
    return _ENDS.get(after.status) or _direction(framework, before, movement)


def _direction(framework: Framework, before: Before, movement: Movement | Movements) -> Kind:
    """Up or down by the ladder it is on now; neither where that has no such rungs."""
    rungs = [rung.id for rung in framework.agreement(movement.after).ladder.rungs]
    left, reached = before.rung, movement.after.rung
    if left not in rungs or left == reached:
        return Kind.MOVED_AWAY
    return Kind.CLIMBED if rungs.index(reached) > rungs.index(left) else Kind.REFERRED_BACK
