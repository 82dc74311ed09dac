"""The worker's loop: jobs in order, again and again, until it is told to stop.

A job that fails is logged and tried again in the next round; it never stops the others. A job
with a backlog is done in chunks, and gives way to the others when its time is up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

import structlog

from escalation.clock import monotonic
from escalation.errors import Broken, Busy

_log = structlog.get_logger(__name__)

PATIENCE = 30.0
"""Seconds that one job may go on working off a backlog before the others get their turn."""
SHORTEST_PAUSE = 0.02
"""Seconds between two rounds at least, so that a clock nobody can fire costs no more than that."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """A job: every so many seconds, chunk after chunk while a chunk comes to ``full`` or more.

    ``chunk`` answers how many things it looked at; it may raise anything.
    """

    name: str
    every: float
    chunk: Callable[[], int]
    full: int = 1


class Companion(Protocol):
    """Work that goes on beside the rounds, in a thread of its own."""

    name: str

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """Finish what is in hand, then end."""
        ...

    def once(self) -> int:
        """Do all there is now, in this thread; answers how much it was."""
        ...


@dataclass(slots=True)
class Tally:
    """What the worker has done since the last time it was asked."""

    done: dict[str, int] = field(default_factory=dict)
    failures: int = 0

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do and nothing went wrong."""
        return not (self.failures or any(self.done.values()))


class Worker:
    """Runs jobs in one thread; ``stop`` may be called from any other, or from a signal."""

    def __init__(
        self,
        jobs: Sequence[Recurring],
        *,
        interval: float,
        heartbeat: float,
        next_due: Callable[[], float | None] = lambda: None,
        alive: Callable[[], bool] = lambda: True,
        beside: Sequence[Companion] = (),
    ) -> None:
        """``next_due`` tells how many seconds ahead the next clock is due, where one is.

        Args:
            jobs: What is done in each round, in this order.
            interval: Seconds from round to round, unless a clock is due earlier.
            heartbeat: Seconds from one note of being alive to the next.
            next_due: Asked after each round.
            alive: Whether the desk still serves; without it there is no point in going on.
            beside: What goes on beside the rounds for as long as they do.
        """
        self._jobs = tuple(jobs)
        self._interval = interval
        self._heartbeat = heartbeat
        self._next_due = next_due
        self._alive = alive
        self._beside = tuple(beside)
        self._stop = Event()
        self._last: dict[str, float] = {}
        self._beaten = monotonic()
        self.tally = Tally()

    def stop(self) -> None:
        """End after the chunk that is being done."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped.

        Raises:
            Broken: the desk has died; a new process is needed.
        """
        _log.info("worker_started", jobs=[job.name for job in self._jobs])
        # The first round comes first: it notices an outage before anything is sent.
        behind = self._round()
        for companion in self._beside:
            companion.start()
        try:
            while not self._stop.is_set():
                self._beat()
                if not behind:
                    self._stop.wait(self._pause())
                behind = self._round()
        finally:
            for companion in self._beside:
                companion.stop()
        _log.info("worker_stopped")

    def once(self) -> Tally:
        """Do every job until nothing of it is left, and answer what was done."""
        for job in self._jobs:
            while self._work(job) and not self._stop.is_set():
                pass
        for companion in self._beside:
            self._work(Recurring(companion.name, 0, companion.once))
        return self.tally

    def _round(self) -> bool:
        """Do each job whose time has come; answers whether more waits already."""
        behind = False
        for job in self._jobs:
            now = monotonic()
            if job.name in self._last and now - self._last[job.name] < job.every:
                continue
            self._last[job.name] = now
            if self._work(job):
                del self._last[job.name]
                behind = True
        return behind

    def _work(self, job: Recurring) -> bool:
        """Chunk after chunk for as long as a job may take; answers whether more waits."""
        until = monotonic() + PATIENCE
        while not self._stop.is_set():
            done = self._chunk(job)
            if done < job.full:
                return False
            if monotonic() >= until:
                return True
        return False

    def _chunk(self, job: Recurring) -> int:
        try:
            done = job.chunk()
        except Exception as error:
            self.tally.failures += 1
            if not self._alive():
                raise Broken(
                    "The desk has died; the log says why. Start the process again."
                ) from error
            if isinstance(error, Busy):
                _log.warning("job_put_off", job=job.name, reason=str(error))
            else:
                _log.error("job_failed", job=job.name, error=repr(error), exc_info=True)
            return 0
        self.tally.done[job.name] = self.tally.done.get(job.name, 0) + done
        return done

    def _pause(self) -> float:
        """Seconds to wait: the interval, or less where a clock is due within it."""
        try:
            ahead = self._next_due()
        except Exception as error:  # noqa: BLE001 - then the interval it is
            _log.warning("next_due_unknown", error=repr(error))
            ahead = None
        if ahead is None:
            return self._interval
        return min(self._interval, max(ahead, SHORTEST_PAUSE))

    def _beat(self) -> None:
        """Note being alive: aloud when something was done, else for who listens closely."""
        if monotonic() - self._beaten < self._heartbeat:
            return
        self._beaten = monotonic()
        tally, self.tally = self.tally, Tally()
        tell = _log.debug if tally.idle else _log.info
        tell("worker_alive", failures=tally.failures, **tally.done)
