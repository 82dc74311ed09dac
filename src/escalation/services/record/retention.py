"""Keeping and letting go: what is due under which class, what is held, what was disposed of."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from escalation.errors import Broken, Invalid, NotFound
from escalation.ids import IdSource
from escalation.routing.retention import Ended, RetentionClass, Schedule
from escalation.services.desk import Desk
from escalation.services.record.remains import DISPOSALS, DISPOSED
from escalation.store import dialect, grants, journal, retention
from escalation.store.retention import Hold
from escalation.store.transaction import Connection, read, snapshot
from escalation.workflow.facts import Actor

HOLDS = "holds"
"""The chain of what is held, by whom and why."""
CHUNK = 50
"""Matters that are disposed of in one transaction."""


@dataclass(slots=True)
class Due:
    """What is due at an instant, by class; ``held`` stays for as long as a hold stands."""

    at: datetime
    due: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps the record of an installation as its schedule says."""

    desk: Desk
    schedule: Schedule

    def due(self) -> Due:
        """Count what may be disposed of now, and what a hold keeps."""
        with snapshot(self.desk.engine) as connection:
            now = dialect.now(connection, self.desk.clock)
            found = Due(now)
            standing = _Standing.of(connection, now)
            for ended, under in self._due(connection, now):
                (found.held if standing.on(ended, under) else found.due)[under.id] += 1
        return found

    def dispose(
        self, class_id: str, actor: Actor, tell: Callable[[int], object] = lambda _: None
    ) -> int:
        """Dispose of all that is due under a class and not held; answers how many matters.

        Each is on the record with who did it, under which class and by whose authority.

        Raises:
            Invalid: there is no such class.
            Broken: the database's role may not change the record, as a serving one may not.
        """
        under = self.schedule.named(class_id)
        self._require_owner()
        count = 0
        while chosen := self._chosen(under):

            def chore(connection: Connection, now: datetime, chosen: list[Ended] = chosen) -> int:
                standing, hand = _Standing.of(connection, now), _Hand(self.desk.ids, actor, now)
                free = [each for each in chosen if not standing.on(each, under)]
                return sum(hand.dispose(connection, each, under) for each in free)

            done: int = self.desk.do(chore).result()
            tell(done)
            count += done
            if done == 0:
                break
        return count

    def _require_owner(self) -> None:
        if not grants.on_server(self.desk.engine):
            return
        with read(self.desk.engine) as connection:
            owns = "event" in grants.changeable(connection)
        if not owns:
            raise Broken(
                "This role may not change the record, which is right for serving. Dispose as the "
                "role that owns the tables: ESCALATION_DATABASE_URL with that role."
            )

    def _due(self, connection: Connection, now: datetime) -> Iterator[tuple[Ended, RetentionClass]]:
        for ended in retention.ended(connection, now):
            under = self.schedule.class_of(ended)
            if under is not None and under.due_at(ended) <= now:
                yield ended, under

    def _chosen(self, under: RetentionClass) -> list[Ended]:
        chosen: list[Ended] = []
        with snapshot(self.desk.engine) as connection:
            now = dialect.now(connection, self.desk.clock)
            standing = _Standing.of(connection, now)
            for ended, found in self._due(connection, now):
                if found.id == under.id and not standing.on(ended, found):
                    chosen.append(ended)
                    if len(chosen) == CHUNK:
                        break
        return chosen

    # -- holds -------------------------------------------------------------------------------

    def hold(
        self, scope: str, subject: str, reason: str, until: datetime | None, actor: Actor
    ) -> Hold:
        """Hold a record (by id or an issue's reference) or a whole class.

        Raises:
            Invalid: there is no such class, or ``until`` is past.
            NotFound: there is no such record.
        """
        desk = self.desk
        if scope == "class":
            self.schedule.named(subject)
        else:
            subject = _record_named(desk, subject)
        with read(desk.engine) as connection:
            now = dialect.now(connection, desk.clock)
        if until is not None and until <= now:
            raise Invalid("A hold ends in the future: give a later `until`, or none.")
        made = Hold(
            id=desk.ids.new("hld", now),
            scope=scope,
            subject=subject,
            reason=reason,
            placed_by=actor.name,
            placed_at=now,
            until=until,
        )
        payload = {"hold": made.id, "scope": scope, "subject": subject, "reason": reason}

        def chore(connection: Connection, now: datetime) -> None:
            retention.place(connection, made)
            _Hand(desk.ids, actor, now).record(connection, (HOLDS, "hold.placed"), payload)

        desk.do(chore).result()
        return made

    def lift(self, hold_id: str, reason: str, actor: Actor) -> None:
        """End a hold.

        Raises:
            NotFound: there is no such hold, or it was lifted before.
        """
        ids = self.desk.ids

        def chore(connection: Connection, now: datetime) -> None:
            if not retention.lift(connection, hold_id, actor.name, now):
                raise NotFound(f"There is no hold {hold_id} that stands.")
            payload = {"hold": hold_id, "reason": reason}
            _Hand(ids, actor, now).record(connection, (HOLDS, "hold.lifted"), payload)

        self.desk.do(chore).result()

    def holds(self) -> list[Hold]:
        """Every hold there ever was, the oldest first."""
        with read(self.desk.engine) as connection:
            return retention.holds(connection)


@dataclass(frozen=True, slots=True)
class _Standing:
    """The holds that stand at an instant."""

    records: frozenset[str]
    classes: frozenset[str]

    @classmethod
    def of(cls, connection: Connection, now: datetime) -> "_Standing":
        standing = [hold for hold in retention.holds(connection) if hold.stands(now)]
        return cls(
            frozenset(hold.subject for hold in standing if hold.scope != "class"),
            frozenset(hold.subject for hold in standing if hold.scope == "class"),
        )

    def on(self, ended: Ended, under: RetentionClass) -> bool:
        return ended.id in self.records or under.id in self.classes


def _record_named(desk: Desk, name: str) -> str:
    with read(desk.engine) as connection:
        subject = retention.named(connection, name)
        if subject is None:
            raise NotFound(f"There is no issue, contact, feedback, delivery or limit {name}.")
    return subject


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who does something to the record, and when: what each entry about it says."""

    ids: IdSource
    actor: Actor
    now: datetime

    def record(
        self,
        connection: Connection,
        what: tuple[str, str],
        payload: Mapping[str, object],
        event_id: str | None = None,
    ) -> None:
        """Write an entry: ``what`` is its chain and its type."""
        chain, kind = what
        journal.record(
            connection,
            chain,
            event_id=event_id or self.ids.new("evt", self.now),
            kind=kind,
            payload=payload,
            actor=self.actor,
            now=self.now,
            salt=self.ids.token(16).hex(),
        )

    def dispose(self, connection: Connection, ended: Ended, under: RetentionClass) -> int:
        """Dispose of a matter; 0 where it was done before."""
        event_id = self.ids.new("evt", self.now)
        gone = retention.dispose(connection, ended.id, event_id)
        if gone is None:
            return 0
        payload = {
            "aggregate": ended.id,
            "reference": ended.reference,
            "class": under.id,
            "authority": under.authority,
            **gone,
        }
        self.record(connection, (DISPOSALS, DISPOSED), payload, event_id)
        return 1
