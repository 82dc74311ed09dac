"""What the store knows of a mail while it is handed over, so that a kill leaves no doubt unseen.

https://www.rfc-editor.org/rfc/rfc1047 and docs/decisions/0026-mail-once.md
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import sleep

import structlog

from escalation.clock import Clock
from escalation.delivery.retry import Result
from escalation.errors import EscalationError
from escalation.services.mail.rules import MailRules
from escalation.store import dialect, mailing
from escalation.store.transaction import Connection, Engine, write

_log = structlog.get_logger(__name__)
TRIES, BETWEEN = 5, 0.1
"""How often a note is tried where the database is in the way, and the seconds between at first."""


@dataclass(frozen=True, slots=True)
class StoredHanding:
    """The notes of one claimed delivery, each in a transaction of its own."""

    engine: Engine
    clock: Clock
    rules: MailRules
    delivery: str
    token: int

    def begin(self) -> bool:
        """Note that the last dot may be sent from now on; false where it may not."""

        def note(connection: Connection) -> bool:
            now = dialect.now(connection, self.clock)
            until = now + self.rules.handed_for
            return mailing.hand_over(connection, self.delivery, self.token, now, until)

        return bool(self._noted(note))

    def answered(self, status: int | None) -> None:
        """Note the answer; None where the server did not take the mail."""
        self._noted(lambda c: mailing.answered(c, self.delivery, self.token, status))

    def unanswered(self, result: Result) -> Result:
        """What it means that no answer came: it waits for a person, or is sent again."""
        if not self.rules.again:
            return replace(result, lost=True)
        self.answered(None)
        return result

    def _noted(self, note: Callable[[Connection], bool | None]) -> bool | None:
        for attempt in range(TRIES):
            try:
                with write(self.engine) as connection:
                    return note(connection)
            except EscalationError as error:
                _log.warning("mail_not_noted", delivery=self.delivery, reason=str(error))
            sleep(BETWEEN * 2**attempt)
        return None
