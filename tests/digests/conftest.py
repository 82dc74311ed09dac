from collections.abc import Iterator

import pytest

from escalation.clock import VirtualClock
from escalation.services.desk import Desk
from tests.builders import (
    desk_on,
    furnished_postgres,
    furnished_postgres_url,
    furnished_sqlite,
    furnished_url,
    plain_log,
)
from tests.fakes import seeded_ids, virtual_clock

__all__ = [
    "furnished_postgres",
    "furnished_postgres_url",
    "furnished_sqlite",
    "furnished_url",
    "plain_log",
]


@pytest.fixture
def clock() -> VirtualClock:
    """The tests' Monday, until a test moves it."""
    return virtual_clock()


@pytest.fixture
def desk(furnished_url: str, clock: VirtualClock) -> Iterator[Desk]:
    """A desk that serves, on a furnished database of this test's own."""
    with desk_on(furnished_url, clock, ids=seeded_ids()) as desk:
        yield desk
