"""Two processes take one ticket's deliveries at once: it ends as in order, and nothing twice."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from escalation.services.desk import Desk
from escalation.services.inbound import inbox, receiving
from escalation.services.inbound.envelopes import Came
from escalation.services.inbound.receiving import Known
from tests.builders import PATIENCE, desk_on
from tests.fakes import virtual_clock
from tests.inbound.hooked import Desked, shipped
from tests.inbound.lives import life


def _send(desk: Desk, order: Sequence[Came]) -> None:
    known = Known("servicenow", shipped()["servicenow"])
    for came in order:
        receiving.receive(desk, known, [came]).result(PATIENCE)


@pytest.mark.postgres
def test_two_desks_come_to_the_same_end(furnished_postgres_url: str) -> None:
    with (
        desk_on(furnished_postgres_url, virtual_clock()) as one,
        desk_on(furnished_postgres_url, virtual_clock(), owner=False) as other,
    ):
        told = Desked(one)
        _send(one, life("servicenow", "E-0"))
        draw = random.Random(5)  # noqa: S311 - the same shuffles each time
        for number in range(1, 4):
            came_so = life("servicenow", f"E-{number}")
            orders = [draw.sample(came_so, len(came_so)) for _ in range(2)]
            with ThreadPoolExecutor(2) as both:
                list(both.map(_send, (one, other), orders))
            assert told.state("servicenow", f"E-{number}") == told.state("servicenow", "E-0")
        assert len(inbox.page(one, limit=1_000).items) == 80
