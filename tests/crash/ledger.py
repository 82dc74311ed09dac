"""What a client knows: what it sent, what it was told, and whether the database agrees.

A command is sent with a key that no other has, as its ``Idempotency-Key`` and as the words by
which it is found again: a log's title, an act's note.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, select

from escalation.store import models
from escalation.store.transaction import snapshot

Entry = dict[str, Any]


def say(pipe: int, **words: Any) -> None:
    """One line, whole or not at all: it is shorter than what a pipe takes at once."""
    os.write(pipe, json.dumps(words).encode() + b"\n")


@dataclass(slots=True)
class Ledger:
    """The client's side, gathered over all the processes that were killed under it."""

    sent: dict[str, Entry] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def take(self, line: str) -> bool:
        """Take a line in; answers whether it says that a command was done."""
        words = json.loads(line)
        key = words["key"]
        if "act" in words:
            self.sent[key] = words
        elif "refused" in words:
            self.refused[key] = words["refused"]
        else:
            self.told[key] = words["hash"]
        return "hash" in words

    @property
    def open(self) -> list[Entry]:
        """What was sent and never answered: a client sends it again with the same key."""
        return [e for k, e in self.sent.items() if k not in self.told and k not in self.refused]

    def disputes(self, engine: Engine) -> Iterator[str]:
        """Where the database does not agree: a write lost, doubled, half done or invented."""
        kept = answers(engine)
        with snapshot(engine) as connection:
            done = Counter(_keys(connection.scalars(select(models.event.c.payload))))
            done.update(connection.scalars(select(models.issue.c.title)))
        yield from (f"invented: {key}" for key in done.keys() - self.sent.keys())
        for key, entry in self.sent.items():
            if done[key] > 1:
                yield f"doubled: {entry} was done {done[key]} times"
            elif done[key] != (key in kept):
                yield f"half done: {entry} happened {done[key]} times, and its answer did not"
            elif key in self.told and not done[key]:
                yield f"lost: {entry} was acknowledged"
            elif key in self.told and self.told[key] != kept[key]:
                yield f"altered: the answer to {entry} is not the one that was given"
            elif key in self.refused and done[key]:
                yield f"refused and done: {entry}, {self.refused[key]}"


def answers(engine: Engine) -> dict[str, str]:
    """The hashes of the answers that are kept, by key."""
    table = models.idempotency
    with snapshot(engine) as connection:
        rows = connection.execute(select(table.c.key, table.c.body)).all()
    return {row.key: sha256(row.body).hexdigest() for row in rows}


def _keys(payloads: Iterable[str]) -> Iterator[str]:
    """The keys of the acts that these events come from: each command's first event has its note."""
    notes = (json.loads(payload).get("note") for payload in payloads)
    return (note for note in notes if note is not None)
