"""The record as JSON Lines that anyone can verify: keys, seals, entries with inclusion proofs.

What each line holds, and how it is verified without this program, stands in ``docs/record.md``.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from escalation.errors import NotFound
from escalation.services.record.statements import line_of
from escalation.services.veil import names_in
from escalation.store import issues, matters, merkle, seals, timeline, viewing
from escalation.store.base import canonical
from escalation.store.chain import content_hash, leaf_of
from escalation.store.seals import Entry, Seal
from escalation.store.transaction import Connection, Engine, read, snapshot
from escalation.workflow.viewing import EVERYTHING, Viewer

_SEALS_AT_ONCE = 100


def everything(engine: Engine, since: int = 0) -> Iterator[str]:
    """The lines of the whole record, or of what came after a seal; then what is not sealed yet.

    Raises:
        NotFound: there is no seal ``since``.
    """
    at: int | None = since
    yield keys_line(engine)
    while at is not None:
        lines, at = part(engine, at, _SEALS_AT_ONCE)
        yield from lines


def part(
    engine: Engine, since: int, limit: int, viewer: Viewer = EVERYTHING
) -> tuple[Iterator[str], int | None]:
    """The lines of the next seals after one, and the last of them where more follow.

    Where no more do, the lines of what is not sealed yet are among them. Of issues that ``viewer``
    may not see, and of whatever tells of them, only the hashes come, with which all proofs hold.

    Raises:
        NotFound: there is no seal ``since``.
    """
    with read(engine) as connection:
        if since and seals.one(connection, since) is None:
            raise NotFound(f"There is no seal {since}.")
        found = seals.after(connection, since, limit + 1)
    goes_on = found[limit - 1].number if len(found) > limit else None
    return _lines(engine, found[:limit], viewer, ends=goes_on is None), goes_on


def of_issue(engine: Engine, name: str, viewer: Viewer = EVERYTHING) -> Iterator[str]:
    """The lines of one issue, each seal that covers a part of it before that part.

    Raises:
        NotFound: there is no such issue for ``viewer``.
    """
    with read(engine) as connection:
        named = issues.ids_of_references(connection, [name])
        aggregate = named.get(name, name)
        if viewing.hidden(connection, viewer, [aggregate]) or not timeline.entries(
            connection, aggregate, limit=1
        ):
            raise NotFound(f"There is no issue {name}.")
        numbers = seals.seals_of(connection, aggregate)
    yield keys_line(engine)
    for number in numbers:
        with read(engine) as connection:
            seal = seals.one(connection, number)
            yield from () if seal is None else _sealed(connection, seal, viewer, aggregate)
    with snapshot(engine) as connection:
        yield from _waiting(connection, viewer, aggregate)


def keys_line(engine: Engine) -> str:
    """The line of the public keys, each but the first with its endorsement by the one before."""
    with read(engine) as connection:
        told = [
            {"number": key.number, "public": key.public, "endorsement": key.endorsement}
            for key in seals.keys(connection)
        ]
    return canonical({"kind": "keys", "keys": told})


def _lines(engine: Engine, found: list[Seal], viewer: Viewer, *, ends: bool) -> Iterator[str]:
    for seal in found:
        with read(engine) as connection:
            yield from _sealed(connection, seal, viewer)
    if ends:
        with snapshot(engine) as connection:
            yield from _waiting(connection, viewer)


def _sealed(
    connection: Connection, seal: Seal, viewer: Viewer, only: str | None = None
) -> Iterator[str]:
    covered = [stretch for stretch, _ in seals.stretches(connection, seal.number)]
    entries = [Entry._make(row) for row in seals.entries(connection, seal.number)]
    leaves = [
        merkle.leaf_hash(leaf_of(e.id, e.aggregate, e.number, e.visibility, e.hash))
        for e in entries
    ]
    hidden = _hidden(connection, viewer, entries)
    yield line_of(seal, covered)
    for index, (entry, proof) in enumerate(zip(entries, merkle.proofs(leaves), strict=True)):
        if only in {None, entry.aggregate}:
            place = {"seal": seal.number, "index": index, "proof": [each.hex() for each in proof]}
            yield canonical({"kind": "entry", **_told(entry, hidden), **place})


def _waiting(connection: Connection, viewer: Viewer, only: str | None = None) -> Iterator[str]:
    for some in seals.waiting_entries(connection, only):
        hidden = _hidden(connection, viewer, some)
        for entry in some:
            yield canonical({"kind": "entry", **_told(entry, hidden), "seal": None})


def _hidden(connection: Connection, viewer: Viewer, entries: Sequence[Entry]) -> frozenset[str]:
    """The ids of entries that belong to what ``viewer`` may not see, or name it."""
    if viewer.everything:
        return frozenset()
    named = {each.id: {each.aggregate, *_names(each)} for each in entries}
    hidden = matters.hidden(connection, viewer, sorted(set[str]().union(*named.values())))
    return frozenset(entry for entry, names in named.items() if not hidden.isdisjoint(names))


def _names(entry: Entry) -> Iterator[str]:
    if entry.payload:  # of one that was disposed of nothing is left
        yield from names_in(json.loads(entry.payload))


def _told(entry: Entry, hidden: frozenset[str]) -> dict[str, Any]:
    """An entry with its instants in the very letters that its hash was taken of."""
    if entry.id in hidden and entry.disposed is None:
        inner = content_hash(entry.salt, entry.payload)
        entry = entry._replace(payload="", salt="", disposed=inner)
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in entry._asdict().items()
    }
