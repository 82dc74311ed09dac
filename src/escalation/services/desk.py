"""The desk: the one writer of a process.

Commands wait in two lanes, people's before the engine's. Each turn takes what waits, decides it
and commits it in one transaction; answers go out after the commit, never before. A command whose
commit's answer was lost is done again and meets its own keys; a command that fails a whole batch
is found by halving it, so that it hurts nobody else.
"""

import asyncio
import gc
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import timedelta
from threading import Condition, Thread
from typing import Any

import structlog

from escalation.clock import Clock, monotonic
from escalation.errors import Busy, NotFound
from escalation.ids import IdSource
from escalation.patience import CALLERS
from escalation.services.batch import Batch, Means, Outcome
from escalation.services.jobs import Answer, Chore, EngineWork, Job, Reply, Waiting, give
from escalation.services.references import References
from escalation.services.registry import Registry
from escalation.services.trying import tried
from escalation.store import dialect, issues
from escalation.store.transaction import Connection, Engine, read, write
from escalation.workflow.commands import ClockDue, SeatsChanged
from escalation.workflow.facts import ENGINE

_log = structlog.get_logger(__name__)

PEOPLE_AT_ONCE = 128
"""Commands of people that one transaction takes at most."""
TURNS_OF_PEOPLE = 8
"""Turns that people have one after another while a sweep waits."""
WHILE_PEOPLE_WAIT = 200
"""Clocks that one sweep fires at most while people wait."""
POSTPONED = timedelta(minutes=5)
"""How long a clock that could not be decided is left alone."""
COLLECTS = (100_000, 20, 20)
"""When Python looks for cycles: a batch makes many values that all live to its end, in no cycle."""


