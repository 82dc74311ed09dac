"""A service that lives on a virtual clock: people act, time passes, the engine is away for days."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from escalation.bootstrap import Container, opened
from escalation.clock import VirtualClock
from escalation.errors import EscalationError
from escalation.routing.directory import Directory
from escalation.routing.membership import seats_of
from escalation.services import forums, framework
from escalation.services import recovery as recovering
from escalation.services.forums import Errand
from escalation.services.issue_seen import seen
from escalation.services.jobs import Answer
from escalation.settings import Settings
from escalation.store import issues, timeline
from escalation.store.transaction import read
from escalation.workflow.commands import Ask
from escalation.workflow.facts import Facts
from escalation.workflow.meetings.asks import Asked, Attendee
from escalation.workflow.viewing import EVERYTHING
from tests.builders import CLERK, CONFIG, DIRECTORY, LADDERS, ask, ask_all, complaint, job
from tests.delivery.acts import deliver, subscribe
from tests.delivery.receiver import Receiver, receiving
from tests.fakes import seeded_ids, virtual_clock

OUTAGE = timedelta(minutes=10)
SECOND = timedelta(seconds=1)
PATIENCE = 60
Heard = dict[str, list[dict[str, Any]]]
"""Live messages by the path of their endpoint."""
_LADDERS = (CONFIG / LADDERS).read_text(encoding="utf-8")


@dataclass
class World:
    """A service on a furnished database, its clock, a receiver of two endpoints, its issues."""

    inside: Container
    clock: VirtualClock
    receiver: Receiver
    ids: list[str] = field(default_factory=list)
    labels: int = 0
    directories: int = 0

    @property
    def now(self) -> datetime:
        """The instant that the clock stands at."""
        return self.clock.now()

    # -- people ------------------------------------------------------------------------------

    def log(self, **changes: Any) -> str:
        """A complaint, changed; its id."""
        view = ask(self.inside.desk, complaint(**changes))
        self.ids.append(view["id"])
        return str(view["id"])

    def act(
        self, issue: str, what: Ask, other: str | None = None
    ) -> dict[str, Any] | EscalationError:
        """One act: the issue as it was answered, or why it was refused."""
        try:
            return ask(self.inside.desk, what, issue, other=other)
        except EscalationError as refused:
            return refused

    def race(self, issue: str, asks: Sequence[Ask]) -> list[Answer | BaseException]:
        """Several who saw the same version act at once."""
        seen = int(self.facts(issue)[issue].issue.version)
        jobs = [
            job(self.inside.desk, what, issue, needs_match=True, if_match=seen) for what in asks
        ]
        return ask_all(self.inside.desk, jobs)

    def sit(self, meeting: str, act: Asked) -> bool:
        """One act at a meeting; whether it was allowed."""
        try:
            forums.act(self.inside.desk, Errand(meeting=meeting, ask=act, actor=CLERK))
        except EscalationError:
            return False
        return True

    def who_come(self, forum: str) -> tuple[Attendee, ...]:
        """Those who hold a forum's seats now."""
        directory = framework.in_force(self.inside.desk).directory
        assert directory is not None
        seats = seats_of(directory, directory.forum(forum), self.now)
        people = dict.fromkeys(seat.person for seat in seats if seat.person is not None)
        return tuple(Attendee(person=person) for person in people)

    # -- time --------------------------------------------------------------------------------

    def pass_time(self, by: timedelta) -> None:
        """Each clock on the way fires when it is due, and no earlier; what is due already, now."""
        to = max(self.now + by, self.now)
        while (due := self.next_due()) is not None and due <= to:
            self.clock.move_to(max(due, self.now))
            self.sweep()
        self.clock.move_to(to)

    def be_away(self, by: timedelta) -> Heard:
        """An outage, and how the engine comes back from it; what each endpoint then heard.

        What was late is settled by then.
        """
        recovering.beat(self.inside.engine, self.clock, "wrk_life", OUTAGE)
        self.hear()
        self.receiver.got.clear()
        self.clock.advance(by)
        recovering.beat(self.inside.engine, self.clock, "wrk_life", OUTAGE)
        self.sweep()
        return self.hear()

    def hear(self) -> Heard:
        """Send all that waits; the live messages about issues by the endpoint's path."""
        outgoing = self.inside.outgoing
        while outgoing.hand_on() or outgoing.recover() or deliver(self.inside):
            pass
        heard: Heard = {}
        for got in self.receiver.got:
            message = json.loads(got.body)
            if "issue" in message["data"]:
                heard.setdefault(got.path, []).append(message)
        return heard

    def sweep(self) -> None:
        """Fire all that is due, and resolve all seats that are behind, until nothing is."""
        while True:
            fired = self.inside.desk.sweep().result(PATIENCE)
            if not fired and not self.inside.desk.reseat().result(PATIENCE):
                return

    def next_due(self) -> datetime | None:
        """When the next step of any clock is due, or a term of a seat begins or ends."""
        with read(self.inside.engine) as connection:
            clock = issues.next_due(connection)
        terms = [facts.issue.seats_until for facts in self.facts().values() if self._waits(facts)]
        return min((at for at in (clock, *terms) if at is not None), default=None)

    def _waits(self, facts: Facts) -> bool:
        return facts.issue.unresolved and facts.issue.seats_until is not None

    # -- the framework -----------------------------------------------------------------------

    def vacate(self, people: Sequence[str]) -> None:
        """A directory in which these people hold nothing, as it comes by request."""
        self.directories += 1
        document = json.loads(_directory())
        appointments = document["appointments"]
        left = {key for key, entry in appointments.items() if entry["person"] in people}
        document["appointments"] = {k: e for k, e in appointments.items() if k not in left}
        for given in ("acting_appointments", "delegations"):
            document[given] = {
                k: e for k, e in document.get(given, {}).items() if e.get("for") not in left
            }
        directory = Directory.from_document(document)
        publication = framework.in_force(self.inside.desk).publication
        assert publication is not None
        framework.hold_against(publication, directory, "it does not fit the ladders in force")
        framework.put_in_force(self.inside.desk, directory, actor=CLERK)

    def publish(self, business_days: int) -> None:
        """Another ladder file, with another target on the first rung of one ladder."""
        self.labels += 1
        text = _LADDERS.replace("medium: 2 business days", f"medium: {business_days} business days")
        lines = [
            f'label: "life-{self.labels}"' if line.startswith("label:") else line
            for line in text.splitlines(keepends=False)
        ]
        framework.publish(
            self.inside.desk, "\n".join(lines), LADDERS, mode="new-only", reason="x", actor=CLERK
        )

    # -- what stands in the database -----------------------------------------------------------

    def facts(self, *wanted: str) -> dict[str, Facts]:
        """These issues, or all, as the store has them."""
        registry = self.inside.registry
        with read(self.inside.engine) as connection:
            known = registry.refresh(connection)
            return {
                i: Facts(
                    found.issue,
                    found.clocks,
                    registry.agreement(connection, known, found.issue),
                    found.ended,
                )
                for i, found in issues.load(connection, wanted or self.ids).items()
            }

    def view(self, issue: str) -> dict[str, Any]:
        """An issue as a caller would be shown it now."""
        found = self.facts(issue)[issue]
        with read(self.inside.engine) as connection:
            known = self.inside.registry.refresh(connection)
            view = seen(connection, known, found, self.now, viewer=EVERYTHING, actor=CLERK)
        shown: dict[str, Any] = json.loads(json.dumps(view, default=str))
        return shown

    def history(self, issue: str) -> list[Any]:
        """The entries of an issue's timeline."""
        with read(self.inside.engine) as connection:
            return list(timeline.entries(connection, issue))


@cache
def _directory() -> str:
    """The directory's document, read once: it takes longer than anything else here."""
    document = Directory.read((CONFIG / DIRECTORY).read_bytes(), DIRECTORY).document()
    return json.dumps(document, default=str)


@contextmanager
def living(url: str, folder: Path, seed: int) -> Iterator[World]:
    """A world on a furnished database; its commits do not wait for the disk."""
    clock = virtual_clock()
    settings = Settings(
        _env_file=None, database_url=url, data_dir=folder, webhook_networks="127.0.0.0/8"
    )
    with (
        receiving() as receiver,
        opened(settings, owner=True, clock=clock, ids=seeded_ids(seed)) as inside,
    ):
        hasten(inside.engine)
        for path in ("/a", "/b"):
            subscribe(inside, receiver.url(path))
        yield World(inside, clock, receiver)


def hasten(engine: Engine) -> None:
    """Let commits on SQLite not wait for the disk: nobody pulls a plug here."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _hasty)
        engine.dispose()


def _hasty(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous = OFF").close()
