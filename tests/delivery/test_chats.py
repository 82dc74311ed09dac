"""Chats: nothing comes twice to people, and what nobody can know waits for a person."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.delivery.formats.options import format_of
from escalation.services import deliveries, watch
from escalation.services.handing import StoredHanding
from escalation.services.outgoing import LEASE
from escalation.store import handing
from escalation.store.transaction import read
from escalation.workflow.commands import Acknowledge
from tests.builders import ask, complaint
from tests.delivery.acts import deliver, log_of, states, subscribe
from tests.delivery.evil import (
    answer,
    close_without_answer,
    junk,
    reset_before_headers,
    reset_within_headers,
)
from tests.delivery.receiver import Behaviour, Receiver, accept

HOUR = timedelta(hours=1)


def chat(inside: Container, url: str, kind: str = "slack", **options: Any) -> str:
    """An endpoint that people read, by its id."""
    return subscribe(inside, url, form=format_of({"kind": kind, **options})).stored.id


def later(inside: Container, clock: VirtualClock) -> None:
    """Send what is due within an hour."""
    clock.advance(HOUR)
    deliver(inside)


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("slack", reset_before_headers),
        ("slack", junk),
        ("teams", reset_within_headers),
        ("teams", close_without_answer),
        ("slack", answer("502 Bad Gateway")),
        ("teams", answer("504 Gateway Timeout")),
    ],
)
def test_a_message_whose_answer_was_lost_is_not_sent_to_people_again_by_itself(
    inside: Container,
    clock: VirtualClock,
    receiver: Receiver,
    moods: dict[str, Behaviour],
    kind: str,
    lost: Behaviour,
) -> None:
    moods["/chat"] = lost
    chat(inside, receiver.url("/chat"), kind)
    issue = ask(inside.desk, complaint())["id"]
    deliver(inside)
    moods["/chat"] = accept
    ask(inside.desk, Acknowledge(), issue)
    later(inside, clock)
    assert states(inside) == ["dead", "delivered"]
    first, second = log_of(inside)
    assert first.last_outcome == "unconfirmed"
    came = receiver.at("/chat")
    assert [got.headers["webhook-id"] for got in came] == [first.message_id, second.message_id]
    assert came[1].headers["escalation-missed"] == first.message_id


def test_what_is_unconfirmed_is_counted_and_found_until_a_person_settles_it(
    inside: Container, receiver: Receiver, moods: dict[str, Behaviour]
) -> None:
    moods["/chat"] = close_without_answer
    chat(inside, receiver.url("/chat"))
    ask(inside.desk, complaint())
    deliver(inside)
    assert b"escalation_deliveries_unconfirmed 1.0" in watch.metrics(inside.desk, HOUR)
    [sent] = log_of(inside)
    told = deliveries.one(inside.desk, sent.id, inside.deliveries_kept)
    assert told["attempts"][-1]["outcome"] == "unconfirmed"
    moods["/chat"] = accept
    deliveries.redeliver(inside.desk, sent.id, inside.deliveries_kept)
    deliver(inside)
    assert states(inside) == ["delivered"]
    assert b"escalation_deliveries_unconfirmed 0.0" in watch.metrics(inside.desk, HOUR)
    assert len(receiver.at("/chat")) == 2


@pytest.mark.parametrize("status", ["503 Later", "404 Not Found", "429 Too Many Requests"])
def test_a_message_that_a_chat_refuses_is_sent_again(
    inside: Container,
    clock: VirtualClock,
    receiver: Receiver,
    moods: dict[str, Behaviour],
    status: str,
) -> None:
    moods["/chat"] = answer(status)
    chat(inside, receiver.url("/chat"))
    ask(inside.desk, complaint())
    deliver(inside)
    assert states(inside) == ["waiting"]
    moods["/chat"] = accept
    later(inside, clock)
    assert states(inside) == ["delivered"]


def test_a_message_that_no_connection_was_made_for_is_sent_again(
    inside: Container,
) -> None:
    name = chat(inside, "http://127.0.0.1:1/chat")
    ask(inside.desk, complaint())
    deliver(inside)
    assert states(inside, name) == ["waiting"]
    assert log_of(inside)[0].last_outcome == "unreachable"


def test_where_twice_is_better_than_not_at_all_it_is_sent_again(
    inside: Container, clock: VirtualClock, receiver: Receiver, moods: dict[str, Behaviour]
) -> None:
    moods["/chat"] = close_without_answer
    chat(inside, receiver.url("/chat"), unconfirmed="again")
    ask(inside.desk, complaint())
    deliver(inside)
    moods["/chat"] = accept
    later(inside, clock)
    assert states(inside) == ["delivered"]
    assert len(receiver.at("/chat")) == 2


@pytest.mark.parametrize(
    ("noted", "unconfirmed", "came", "state"),
    [
        ((), "hold", 1, "delivered"),
        (("begin",), "hold", 0, "dead"),
        (("begin",), "again", 1, "delivered"),
        (("begin", "taken"), "hold", 0, "delivered"),
        (("begin", "refused"), "hold", 1, "delivered"),
    ],
)
def test_what_a_killed_sender_has_noted_says_whether_a_chat_is_told_again(
    inside: Container,
    clock: VirtualClock,
    receiver: Receiver,
    *,
    noted: tuple[str, ...],
    unconfirmed: str,
    came: int,
    state: str,
) -> None:
    name = chat(inside, receiver.url("/chat"), unconfirmed=unconfirmed)
    ask(inside.desk, complaint())
    inside.outgoing.hand_on()
    batch = inside.outgoing.step(name, "killed", (), 2)
    assert batch is not None
    notes = batch.letter(batch.claimed[0]).handing
    assert isinstance(notes, StoredHanding)
    if "begin" in noted:
        assert notes.begin().result()
    if "taken" in noted:
        notes.answered(200)
    if "refused" in noted:
        notes.answered(None)
    notes.over.notes.settle()
    clock.advance(LEASE * 3)
    deliver(inside)
    assert states(inside) == [state]
    assert len(receiver.at("/chat")) == came
    with read(inside.engine) as connection:
        assert handing.unconfirmed(connection) == (state == "dead")


def test_a_message_that_was_taken_over_while_its_sender_was_stopped_is_not_written(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    chat(inside, receiver.url("/chat"))
    ask(inside.desk, complaint())
    inside.outgoing.hand_on()
    batch = inside.outgoing.step(log_of(inside)[0].endpoint_id, "stopped", (), 2)
    assert batch is not None
    clock.advance(LEASE * 3)
    deliver(inside)
    notes = batch.letter(batch.claimed[0]).handing
    assert notes is not None
    assert not notes.begin().result()
    assert len(receiver.at("/chat")) == 1


def test_a_receiver_that_knows_a_message_by_its_id_has_it_again(
    inside: Container, clock: VirtualClock, receiver: Receiver, moods: dict[str, Behaviour]
) -> None:
    moods["/hook"] = close_without_answer
    subscribe(inside, receiver.url("/hook"))
    ask(inside.desk, complaint())
    deliver(inside)
    moods["/hook"] = accept
    later(inside, clock)
    assert states(inside) == ["delivered"]
    assert len({got.headers["webhook-id"] for got in receiver.at("/hook")}) == 1
