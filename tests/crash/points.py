"""Every moment of a desk's transactions, found by listening, and dying at one of them.

The list is what a run of the story really does: a statement that is added is a moment more.
"""

import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from multiprocessing.connection import Connection as Pipe
from typing import Any

from sqlalchemy import Engine, event, func, select

from escalation.clock import VirtualClock
from escalation.routing.vocabulary import Sensitivity
from escalation.services.desk import Desk
from escalation.services.jobs import Answer, Job
from escalation.store import models, writing
from escalation.store.transaction import snapshot
from escalation.workflow.commands import Acknowledge, Decide, Link, Note, Resolve, Skip
from tests.builders import ask_all, complaint, desk_on, job, keyed, shown
from tests.crash.ledger import say
from tests.fakes import MONDAY, virtual_clock
from tests.unit.workflow.asks import OUTCOME

TABLES = (
    *writing._INSERTS,
    models.meeting,
    models.agenda_item,
    models.issue_link,
    models.idempotency,
    models.reference_block,
)
"""Every table that issues are written to."""
_TABLE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM|FROM) (\w+)")


class Moments:
    """Counts the moments of an engine's transactions, and calls ``at`` with each one's name."""

    def __init__(self, engine: Engine, at: Callable[[int, str], None]) -> None:
        """Listen to ``engine``."""
        self._at = at
        self._count = 0
        self.chapter = ""
        event.listen(engine, "begin", lambda _: self.reach("as a transaction begins"))
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", lambda _: self.reach("before the commit"))
        event.listen(engine, "checkin", lambda *_: self.reach("after the commit"))

    def reach(self, name: str) -> None:
        """Come to a moment."""
        self._count += 1
        self._at(self._count, f"{self.chapter}: {name}")

    def _statement(self, _k: object, _c: object, statement: str, *_: object) -> None:
        found = _TABLE.search(statement)
        if found is not None:
            self.reach(f"before {found[1]} {found[2]}".replace("before FROM", "before reading"))


@dataclass(frozen=True, slots=True)
class Death:
    """Where a story is cut: the database, and the number of the moment; 0 is never."""

    url: str
    moment: int


def tell_until(death: Death, pipe: Pipe) -> None:
    """Tell the story in this process and die at the moment."""

    def at(number: int, _: str) -> None:
        if number == death.moment:
            os.kill(os.getpid(), signal.SIGKILL)

    tell(death.url, at, pipe.fileno())


def tell(url: str, at: Callable[[int, str], None], pipe: int | None = None) -> None:
    """The story: logged, acted on, tabled, decided, and clocks that end; every table is written.

    Told again from the start after it was cut, it goes on where it was cut: each command has the
    key it had.
    """
    clock = virtual_clock()
    with desk_on(url, clock) as desk:
        Story(desk, clock, Moments(desk.engine, at), pipe).tell()


class Story:
    """One telling."""

    def __init__(self, desk: Desk, clock: VirtualClock, moments: Moments, pipe: int | None) -> None:
        """``pipe`` is where the answers are said."""
        self.desk = desk
        self.clock = clock
        self.moments = moments
        self.pipe = pipe

    def tell(self) -> None:
        """Chapter by chapter, each one batch and one transaction."""
        ref = {"system": "jira", "id": "PAY-1"}
        sealed = self._log("third", sensitive=(Sensitivity.PRIVACY,))
        first, second, _ = self._chapter(
            "logged", [self._log("first", external_refs=(ref,)), self._log("second"), sealed]
        )
        up = Skip(note="skip", reason="r", to="business_manager_forum")
        (_, _, _, tabled) = self._chapter(
            "acted on",
            [
                self._act(Acknowledge(note="acknowledge"), first),
                self._act(Note(note="note", text="Rang."), first),
                self._act(
                    Link(note="link", issue="", reference="", as_="related"),
                    first,
                    other=second["id"],
                ),
                self._act(up, first),
            ],
        )
        meeting = tabled["rung"]["meeting"]
        self.clock.move_to(MONDAY + timedelta(days=7))
        self.moments.chapter = "swept"
        self.desk.sweep().result(60)
        self.moments.reach("after the answer")
        decision = Decide(
            note="decide",
            reason="r",
            meeting=meeting["id"],
            text="Pay it.",
            actions=({"text": "Pay", "owner": "priya-nair"},),
        )
        self.clock.move_to(MONDAY + timedelta(days=8, hours=1))
        resolve = Resolve(
            note="resolve", outcome=OUTCOME, learning={"text": "Ring", "shared": True}
        )
        self._chapter("decided", [self._act(decision, first), self._act(resolve, second)])

    def _chapter(self, name: str, jobs: list[Job]) -> list[dict[str, Any]]:
        self.moments.chapter = name
        answers = ask_all(self.desk, jobs)
        failed = [answer for answer in answers if not isinstance(answer, Answer)]
        assert failed == [], failed
        done = [answer for answer in answers if isinstance(answer, Answer)]
        if self.pipe is not None:
            for command, answer in zip(jobs, done, strict=True):
                assert command.slot is not None
                say(self.pipe, key=command.slot.key, hash=sha256(answer.body).hexdigest())
        self.moments.reach("after the answer")
        return [shown(answer) for answer in done]

    def _log(self, key: str, **changes: Any) -> Job:
        return job(self.desk, complaint(title=key, **changes), **keyed(key))

    def _act(self, act: Any, issue: dict[str, Any], **changes: Any) -> Job:
        return job(self.desk, act, issue["id"], **changes, **keyed(act.note))


def summary(engine: Engine) -> dict[str, Any]:
    """What a whole story leaves behind, without what differs from one telling to the next."""
    with snapshot(engine) as connection:
        tables = {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in TABLES
        }
        kinds = connection.execute(
            select(models.issue.c.title, models.event.c.number, models.event.c.type)
            .join(models.event, models.event.c.aggregate == models.issue.c.id)
            .order_by(models.issue.c.title, models.event.c.number)
        )
        return {**tables, "told": [tuple(row) for row in kinds]}
