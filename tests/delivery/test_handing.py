"""What is noted of messages to people while they are handed over, those under way together."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.delivery.sender import Sender, Sent
from escalation.services import handing as of_services
from escalation.services.handing import TRIES, Notes
from escalation.services.outgoing import LEASE, Batch, Done
from escalation.store import handing, models
from escalation.store.failures import Unavailable
from escalation.store.handing import Answered, Begun
from escalation.store.transaction import Connection, read, write
from tests.delivery.acts import deliver, logged, states
from tests.delivery.receiver import Receiver
from tests.delivery.test_chats import chat

HALF = LEASE / 2


def leased(inside: Container, receiver: Receiver, count: int) -> tuple[str, Batch]:
    """Messages to a chat, claimed."""
    name = chat(inside, receiver.url("/chat"))
    logged(inside, count)
    inside.outgoing.hand_on()
    batch = inside.outgoing.step(name, "sender", (), count)
    assert batch is not None
    assert len(batch.claimed) == count
    return name, batch


@contextmanager
def busy(inside: Container) -> Iterator[None]:
    """Deliveries can be read, and nobody else can change them."""
    with write(inside.engine) as connection:
        connection.execute(update(models.delivery).values(type=models.delivery.c.type))
        yield


@contextmanager
def commits(inside: Container) -> Iterator[Callable[[], int]]:
    """How many transactions have been committed in the block."""
    seen: list[object] = []

    def note(connection: Connection) -> None:
        seen.append(connection)

    event.listen(inside.engine, "commit", note)
    try:
        yield lambda: len(seen)
    finally:
        event.remove(inside.engine, "commit", note)


def test_messages_that_are_under_way_together_wait_for_one_commit(
    inside: Container, receiver: Receiver
) -> None:
    _, batch = leased(inside, receiver, 12)
    notes = Notes(inside.engine, inside.clock)
    with commits(inside) as made:
        with busy(inside):
            asked = [notes.add(Begun(each.id, each.token, HALF)) for each in batch.claimed]
        assert all(each.result() for each in asked)
        notes.settle()
        assert made() <= 3, "whoever was busy, what it held up, and all the rest"
    with read(inside.engine) as connection:
        assert column(connection, "handed_at").count(None) == 0


def test_what_was_answered_is_known_before_the_next_message_may_leave(
    inside: Container, receiver: Receiver
) -> None:
    _, batch = leased(inside, receiver, 2)
    first, second = (batch.letter(each).handing for each in batch.claimed)
    assert first is not None
    assert second is not None
    assert first.begin().result()
    first.answered(200)
    assert second.begin().result()
    with read(inside.engine) as connection:
        assert sorted(column(connection, "handed_status"), key=str) == [200, None]


def test_a_message_that_could_not_be_noted_in_time_is_sent_again_and_comes_once(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    name, batch = leased(inside, receiver, 1)
    [claimed] = batch.claimed

    async def tried() -> Sent | None:
        sender = Sender(inside.guard, deadline=0.3)
        came = await sender.send(name, batch.letter(claimed), batch.now)
        await sender.close()
        return came

    with busy(inside):
        sent = asyncio.run(tried())
    assert batch.handover is not None
    batch.handover.notes.settle()
    inside.outgoing.step(name, "sender", [Done(claimed, batch.now, sent)], 0)
    assert receiver.at("/chat") == []
    clock.advance(timedelta(hours=1))
    deliver(inside)
    assert states(inside) == ["delivered"]
    assert len(receiver.at("/chat")) == 1


def test_notes_of_claims_that_were_taken_over_change_nothing_beside_those_that_hold(
    inside: Container, receiver: Receiver
) -> None:
    _, batch = leased(inside, receiver, 3)
    now = inside.clock.now()
    old, refused, ours = batch.claimed
    notes: list[handing.Note] = [
        Answered(refused.id, refused.token, None),
        Begun(old.id, old.token - 1, HALF),
        Begun(refused.id, refused.token, HALF),
        Begun(ours.id, ours.token, LEASE * 3),
    ]
    with write(inside.engine) as connection:
        assert handing.note(connection, notes, now) == {notes[0], notes[2], notes[3]}
    with read(inside.engine) as connection:
        names = column(connection, "id")
        at = dict(zip(names, column(connection, "handed_at"), strict=True))
        until = dict(zip(names, column(connection, "next_at"), strict=True))
    assert at == {old.id: None, refused.id: None, ours.id: now}
    assert until == {old.id: now + LEASE, refused.id: now + LEASE, ours.id: now + LEASE * 3}


def test_where_the_database_takes_no_note_nothing_leaves(
    inside: Container, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, batch = leased(inside, receiver, 2)
    tries = 0

    def full(*_: object) -> set[handing.Note]:
        nonlocal tries
        tries += 1
        raise Unavailable("The disk is full")

    monkeypatch.setattr(handing, "note", full)
    monkeypatch.setattr(of_services, "BETWEEN", 0.001)
    notes = Notes(inside.engine, inside.clock)
    with busy(inside):
        asked = [notes.add(Begun(each.id, each.token, HALF)) for each in batch.claimed]
    assert [each.result() for each in asked] == [False, False]
    assert tries in {TRIES, 2 * TRIES}


def column(connection: Connection, name: str) -> list[Any]:
    """What the deliveries have there, by their ids."""
    d = models.delivery
    return [row[name] for row in connection.execute(d.select().order_by(d.c.id)).mappings()]
