"""Who is responsible, accountable, consulted and informed on a rung that does not say so itself.

Responsible is the seat that leads, or the body; accountable are the officers of the layer;
consulted is the other side's seat, or both sides' of a body; informed is whoever the layer's
progress is reported to (our reading). A ladder or an agreement may say otherwise.
"""

from collections.abc import Mapping
from typing import Any

from escalation.routing.effective import Valued
from escalation.routing.merging import Part, settled
from escalation.routing.vocabulary import Involvement, Side


def involved(
    whole: Part,
    origins: Mapping[str, Valued[Any]],
    seats: Mapping[Side, Valued[Any]],
    forum: Valued[Any] | None,
) -> dict[Involvement, Valued[tuple[str, ...]]]:
    """What follows from a rung's seats and its layer, each with the source that it follows from."""
    layer = [whole.under("layers", origins["layer"].value)]
    lead = origins["lead"].value
    found = {
        Involvement.ACCOUNTABLE: settled(layer, "accountable_officers"),
        Involvement.INFORMED: settled(layer, "progress_reported_to"),
    }
    told: dict[Involvement, Valued[tuple[str, ...]]] = {
        name: Valued((valued.value,), valued.source) for name, valued in found.items()
    }
    others = [side for side in seats if forum is not None or side is not lead]
    if forum is not None:
        body = (forum.value.kind.replace("_", " "),)
        told[Involvement.RESPONSIBLE] = Valued(body, forum.source)
    else:  # officers sit on both sides
        told[Involvement.RESPONSIBLE] = _seated(seats, [lead])
    if others:
        told[Involvement.CONSULTED] = _seated(seats, others)
    return {each: told[each] for each in Involvement if each in told}


def _seated(seats: Mapping[Side, Valued[Any]], sides: list[Side]) -> Valued[tuple[str, ...]]:
    words = tuple(f"{seats[side].value.words} of the {side}" for side in sides)
    return Valued(words, seats[sides[0]].source)
