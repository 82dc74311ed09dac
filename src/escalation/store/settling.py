"""Waiting until nothing more can be recorded at or before an instant.

Commit order is not time order: a transaction reads the clock, and commits later. Whoever asks what
was recorded by an instant waits until each one that may have read an earlier time has ended.
"""

import time
from datetime import datetime

from sqlalchemy import Engine

from escalation.clock import monotonic
from escalation.errors import Busy
from escalation.store import dialect
from escalation.store.transaction import read, write

PATIENCE = 10.0
"""Seconds that an older transaction may take; the engine's own take milliseconds."""
_PAUSE = 0.02


def settle(engine: Engine, until: datetime | None, *, patience: float = PATIENCE) -> None:
    """Wait until no open transaction can record anything at or before ``until``.

    Without ``until`` (where the time is not the database's), until those open now have ended.

    Raises:
        Busy: one takes longer than ``patience``.
    """
    if dialect.one_writer(engine):
        with write(engine):  # so it had to end first
            return
    deadline = monotonic() + patience
    while True:
        with read(engine) as connection:
            open_still = dialect.older_writers(connection, until)
        if open_still == 0:
            return
        if monotonic() > deadline:
            raise Busy(
                "A transaction that began earlier is still open, so what was recorded by then is "
                "not settled yet; try again shortly.",
                extra={"retry_after": 5},
            )
        time.sleep(_PAUSE)
