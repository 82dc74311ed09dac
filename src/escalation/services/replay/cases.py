"""From what a log says to what was done: the acts of each case, and its moves between lines.

A row acts when it brings its case to another state; what the way from one state to the next
comes to is the table below. Acts of one row are done in the order told: reopening, the log's own
move (where moves are followed), then the rest.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from escalation.services.replay.mapping import LogMapping, LogState, Wait
from escalation.services.replay.rows import Row


class Did(StrEnum):
    """What a log's row comes to, spelt as the acts of the product."""

    LOG = "log"
    ACKNOWLEDGE = "acknowledge"
    HOLD = "hold"
    RESUME = "resume"
    ESCALATE = "escalate"
    REFER_BACK = "refer-back"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a case at an instant; ``wait`` says how long a hold is to last."""

    at: datetime
    did: Did
    line: int
    wait: Wait | None = None


@dataclass(slots=True)
class LogCase:
    """A case of the log, in order of time; ``words`` are its first row's."""

    id: str
    words: Mapping[str, str]
    received: datetime
    steps: list[Step]


@dataclass(slots=True)
class Moves:
    """How the log itself moved its cases: rows by where they stood, moves by direction."""

    places: Counter[str] = field(default_factory=Counter)
    up: int = 0
    down: int = 0
    sideways: int = 0
    cases_up: int = 0
    cases_down: int = 0


@dataclass(slots=True)
class Read:
    """The cases of a log in order of their first row's instant, and what was counted on the way."""

    cases: list[LogCase]
    moves: Moves
    rows: int
    quiet_rows: int
    late_rows: int
    reopened_cases: int
    states: Counter[str]
    first_at: datetime
    last_at: datetime


_UNRESOLVED = (LogState.QUEUED, LogState.WORKING, LogState.WAITING)
_TO: Mapping[LogState, tuple[Did, ...]] = {
    LogState.QUEUED: (),
    LogState.WORKING: (Did.ACKNOWLEDGE,),
    LogState.WAITING: (Did.HOLD,),
    LogState.RESOLVED: (Did.RESOLVE,),
    LogState.CLOSED: (Did.RESOLVE, Did.CLOSE),
    LogState.WITHDRAWN: (Did.WITHDRAW,),
}
"""What brings a case that waits to be taken up to each state."""

_ANEW = {state: (Did.REOPEN, *_TO[state]) for state in _UNRESOLVED}
_NOTHING: tuple[Did, ...] = ()

_WAYS: Mapping[LogState | None, Mapping[LogState, tuple[Did, ...]]] = {
    None: {state: (Did.LOG, *acts) for state, acts in _TO.items()},
    LogState.QUEUED: _TO,
    LogState.WORKING: {**_TO, LogState.WORKING: _NOTHING},
    LogState.WAITING: {
        **_TO,
        LogState.QUEUED: (Did.RESUME,),
        LogState.WORKING: (Did.RESUME,),
        LogState.WAITING: _NOTHING,
    },
    LogState.RESOLVED: {
        **_ANEW,
        LogState.RESOLVED: _NOTHING,
        LogState.CLOSED: (Did.CLOSE,),
        LogState.WITHDRAWN: (Did.WITHDRAW,),
    },
    LogState.CLOSED: {
        **_ANEW,
        LogState.RESOLVED: _NOTHING,
        LogState.CLOSED: _NOTHING,
        LogState.WITHDRAWN: (Did.WITHDRAW,),
    },
    LogState.WITHDRAWN: {
        **_ANEW,
        LogState.RESOLVED: _NOTHING,
        LogState.CLOSED: (Did.CLOSE,),
        LogState.WITHDRAWN: _NOTHING,
    },
}
"""The acts from one state to the next; a case that is new comes from ``None``."""


def way(before: LogState | None, after: LogState, *, other_wait: bool = False) -> tuple[Did, ...]:
    """The acts from one state to the next; with ``other_wait`` it now waits for something else."""
    if other_wait and before is LogState.WAITING:
        return (Did.RESUME, Did.HOLD)
    return _WAYS[before][after]


