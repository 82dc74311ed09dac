"""What keeps an installation in order without being asked: when to look again, what to forget."""

from datetime import datetime, timedelta

from escalation.services.desk import Desk
from escalation.store import access, dialect, issues
from escalation.store.transaction import Connection, read

KEPT = timedelta(hours=24)
"""How long the answer to an ``Idempotency-Key`` is kept."""
AT_ONCE = 5_000
"""Answers forgotten in one transaction at most."""


def seconds_to_next_due(desk: Desk) -> float | None:
    """How far ahead the next clock is due, negative where it is past; None where none runs."""
    with read(desk.engine) as connection:
        ahead = issues.next_due(connection)
        now = dialect.now(connection, desk.clock)
    return None if ahead is None else (ahead - now).total_seconds()


def forget_answers(desk: Desk, *, timeout: float | None = None) -> int:
    """Forget a chunk of answers that were kept long enough; answers how many."""

    def chore(connection: Connection, now: datetime) -> int:
        return access.forget(connection, now - KEPT, AT_ONCE)

    forgotten: int = desk.do(chore).result(timeout)
    return forgotten
