import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from escalation.bootstrap import Container, vault_of
from escalation.clock import VirtualClock
from escalation.delivery import retry
from escalation.delivery.retry import Outcome, Result
from escalation.delivery.sender import Sent
from escalation.errors import Refused
from escalation.services import deliveries
from escalation.services.outgoing import LEASE, Batch, Done
from escalation.store.transaction import read
from escalation.workflow.commands import Acknowledge
from tests.builders import ask
from tests.delivery.acts import deliver, log_of, logged, states, subscribe
from tests.delivery.receiver import Behaviour, Receiver

OK = Sent(Result(Outcome.ACCEPTED, "HTTP 200", 200), 1)
FAILED = Sent(Result(Outcome.REFUSED, "HTTP 500", 500), 1)


def test_it_is_tried_as_the_schedule_says_and_then_dead(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    subscribe(inside, receiver.url("/ill"))
    logged(inside, 1)
    deliver(inside)
    waits = []
    while states(inside) == ["waiting"]:
        [waiting] = log_of(inside)
        assert waiting.next_at is not None
        clock.move_to(waiting.next_at - timedelta(milliseconds=1))
        assert deliver(inside) == 0  # never early
        waits.append(waiting.next_at - clock.now())
        clock.move_to(waiting.next_at)
        assert deliver(inside) == 1
    assert states(inside) == ["dead"]
    assert len(receiver.got) == retry.ATTEMPTS == 10
    assert len({got.body for got in receiver.got}) == 1
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    stamps = [int(got.headers["webhook-timestamp"]) for got in receiver.got]
    for seconds, (one, next_) in zip(retry.SCHEDULE, pairwise(stamps), strict=True):
        assert seconds.total_seconds() - 1 <= next_ - one <= seconds.total_seconds() * 1.1 + 1


def test_later_events_of_an_issue_wait_for_the_first_and_other_issues_do_not(
    inside: Container, clock: VirtualClock, receiver: Receiver, moods: dict[str, Behaviour]
) -> None:
    subscribe(inside, receiver.url("/ill"))
    [first] = logged(inside, 1)
    deliver(inside)
    ask(inside.desk, Acknowledge(), first)
    del moods["/ill"]
    receiver.got.clear()
    [second] = logged(inside, 1)
    deliver(inside)
    about = [json.loads(got.body)["data"]["issue"]["id"] for got in receiver.got]
    assert about == [second]
    clock.advance(timedelta(seconds=6))
    deliver(inside)
    told = [json.loads(got.body) for got in receiver.got[1:]]
    assert [(each["type"], each["data"]["issue"]["id"]) for each in told] == [
        ("issue.logged", first),
        ("issue.acknowledged", first),
    ]


def test_past_a_dead_one_the_next_names_what_was_missed_until_it_is_sent_again(
    inside: Container, clock: VirtualClock, receiver: Receiver, moods: dict[str, Behaviour]
) -> None:
    subscribe(inside, receiver.url("/ill"))
    [issue] = logged(inside, 1)
    for _ in range(retry.ATTEMPTS):
        deliver(inside)
        clock.advance(timedelta(hours=27))
    [dead] = log_of(inside)
    assert dead.state.value == "dead"
    del moods["/ill"]
    ask(inside.desk, Acknowledge(), issue)
    deliver(inside)
    assert receiver.got[-1].headers["escalation-missed"] == dead.message_id
    first = receiver.got[0]
    assert deliveries.redeliver(inside.desk, dead.id, inside.deliveries_kept)["state"] == "waiting"
    deliver(inside)
    again = receiver.got[-1]
    assert (again.body, again.headers["webhook-id"]) == (first.body, dead.message_id)
    assert "escalation-missed" not in again.headers


def leased(inside: Container, limit: int = 10, owner: str = "wrk_one") -> Batch:
    """What one worker takes of the one endpoint to which something is due."""
    [endpoint] = inside.outgoing.with_work()
    batch = inside.outgoing.step(endpoint, owner, (), limit)
    assert batch is not None
    return batch


def done(batch: Batch, sent: Sent | None, at: datetime) -> list[Done]:
    return [Done(claimed, at, sent) for claimed in batch.claimed]


def test_a_worker_whose_lease_has_ended_can_change_nothing(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    endpoint = subscribe(inside, receiver.url()).stored.id
    logged(inside, 1)
    inside.outgoing.hand_on()
    zombie = leased(inside)
    clock.advance(LEASE)
    [other] = leased(inside, owner="wrk_two").claimed
    assert other.token == zombie.claimed[0].token + 1
    for late in (FAILED, OK, None):
        inside.outgoing.step(endpoint, "wrk_one", done(zombie, late, clock.now()), 0)
        [still] = log_of(inside)
        assert (still.state.value, still.attempts) == ("sending", 0)
    inside.outgoing.step(endpoint, "wrk_two", [Done(other, clock.now(), OK)], 0)
    inside.outgoing.step(endpoint, "wrk_one", done(zombie, FAILED, clock.now()), 0)
    [ended] = log_of(inside)
    assert (ended.state.value, ended.attempts) == ("delivered", 1)
    log = deliveries.one(inside.desk, ended.id, inside.deliveries_kept)
    assert len(log["attempts"]) == 1


def test_nobody_else_sends_to_an_endpoint_while_one_does(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    endpoint = subscribe(inside, receiver.url()).stored.id
    logged(inside, 4)
    inside.outgoing.hand_on()
    assert len(leased(inside, limit=2).claimed) == 2
    assert inside.outgoing.with_work() == []
    assert inside.outgoing.step(endpoint, "wrk_two", (), 2) is None
    clock.advance(LEASE)  # the first has died
    assert len(leased(inside, owner="wrk_two").claimed) == 4


def test_what_was_leased_and_never_sent_is_sent_by_the_next(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    subscribe(inside, receiver.url())
    logged(inside, 3)
    inside.outgoing.hand_on()
    leased(inside)
    assert deliver(inside) == 0
    clock.advance(LEASE)
    assert deliver(inside) == 3
    assert set(states(inside)) == {"delivered"}


def test_what_is_being_sent_is_not_sent_again_by_hand(
    inside: Container, receiver: Receiver
) -> None:
    subscribe(inside, receiver.url())
    logged(inside, 1)
    inside.outgoing.hand_on()
    [claimed] = leased(inside).claimed
    with pytest.raises(Refused) as refused:
        deliveries.redeliver(inside.desk, claimed.id, inside.deliveries_kept)
    assert refused.value.code == "delivery_in_hand"


def test_every_state_that_something_follows_is_found_by_an_index(inside: Container) -> None:
    where = {
        "ix_delivery_due": "next_at is not null",
        "ix_delivery_held": "state = 'held'",
        "ix_outbox_unsent": "dispatched_at is null",
        "ix_outbox_lane": "dispatched_at is null",
    }
    lists = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes",
    }
    with read(inside.engine) as connection:
        rows = connection.exec_driver_sql(lists[inside.engine.dialect.name])
        found = {str(name): str(sql) for name, sql in rows}
    for name, condition in where.items():
        plain = found[name].lower().replace("(", "").replace(")", "").replace("::text", "")
        assert condition in plain


def test_after_a_restart_the_master_key_still_opens_the_secrets(
    inside: Container, receiver: Receiver
) -> None:
    made = subscribe(inside, receiver.url())
    file = inside.settings.data_dir / "master.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert made.secret not in file.read_text(encoding="ascii")


def test_another_master_key_sends_nothing_and_loses_nothing(
    inside: Container, receiver: Receiver
) -> None:
    subscribe(inside, receiver.url())
    logged(inside, 1)
    file = inside.settings.data_dir / "master.key"
    kept = file.read_text(encoding="ascii")
    file.write_text("A" * 43 + "=\n", encoding="ascii")
    deliver_with_fresh_vault(inside)
    assert (receiver.got, states(inside)) == ([], ["waiting"])
    file.write_text(kept, encoding="ascii")
    deliver_with_fresh_vault(inside)
    assert states(inside) == ["delivered"]


def deliver_with_fresh_vault(inside: Container) -> None:
    deliver(replace(inside, vault=vault_of(inside.settings, inside.ids)))
