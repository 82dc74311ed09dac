"""A route: lanes that are open, one for each endpoint, and what they work with.

A lane leases a few deliveries, sends two at a time, marks them together and leases the next. An
endpoint that answers well gets longer leases; one that fails gives back what it was not sent.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Protocol

import structlog

from escalation.clock import monotonic
from escalation.delivery.letter import PER_ENDPOINT, Letter
from escalation.delivery.retry import Outcome
from escalation.delivery.sender import DEADLINE, Sent
from escalation.errors import EscalationError
from escalation.services.outgoing import LEASE, Batch, Done, Step
from escalation.worker.clerk import Clerk
from escalation.worker.health import Health
from escalation.worker.pace import Pace

_log = structlog.get_logger(__name__)

FEWEST, MOST = PER_ENDPOINT, 128
"""How many deliveries one lease takes: few of an endpoint that fails."""
BEGIN_WITHIN = LEASE.total_seconds() - DEADLINE - 5
"""Seconds after which what was leased is given back, not begun: another may be at it."""
PACED_REST, STOPS_WITHIN = 5.0, 0.2
"""Seconds until it is looked again whose turn is far, and in which a wait ends when all stops."""
AFTER_A_FAILURE = 1.0
"""Seconds until the next try where the database or a secret was in the way."""


class Sends(Protocol):
    """What posts letters: the sender, and what stands in for it in tests."""

    async def send(self, endpoint: str, letter: Letter, now: datetime) -> Sent | None:
        """Send a letter of an endpoint; None where it was not begun, and is given back."""
        ...

    async def forget(self, endpoint: str) -> None:
        """Nothing more is due to an endpoint for now."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """What all routes of one courier share; ``owner`` names it in the database."""

    owner: str
    health: Health = field(default_factory=Health)
    pace: Pace = field(default_factory=Pace)
    stop: Event = field(default_factory=Event)


class Route:
    """The lanes of one event loop."""

    def __init__(
        self, name: str, work: Work, sender: Sends, clerk: Clerk, takes: Callable[[str], bool]
    ) -> None:
        """Send with ``sender`` to an endpoint for as long as the route ``takes`` it."""
        self.sender = sender
        self._owner = f"{work.owner}/{name}"
        self._work = work
        self._clerk = clerk
        self._takes = takes
        self._lanes: dict[str, asyncio.Task[int]] = {}

    def open(self, endpoint: str) -> None:
        """Begin a lane, where the route takes the endpoint and it does not go on already."""
        if endpoint not in self._lanes and self._takes(endpoint):
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
                goes_on = self._takes(endpoint) and not self._work.stop.is_set()
                step = Step(endpoint, self._owner, done, size if goes_on else 0)
                batch = await self._clerk.step(step)
                if batch is None:
                    break
                done = await self._sent(endpoint, batch)
                accepted, failed = sum(map(_well, done)), sum(map(_failed, done))
                self._work.health.turn(endpoint, accepted=accepted, failed=failed)
                tried += accepted + failed
                size = _next_size(size, batch, all_well=accepted == len(done))
                if not (accepted or failed) and batch.rate is not None:
                    await self._rest(PACED_REST)
        except Exception as error:  # noqa: BLE001 - its lease ends, and then it is tried again
            tell("lane_broken", error, endpoint=endpoint)
            await asyncio.sleep(AFTER_A_FAILURE)
        await self.sender.forget(endpoint)
        return tried

    async def _sent(self, endpoint: str, batch: Batch) -> Sequence[Done]:
        """Send a batch, two at a time; after a failure the rest is given back for now."""
        waiting, done, began = deque(batch.claimed), list[Done](), monotonic()
        all_well = True

        async def hand() -> None:
            nonlocal all_well
            while waiting:
                claimed = waiting.popleft()
                passed = monotonic() - began
                at = batch.now + timedelta(seconds=passed)
                sent = None
                if await self._may_begin(endpoint, batch, passed) and all_well:
                    at = batch.now + timedelta(seconds=monotonic() - began)
                    sent = await self.sender.send(endpoint, batch.letter(claimed), at)
                done.append(Done(claimed, at, sent))
                all_well = all_well and _well(done[-1])

        await asyncio.gather(*(hand() for _ in range(batch.at_once)))
        return done

    async def _may_begin(self, endpoint: str, batch: Batch, passed: float) -> bool:
        """Whether the next message of a lease may still be sent, once it is its turn."""
        left = BEGIN_WITHIN - passed
        if left <= 0 or self._work.stop.is_set():
            return False
        if batch.rate is None:
            return True
        wait = self._work.pace.turn(endpoint, batch.rate, left)
        if wait is None:
            return False
        await self._rest(wait)
        return not self._work.stop.is_set()

    async def _rest(self, seconds: float) -> None:
        """Wait, but no longer than until all stops."""
        until = monotonic() + seconds
        while not self._work.stop.is_set() and (left := until - monotonic()) > 0:  # noqa: ASYNC110 - the stop is for threads
            await asyncio.sleep(min(left, STOPS_WITHIN))


def _next_size(size: int, batch: Batch, *, all_well: bool) -> int:
    """How many the next lease takes: more while all goes well, no more than half a minute's."""
    most = MOST if batch.rate is None else max(batch.rate // 2, 1)
    return min(size * 2 if all_well else FEWEST, most)


def tell(what: str, error: Exception, **about: str) -> None:
    """Log what went wrong; what was foreseen without its traceback."""
    if isinstance(error, EscalationError):
        _log.warning(what, reason=str(error), **about)
    else:
        _log.error(what, error=repr(error), exc_info=error, **about)


def _well(done: Done) -> bool:
    return done.sent is not None and done.sent.result.outcome is Outcome.ACCEPTED


def _failed(done: Done) -> bool:
    return done.sent is not None and not _well(done)
