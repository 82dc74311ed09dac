from collections.abc import Iterator

import pytest

from escalation.clock import VirtualClock
from escalation.services.desk import Desk
from tests.builders import desk_on
from tests.fakes import seeded_ids


@pytest.fixture
def desk(furnished_url: str, clock: VirtualClock) -> Iterator[Desk]:
    """A desk that serves, on a furnished database of this test's own."""
    with desk_on(furnished_url, clock, ids=seeded_ids()) as desk:
        yield desk
