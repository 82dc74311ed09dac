"""Whoever changes what was recorded is found out: any column of any entry, any entry missing."""

from contextlib import suppress
from typing import Any

from sqlalchemy import Delete, Update, delete, select, update

from escalation.services.desk import Desk
from escalation.store import models
from escalation.store.base import EPOCH
from escalation.store.transaction import read, write
from escalation.workflow.commands import Acknowledge, Escalate, Note
from tests.builders import ask, ask_all, complaint, desk_on, job
from tests.crash.invariants import Rows, broken, each_chain_verifies_and_is_gapless
from tests.record.forging import let_go

EVENT = models.event
OTHERS: dict[str, Any] = {
    "aggregate": "iss_another",
    "number": 99,
    "type": "issue.other",
    "due_at": EPOCH,
    "effective_at": EPOCH,
    "recorded_at": EPOCH,
    "payload": "{}",
    "salt": "another",
    "hash": "another",
}
NOT_CHAINED = {"id", "visibility", "disposed"}
"""What a forger writes into each column.

The identifier and who sees it stand under the seal, not in the chain; so does a disposal."""


class Undone(Exception):
    """Takes a forgery back."""


def test_any_forged_column_of_any_entry_is_found(furnished_url: str) -> None:
    with desk_on(furnished_url) as desk:
        entries = _recorded(desk)
        assert EVENT.columns.keys() - OTHERS.keys() == NOT_CHAINED
        for entry in entries:
            for column, value in OTHERS.items():
                forged = update(EVENT).where(EVENT.c.id == entry).values({column: value})
                assert _found(desk, forged), (entry, column)
        assert broken(desk.engine) == []


def test_an_entry_taken_out_is_found_wherever_it_stood(furnished_url: str) -> None:
    with desk_on(furnished_url) as desk:
        for entry in _recorded(desk):
            assert _found(desk, delete(EVENT).where(EVENT.c.id == entry)), entry


def test_entries_that_change_places_are_found(furnished_url: str) -> None:
    with desk_on(furnished_url) as desk:
        _, first, second, *_ = _recorded(desk)

        steps = [_renumbered(first, 99), _renumbered(second, 2), _renumbered(first, 3)]
        assert _found(desk, *steps)


def _renumbered(entry: str, number: int) -> Update:
    return update(EVENT).where(EVENT.c.id == entry).values(number=number)


def _recorded(desk: Desk) -> list[str]:
    """An issue with some past: its entries in order."""
    let_go(desk.engine)
    issue = ask(desk, complaint())
    acts = [Acknowledge(), Note(text="Rang."), Escalate(reason="up"), Note(text="Again.")]
    ask_all(desk, [job(desk, act, issue["id"]) for act in acts])
    query = select(EVENT.c.id).where(EVENT.c.aggregate == issue["id"]).order_by(EVENT.c.number)
    with read(desk.engine) as connection:
        return list(connection.scalars(query))


def _found(desk: Desk, *forgeries: Update | Delete) -> bool:
    """Whether the chain shows what was forged; which is then taken back."""
    places: list[str] = []
    with suppress(Undone), write(desk.engine) as connection:
        for forgery in forgeries:
            connection.execute(forgery)
        places += each_chain_verifies_and_is_gapless(Rows(connection))
        raise Undone
    return places != []
