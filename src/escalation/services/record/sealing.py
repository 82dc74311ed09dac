"""Sealing: what was recorded since the last seal goes under a signed Merkle root."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from escalation.clock import Clock, SystemClock
from escalation.errors import Broken
from escalation.ids import IdSource
from escalation.services.record.place import Place
from escalation.services.record.statements import (
    Statement,
    chains_hash,
    endorsed_text,
    line_of,
    new_secret,
    public_of,
    signed,
    text_hash,
)
from escalation.services.secrets import Vault
from escalation.services.trying import tried
from escalation.services.views import told
from escalation.store import dialect, journal, merkle, outbox, seals
from escalation.store.chain import GENESIS, leaf_of
from escalation.store.seals import Entry, Seal, SealKey, Stretch
from escalation.store.settling import settle
from escalation.store.transaction import Connection, Engine, read, write
from escalation.workflow.facts import ENGINE, Actor

AT_ONCE = 2_000
"""Entries in one seal, give or take the rest of a chain: what a proof of one has to read."""
_WRITTEN_AT_ONCE = 100
KEYS = "keys"
"""The chain of what happens to keys."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals for an installation; at most one does at a time, however many processes have one."""

    engine: Engine
    clock: Clock
    ids: IdSource
    vault: Vault
    place: Place | None

    def seal(self, limit: int = AT_ONCE) -> int:
        """Seal what waits, up to about ``limit`` entries; answers how many.

        Raises:
            Busy: a transaction that began earlier is still open.
            Broken: the key cannot be opened, or the sealing place cannot be written or differs.
        """
        with read(self.engine) as connection:
            waits = bool(seals.unsealed(connection, 1))
            now = dialect.now(connection, self.clock)
        count = 0
        if waits:
            # Commit order is not time order: what was recorded by now is all there, once settled.
            settle(self.engine, now if isinstance(self.clock, SystemClock) else None)
            count = tried(lambda _: self._sealed(now, limit))
        self.hand_out()
        return count

    def _sealed(self, settled: datetime, limit: int) -> int:
        with write(self.engine) as connection:
            if not outbox.take_turn(connection, seals.SEALING):
                return 0
            waiting = seals.unsealed(connection, limit)
            if not waiting:
                return 0
            now = dialect.recorded_at(connection, self.clock)
            by = settled if len(waiting) < limit else None
            secret = self._secret(connection, now)
            seal, covered = _made(connection, waiting, secret, (now, by))
            seals.add(connection, seal, covered, [entry.id for entry in waiting])
        return len(waiting)

    def rotate(self, actor: Actor) -> SealKey:
        """Make another key, which seals from now on; the one before signs it, and its secret goes.

        Raises:
            Broken: the present key cannot be opened.
        """

        def once(_: int) -> SealKey:
            with write(self.engine) as connection:
                return self._new_key(
                    connection, dialect.recorded_at(connection, self.clock), actor
                )[0]

        return tried(once)

    def hand_out(self) -> int:
        """Write to the sealing place every seal that it lacks; answers how many.

        Raises:
            Broken: it cannot be written, or holds seals that the database does not.
        """
        if self.place is None:
            return 0
        written = 0
        while lines := self._lacking(self.place):
            if not self.place.append(lines):
                break
            written += len(lines)
        return written

    def _lacking(self, place: Place) -> list[str]:
        there = place.last()
        with read(self.engine) as connection:
            if there is not None and seals.one(connection, there.number) != there:
                raise Broken(
                    f"The sealing place {place.file} ends with a seal {there.number} that the "
                    "database does not have: the database is older than it, or another's. Nothing "
                    "was written there. After restoring a backup, name a new place and keep this "
                    "one with the reason; otherwise find out with `escalation audit verify`."
                )
            number = 0 if there is None else there.number
            found = seals.after(connection, number, _WRITTEN_AT_ONCE)
            return [
                line_of(seal, [stretch for stretch, _ in seals.stretches(connection, seal.number)])
                for seal in found
            ]

    def _secret(self, connection: Connection, now: datetime) -> str:
        """The private key that seals; made the first time."""
        keys = seals.keys(connection)
        if not keys:
            return self._new_key(connection, now, ENGINE)[1]
        return self._opened(keys[-1])

    def _opened(self, key: SealKey) -> str:
        if key.secret is None:
            raise Broken(f"The secret part of seal key {key.number} is not there.")
        return self.vault.open(key.secret)

    def _new_key(self, connection: Connection, now: datetime, actor: Actor) -> tuple[SealKey, str]:
        keys = seals.keys(connection)
        secret = new_secret(self.ids)
        made = SealKey(len(keys) + 1, public_of(secret), self.vault.seal(secret), None, now)
        if keys:
            by = signed(self._opened(keys[-1]), endorsed_text(made))
            made = SealKey(made.number, made.public, made.secret, by, now)
        seals.add_key(connection, made)
        journal.record(
            connection,
            KEYS,
            event_id=self.ids.new("evt", now),
            kind="seal_key.made",
            payload={"number": made.number, "public": made.public},
            actor=actor,
            now=now,
            salt=self.ids.token(16).hex(),
        )
        return made, secret


def _made(
    connection: Connection,
    waiting: Sequence[Entry],
    secret: str,
    instants: tuple[datetime, datetime | None],
) -> tuple[Seal, list[Stretch]]:
    """The next seal over entries in the order of their chains, at ``(now, recorded by)``."""
    sealed_at, recorded_by = instants
    covered = _stretches(connection, waiting)
    leaves = [
        merkle.leaf_hash(leaf_of(e.id, e.aggregate, e.number, e.visibility, e.hash))
        for e in waiting
    ]
    before = seals.last(connection)
    told_before = None if before is None else Statement.of(before.statement)
    if before is not None and told_before is None:
        raise Broken(
            f"Seal {before.number} cannot be read: nothing is sealed until it is mended. "
            "`escalation audit verify` tells more."
        )
    statement = Statement(
        number=1 if before is None else before.number + 1,
        previous="" if before is None else text_hash(before.statement),
        sealed_at=told(sealed_at) or "",
        recorded_by=told(recorded_by),
        entries=len(waiting),
        total=len(waiting) + (0 if told_before is None else told_before.total),
        root=merkle.root(leaves).hex(),
        chains=chains_hash(covered),
        key=public_of(secret),
    )
    text = statement.text
    return Seal(statement.number, text, signed(secret, text)), covered


def _stretches(connection: Connection, waiting: Sequence[Entry]) -> list[Stretch]:
    chains = [
        (aggregate, list(rows)) for aggregate, rows in groupby(waiting, lambda e: e.aggregate)
    ]
    before = seals.ends(connection, [aggregate for aggregate, _ in chains])
    return [
        Stretch(
            aggregate,
            rows[0].number,
            rows[-1].number,
            before.get(aggregate, (0, GENESIS))[1],
            rows[-1].hash,
        )
        for aggregate, rows in chains
    ]
