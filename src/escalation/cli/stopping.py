"""Ending on a signal: cleanly, with exit status 0."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """What the first signal does; before anything else is said, it ends the process with 0."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.asked = False
        self._then: Callable[[], None] | None = None

    def calls(self, then: Callable[[], None]) -> None:
        """From now on a signal calls ``then``, which must return at once; so does one that came."""
        self._then = then
        if self.asked:
            then()

    def come(self, number: int, frame: FrameType | None) -> None:
        """A signal."""
        del number, frame
        self.asked = True
        if self._then is None:
            raise SystemExit(0)
        self._then()


@contextmanager
def on_signals() -> Iterator[Stopping]:
    """Take SIGTERM and SIGINT for the length of the block; only in the main thread."""
    stopping = Stopping()
    before = {number: signal.signal(number, stopping.come) for number in SIGNALS}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
