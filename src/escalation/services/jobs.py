"""What waits at the desk, and what the desk answers."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import Struct

from escalation.services.callers import Caller
from escalation.store.access import Slot
from escalation.store.transaction import Connection
from escalation.workflow.commands import Ask, Log
from escalation.workflow.facts import Actor
from escalation.workflow.viewing import EVERYTHING, Viewer


class Answer(Struct, frozen=True):
    """What one command came to.

    ``body`` is the issue as JSON. ``issue_id``, and ``next_clock`` with the instant ``next_at`` at
    which it is due, serve those who drive the engine themselves (import, replay); ``events`` are
    the types of what happened.
    """

    status: int
    body: bytes
    headers: Mapping[str, str]
    issue_id: str
    next_at: datetime | None = None
    next_clock: str | None = None
    events: tuple[str, ...] = ()
    replayed: bool = False


SEALED = "Receipt-Sealed"
"""The kept header of an answer that holds its code, which only this installation can open."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is kept of a receipt's code: its hash, and for repeats the code itself, sealed."""

    hash: str
    sealed: str | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """What an answer keeps of it for its repeats."""
        return {} if self.sealed is None else {SEALED: self.sealed}


class Job(Struct, kw_only=True):
    """One command that waits to be decided.

    ``issue`` is an id or a reference; ``other`` likewise, of the issue a link names. ``if_match``
    is the version the caller saw; with ``needs_match`` it may not be missing. ``caller`` is looked
    at again, and is then both actor and viewer. ``slot`` and ``body_hash`` are the call's
    idempotency. ``at`` is set by imports and replays only. ``backdated`` allows any past
    ``received_at``. To ``viewer`` an issue that they may not see is not there. ``receipt`` goes
    with a new issue whose raiser is anonymous.
    """

    stem: str
    actor: Actor
    ask: Log | Ask
    issue: str | None = None
    other: str | None = None
    if_match: int | None = None
    needs_match: bool = False
    caller: Caller | None = None
    slot: Slot | None = None
    body_hash: str = ""
    at: datetime | None = None
    backdated: bool = False
    viewer: Viewer = EVERYTHING
    receipt: Receipt | None = None
    answers: bool = True
    deadline: float | None = None
    reply: "Reply | None" = None


Chore = Callable[[Connection, datetime], Any]
"""Work of its own kind (a publication, a key), done in one transaction at an instant."""


@dataclass(slots=True)
class Waiting:
    """A chore in the queue; ``logs`` is how many issues it may log at most.

    From ``deadline`` on, on the monotonic clock, nobody waits for it, and it is dropped undone.
    One that is ``shared`` may be done in one transaction with others that are.
    """

    chore: Chore
    reply: "Reply"
    logs: int = 0
    deadline: float | None = None
    shared: bool = False


@dataclass(slots=True)
class EngineWork:
    """A sweep in the queue of the engine's own lane."""

    work: Callable[[], int]
    reply: "Reply"


@dataclass(slots=True)
class Reply:
    """Where an answer goes: a thread's future, or an event loop's."""

    future: "Future[Any] | asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop | None = None
    outcome: Any = field(default=None)

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits any more."""
        return self.future.cancelled()

    def resolve(self) -> None:
        """Give the outcome to who waits; called in the loop's own thread if there is one."""
        if self.future.done():
            return
        with suppress(InvalidStateError):  # cancelled by its thread since the line above
            if isinstance(self.outcome, BaseException):
                self.future.set_exception(self.outcome)
            else:
                self.future.set_result(self.outcome)


def give(outcomes: Iterable[tuple[Reply, Any]]) -> None:
    """Give outcomes to those who wait: one call for all of an event loop's."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Reply]] = {}
    for reply, outcome in outcomes:
        reply.outcome = outcome
        if reply.loop is None:
            reply.resolve()
        else:
            by_loop.setdefault(reply.loop, []).append(reply)
    for loop, replies in by_loop.items():
        with suppress(RuntimeError):  # the loop has ended, and with it everybody who waited
            loop.call_soon_threadsafe(_resolve_all, replies)


def _resolve_all(replies: Sequence[Reply]) -> None:
    for reply in replies:
        reply.resolve()
