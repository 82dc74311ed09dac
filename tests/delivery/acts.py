"""What tests of deliveries do again and again."""

import json
from typing import Any

from escalation.bootstrap import Container
from escalation.delivery.formats.requests import Request
from escalation.delivery.letter import Letter
from escalation.services import endpoints
from escalation.services.endpoints import NewEndpoint
from escalation.store import delivery_log
from escalation.store.delivery_log import Logged
from escalation.store.transaction import read
from escalation.worker.delivering import courier_of
from tests.builders import CLERK, ask_all, complaint, job

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the specification's own example


def letter(url: str) -> Letter:
    """An empty object for that URL."""
    empty = (Request(body="{}"),)
    return Letter(url=url, message_id="evt_1", requests=empty, secrets=(SECRET,))


def subscribe(inside: Container, url: str, **wishes: Any) -> NewEndpoint:
    """An endpoint at that URL."""
    wanted = {"quota": 50, "actor": CLERK, **wishes}
    return endpoints.add(inside.desk, inside.vault, inside.guard, url=url, **wanted)


def logged(inside: Container, count: int, **changes: Any) -> list[str]:
    """Issues, by their ids."""
    found = []
    for start in range(0, count, 100):
        jobs = [job(inside.desk, complaint(**changes)) for _ in range(min(100, count - start))]
        answers = ask_all(inside.desk, jobs)
        found += [json.loads(a.body)["id"] for a in answers if not isinstance(a, BaseException)]
    assert len(found) == count
    return found


def deliver(inside: Container) -> int:
    """Send all that is due; answers how many attempts were made."""
    return courier_of(inside).once()


def log_of(inside: Container, endpoint: str | None = None, limit: int = 10_000) -> list[Logged]:
    """The delivery log, the oldest first."""
    with read(inside.engine) as connection:
        return delivery_log.page(connection, endpoint, limit=limit)[::-1]


def states(inside: Container, endpoint: str | None = None) -> list[str]:
    """Where each delivery stands, the oldest first."""
    return [each.state.value for each in log_of(inside, endpoint)]
