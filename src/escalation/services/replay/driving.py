"""Driving: each round takes the cases whose next instants are earliest, and does what is next.

What is next of a case is its next act of the log, or the engine's next due clock, whichever is
earlier; at equal instants the log acts first, then a forum decides, then clocks fire. All acts
of a case at one instant go in one round. Cases are independent of one another, so that one batch
holds many of them at different instants.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from heapq import heapify, heappop, heappush

from escalation.clock import VirtualClock
from escalation.errors import Broken, EscalationError
from escalation.services.batch import Outcome
from escalation.services.desk import Desk
from escalation.services.jobs import Answer, Job
from escalation.services.replay.asks import Asks
from escalation.services.replay.cases import Did, LogCase, Step
from escalation.store import issues
from escalation.store.transaction import read
from escalation.workflow.commands import Ask, ClockDue, Log
from escalation.workflow.events import EventType
from escalation.workflow.facts import ENGINE, Actor

AT_ONCE = 1_000
"""Cases that one batch takes at most."""
LOOK_EVERY = 20
"""After so many rounds the clocks of a round's issues are checked."""
DECIDE = "decide"
"""The act of a forum, as it is counted beside the log's own."""


class Turn(IntEnum):
    """Who goes first at one instant."""

    LOG = 0
    FORUM = 1
    CLOCK = 2


