"""When the next message may go to an endpoint that is to be sent only so many in a minute."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from escalation.clock import monotonic


@dataclass(slots=True)
class Pace:
    """The next turn of each endpoint, in one process; asked from several threads."""

    now: Callable[[], float] = monotonic
    _next: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def turn(self, endpoint: str, rate: int, within: float) -> float | None:
        """Take the next turn: in how many seconds it is; None, and not taken, beyond ``within``."""
        with self._lock:
            now = self.now()
            at = max(now, self._next.get(endpoint, now))
            if at - now > within:
                return None
            self._next[endpoint] = at + 60 / rate
            return at - now
