"""Nobody well waits for the turn of a sick one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import sleep

import pytest

from escalation.bootstrap import Container
from escalation.clock import monotonic
from escalation.delivery.letter import PER_ENDPOINT
from escalation.worker.delivering import Courier
from escalation.worker.health import LONGEST_REST, SHORTEST_REST, Health
from tests.delivery.acts import log_of, logged, subscribe
from tests.delivery.conftest import Open
from tests.fakes import Posts

PATIENCE = 60.0
"""Seconds until what has not happened counts as never going to: nothing is measured."""


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def rests_for(health: Health, hand: Hand) -> float:
    """How long an endpoint is left alone from now."""
    began = hand.at
    while health.rests("whe_1"):
        hand.at += 0.25
    return hand.at - began


def test_an_endpoint_that_takes_nothing_rests_ever_longer_until_it_does() -> None:
    hand = Hand()
    health = Health(hand)
    assert health.well("whe_1")
    assert not health.anybody_sick()
    rests = []
    for _ in range(6):
        health.turn("whe_1", accepted=0, failed=2)
        assert not health.well("whe_1")
        rests.append(rests_for(health, hand))
    assert rests == [SHORTEST_REST, 1, 2, 4, LONGEST_REST, LONGEST_REST]
    health.turn("whe_1", accepted=1, failed=1)
    assert (health.well("whe_1"), rests_for(health, hand)) == (False, 0)  # it takes some
    health.turn("whe_1", accepted=0, failed=1)
    assert rests_for(health, hand) == SHORTEST_REST
    health.turn("whe_1", accepted=0, failed=0)  # all was given back: nothing was learnt
    assert not health.well("whe_1")
    assert health.anybody_sick()
    health.turn("whe_1", accepted=2, failed=0)
    assert health.well("whe_1")
    assert not health.anybody_sick()


@contextmanager
def at_work(inside: Container, posts: Posts) -> Iterator[None]:
    courier = Courier(inside.outgoing, lambda: posts, "wrk_test")
    courier.start()
    try:
        yield
    finally:
        posts.hangs.set()
        courier.stop()


def until(true: Callable[[], bool]) -> None:
    ends = monotonic() + PATIENCE
    while not true():
        assert monotonic() < ends, "it never came to that"
        sleep(0.01)


@pytest.fixture
def real(furnished_url: str, open_on: Open) -> Container:
    """In real time: what rests is due again."""
    return open_on(furnished_url, real=True)


def test_a_well_endpoint_is_sent_everything_while_all_others_hang(real: Container) -> None:
    well = subscribe(real, "http://127.0.0.1:9/well").stored.id
    sick = {subscribe(real, f"http://127.0.0.1:9/{n}").stored.id for n in range(30)}
    posts = Posts(sick.__contains__)
    with at_work(real, posts):
        logged(real, 2)
        until(lambda: len(posts.begun) >= 2 + len(sick) * PER_ENDPOINT)
        logged(real, 20)
        until(lambda: posts.ended.count(well) == 22)
        assert set(posts.ended) == {well}  # not one turn of a sick one had to end for it
        begun = [endpoint for endpoint, _ in posts.begun]
        assert all(begun.count(each) == PER_ENDPOINT for each in sick)  # and none has more in hand
    assert {row.state.value for row in log_of(real, well)} == {"delivered"}
    assert {row.state.value for each in sick for row in log_of(real, each)} == {"waiting"}


def test_whoever_fails_is_sent_to_from_a_thread_of_its_own_until_it_is_well(
    real: Container,
) -> None:
    well = subscribe(real, "http://127.0.0.1:9/well").stored.id
    turns = subscribe(real, "http://127.0.0.1:9/turns").stored.id
    ill = [True]
    posts = Posts(lambda endpoint: endpoint == turns and ill[0])
    posts.hangs.set()

    def threads(endpoint: str) -> list[str]:
        return [thread for each, thread in posts.begun if each == endpoint]

    with at_work(real, posts):
        logged(real, 1)
        until(lambda: "deliveries-sick" not in threads(turns) and len(threads(turns)) == 1)
        logged(real, 1)
        until(lambda: threads(turns)[1:] == ["deliveries-sick"])
        ill[0] = False
        logged(real, 1)
        until(lambda: "delivered" in {row.state.value for row in log_of(real, turns)})
        until(lambda: len(threads(well)) == 3)
        logged(real, 1)
        until(lambda: threads(turns)[-1] == "deliveries-well")
    assert set(threads(well)) == {"deliveries-well"}