@dataclass(slots=True)
class Driven:
    """One case on its way.

    ``settled`` says that the log has resolved it while a forum has it, which decides that at the
    meeting that it is tabled for.
    """

    case: LogCase
    log: Log
    issue: str | None = None
    done: int = 0
    clock: str | None = None
    clock_at: datetime | None = None
    settled: bool = False
    meeting: str | None = None
    meeting_at: datetime | None = None
    refused: bool = False

    def next(self, horizon: datetime) -> tuple[datetime, Turn] | None:
        """When something is next, and what; nothing once the log's end is reached."""
        ahead = []
        if self.done < len(self.case.steps):
            ahead.append((self.case.steps[self.done].at, Turn.LOG))
        if self.meeting_at is not None and self.meeting_at <= horizon:
            ahead.append((self.meeting_at, Turn.FORUM))
        if self.clock_at is not None and self.clock_at <= horizon:
            ahead.append((self.clock_at, Turn.CLOCK))
        return None if self.refused else min(ahead, default=None)

    def unsettle(self) -> None:
        """The log does something else to it: no meeting has to decide what it had resolved."""
        self.settled, self.meeting, self.meeting_at = False, None, None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay is: acts of the log that are done, of how many, and clocks fired."""

    acts: int
    of: int
    clocks: int


@dataclass(slots=True)
class Tally:
    """What was counted while driving.

    ``lost`` are acts of cases that could not be logged, ``beside`` events that were none of the
    log's own acts.
    """

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)
    not_logged: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    acts: int = 0
    clocks: int = 0
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class _Sent:
    """One job of a round, and what it is."""

    driven: Driven
    turn: Turn
    did: str
    job: Job


class Driver:
    """Drives the cases of a log through a desk that serves nobody else, in this thread."""

    def __init__(
        self,
        desk: Desk,
        clock: VirtualClock,
        asks: Asks,
        *,
        name: str,
        horizon: datetime,
        look: Callable[[Sequence[str]], None],
    ) -> None:
        """``name`` is the import's on the timeline; ``look`` checks the clocks of issues by id."""
        self._desk = desk
        self._clock = clock
        self._asks = asks
        self._actor = Actor(kind="import", name=name)
        self._horizon = horizon
        self._look = look
        self.tally = Tally()

    def drive(
        self, cases: Sequence[LogCase], logs: Sequence[Log], progress: Callable[[Progress], None]
    ) -> list[str]:
        """Everything the log says, and every clock due by its end.

        Returns:
            The ids of the issues, in the order of the cases.
        """
        driven = [Driven(case, log) for case, log in zip(cases, logs, strict=True)]
        of = sum(len(case.steps) for case in cases)
        heap = [(*ahead, n) for n, one in enumerate(driven) if (ahead := one.next(self._horizon))]
        heapify(heap)
        while heap:
            taken = [heappop(heap) for _ in range(min(AT_ONCE, len(heap)))]
            self._round([(driven[n], at, turn) for at, turn, n in taken])
            for _, _, n in taken:
                if ahead := driven[n].next(self._horizon):
                    heappush(heap, (*ahead, n))
            progress(Progress(self.tally.acts, of, self.tally.clocks))
        return [one.issue for one in driven if one.issue is not None]

    def _round(self, taken: Sequence[tuple[Driven, datetime, Turn]]) -> None:
        self._clock.move_to(max(self._clock.now(), *(at for _, at, _ in taken)))
        sent = [one for driven, at, turn in taken for one in self._jobs(driven, at, turn)]
        outcomes = self._desk.run([one.job for one in sent])
        counted = zip(sent, outcomes, strict=True)
        self._put_before_forums([one for one, outcome in counted if self._count(one, outcome)])
        self.tally.rounds += 1
        if self.tally.rounds % LOOK_EVERY == 0:
            self._look([driven.issue for driven, _, _ in taken if driven.issue is not None])

    def _jobs(self, driven: Driven, at: datetime, turn: Turn) -> Iterator[_Sent]:
        """What is next of a case, as jobs."""
        if turn is Turn.LOG:
            yield from self._acts(driven, at)
        elif turn is Turn.FORUM and driven.meeting is not None:
            yield self._sent(driven, turn, DECIDE, at, self._asks.decision(driven.meeting))
            driven.unsettle()
        elif driven.clock is not None:
            yield self._sent(driven, turn, "clock", at, ClockDue(clock=driven.clock))

    def _acts(self, driven: Driven, at: datetime) -> Iterator[_Sent]:
        steps = driven.case.steps
        while driven.done < len(steps) and steps[driven.done].at == at:
            step = steps[driven.done]
            driven.done += 1
            if step.did is Did.REOPEN:
                driven.unsettle()
            yield self._sent(driven, Turn.LOG, step.did, at, self._ask(driven, step))

    def _ask(self, driven: Driven, step: Step) -> Log | Ask:
        return driven.log if step.did is Did.LOG else self._asks.act(step, driven.case)

    def _sent(self, driven: Driven, turn: Turn, did: str, at: datetime, ask: Log | Ask) -> _Sent:
        stem = self._desk.ids.new("", at)[1:]
        if isinstance(ask, Log):
            driven.issue = f"iss_{stem}"
        job = Job(
            stem=stem,
            actor=ENGINE if turn is Turn.CLOCK else self._actor,
            ask=ask,
            issue=None if isinstance(ask, Log) else driven.issue,
            at=at,
            backdated=True,
            answers=False,
        )
        return _Sent(driven, turn, did, job)

    def _count(self, one: _Sent, outcome: Outcome) -> bool:
        """Count what came of a job; answers whether a forum now has what the log resolved."""
        if one.turn is Turn.LOG:
            self.tally.acts += 1
        else:
            self.tally.clocks += one.turn is Turn.CLOCK
        if isinstance(outcome, Answer):
            self._went(one, outcome)
            return one.driven.settled and EventType.TABLED in outcome.events
        if not isinstance(outcome, EscalationError) or one.turn is Turn.CLOCK:
            raise outcome
        if one.did == Did.LOG:
            self.tally.not_logged[outcome.code] += 1
            steps = one.driven.case.steps
            self.tally.lost.update(step.did for step in steps if step.did is not Did.LOG)
            one.driven.refused, one.driven.issue = True, None
            return False
        if one.driven.refused:
            return False
        self.tally.refused[one.did, outcome.code] += 1
        one.driven.settled |= one.did == Did.RESOLVE and outcome.code == "both_must_agree"
        return one.driven.settled

    def _went(self, one: _Sent, answer: Answer) -> None:
        driven = one.driven
        stands_still = (driven.clock, driven.clock_at) == (answer.next_clock, answer.next_at)
        if one.turn is Turn.CLOCK and stands_still and not answer.events:
            raise Broken(f"Clock {driven.clock} of {driven.issue} is due, and nothing comes of it.")
        driven.clock, driven.clock_at = answer.next_clock, answer.next_at
        if one.turn is not Turn.CLOCK:
            self.tally.done[one.did] += 1
            driven.unsettle()
        self.tally.happened.update(answer.events)
        if one.turn is not Turn.LOG:
            self.tally.beside.update(answer.events)

    def _put_before_forums(self, stuck: Sequence[_Sent]) -> None:
        """Find the meeting that each is tabled for; one on hold is tabled when it resumes."""
        if not stuck:
            return
        with read(self._desk.engine) as connection:
            loaded = issues.load(connection, [one.driven.issue or "" for one in stuck])
        for one in stuck:
            issue = loaded[one.driven.issue or ""].issue
            one.driven.meeting = issue.meeting
            one.driven.meeting_at = issue.meeting_at and max(issue.meeting_at, issue.updated_at)
