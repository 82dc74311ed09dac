"""Sends what is due, beside the worker's rounds: one lane for each endpoint, all independent.

A lane leases a few deliveries, sends two at a time, marks them together and leases the next. An
endpoint that answers well gets longer leases; one that fails or hangs keeps nobody else waiting.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread
from typing import TypeVar

import structlog

from escalation.bootstrap import Container
from escalation.clock import monotonic
from escalation.delivery.retry import Outcome
from escalation.delivery.sender import DEADLINE, PER_ENDPOINT, Sender, trusting
from escalation.errors import Broken, Busy, EscalationError
from escalation.services.outgoing import LEASE, Batch, Done, Outgoing, Step

T = TypeVar("T")
_log = structlog.get_logger(__name__)

POLL = 0.2
"""Seconds between two looks at what is due."""
FEWEST, MOST = PER_ENDPOINT, 128
"""How many deliveries one lease takes: few of an endpoint that fails."""
BEGIN_WITHIN = LEASE.total_seconds() - DEADLINE - 5
"""Seconds after which what was leased is given back, not begun: another may be at it."""
STEPS_AT_ONCE = 8
"""Lanes whose steps share a transaction at most."""
TRIES = 5
"""How often a step is tried where the database is in the way: what was sent is to be marked."""
AFTER_A_FAILURE = 1.0
"""Seconds until the next try where the database or a secret was in the way."""


class Courier:
    """Hands events on to endpoints and sends them; the worker's companion."""

    name = "deliveries"

    def __init__(self, outgoing: Outgoing, sender: Callable[[], Sender], owner: str) -> None:
        """Send with what ``sender`` makes; ``owner`` names this courier alone."""
        self._outgoing = outgoing
        self._make_sender = sender
        self._owner = owner
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread = Thread(target=self._serve, name="deliveries", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being sent, give back the rest, then end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def once(self) -> int:
        """Send all that is due now; answers how many attempts were made."""
        return asyncio.run(self._round_after_round(until_idle=True))

    def _serve(self) -> None:
        asyncio.run(self._round_after_round(until_idle=False))

    async def _round_after_round(self, *, until_idle: bool) -> int:
        tried = 0
        with ThreadPoolExecutor(4, thread_name_prefix="deliveries") as threads:
            route = _Route(self._outgoing, self._make_sender(), threads, self._owner, self._stop)
            try:
                while not self._stop.is_set():
                    moved = await self._look(route)
                    attempts = await route.settled(wait=until_idle)
                    tried += attempts
                    if until_idle and not (moved or attempts):
                        break
                    await asyncio.sleep(0 if moved or until_idle else POLL)
                return tried + await route.settled(wait=True)
            finally:
                await route.sender.close()

    async def _look(self, route: "_Route") -> bool:
        """Hand on what waits and open lanes for what is due; answers whether there was anything."""
        try:
            handed = await route.aside(self._outgoing.hand_on)
            recovered = await route.aside(self._outgoing.recover)
            due = await route.aside(self._outgoing.with_work)
        except Exception as error:  # noqa: BLE001 - it is tried again, whatever it was
            _tell("deliveries_put_off", error)
            await asyncio.sleep(AFTER_A_FAILURE)
            return False
        for endpoint in due:
            route.open(endpoint)
        return bool(handed or recovered)


_Asked = tuple[Step, asyncio.Future[Batch | Broken | None]]


class _Clerk:
    """Takes the steps of all lanes to the database, those that wait in one transaction."""

    def __init__(self, outgoing: Outgoing, threads: ThreadPoolExecutor) -> None:
        self._outgoing = outgoing
        self._threads = threads
        self._waiting: list[_Asked] = []
        self._last: list[_Asked] = []
        self._work: asyncio.Task[None] | None = None

    async def step(self, step: Step, *, ill: bool) -> Batch | None:
        """One lane's step, once it is committed; those of ``ill`` endpoints come last."""
        future: asyncio.Future[Batch | Broken | None] = asyncio.get_running_loop().create_future()
        (self._last if ill else self._waiting).append((step, future))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._serve())
        came = await future
        if isinstance(came, Broken):
            raise came
        return came

    async def _serve(self) -> None:
        while queue := self._waiting or self._last:
            taken = queue[:STEPS_AT_ONCE]
            del queue[:STEPS_AT_ONCE]
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
        loop = asyncio.get_running_loop()
        for attempt in range(TRIES):
            try:
                return await loop.run_in_executor(self._threads, self._outgoing.steps, steps)
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


