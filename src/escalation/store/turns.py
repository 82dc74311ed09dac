"""How the picking rules of shared seats stand: picks made, open issues held."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, select, text

from escalation.store import dialect, models
from escalation.store.models.issues import UNRESOLVED


def hold(connection: Connection, seats: Iterable[str]) -> dict[str, int]:
    """How often each of these shared seats was picked for, held until the transaction ends.

    Whoever picks for one of them elsewhere waits for it; they are held in order, so that nobody
    waits in a circle.
    """
    table = models.seat_turn
    wanted = sorted(seats)
    chosen = dialect.any_of(connection, table.c.seat, wanted)
    query = select(table.c.seat, table.c.made).where(chosen).order_by(table.c.seat)
    found = {seat: count for seat, count in connection.execute(query.with_for_update())}  # noqa: C416 - rows are not pairs to mypy
    new = [{"seat": seat, "made": 0} for seat in wanted if seat not in found]
    if not new:
        return found
    connection.execute(dialect.insert(connection, table).on_conflict_do_nothing(), new)
    return hold(connection, wanted)


def held(connection: Connection, people: Iterable[str]) -> dict[str, int]:
    """How many unresolved issues each of these people holds a seat of."""
    counted: dict[str, int] = {}
    wanted = list(people)
    for column in (models.issue.c.provider_person, models.issue.c.agency_person):
        chosen = dialect.any_of(connection, column, wanted)
        query = select(column, func.count()).where(chosen, text(UNRESOLVED)).group_by(column)
        for person, count in connection.execute(query):
            counted[person] = counted.get(person, 0) + count
    return counted


def add(connection: Connection, picks: Mapping[str, int]) -> None:
    """Count further picks; in the order of the seats, so that nobody waits in a circle."""
    if not picks:
        return
    table = models.seat_turn
    rows = [{"seat": seat, "made": count} for seat, count in sorted(picks.items())]
    new = dialect.insert(connection, table)
    more = {"made": table.c.made + new.excluded.made}
    connection.execute(new.on_conflict_do_update(index_elements=[table.c.seat], set_=more), rows)
