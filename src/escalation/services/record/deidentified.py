"""Issues for research and release: no name, no sentence, and no group so small that it names one.

People become pseudonyms that hold within one export and cannot be joined with another's, since the
key they are made with is thrown away. Instants become dates. Where fewer than ``SMALLEST`` issues
share agency, function and region, first the region and then function and agency are said to be
``other``. Sealed issues are left out whole.
"""

import hmac
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from escalation.ids import IdSource
from escalation.store import figures
from escalation.store.base import canonical
from escalation.store.figures import Figure
from escalation.store.transaction import Engine, snapshot

SMALLEST = 5
"""Issues that a group has at least."""
OTHER = "other"
_KEY_BYTES = 32

Cell = tuple[str, str | None, str | None]
"""Agency, function, region."""


def exported(engine: Engine, ids: IdSource) -> Iterator[str]:
    """One line of JSON for each issue, as at one instant."""
    key = ids.token(_KEY_BYTES)

    def pseudonym(name: str | None) -> str | None:
        if name is None:
            return None
        return hmac.new(key, name.encode(), sha256).hexdigest()[:16]

    with snapshot(engine) as connection:
        cells = _merged(Counter(map(_cell, figures.figures(connection))))
        for figure in figures.figures(connection):
            moves = figures.moves(connection, figure.id)
            yield canonical(_told(figure, cells[_cell(figure)], moves, pseudonym))


def _cell(figure: Figure) -> Cell:
    return (figure.agency, figure.function, figure.region)


def _merged(counts: Counter[Cell]) -> dict[Cell, Cell]:
    """What each cell is told as: as much of it as a large enough group shares."""
    told = {cell: cell for cell in counts}
    for coarser in (_without_region, _without_function, _without_all):
        sizes: Counter[Cell] = Counter()
        for cell, as_ in told.items():
            sizes[as_] += counts[cell]
        told = {cell: as_ if sizes[as_] >= SMALLEST else coarser(as_) for cell, as_ in told.items()}
    return told


def _without_region(cell: Cell) -> Cell:
    return (cell[0], cell[1], OTHER)


def _without_function(cell: Cell) -> Cell:
    return (cell[0], OTHER, OTHER)


def _without_all(cell: Cell) -> Cell:
    del cell
    return (OTHER, OTHER, OTHER)


def _told(
    figure: Figure,
    cell: Cell,
    moves: list[Any],
    pseudonym: Callable[[str | None], str | None],
) -> dict[str, Any]:
    agency, function, region = cell
    return {
        "issue": pseudonym(figure.id),
        "kind": figure.kind,
        "channel": figure.channel,
        "severity": figure.severity,
        "status": figure.status,
        "rung": figure.rung,
        "provider": figure.provider if agency != OTHER else OTHER,
        "agency": agency,
        "function": function,
        "region": region,
        "held_by": [pseudonym(figure.provider_person), pseudonym(figure.agency_person)],
        "received_on": _day(figure.received_at),
        "resolved_on": _day(figure.resolved_at),
        "ended_on": _day(figure.ended_at),
        "moves": [[kind, _day(at)] for kind, at in moves],
    }


def _day(instant: datetime | None) -> str | None:
    return None if instant is None else instant.date().isoformat()
