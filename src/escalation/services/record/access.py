"""Access to what is sensitive is itself on the record, before anything of it is answered."""

from collections.abc import Mapping
from typing import Any

from escalation.clock import Clock
from escalation.ids import IdSource
from escalation.services.trying import tried
from escalation.store import dialect, journal
from escalation.store.transaction import Engine, write
from escalation.workflow.facts import Actor

CHAIN = "access"
"""The chain of who looked at what is sensitive."""
READ, EXPORTED = "issue.read", "record.exported"


def record_access(
    engine: Engine, clock: Clock, ids: IdSource, actor: Actor, kind: str, told: Mapping[str, Any]
) -> None:
    """Write down that ``actor`` was shown something: ``told`` says what.

    Raises:
        Unavailable: it cannot be written now; then nothing may be shown.
    """

    def once(_: int) -> None:
        with write(engine) as connection:
            now = dialect.recorded_at(connection, clock)
            journal.record(
                connection,
                CHAIN,
                event_id=ids.new("evt", now),
                kind=kind,
                payload=told,
                actor=actor,
                now=now,
                salt=ids.token(16).hex(),
            )

    tried(once)
