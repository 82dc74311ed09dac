"""Every request is answered in time: with its answer, or with a problem that says it was not."""

import asyncio
from collections.abc import Callable
from contextvars import Token
from types import TracebackType
from typing import Any, Self

import structlog
from starlette.types import Send

from escalation.clock import monotonic
from escalation.errors import Busy
from escalation.patience import CALLERS, Patience

_log = structlog.get_logger(__name__)

PATIENCE = 15.0
"""Seconds from admission to the beginning of the answer, unless an operation has others."""
LONG = 60.0
"""Seconds for what reads or makes much at once: digests, scorecards, files, the whole record."""


class Timer:
    """Ends what the present task waits for after some seconds, at a third of the usual cost."""

    __slots__ = ("_also", "_handle", "_task", "ran_out")

    def __init__(self, seconds: float, also: Callable[[], object] | None = None) -> None:
        """Begin to count; ``also`` is called when the time has run out."""
        self._task = asyncio.current_task()
        self._also = also
        self._handle = asyncio.get_running_loop().call_later(seconds, self._end)
        self.ran_out = False

    def _end(self) -> None:
        self.ran_out = True
        if self._also is not None:
            self._also()
        if self._task is not None:
            self._task.cancel()

    def forgive(self) -> None:
        """The task goes on, having been told."""
        if self._task is not None:
            self._task.uncancel()

    def stop(self) -> None:
        """Nothing more is to be ended."""
        self._handle.cancel()


class InTime:
    """A block that answers a request: begun within so many seconds, or given up.

    What it had the database do then ends too; a command that still waits at the desk is dropped,
    and one that is being decided is kept or not as a whole.

    Raises:
        Busy: ``took_too_long``.
    """

    __slots__ = ("_patience", "_seconds", "_timer", "_token")

    def __init__(self, seconds: float) -> None:
        """Allow so many seconds from the beginning of the block."""
        self._seconds = seconds
        self._patience = Patience(monotonic() + seconds)

    def __enter__(self) -> Self:
        """Begin to count."""
        self._token: Token[Patience | None] = CALLERS.set(self._patience)
        self._timer = Timer(self._seconds, self._patience.give_up)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        """Stop counting; tell who waited where it was too long."""
        self._timer.stop()
        CALLERS.reset(self._token)
        if kind is asyncio.CancelledError and self._timer.ran_out:
            self._timer.forgive()
            _log.warning("took_too_long", seconds=self._seconds)
            raise Busy(
                f"This was not answered within {self._seconds:g} seconds, and was given up. A"
                " change is kept as a whole or not at all: look, or send the same again with its"
                " Idempotency-Key; ask for less at once where much was read.",
                "took_too_long",
                extra={"retry_after": 5},
            ) from None

    def answers_by(self, send: Send) -> Send:
        """``send``, which stops the counting: a client may take its answer as slowly as it may."""

        async def sent(message: Any) -> None:  # noqa: ANN401 - ASGI's own messages
            self._timer.stop()
            if self._timer.ran_out and message["type"] == "http.response.start":
                await asyncio.sleep(0)  # raises: the time ran out in this very turn of the loop
            await send(message)

        return sent
