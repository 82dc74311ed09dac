"""How long somebody waits for an answer, known to whatever works on it, in any thread.

What may take long on their behalf, a statement in the database, is held under their patience with a
way to end it. Once they wait no longer it is ended, again and again until it has let go.
"""

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from threading import Event, Lock, Thread

End = Callable[[], object]
"""Ends something that another thread is at."""
AGAIN = 0.02
"""Seconds between two tries to end what has not let go."""


class Patience:
    """Of one who asked: they wait until an instant of :func:`escalation.clock.monotonic`."""

    __slots__ = ("_held", "_lock", "over", "until")

    def __init__(self, until: float) -> None:
        """Wait ``until`` then."""
        self.until = until
        self.over = False
        self._held: list[End] = []
        self._lock = Lock()

    def hold(self, end: End) -> bool:
        """Something begins that ``end`` ends; answers whether they still wait.

        Whatever the answer, :meth:`let_go` follows when it has ended.
        """
        self._held.append(end)
        return not self.over

    def let_go(self, end: End) -> None:
        """It has ended: from here on ``end`` is not called."""
        with self._lock:
            self._held.remove(end)

    def give_up(self) -> None:
        """They wait no longer."""
        self.over = True
        if self._held:
            Thread(target=self._end_all, name="impatience", daemon=True).start()

    def _end_all(self) -> None:
        pause = Event()
        while True:
            with self._lock:
                if not self._held:
                    return
                for end in tuple(self._held):
                    with suppress(Exception):  # what it ends may just have been lost
                        end()
            pause.wait(AGAIN)


CALLERS: ContextVar[Patience | None] = ContextVar("patience", default=None)
"""The patience of whoever the present work is for; the engine's own work has none to keep to."""
