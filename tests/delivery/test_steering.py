import json
from datetime import timedelta
from itertools import pairwise

import pytest

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.delivery.formats.options import format_of
from escalation.errors import Refused
from escalation.services import deliveries, endpoints
from escalation.services.deliveries import Extent
from escalation.services.endpoints import Wishes
from escalation.worker.pace import Pace
from escalation.workflow.commands import Acknowledge
from tests.builders import CLERK, ask, complaint
from tests.delivery.acts import deliver, log_of, logged, states, subscribe
from tests.delivery.evil import answer, close_without_answer
from tests.delivery.receiver import OK, Behaviour, Receiver, Talk, accept


def change(inside: Container, name: str, wishes: Wishes) -> None:
    endpoints.change(inside.desk, inside.vault, inside.guard, name, wishes, actor=CLERK)


def test_turns_come_at_the_rate_and_one_that_is_far_is_not_taken() -> None:
    now = [100.0]
    pace = Pace(now=lambda: now[0])
    assert [pace.turn("a", 60, 10.0) for _ in range(3)] == [0.0, 1.0, 2.0]
    assert pace.turn("b", 60, 10.0) == 0.0
    assert pace.turn("a", 60, 2.5) is None
    now[0] = 103.0
    assert pace.turn("a", 60, 2.5) == 0.0
    now[0] = 200.0
    assert pace.turn("a", 60, 0.0) == 0.0  # what was not used is not made up for


def test_an_endpoint_is_sent_no_more_in_a_minute_than_it_takes(
    inside: Container, receiver: Receiver
) -> None:
    subscribe(inside, receiver.url("/slow"), rate=300)
    subscribe(inside, receiver.url("/fast"))
    logged(inside, 5)
    deliver(inside)
    at = [got.at for got in receiver.at("/slow")]
    assert len(at) == 5
    assert all(after - before > 0.15 for before, after in pairwise(sorted(at)))
    fast = [got.at for got in receiver.at("/fast")]
    assert max(fast) - min(fast) < max(at) - min(at)


@pytest.mark.parametrize("at_once", [1, 5])
def test_an_endpoint_is_sent_as_many_at_once_as_it_says(
    inside: Container, receiver: Receiver, moods: dict[str, Behaviour], at_once: int
) -> None:
    here = most = 0

    async def count(talk: Talk) -> None:
        nonlocal here, most
        here += 1
        most = max(most, here)
        await talk.pause(0.1)
        here -= 1
        await talk.say(OK)

    moods["/count"] = count
    subscribe(inside, receiver.url("/count"), concurrency=at_once)
    logged(inside, 14)
    deliver(inside)
    assert states(inside) == ["delivered"] * 14
    assert most == at_once


def test_a_draining_endpoint_is_sent_what_is_due_and_handed_nothing_new(
    inside: Container, receiver: Receiver
) -> None:
    name = subscribe(inside, receiver.url()).stored.id
    [before] = logged(inside, 1)
    inside.outgoing.hand_on()
    change(inside, name, Wishes(draining=True))
    logged(inside, 1)
    deliver(inside)
    assert [each.aggregate for each in log_of(inside)] == [before]
    assert states(inside) == ["delivered"]
    assert endpoints.one(inside.desk, name).state.value == "draining"
    change(inside, name, Wishes(enabled=True))
    logged(inside, 1)
    deliver(inside)
    assert states(inside) == ["delivered"] * 2


def test_all_since_an_instant_is_sent_again_in_order(
    inside: Container, receiver: Receiver, clock: VirtualClock
) -> None:
    name = subscribe(inside, receiver.url()).stored.id
    logged(inside, 1)
    deliver(inside)
    clock.advance(timedelta(hours=1))
    since = clock.now()
    [issue] = logged(inside, 1)
    ask(inside.desk, Acknowledge(), issue)
    deliver(inside)
    first = [got.body for got in receiver.got[1:]]
    receiver.got.clear()
    again = deliveries.redeliver_since(inside.desk, name, Extent(since), actor=CLERK)
    deliver(inside)
    assert again == {"count": 2, "left_unconfirmed": 0}
    assert [got.body for got in receiver.got] == first
    kinds = [json.loads(body)["type"] for body in first]
    assert kinds == ["issue.logged", "issue.acknowledged"]
    dead = Extent(since, dead_only=True)
    assert deliveries.redeliver_since(inside.desk, name, dead, actor=CLERK)["count"] == 0
    change(inside, name, Wishes(enabled=False))
    with pytest.raises(Refused):
        deliveries.redeliver_since(inside.desk, name, Extent(since), actor=CLERK)


def test_what_people_may_have_read_is_not_sent_again_with_the_rest_unless_asked_for(
    inside: Container, receiver: Receiver, moods: dict[str, Behaviour]
) -> None:
    slack = format_of({"kind": "slack"})
    name = subscribe(inside, receiver.url("/chat"), form=slack).stored.id
    since = inside.clock.now()
    moods["/chat"] = accept
    logged(inside, 1)
    deliver(inside)
    moods["/chat"] = close_without_answer
    logged(inside, 1)
    deliver(inside)
    assert sorted(states(inside)) == ["dead", "delivered"]
    moods["/chat"] = accept
    receiver.got.clear()
    dead = Extent(since, dead_only=True)
    found = deliveries.redeliver_since(inside.desk, name, dead, actor=CLERK)
    assert found == {"count": 0, "left_unconfirmed": 1}
    found = deliveries.redeliver_since(inside.desk, name, Extent(since), actor=CLERK)
    assert found == {"count": 1, "left_unconfirmed": 1}
    deliver(inside)
    assert (len(receiver.got), sorted(states(inside))) == (1, ["dead", "delivered"])
    too = Extent(since, dead_only=True, unconfirmed=True)
    found = deliveries.redeliver_since(inside.desk, name, too, actor=CLERK)
    assert found == {"count": 1, "left_unconfirmed": 0}
    deliver(inside)
    assert (len(receiver.got), states(inside)) == (2, ["delivered"] * 2)


def test_the_log_shows_what_is_sent_and_the_answer_to_whom_it_is_for(
    inside: Container, receiver: Receiver, moods: dict[str, Behaviour]
) -> None:
    moods["/picky"] = answer("400 Bad", body=b"who is s3cret?" + b"x" * 5_000)
    subscribe(inside, receiver.url("/picky"), headers={"X-Token": "s3cret"})
    issue = ask(inside.desk, complaint())
    deliver(inside)
    [sent] = log_of(inside)
    shown = deliveries.detail(inside.desk, sent.id, inside.deliveries_kept, answers=True)
    told = shown["attempts"][0]["answer"]
    assert told.startswith("who is (sealed)?xxx")
    assert len(told) == 1_000
    assert issue["reference"] in shown["requests"][0]["body"]
    assert shown["header_names"] == ["x-token"]
    assert "s3cret" not in json.dumps(shown)
    plain = deliveries.detail(inside.desk, sent.id, inside.deliveries_kept, answers=False)
    assert plain["attempts"][0]["answer"] is None
