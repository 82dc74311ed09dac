"""What the store knows of a message while it is handed over to a person: no doubt goes unseen.

Mail servers and chats cannot be asked what they have taken. docs/decisions/0026-mail-once.md
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from time import sleep

import structlog

from escalation.clock import Clock
from escalation.delivery.retry import Outcome, Result
from escalation.errors import EscalationError
from escalation.store import dialect, handing
from escalation.store.deliveries import Attempt, Claimed, DeliveryState, Mark
from escalation.store.transaction import Connection, Engine, write

_log = structlog.get_logger(__name__)
TRIES, BETWEEN = 5, 0.1
"""How often a note is tried where the database is in the way, and the seconds between at first."""


@dataclass(frozen=True, slots=True)
class Handover:
    """How messages are handed over to who cannot be asked what they have taken.

    One ``belongs`` so long to who hands it over. One of which nobody knows whether it was taken
    is sent ``again``, or waits for a person.
    """

    engine: Engine
    clock: Clock
    belongs: timedelta
    again: bool

    def of(self, claimed: Claimed) -> "StoredHanding":
        """The notes of a claimed delivery."""
        return StoredHanding(self, claimed.id, claimed.token)

    def settled(self, claimed: Claimed) -> Mark | None:
        """What came of one whose sender ended while it handed it over; None to send it."""
        handed = claimed.handed
        if handed is None or (handed.status is None and self.again):
            return None
        state, outcome = DeliveryState.DELIVERED, Outcome.ACCEPTED
        said = f"{handed.status} was answered; its sender ended before it was marked"
        if handed.status is None:
            state, outcome = DeliveryState.DEAD, Outcome.UNCONFIRMED
            said = "its sender ended while the whole message may have been there"
        tried = Attempt(handed.at, 0, handed.status, outcome.value, said)
        return Mark(claimed, state, None, tried)


@dataclass(frozen=True, slots=True)
class StoredHanding:
    """The notes of one claimed delivery, each in a transaction of its own."""

    over: Handover
    delivery: str
    token: int

    def begin(self) -> bool:
        """Note that its end may be sent from now on; false where it may not."""

        def note(connection: Connection) -> bool:
            now = dialect.now(connection, self.over.clock)
            until = now + self.over.belongs
            return handing.begin(connection, self.delivery, self.token, now, until)

        return bool(self._noted(note))

    def answered(self, status: int | None) -> None:
        """Note the answer; None where the message was not taken."""
        self._noted(lambda c: handing.answered(c, self.delivery, self.token, status))

    def unanswered(self, result: Result) -> Result:
        """What it means that no answer came: it waits for a person, or is sent again."""
        if not self.over.again:
            return replace(result, lost=True)
        self.answered(None)
        return result

    def _noted(self, note: Callable[[Connection], bool | None]) -> bool | None:
        for attempt in range(TRIES):
            try:
                with write(self.over.engine) as connection:
                    return note(connection)
            except EscalationError as error:
                _log.warning("handing_not_noted", delivery=self.delivery, reason=str(error))
            sleep(BETWEEN * 2**attempt)
        return None
