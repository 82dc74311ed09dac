"""Stand-ins that behave like the real thing, for tests that must not wait or must see a failure."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, current_thread

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from escalation.clock import VirtualClock
from escalation.delivery.letter import Letter
from escalation.delivery.retry import Outcome, Result
from escalation.delivery.sender import Sent
from escalation.ids import IdSource

MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
"""Ten in the morning of an ordinary Monday in Brisbane: where the tests' clock begins."""


def utc(text: str) -> datetime:
    """An instant written as ``2026-03-02 09:30`` or ``2026-03-02T09:30:00Z``, in UTC."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def virtual_clock(text: str | None = None) -> VirtualClock:
    """A clock that stands at ``text``, or at the tests' Monday."""
    return VirtualClock(MONDAY if text is None else utc(text))


@dataclass(slots=True)
class Posts:
    """Stands in for the sender: says what came of each letter, and keeps who was sent what where.

    ``sick`` says to which endpoints an attempt fails, once ``hangs`` has been set.
    """

    sick: Callable[[str], bool]
    hangs: Event = field(default_factory=Event)
    begun: list[tuple[str, str]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    async def send(self, endpoint: str, letter: Letter, now: datetime) -> Sent:
        """Take a letter, or hang and then refuse it; notes the endpoint and the thread."""
        del letter, now
        self.begun.append((endpoint, current_thread().name))
        if self.sick(endpoint):
            await asyncio.to_thread(self.hangs.wait)
        self.ended.append(endpoint)
        if self.sick(endpoint):
            return Sent(Result(Outcome.REFUSED, "HTTP 500", 500), 1)
        return Sent(Result(Outcome.ACCEPTED, "HTTP 200", 200), 1)

    async def forget(self, endpoint: str) -> None:
        """Nothing to forget."""

    async def close(self) -> None:
        """Nothing to close."""


def seeded_ids(seed: int = 1) -> IdSource:
    """The same identifiers in every run."""
    return IdSource.seeded(seed)


@contextmanager
def failing_commits(engine: Engine, times: int = 1) -> Iterator[list[int]]:
    """The next ``times`` commits on the engine fail and keep nothing; gives how many have."""
    failed: list[int] = []

    def fail(connection: Connection) -> None:
        if len(failed) < times:
            failed.append(len(failed) + 1)
            connection.connection.rollback()
            raise OperationalError("COMMIT", None, Exception("the plug was pulled"))

    event.listen(engine, "commit", fail)
    try:
        yield failed
    finally:
        event.remove(engine, "commit", fail)


def forbid_writes_in_reads(engine: Engine) -> None:
    """Fail each statement that would write on a connection that ``read`` or ``snapshot`` gave."""

    def look(
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: object,
        context: object,
        executemany: bool,
    ) -> None:
        del cursor, parameters, context, executemany
        options = connection.get_execution_options()
        reads = options.get("isolation_level") in {"AUTOCOMMIT", "REPEATABLE READ"} or (
            "begin" in options and options["begin"] != "BEGIN IMMEDIATE"
        )
        words = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER")
        assert not (reads and statement.lstrip().upper().startswith(words)), statement

    event.listen(engine, "before_cursor_execute", look)
