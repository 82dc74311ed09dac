"""Takes what lanes ask of the database there, those that wait in one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import TypeVar

from escalation.errors import Broken, Busy
from escalation.services.outgoing import Batch, Outgoing, Step

T = TypeVar("T")

TRIES = 5
"""How often a step is tried where the database is in the way: what was sent is to be marked."""

_Asked = tuple[Step, asyncio.Future[Batch | Broken | None]]


class Clerk:
    """One transaction at a time, for at most ``at_once`` lanes of one event loop."""

    def __init__(self, outgoing: Outgoing, threads: Executor, at_once: int) -> None:
        """Do the work in ``threads``."""
        self._outgoing = outgoing
        self._threads = threads
        self._at_once = at_once
        self._waiting: list[_Asked] = []
        self._work: asyncio.Task[None] | None = None

    async def aside(self, work: Callable[[], T]) -> T:
        """Do other work of the database in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def step(self, step: Step) -> Batch | None:
        """One lane's step, once it is committed; first come, first served.

        Raises:
            Broken: the endpoint's secret cannot be opened.
        """
        future: asyncio.Future[Batch | Broken | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((step, future))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._serve())
        came = await future
        if isinstance(came, Broken):
            raise came
        return came

    async def _serve(self) -> None:
        while self._waiting:
            taken = self._waiting[: self._at_once]
            del self._waiting[: self._at_once]
            try:
                came = await self._done([step for step, _ in taken])
            except Exception as error:  # noqa: BLE001 - each lane is told, and tries again
                for _, future in taken:
                    future.set_exception(error)
                continue
            for (_, future), outcome in zip(taken, came, strict=True):
                future.set_result(outcome)

    async def _done(self, steps: Sequence[Step]) -> list[Batch | Broken | None]:
        """In one transaction, again where the database was in the way; then each on its own."""
        for attempt in range(TRIES):
            try:
                return await self.aside(partial(self._outgoing.steps, steps))
            except Busy:
                if attempt == TRIES - 1:
                    raise
                await asyncio.sleep(0.1 * 2**attempt)
            except Exception:
                if len(steps) == 1:
                    raise
                middle = len(steps) // 2
                return [*await self._done(steps[:middle]), *await self._done(steps[middle:])]
        raise AssertionError("unreachable")
