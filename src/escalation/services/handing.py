"""What the store knows of a message while it is handed over to a person: no doubt goes unseen.

Mail servers and chats cannot be asked what they have taken. docs/decisions/0026-mail-once.md
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Event, Lock
from time import sleep

import structlog

from escalation.clock import Clock, monotonic
from escalation.delivery.retry import Outcome, Result
from escalation.errors import EscalationError
from escalation.store import dialect, handing
from escalation.store.deliveries import Attempt, Claimed, DeliveryState, Mark
from escalation.store.handing import Answered, Begun, Note
from escalation.store.transaction import Engine, write

_log = structlog.get_logger(__name__)
TRIES, BETWEEN = 5, 0.1
"""How often notes are tried where the database is in the way, and the seconds between at first."""
GATHERED = 0.002
"""Seconds for which a note waits for those of other messages that are on their way with it."""

_Asked = tuple[Note, Future[bool]]


class Notes:
    """The notes of a process: those of messages that are on their way together share a commit.

    They are kept in the order in which they were made. So an answer is in the store once anything
    is that was noted after it.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Keep notes in the database of ``engine``."""
        self._engine = engine
        self._clock = clock
        self._lock = Lock()
        self._waiting: list[_Asked] = []
        self._since = 0.0
        self._last: Future[bool] | None = None
        self._at_once = Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="handing")

    def add(self, note: Note) -> Future[bool]:
        """Make a note; whether its delivery was still ours, once it is in the store.

        False too where it could not be kept. One that is cancelled before is not made.
        """
        future = Future[bool]()
        with self._lock:
            if not self._waiting:
                self._since = monotonic()
                self._thread.submit(self._keep)
            self._waiting.append((note, future))
            self._last = future
        return future

    def settle(self) -> None:
        """Wait until all that has been noted is in the store."""
        with self._lock:
            last = self._last
        if last is not None and not last.done():
            self._at_once.set()
            wait([last])

    def _keep(self) -> None:
        self._at_once.wait(max(self._since + GATHERED - monotonic(), 0))
        with self._lock:
            taken, self._waiting = self._waiting, []
            self._at_once.clear()
        asked = [each for each in taken if each[1].set_running_or_notify_cancel()]
        if not asked:
            return
        try:
            ours = self._kept([note for note, _ in asked])
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it was
            _log.error("handing_not_noted", error=repr(error), exc_info=error)
            for _, future in asked:
                future.set_exception(error)
            return
        for note, future in asked:
            future.set_result(note in ours)

    def _kept(self, notes: Sequence[Note]) -> set[Note]:
        for attempt in range(TRIES):
            try:
                with write(self._engine) as connection:
                    return handing.note(connection, notes, dialect.now(connection, self._clock))
            except EscalationError as error:
                names = [each.delivery for each in notes]
                _log.warning("handing_not_noted", deliveries=names, reason=str(error))
            sleep(BETWEEN * 2**attempt)
        return set()


@dataclass(frozen=True, slots=True)
class Handover:
    """How messages are handed over to who cannot be asked what they have taken.

    One ``belongs`` so long to who hands it over. One of which nobody knows whether it was taken
    is sent ``again``, or waits for a person.
    """

    notes: Notes
    belongs: timedelta
    again: bool

    def of(self, claimed: Claimed) -> "StoredHanding":
        """The notes of a claimed delivery."""
        return StoredHanding(self, claimed.id, claimed.token)

    def settled(self, claimed: Claimed) -> Mark | None:
        """What came of one whose sender ended while it handed it over; None to send it."""
        handed = claimed.handed
        if handed is None or (handed.status is None and self.again):
            return None
        state, outcome = DeliveryState.DELIVERED, Outcome.ACCEPTED
        said = f"{handed.status} was answered; its sender ended before it was marked"
        if handed.status is None:
            state, outcome = DeliveryState.DEAD, Outcome.UNCONFIRMED
            said = "its sender ended while the whole message may have been there"
        tried = Attempt(handed.at, 0, handed.status, outcome.value, said)
        return Mark(claimed, state, None, tried)


@dataclass(frozen=True, slots=True)
class StoredHanding:
    """The notes of one claimed delivery."""

    over: Handover
    delivery: str
    token: int

    def begin(self) -> Future[bool]:
        """Note that its end may be sent from now on; false where it may not."""
        return self.over.notes.add(Begun(self.delivery, self.token, self.over.belongs))

    def answered(self, status: int | None) -> None:
        """Note the answer; None where the message was not taken."""
        self.over.notes.add(Answered(self.delivery, self.token, status))

    def unanswered(self, result: Result) -> Result:
        """What it means that no answer came: it waits for a person, or is sent again."""
        if not self.over.again:
            return replace(result, lost=True)
        self.answered(None)
        return result
