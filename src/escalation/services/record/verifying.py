"""Verification: every hash taken again, every seal's root and signature, and nothing left over.

It reads some thousand entries at a time, so that a record of any size is verified in little memory.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from escalation.errors import NotFound
from escalation.services.record.findings import MOST, Report
from escalation.services.record.place import Place
from escalation.services.record.remains import verify_remains
from escalation.services.record.statements import (
    Statement,
    chains_hash,
    endorsed_text,
    holds,
    text_hash,
)
from escalation.services.record.walking import walk
from escalation.store import issues, merkle, seals, timeline
from escalation.store.seals import Seal, SealKey, Stretch
from escalation.store.transaction import Connection, Engine, read, snapshot

_SEALS_AT_ONCE = 100
Tell = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Verifier:
    """Verifies the record of a database, against the sealing place where there is one."""

    engine: Engine
    place: Place | None = None

    def all(self, since: int = 0, tell: Tell = lambda _: None) -> Report:
        """Everything, or what came after a seal.

        Args:
            since: The seal after which to begin; 0 for all.
            tell: Told how many entries each step looked at.

        Raises:
            NotFound: there is no seal ``since``.
            Broken: the sealing place cannot be read.
        """
        report = self._begun(since)
        before = self._statement(since)
        for seal in self._seals(since):
            before = self._one(seal, before, report, tell)
        self._rest(before, report, tell)
        return report

    def part(self, since: int, seals_at_most: int) -> Report:
        """The next seals after one; with the last of them what is not sealed, and ``complete``.

        Raises:
            NotFound: there is no seal ``since``.
        """
        report = self._begun(since)
        before = self._statement(since)
        with read(self.engine) as connection:
            found = seals.after(connection, since, seals_at_most + 1)
        for seal in found[:seals_at_most]:
            before = self._one(seal, before, report, lambda _: None)
        if len(found) <= seals_at_most:
            self._rest(before, report, lambda _: None)
        return report

    def issue(self, name: str) -> Report:
        """One issue: its whole chain, and each seal that covers a part of it.

        Raises:
            NotFound: there is no such issue.
        """
        with read(self.engine) as connection:
            named = issues.ids_of_references(connection, [name])
            aggregate = named.get(name, name)  # an issue may be gone, and its chain still be there
            numbers = seals.seals_of(connection, aggregate)
            if not numbers and not timeline.entries(connection, aggregate, limit=1):
                raise NotFound(f"There is no issue {name}.")
        report = self._begun(0)
        for number in numbers:
            with read(self.engine) as connection:
                seal = seals.one(connection, number)
            if seal is None:
                report.add("seal_missing", "it covers a part and is not there", seal=number)
                continue
            self._one(seal, self._statement(number - 1), report, lambda _: None)
        with snapshot(self.engine) as connection:
            verify_remains(connection, report, aggregate=aggregate)
        report.complete = True
        return report

    # -- parts -------------------------------------------------------------------------------

    def _begun(self, since: int) -> Report:
        with read(self.engine) as connection:
            keys = seals.keys(connection)
            if since and seals.one(connection, since) is None:
                raise NotFound(f"There is no seal {since}.")
        report = Report(through=since)
        _verify_keys(keys, report)
        return report

    def _statement(self, number: int) -> str | None:
        with read(self.engine) as connection:
            found = seals.one(connection, number)
        return None if found is None else found.statement

    def _seals(self, since: int) -> Iterator[Seal]:
        at = since
        while True:
            with read(self.engine) as connection:
                some = seals.after(connection, at, _SEALS_AT_ONCE)
            if not some:
                return
            yield from some
            at = some[-1].number

    def _one(self, seal: Seal, before: str | None, report: Report, tell: Tell) -> str:
        """Verify a seal and what it covers; answers its statement."""
        with read(self.engine) as connection:
            keys = {key.public for key in seals.keys(connection)}
            known = _verify_statement(seal, before, keys, report)
            count = _verify_entries(connection, seal.number, known, report)
        report.seals += 1
        report.entries += count
        report.through = seal.number
        tell(count)
        return seal.statement

    def _rest(self, before: str | None, report: Report, tell: Tell) -> None:
        """What was sealed meanwhile, what waits, and whether anything is left over or lost."""
        with snapshot(self.engine) as connection:
            keys = {key.public for key in seals.keys(connection)}
            while late := seals.after(connection, report.through, _SEALS_AT_ONCE):
                for seal in late:
                    known = _verify_statement(seal, before, keys, report)
                    report.entries += _verify_entries(connection, seal.number, known, report)
                    report.seals += 1
                    report.through, before = seal.number, seal.statement
            tell(verify_remains(connection, report))
            if self.place is not None:
                _compare(connection, self.place, report)
        report.complete = True


def _verify_keys(keys: Sequence[SealKey], report: Report) -> None:
    """Each key but the first is signed by the one before."""
    for place, key in enumerate(keys):
        handed_over = place == 0 or holds(
            keys[place - 1].public, key.endorsement or "", endorsed_text(key)
        )
        if key.number != place + 1 or not handed_over:
            report.add("key_changed", f"seal key {key.number} is not signed by the one before it")


def _verify_statement(
    seal: Seal, before: str | None, keys: Iterable[str], report: Report
) -> Statement | None:
    """What a seal says of itself: its number, its place after the one before, its signature."""
    told = Statement.of(seal.statement)
    if told is None or told.number != seal.number:
        report.add("seal_changed", "its statement is not one that was made", seal=seal.number)
        return None
    if told.key not in keys:
        report.add("key_changed", f"its key {told.key[:16]}... is none of ours", seal=seal.number)
    if not holds(told.key, seal.signature, seal.statement):
        report.add("seal_changed", "its signature is not of its statement", seal=seal.number)
    previous = "" if before is None else text_hash(before)
    expected = 0 if before is None else _total(before)
    if told.previous != previous or (told.number == 1) != (before is None):
        report.add("seal_missing", "it does not follow the seal before it", seal=seal.number)
    elif told.total != expected + told.entries:
        report.add("seal_changed", "its total is not that of the seals so far", seal=seal.number)
    return told


def _total(statement: str) -> int:
    told = Statement.of(statement)
    return 0 if told is None else told.total


def _verify_entries(
    connection: Connection, number: int, told: Statement | None, report: Report
) -> int:
    """What a seal covers: every entry there, each hash right, and the root over all of them."""
    covered = seals.stretches(connection, number)
    if told is not None and told.chains != chains_hash([stretch for stretch, _ in covered]):
        report.add("seal_changed", "what it covers is not what was sealed", seal=number)
    rows = seals.entries(connection, number)
    by_chain = {key: list(some) for key, some in groupby(rows, key=itemgetter(1))}
    leaves: list[bytes] = []
    found = report.found
    for stretch, before in covered:
        mine = by_chain.get(stretch.aggregate, [])
        _verify_stretch(stretch, before, mine, number, leaves, report)
    came = (merkle.root(leaves).hex(), len(leaves))
    if told is not None and (told.root, told.entries) != came and found == report.found:
        report.add(
            "entry_changed",
            "the root is another: the identifier or visibility of an entry was changed",
            seal=number,
        )
    return len(rows)


def _verify_stretch(
    stretch: Stretch,
    before: str | None,
    rows: list[Any],
    seal: int,
    leaves: list[bytes],
    report: Report,
) -> None:
    if before != stretch.previous:
        report.add(
            "seal_changed",
            "it does not go on where the seal before ended this chain",
            aggregate=stretch.aggregate,
            seal=seal,
        )
    number, hashed = walk(rows, (stretch.first, stretch.previous), leaves, report, seal)
    for missing in range(number, min(stretch.last + 1, number + MOST)):
        report.add(
            "entry_missing",
            "it was sealed and is not there",
            aggregate=stretch.aggregate,
            number=missing,
            seal=seal,
        )
    if number == stretch.last + 1 and hashed != stretch.hash:
        report.add(
            "entry_changed",
            "its hash is not the one that was sealed",
            aggregate=stretch.aggregate,
            number=stretch.last,
            seal=seal,
        )


def _compare(connection: Connection, place: Place, report: Report) -> None:
    """Every seal of the sealing place stands in the database as it was written there."""
    reached = 0
    for seal in place.seals():
        reached = max(reached, seal.number)
        kept = seals.one(connection, seal.number)
        if kept is None:
            detail = f"{place.file} has it, the database does not"
            report.add("seal_missing", detail, seal=seal.number)
        elif kept != seal:
            report.add("seal_changed", f"{place.file} has another", seal=seal.number)
    if reached < report.through:
        report.notes.append(
            f"Seals {reached + 1} to {report.through} do not stand in {place.file} yet."
        )
