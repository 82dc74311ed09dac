"""What callers may do in a time: never more, however many processes count; and hardly less."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, update

from escalation.rates import Rate, rate_of
from escalation.services.quotas import LEASE, OwnQuotas, Quotas, SharedQuotas, quotas_of
from escalation.store import models
from escalation.store.engine import make_engine

TEN = rate_of("10/second")
SLOW = rate_of("120/day")
"""One comes back in twelve minutes: none while a test runs, by whatever clock."""


class Hand:
    """A clock of seconds that stands where it is put."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def engine(furnished_url: str) -> Iterator[Engine]:
    engine = make_engine(furnished_url, owner=True)
    yield engine
    engine.dispose()


@pytest.fixture
def shared(furnished_postgres_url: str) -> Iterator[Engine]:
    engine = make_engine(furnished_postgres_url)
    yield engine
    engine.dispose()


def allowed(quotas: Quotas, rate: Rate, asks: int, name: str = "k") -> int:
    """How many of so many acts are allowed."""
    found = (quotas.at_once(name, rate) or quotas.drawn(name, rate) for _ in range(asks))
    return sum(not standing.wait for standing in found)


def test_after_a_quiet_spell_all_may_go_at_once_and_no_more(engine: Engine) -> None:
    rate = rate_of("10/hour")
    assert allowed(quotas_of(engine), rate, 25) == 10


def test_what_was_used_comes_back_evenly() -> None:
    hand = Hand()
    quotas = OwnQuotas(seconds=hand)
    assert allowed(quotas, TEN, 11) == 10
    refused = quotas.at_once("k", TEN)
    assert (refused.left, round(refused.wait, 6), round(refused.full_in, 6)) == (0, 0.1, 1.0)
    hand.now += 0.35
    assert allowed(quotas, TEN, 9) == 3
    hand.now += 60
    assert quotas.at_once("k", TEN).left == 9
    assert allowed(quotas, TEN, 20) == 9


def test_each_name_has_its_own_and_the_quietest_is_forgotten_first() -> None:
    hand = Hand()
    quotas = OwnQuotas(names=2, seconds=hand)
    assert allowed(quotas, TEN, 20, "one") == 10
    assert allowed(quotas, TEN, 20, "two") == 10
    assert allowed(quotas, TEN, 20, "one") == 0
    assert allowed(quotas, TEN, 20, "three") == 10
    assert allowed(quotas, TEN, 20, "one") == 0
    assert allowed(quotas, TEN, 20, "two") == 10


def test_many_at_once_are_counted_whole_or_not_at_all(engine: Engine) -> None:
    quotas, rate = quotas_of(engine), rate_of("100/hour")
    assert not quotas.drawn("k", rate, 60).wait
    refused = quotas.drawn("k", rate, 60)
    assert refused.left == 40
    assert refused.wait == pytest.approx(20 * 36, abs=3)


@pytest.mark.postgres
def test_processes_that_share_a_server_allow_no_more_together_and_no_less(shared: Engine) -> None:
    hand = Hand()
    family = [SharedQuotas(shared, hand) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda quotas: allowed(quotas, SLOW, 121), family)) == 120
        with shared.begin() as connection:  # as if half of the time had gone by
            bucket = models.quota.c
            connection.execute(update(models.quota).values(full_at=bucket.full_at - 43_200))
        hand.now += 86_400
        assert sum(pool.map(lambda quotas: allowed(quotas, SLOW, 121), family)) == 60


@pytest.mark.postgres
def test_what_a_process_took_and_did_not_spend_is_lost_after_a_second(shared: Engine) -> None:
    rate, hand = rate_of("1000/day"), Hand()
    quotas = SharedQuotas(shared, hand)
    assert allowed(quotas, rate, 20) == 20
    assert quotas.at_once("k", rate) is not None
    hand.now += LEASE
    assert quotas.at_once("k", rate) is None
    assert allowed(SharedQuotas(shared, hand), rate, 1000) == 1000 - 31


@pytest.mark.postgres
def test_whoever_has_to_wait_costs_the_database_nothing(shared: Engine) -> None:
    rate = rate_of("5/hour")
    quotas = SharedQuotas(shared)
    assert allowed(quotas, rate, 6) == 5
    shared.dispose()
    refused = quotas.at_once("k", rate)
    assert refused is not None
    assert refused.wait > 60
