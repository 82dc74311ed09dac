"""What was sent long ago is forgotten; what is dead waits for somebody to decide."""

from datetime import timedelta

import pytest

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.delivery import retry
from escalation.errors import NotFound, Refused
from escalation.services import deliveries, endpoints
from escalation.store.transaction import read
from escalation.worker.jobs import worker_of
from escalation.workflow.commands import Acknowledge
from tests.builders import CLERK, ask
from tests.delivery.acts import deliver, log_of, logged, states, subscribe
from tests.delivery.receiver import Behaviour, Receiver

DAY = timedelta(days=1)
TABLES = ("delivery", "delivery_attempt", "message", "outbox")


def rows(inside: Container) -> dict[str, int]:
    with read(inside.engine) as connection:
        return {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608 - as above
            for table in TABLES
        }


def died(inside: Container, clock: VirtualClock) -> str:
    """The one delivery, after every attempt at it has failed."""
    for _ in range(retry.ATTEMPTS):
        deliver(inside)
        clock.advance(timedelta(hours=27))
    [dead] = log_of(inside)
    assert dead.state.value == "dead"
    return dead.id


def test_what_was_delivered_is_kept_for_the_days_of_the_setting_and_then_forgotten(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    for path in ("/a", "/b"):
        subscribe(inside, receiver.url(path))
    logged(inside, 3)
    deliver(inside)
    [first, *_] = log_of(inside)
    before = rows(inside)
    assert (before["delivery"], before["message"], before["delivery_attempt"]) == (6, 3, 6)
    clock.advance(90 * DAY)
    assert inside.outgoing.forget(inside.deliveries_kept) == 0
    assert rows(inside) == before
    clock.advance(timedelta(seconds=1))
    old = {row.id for row in log_of(inside)}
    worker_of(inside).once()  # what it fires and sends itself is new
    assert not old & {row.id for row in log_of(inside)}
    with pytest.raises(NotFound, match="ESCALATION_WEBHOOK_KEPT_DAYS") as refused:
        deliveries.redeliver(inside.desk, first.id, inside.deliveries_kept)
    assert refused.value.code == "delivery_forgotten"
    with pytest.raises(NotFound, match="no delivery dlv_0\\.") as never:
        deliveries.redeliver(inside.desk, "dlv_0", inside.deliveries_kept)
    assert never.value.code == "not_found"


def test_a_chunk_at_a_time_the_oldest_first_and_a_message_with_its_last_delivery(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    for path in ("/a", "/b"):
        subscribe(inside, receiver.url(path))
    logged(inside, 2)
    deliver(inside)
    clock.advance(91 * DAY)
    kept = inside.deliveries_kept
    assert inside.outgoing.forget(kept, limit=3) == 3
    found = rows(inside)
    assert (found["delivery"], found["delivery_attempt"], found["message"]) == (1, 1, 1)
    assert inside.outgoing.forget(kept, limit=3) > 0
    assert rows(inside)["message"] == 0
    while inside.outgoing.forget(kept, limit=3):
        pass
    assert rows(inside)["outbox"] == 0
    logged(inside, 1)
    assert deliver(inside) == 2  # what is new goes out as ever


def test_a_dead_delivery_is_never_forgotten_until_it_is_sent_again(
    inside: Container, clock: VirtualClock, receiver: Receiver, moods: dict[str, Behaviour]
) -> None:
    subscribe(inside, receiver.url("/ill"))
    logged(inside, 1)
    dead = died(inside, clock)
    clock.advance(400 * DAY)
    inside.outgoing.forget(inside.deliveries_kept)
    assert states(inside) == ["dead"]
    del moods["/ill"]
    deliveries.redeliver(inside.desk, dead, inside.deliveries_kept)
    deliver(inside)
    assert states(inside) == ["delivered"]
    assert inside.outgoing.forget(inside.deliveries_kept) == 0  # it ended just now
    clock.advance(91 * DAY)
    assert inside.outgoing.forget(inside.deliveries_kept) == 1


def test_a_dead_delivery_that_is_dropped_is_named_as_missed_no_more(
    inside: Container, clock: VirtualClock, receiver: Receiver, moods: dict[str, Behaviour]
) -> None:
    subscribe(inside, receiver.url("/ill"))
    [issue] = logged(inside, 1)
    dead = died(inside, clock)
    kept = inside.deliveries_kept
    assert deliveries.drop(inside.desk, dead, kept, actor=CLERK)["state"] == "cancelled"
    with pytest.raises(Refused) as refused:
        deliveries.drop(inside.desk, dead, kept, actor=CLERK)
    assert refused.value.code == "delivery_not_dead"
    del moods["/ill"]
    ask(inside.desk, Acknowledge(), issue)
    deliver(inside)
    assert "escalation-missed" not in receiver.got[-1].headers
    clock.advance(91 * DAY)
    assert inside.outgoing.forget(kept) >= 1
    assert dead not in [row.id for row in log_of(inside)]


def test_what_is_dead_at_an_endpoint_that_is_removed_waits_for_nobody(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    made = subscribe(inside, receiver.url("/ill"))
    logged(inside, 1)
    died(inside, clock)
    endpoints.remove(inside.desk, made.stored.id, actor=CLERK)
    assert states(inside) == ["cancelled"]