class _Route:
    """The lanes that are open, and what they work with."""

    def __init__(
        self,
        outgoing: Outgoing,
        sender: Sender,
        threads: ThreadPoolExecutor,
        owner: str,
        stop: Event,
    ) -> None:
        self.sender = sender
        self._threads = threads
        self._owner = owner
        self._stop = stop
        self._clerk = _Clerk(outgoing, threads)
        self._ill: set[str] = set()
        self._lanes: dict[str, asyncio.Task[int]] = {}

    async def aside(self, work: Callable[[], T]) -> T:
        """Do work of the database in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def open(self, endpoint: str) -> None:
        """Begin a lane, where it does not go on already."""
        if endpoint not in self._lanes:
            self._lanes[endpoint] = asyncio.create_task(self._lane(endpoint))

    async def settled(self, *, wait: bool) -> int:
        """How many attempts were made in lanes that have ended; ``wait`` until all have."""
        if wait and self._lanes:
            await asyncio.wait(self._lanes.values())
        ended = {endpoint: lane for endpoint, lane in self._lanes.items() if lane.done()}
        for endpoint in ended:
            del self._lanes[endpoint]
        return sum(lane.result() for lane in ended.values())

    async def _lane(self, endpoint: str) -> int:
        """Send what is due to one endpoint until nothing is; answers how many attempts."""
        done: Sequence[Done] = ()
        tried, size = 0, FEWEST
        try:
            while True:
                limit = 0 if self._stop.is_set() else size
                batch = await self._clerk.step(
                    Step(endpoint, self._owner, done, limit), ill=endpoint in self._ill
                )
                if batch is None:
                    break
                done = await self._sent(endpoint, batch)
                tried += sum(each.sent is not None for each in done)
                well = all(_well(each) for each in done)
                size = min(size * 2, MOST) if well else FEWEST
                (self._ill.discard if well else self._ill.add)(endpoint)
        except Exception as error:  # noqa: BLE001 - its lease ends, and then it is tried again
            _tell("lane_broken", error, endpoint=endpoint)
            await asyncio.sleep(AFTER_A_FAILURE)
        await self.sender.forget(endpoint)
        return tried

    async def _sent(self, endpoint: str, batch: Batch) -> Sequence[Done]:
        """Send a batch, two at a time; after a failure the rest is given back for now."""
        waiting, done, began = deque(batch.claimed), list[Done](), monotonic()

        async def hand() -> None:
            while waiting:
                claimed = waiting.popleft()
                passed = monotonic() - began
                at = batch.now + timedelta(seconds=passed)
                sent = None
                if passed < BEGIN_WITHIN and all(map(_well, done)) and not self._stop.is_set():
                    sent = await self.sender.send(endpoint, batch.letter(claimed), at)
                done.append(Done(claimed, at, sent))

        await asyncio.gather(*(hand() for _ in range(PER_ENDPOINT)))
        return done


def _well(done: Done) -> bool:
    return done.sent is not None and done.sent.result.outcome is Outcome.ACCEPTED


def _tell(what: str, error: Exception, **about: str) -> None:
    if isinstance(error, EscalationError):
        _log.warning(what, reason=str(error), **about)
    else:
        _log.error(what, error=repr(error), exc_info=error, **about)


def courier_of(container: Container) -> Courier:
    """The courier of a process."""
    authorities = container.settings.webhook_ca_file

    def sender() -> Sender:
        trust = trusting(None if authorities is None else str(authorities))
        return Sender(container.guard, trust=trust)

    return Courier(container.outgoing, sender, container.ids.new("wrk", container.clock.now()))