class Desk:
    """Decides and commits for everybody in this process, in a thread of its own."""

    def __init__(  # noqa: PLR0913 - what it is built of is independent
        self,
        engine: Engine,
        clock: Clock,
        ids: IdSource,
        registry: Registry,
        references: References,
        *,
        queue_limit: int = 10_000,
        backdating: timedelta = timedelta(days=30),
    ) -> None:
        """``backdating`` is how far back ``received_at`` may lie without a right to more."""
        self.engine = engine
        self.clock = clock
        self.ids = ids
        self.registry = registry
        self.references = references
        self.backdating = backdating
        self._means = Means(registry, references.next, _salts(ids), self.stem, backdating)
        self._queue_limit = queue_limit
        self._people: deque[Job | Waiting] = deque()
        self._engines: deque[EngineWork] = deque()
        self._wake = Condition()
        self._stopping = False
        self._thread = Thread(target=self._serve, name="desk", daemon=True)
        self._failure: BaseException | None = None
        self._turns_waited = 0

    # -- coming to the desk ------------------------------------------------------------------

    def start(self) -> None:
        """Begin to serve."""
        gc.set_threshold(*COLLECTS)
        self._thread.start()

    def stop(self) -> None:
        """Serve what waits, then end."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether commands are being served; a desk that has died stays dead."""
        return self._thread.is_alive() and self._failure is None

    @property
    def waiting(self) -> int:
        """How many commands wait."""
        return len(self._people)

    def stem(self) -> str:
        """A fresh stem for a command, made before its first try."""
        return self.ids.new("", self.clock.now())[1:]

    def submit(self, job: Job) -> "Future[Answer]":
        """Hand in a command from a thread.

        Raises:
            Busy: too many wait already.
        """
        future: Future[Answer] = Future()
        job.reply = Reply(future)
        self._put(job)
        return future

    def submit_from_loop(self, job: Job) -> "asyncio.Future[Answer]":
        """Hand in a command from a coroutine.

        Raises:
            Busy: too many wait already.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        job.reply = Reply(future, loop)
        self._put(job)
        return future

    def do(self, chore: Chore, *, logs: int = 0, shared: bool = False) -> "Future[Any]":
        """Hand in work of another kind, done alone in one transaction.

        ``logs`` is how many issues it may log at most, by :meth:`within`. Where whoever it is for
        stops waiting before its turn, it is dropped undone. What is ``shared`` may be committed
        with others that are and wait beside it; one that fails fails alone.
        """
        future: Future[Any] = Future()
        patience = CALLERS.get()
        deadline = None if patience is None else patience.until
        self._put(Waiting(chore, Reply(future), logs, deadline, shared))
        return future

    def within(self, connection: Connection, jobs: Sequence[Job]) -> list[Outcome]:
        """Decide and write commands in the transaction of a chore; a refusal is an outcome."""
        known = self.registry.refresh(connection)
        return Batch(connection, self._means, known, self.clock, again=False).run(jobs)

    def sweep(self, limit: int = 1_000) -> "Future[int]":
        """Ask for due clocks to be fired; answers how many were looked at."""
        return self._engine_work(lambda: self._sweep(limit))

    def reseat(self, limit: int = 1_000) -> "Future[int]":
        """Ask for seats behind the directory to be resolved again; answers how many could be."""
        return self._engine_work(lambda: self._reseat(limit))

    def _engine_work(self, work: Callable[[], int]) -> "Future[int]":
        future: Future[int] = Future()
        with self._wake:
            self._check_open()
            self._engines.append(EngineWork(work, Reply(future)))
            self._wake.notify()
        return future

    def _check_open(self) -> None:
        if self._failure is not None or self._stopping:
            raise _closed()

    def _put(self, waiting: Job | Waiting) -> None:
        with self._wake:
            self._check_open()
            if len(self._people) >= self._queue_limit:
                raise Busy("Too many commands wait; try again shortly.", extra={"retry_after": 1})
            self._people.append(waiting)
            self._wake.notify()

    # -- serving -----------------------------------------------------------------------------

    def _serve(self) -> None:
        try:
            while self._turn():
                pass
        except BaseException as error:
            _log.critical("desk_died", error=repr(error), exc_info=True)
            self._failure = error
            raise
        finally:
            self._turn_away()

    def _turn(self) -> bool:
        """Serve once; answers whether to go on."""
        with self._wake:
            while not (self._people or self._engines or self._stopping):
                self._wake.wait()
            taken, engine_work = self._take()
        try:
            if taken:
                self._serve_people(taken)
            elif engine_work is not None:
                give([(engine_work.reply, _outcome_of(engine_work.work))])
        except BaseException:
            in_hand = [*taken, *([engine_work] if engine_work else [])]
            give((one.reply, _closed()) for one in in_hand if one.reply is not None)
            raise
        return bool(taken or engine_work or not self._stopping)

    def _take(self) -> tuple[list[Job | Waiting], EngineWork | None]:
        """People's commands first; chores by themselves. Called under the lock.

        Where people never stop coming, the engine's work has its turn after some of theirs.
        """
        taken: list[Job | Waiting] = []
        if self._engines and self._turns_waited >= TURNS_OF_PEOPLE:
            self._turns_waited = 0
            return taken, self._engines.popleft()
        while self._people and len(taken) < PEOPLE_AT_ONCE:
            if taken and not _go_together(taken[0], self._people[0]):
                break
            taken.append(self._people.popleft())
        if taken or not self._engines:
            self._turns_waited += bool(self._engines)
            return taken, None
        self._turns_waited = 0
        return taken, self._engines.popleft()

    def _serve_people(self, taken: Sequence[Job | Waiting]) -> None:
        if isinstance(taken[0], Waiting):
            chores = [c for c in taken if isinstance(c, Waiting) and self._still_wanted(c)]
            if chores:
                give(zip((chore.reply for chore in chores), self._do(chores), strict=True))
            return
        jobs = [job for job in taken if isinstance(job, Job) and self._still_wanted(job)]
        if jobs:
            outcomes = self.run(jobs)
            give((job.reply, out) for job, out in zip(jobs, outcomes, strict=True) if job.reply)

    def _still_wanted(self, job: Job | Waiting) -> bool:
        reply = job.reply
        if reply is None or reply.cancelled:
            return False
        if job.deadline is not None and monotonic() > job.deadline:
            late = Busy("It waited too long and was not done; try again.", extra={"retry_after": 1})
            give([(reply, late)])
            return False
        return True

    def run(self, jobs: Sequence[Job], *, skip_locked: bool = False) -> list[Outcome]:
        """Decide and commit, in this thread; whatever fails is found and fails alone."""
        return self._run(jobs, again=False, skip_locked=skip_locked)

    def _run(self, jobs: Sequence[Job], *, again: bool, skip_locked: bool) -> list[Outcome]:
        """``again`` says that an earlier try may have committed them."""

        def once(retry: int) -> list[Outcome]:
            self.references.reserve(self.engine, jobs, self.clock.now())
            return self._once(jobs, again=again or retry > 0, skip_locked=skip_locked)

        try:
            return tried(once)
        except Busy as error:
            return [error for _ in jobs]
        except Exception as error:  # noqa: BLE001 - halved until it stands alone
            if len(jobs) == 1:
                _log.error("command_failed", stem=jobs[0].stem, error=repr(error), exc_info=True)
                return [error]
        middle = len(jobs) // 2
        return [
            *self._run(jobs[:middle], again=True, skip_locked=skip_locked),
            *self._run(jobs[middle:], again=True, skip_locked=skip_locked),
        ]

    def _once(self, jobs: Sequence[Job], *, again: bool, skip_locked: bool) -> list[Outcome]:
        with write(self.engine) as connection:
            known = self.registry.refresh(connection)
            batch = Batch(connection, self._means, known, self.clock, again=again)
            return batch.run(jobs, skip_locked=skip_locked)

    def _do(self, chores: Sequence[Waiting]) -> list[Any]:
        """What each chore answers, or the error that it raises; those that are shared together."""
        logs = sum(chore.logs for chore in chores)

        def once(_: int) -> list[Any]:
            if logs:
                self.references.stock(self.engine, self.clock.now().year, logs)
            with write(self.engine) as connection:
                now = dialect.recorded_at(connection, self.clock)
                return [chore.chore(connection, now) for chore in chores]

        try:
            return tried(once)
        except Exception as error:  # noqa: BLE001 - it is given to who waits for it
            if len(chores) == 1:
                return [error]
        return [answer for chore in chores for answer in self._do([chore])]

    # -- the engine's own work ---------------------------------------------------------------

    def _sweep(self, limit: int) -> int:
        """Fire due clocks, the longest due first; fewer at once while people wait."""
        jobs: list[Job] = []
        outcomes: list[Outcome] = []
        size = min(limit, WHILE_PEOPLE_WAIT) if self._people else limit
        try:
            with write(self.engine) as connection:
                now = dialect.now(connection, self.clock)
                for issue_id, clock_id in issues.claim_due(connection, now, size):
                    jobs.append(self._engine_job(issue_id, ClockDue(clock=clock_id)))
                if jobs:
                    known = self.registry.refresh(connection)
                    batch = Batch(connection, self._means, known, self.clock, again=False)
                    outcomes = batch.run(jobs, skip_locked=True)
        except Busy:
            raise
        except Exception as error:
            if not jobs:
                raise
            _log.warning("sweep_halved", clocks=len(jobs), error=repr(error))
            outcomes = self.run(jobs, skip_locked=True)
        if jobs:
            self._postpone(jobs, outcomes)
        return len(jobs)

    def _postpone(self, jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
        """Put off what cannot be decided, so that it neither stops the others nor hides."""
        poisoned = _failed(jobs, outcomes)
        if not poisoned:
            return
        for job, outcome in poisoned:
            _log.error("clock_postponed", issue=job.issue, ask=repr(job.ask), error=repr(outcome))
        clocks = [job.ask.clock for job, _ in poisoned if isinstance(job.ask, ClockDue)]
        with write(self.engine) as connection:
            until = dialect.now(connection, self.clock) + POSTPONED
            issues.postpone(connection, clocks, until)

    def _reseat(self, limit: int) -> int:
        """Resolve seats again: of an older directory, or where a term has begun or ended."""
        size = min(limit, WHILE_PEOPLE_WAIT) if self._people else limit
        with read(self.engine) as connection:
            known = self.registry.refresh(connection)
            now = dialect.now(connection, self.clock)
            behind = issues.seats_behind(connection, known.directory_epoch, now, size)
        if not behind:
            return 0
        jobs = [self._engine_job(issue_id, SeatsChanged()) for issue_id in behind]
        failed = _failed(jobs, self.run(jobs, skip_locked=True))
        for job, outcome in failed:
            _log.error("seats_not_resolved", issue=job.issue, error=repr(outcome))
        return len(behind) - len(failed)

    def _engine_job(self, issue_id: str, ask: ClockDue | SeatsChanged) -> Job:
        return Job(stem=self.stem(), actor=ENGINE, ask=ask, issue=issue_id, answers=False)

    def _turn_away(self) -> None:
        """Tell who still waits that nobody serves any more."""
        with self._wake:
            left = [*self._people, *self._engines]
            self._people.clear()
            self._engines.clear()
        give((waiting.reply, _closed()) for waiting in left if waiting.reply is not None)


def _salts(ids: IdSource) -> Iterator[str]:
    """Fresh random texts that hide what a hash was taken of."""
    while True:
        yield ids.token(16).hex()


def _go_together(first: Job | Waiting, other: Job | Waiting) -> bool:
    """Whether two that wait may be done in one transaction: commands, or chores that are shared."""
    if isinstance(first, Job) or isinstance(other, Job):
        return isinstance(first, Job) and isinstance(other, Job)
    return first.shared and other.shared


def _failed(jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> list[tuple[Job, Outcome]]:
    """The engine's commands that failed; what somebody else held was only left to them."""
    return [
        (job, outcome)
        for job, outcome in zip(jobs, outcomes, strict=True)
        if isinstance(outcome, Exception) and not isinstance(outcome, NotFound)
    ]


def _closed() -> Busy:
    return Busy("The desk is closed; try again shortly.", extra={"retry_after": 5})


def _outcome_of(work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the work answers
    """What the work answers, or the error that it raises."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - it is given to who waits for it
        return error
