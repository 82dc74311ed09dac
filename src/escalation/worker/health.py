"""Which endpoints fail, and how long each that does is left alone.

Whoever fails is sent to from a route of its own, so that no well endpoint's turn ever waits for a
sick one's; and where a whole turn came to nothing it rests, so that trying costs little.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from escalation.clock import monotonic

SHORTEST_REST = 0.5
"""Seconds of rest after the first turn in which nothing was accepted; doubled after each other."""
LONGEST_REST = 5.0
"""Seconds of rest at most: as long as the first wait of the retry schedule."""


@dataclass(frozen=True, slots=True)
class _Sick:
    """Turns in a row that came to nothing, and until when it rests."""

    failures: int
    rests_until: float


@dataclass(slots=True)
class Health:
    """What one process knows of its endpoints; asked and told from several threads."""

    now: Callable[[], float] = monotonic
    _sick: dict[str, _Sick] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def turn(self, endpoint: str, *, accepted: int, failed: int) -> None:
        """Note what came of a turn: how many messages were accepted, how many were not."""
        with self._lock:
            if not failed:
                if accepted:
                    self._sick.pop(endpoint, None)
                return
            before = self._sick.get(endpoint)
            failures = 0 if accepted else 1 + (before.failures if before else 0)
            self._sick[endpoint] = _Sick(failures, self.now() + _rest(failures))

    def anybody_sick(self) -> bool:
        """Whether there is anybody whose last turn failed."""
        return bool(self._sick)

    def well(self, endpoint: str) -> bool:
        """Whether its last turn went well, or it had none yet."""
        return endpoint not in self._sick

    def rests(self, endpoint: str) -> bool:
        """Whether it is left alone for now."""
        found = self._sick.get(endpoint)
        return found is not None and self.now() < found.rests_until


def _rest(failures: int) -> float:
    return min(SHORTEST_REST * 2 ** (failures - 1), LONGEST_REST) if failures else 0.0
