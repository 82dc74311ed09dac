"""The stage of a replay: a database of its own, a desk on a virtual clock, nothing sent out.

The ladder file and the directory are put in force a day before the log begins. Both belong to the
present, so a forum's meetings are carried back by whole turns of the calendar (28 years, after
which dates fall on the same weekdays) until they begin before the log does; agreements and
appointments keep their dates.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from escalation.clock import VirtualClock
from escalation.errors import Broken, Invalid
from escalation.ids import IdSource
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.wording import quoted
from escalation.services import framework
from escalation.services.desk import Desk
from escalation.services.references import References
from escalation.services.registry import Registry
from escalation.store import migrate
from escalation.store.dialect import database_file
from escalation.store.engine import make_engine
from escalation.store.ownership import own
from escalation.store.replay import count_issues
from escalation.store.transaction import Engine, read
from escalation.workflow.facts import Actor

TURN = 28
"""Years after which the calendar's dates fall on the same weekdays (1901 to 2099)."""

_BEFORE = timedelta(days=1)
_OUTAGE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Framework:
    """The bytes and names of the ladder file and the directory that a replay runs under."""

    ladders: bytes
    ladders_name: str
    directory: bytes
    directory_name: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What a replay plays on."""

    engine: Engine
    clock: VirtualClock
    desk: Desk
    publication: Publication
    directory: Directory


@contextmanager
def staged(
    under: Framework, *, first_at: datetime, seed: int, database: str | None
) -> Iterator[Stage]:
    """A stage for a log that begins at ``first_at``.

    ``database`` is a URL that is kept; without one a file is made that ends with the block, and
    whose commits are not waited for.

    Raises:
        Invalid: ladder file or directory has mistakes, or its calendars begin after the log.
        Broken: the database holds issues already, or is not at this version.
    """
    with ExitStack() as stack:
        engine = stack.enter_context(_database(database))
        clock, ids = VirtualClock(first_at - _BEFORE), IdSource.seeded(seed)
        desk = Desk(engine, clock, ids, Registry(_OUTAGE), References("SSI"))
        _put_in_force(desk, under, first_at)
        with read(engine) as connection:
            known = desk.registry.refresh(connection)
        if known.publication is None or known.directory is None:
            raise AssertionError("both were put in force above")
        _reach_back(known.publication, under.ladders_name, first_at)
        yield Stage(engine, clock, desk, known.publication, known.directory)


@contextmanager
def _database(url: str | None) -> Iterator[Engine]:
    with ExitStack() as stack:
        throwaway = url is None
        if url is None:
            folder = stack.enter_context(TemporaryDirectory(prefix="escalation-replay-"))
            url = f"sqlite:///{Path(folder) / 'replay.db'}"
        file = database_file(url)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(own(file))
        engine = make_engine(url, owner=True, application="escalation replay", throwaway=throwaway)
        stack.callback(engine.dispose)
        if file is not None:
            migrate.upgrade(engine)
        elif not migrate.revision(engine).is_current:
            raise Broken("The database is not at this version: run `escalation db upgrade` on it.")
        with read(engine) as connection:
            if held := count_issues(connection):
                raise Broken(f"The database holds {held} issues; a replay needs one of its own.")
        yield engine


def _put_in_force(desk: Desk, under: Framework, first_at: datetime) -> None:
    """Apply and publish through the desk's own thread, which then ends."""
    actor = Actor(kind="import", name="replay")
    directory = carried_back(under.directory, under.directory_name, first_at)
    desk.start()
    try:
        framework.apply_directory(desk, directory, under.directory_name, actor=actor)
        framework.publish(
            desk,
            under.ladders,
            under.ladders_name,
            mode=framework.NEW_ONLY,
            reason="to replay a log",
            actor=actor,
        )
    finally:
        desk.stop()


def carried_back(source: bytes, name: str, first_at: datetime) -> str:
    """The directory with each forum meeting from before ``first_at`` on, by its own rule.

    A rule that ends by its count keeps its start: carried back, it would have ended long ago.
    """
    document = Directory.read(source, name).document()
    for forum in document.get("forums", {}).values():
        meeting = forum["meeting"]
        start = datetime.fromisoformat(meeting["start"])
        while start.date() >= first_at.date() and "COUNT=" not in meeting["rule"].upper():
            start = start.replace(year=start.year - TURN)
        meeting["start"] = start.isoformat(timespec="minutes")
    return json.dumps(document, ensure_ascii=False)


def _reach_back(publication: Publication, name: str, first_at: datetime) -> None:
    """Refuse calendars that begin after the log: they would count its time wrong."""
    faults = []
    for calendar, entry in publication.file.calendars.items():
        if entry.known_from > first_at.date():
            expected = f"a date before the log begins, on {first_at:%Y-%m-%d}"
            path = ("calendars", calendar, "known_from")
            detail = f"found {quoted(str(entry.known_from))}, expected {expected}"
            faults.append(publication.positions.fault("calendar_begins_late", path, detail))
    if faults:
        raise Invalid(f"The calendars of {name} do not reach back to the log.", errors=faults)
