"""A server of a test's own, on a loop in a thread of its own."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Protocol

PATIENCE = 30
"""Seconds that a server may take to begin, and to end."""


class Listens(Protocol):
    """What can be served, and be told to stop from another thread."""

    async def serve(self, ready: Event) -> None:
        """Listen until told to stop; ``ready`` is set once it does."""

    def stop(self) -> None:
        """Have it end."""


@contextmanager
def listening(server: Listens) -> Iterator[None]:
    """It listens for the length of the block."""
    ready = Event()
    thread = Thread(target=_run, args=(server, ready), daemon=True)
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield
    finally:
        server.stop()
        thread.join(PATIENCE)


def _run(server: Listens, ready: Event) -> None:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # connections break off, as they are to
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(server.serve(ready))
