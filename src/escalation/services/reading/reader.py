"""A look at the database as at one instant, for a caller whose key still holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from escalation.clock import Clock
from escalation.errors import Broken
from escalation.ids import IdSource
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.services.callers import Caller
from escalation.services.record.access import READ, record_access
from escalation.services.registry import Known, Registry
from escalation.store import dialect, wall
from escalation.store.transaction import Connection, Engine, snapshot
from escalation.workflow.facts import Actor, Agreement, Issue
from escalation.workflow.viewing import Viewer


@dataclass(frozen=True, slots=True)
class Look:
    """One consistent look: everything read through it was true at ``now``."""

    connection: Connection
    registry: Registry
    known: Known
    now: datetime
    caller: Caller
    opened: set[str] = field(default_factory=set)
    """The sealed issues that were shown; that they were is recorded when the look ends."""

    def shows(self, issue: Issue) -> Issue:
        """Note that an issue is shown; answers it."""
        if issue.sealing is not None:
            self.opened.add(issue.id)
        return issue

    def record(self, engine: Engine, clock: Clock, ids: IdSource, actor: Actor) -> None:
        """Write down that ``actor`` was shown what is sealed, if they were.

        Raises:
            Unavailable: it cannot be written now; then nothing may be shown.
        """
        if self.opened:
            record_access(engine, clock, ids, actor, READ, {"issues": sorted(self.opened)})

    @property
    def viewer(self) -> Viewer:
        """Who looks: what they may not see is as if it were not there."""
        return self.caller.viewer

    @property
    def directory(self) -> Directory:
        """The directory in force.

        Raises:
            Broken: none has been applied yet.
        """
        if self.known.directory is None:
            raise Broken("No directory has been applied yet: `escalation directory apply FILE`.")
        return self.known.directory

    @property
    def publication(self) -> Publication:
        """The publication in force.

        Raises:
            Broken: none has been published yet.
        """
        if self.known.publication is None:
            raise Broken("No ladder has been published yet: `escalation ladders publish FILE`.")
        return self.known.publication

    def agreement(self, issue: Issue) -> Agreement:
        """What an issue stands under."""
        return self.registry.agreement(self.connection, self.known, issue)

    def pinned(self, publication: str) -> Publication:
        """A publication by its hash."""
        return self.registry.publication(self.connection, publication)


class Reader:
    """Opens looks."""

    def __init__(
        self,
        engine: Engine,
        registry: Registry,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        """Read through ``engine``, under what ``registry`` knows."""
        self._ids = ids
        self._engine = engine
        self._registry = registry
        self._clock = clock

    @contextmanager
    def look(self, caller: Caller) -> Iterator[Look]:
        """A look for ``caller``; that they were shown what is sealed is recorded before it ends.

        Raises:
            Unauthenticated: their key has been revoked or has expired.
        """
        with snapshot(self._engine) as connection:
            known = self._registry.refresh(connection)
            caller = caller.again(known, self._clock.now())
            now = dialect.now(connection, self._clock)
            wall.stand_behind(connection, caller.viewer)
            look = Look(connection, self._registry, known, now, caller)
            yield look
        look.record(self._engine, self._clock, self._ids, caller.actor)