def read_cases(
    found: Mapping[str, list[Row]],
    names: Iterable[str],
    mapping: LogMapping,
    *,
    follow: bool,
    limit: int | None,
) -> Read:
    """The cases of a log's rows; rows of one case by time, in the order of the file where equal.

    ``follow`` makes acts of the log's own moves; ``limit`` keeps the cases that began first.
    """
    named = tuple(names)
    ordered = [(case, sorted(rows, key=lambda row: row.at)) for case, rows in found.items()]
    ordered.sort(key=lambda pair: pair[1][0].at)
    ordered = ordered[:limit]
    late = sum(_late(found[case]) for case, _ in ordered)
    read = Read([], Moves(), 0, 0, late, 0, Counter(), ordered[0][1][0].at, ordered[0][1][0].at)
    for case, rows in ordered:
        taken = _Taken(mapping, read, follow=follow)
        steps = list(taken.steps(rows))
        first = rows[0]
        received = min(first.received or first.at, first.at)
        words = dict(zip(named, first.words, strict=True))
        read.cases.append(LogCase(case, words, received, steps))
        read.rows += len(rows)
        read.last_at = max(read.last_at, rows[-1].at)
    return read


def _late(rows: list[Row]) -> int:
    """How many rows stand in the file behind one that is later."""
    return sum(after.at < before.at for before, after in pairwise(rows))


class _Taken:
    """One case as it is taken through its rows."""

    def __init__(self, mapping: LogMapping, read: Read, *, follow: bool) -> None:
        self.mapping = mapping
        self.read = read
        self.follow = follow
        self.state: LogState | None = None
        self.wait: Wait | None = None
        self.reopened = False

    def steps(self, rows: list[Row]) -> Iterator[Step]:
        """The acts of the case, counting as they go."""
        up = down = 0
        place: str | None = None
        for row in rows:
            wait = self.mapping.file.state.waits.get(row.word)
            state = self._state(row, wait)
            acts = list(way(self.state, state, other_wait=self._other(wait)))
            direction = self._direction(place, row.place)
            up, down = up + (direction > 0), down + (direction < 0)
            moved = self._followed(direction, acts)
            self._count(row, acts, moved)
            yield from (Step(row.at, did, row.line, wait) for did in (*moved, *acts))
            self.state, self.wait, place = state, wait or self.wait, row.place
        self.read.moves.up += up
        self.read.moves.down += down
        self.read.moves.cases_up += bool(up)
        self.read.moves.cases_down += bool(down)
        self.read.reopened_cases += self.reopened

    def _state(self, row: Row, wait: Wait | None) -> LogState:
        if wait is not None:
            return LogState.WAITING
        if row.state is None or row.state is LogState.SAME:
            return self.state or LogState.QUEUED
        return row.state

    def _other(self, wait: Wait | None) -> bool:
        before = self.wait
        return wait is not None and before is not None and wait.awaiting is not before.awaiting

    def _direction(self, before: str | None, after: str | None) -> int:
        """Up is positive, down negative; a change without direction is counted here."""
        moves = self.mapping.file.moves
        if moves is None or before is None or after is None or before == after:
            return 0
        if not moves.directed:
            self.read.moves.sideways += 1
            return 0
        direction = (moves.rank(after) or 0) - (moves.rank(before) or 0)
        self.read.moves.sideways += direction == 0
        return direction

    def _followed(self, direction: int, acts: list[Did]) -> tuple[Did, ...]:
        """The acts that go first: a reopening, and the log's move where moves are followed."""
        first = tuple(acts[:1]) if acts[:1] == [Did.REOPEN] else ()
        del acts[: len(first)]
        if self.follow and direction and (first or self.state in _UNRESOLVED):
            return (*first, Did.ESCALATE if direction > 0 else Did.REFER_BACK)
        return first

    def _count(self, row: Row, acts: list[Did], moved: tuple[Did, ...]) -> None:
        self.read.states[row.word] += 1
        self.read.quiet_rows += not acts and not moved
        self.reopened |= Did.REOPEN in moved
        moves = self.mapping.file.moves
        if row.place is not None and moves is not None and moves.directed:
            self.read.moves.places[f"line {moves.rank(row.place)}"] += 1
