"""Looks and commands of who holds the database itself: the command line, without a key."""

from collections.abc import Iterator
from contextlib import contextmanager

from escalation.services.callers import Caller
from escalation.services.desk import Desk
from escalation.services.jobs import Answer, Job, Receipt
from escalation.services.reading.reader import Look
from escalation.services.roles import KeyRole
from escalation.store import dialect
from escalation.store.transaction import snapshot
from escalation.workflow.commands import Ask, Log
from escalation.workflow.facts import Actor
from escalation.workflow.viewing import EVERYTHING


@contextmanager
def look(desk: Desk, actor: Actor) -> Iterator[Look]:
    """Everything as at one instant, as an admin sees it; what was sealed of it is on the record.

    Raises:
        Unavailable: that it was shown cannot be recorded now; then nothing may be shown.
    """
    with snapshot(desk.engine) as connection:
        known = desk.registry.refresh(connection)
        now = dialect.now(connection, desk.clock)
        caller = Caller(id="", name=actor.name, role=KeyRole.ADMIN, viewer=EVERYTHING)
        seen = Look(connection, desk.registry, known, now, caller)
        yield seen
    seen.record(desk.engine, desk.clock, desk.ids, actor)


def done(  # noqa: PLR0913 - what a command goes with is independent
    desk: Desk,
    ask: Log | Ask,
    actor: Actor,
    *,
    issue: str | None = None,
    other: str | None = None,
    version: int | None = None,
    receipt: Receipt | None = None,
) -> Answer:
    """Have one command decided and committed, with an admin's right to any ``received_at``.

    Raises:
        EscalationError: it was refused; the error says why.
    """
    job = Job(
        stem=desk.stem(),
        actor=actor,
        ask=ask,
        issue=issue,
        other=other,
        if_match=version,
        backdated=True,
        receipt=receipt,
    )
    return desk.submit(job).result()
