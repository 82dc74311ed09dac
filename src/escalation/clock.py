"""The only reader of the system's time.

Everything else takes ``now`` as an argument or asks a :class:`Clock`.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""The years that callers may speak of: what is further off is a slip of the hand."""


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class VirtualClock:
    """A clock that stands where it is put: for replay, rehearsal and tests."""

    def __init__(self, start: datetime) -> None:
        """Begin at ``start`` (aware)."""
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The instant the clock stands at."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Stand at ``instant``; going back is allowed, a log may be out of order."""
        self._now = instant.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move on by ``by``."""
        self._now += by


def whole_second(instant: datetime) -> datetime:
    """The instant cut to whole seconds in UTC: the grain of all business arithmetic."""
    return instant.astimezone(UTC).replace(microsecond=0)


def monotonic() -> float:
    """Seconds on a clock that never goes back: for timeouts and rates, not for instants."""
    return time.monotonic()
