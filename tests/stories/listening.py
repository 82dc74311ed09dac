"""Somebody who subscribes to every message, and reads every record that the story is about."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select

from escalation.store import models
from escalation.store.transaction import read
from tests.api.service import Service

_OF_THE_STORY = ("iss_", "mtg_", "con_", "fbk_", "lim_", "dig_")
"""What the story is about; other chains tell how things were set up."""


@dataclass
class Heard:
    """An entry of a record: what it is about, its type, and whether a message told of it."""

    about: str
    kind: str
    told: bool


@dataclass
class Listener:
    """Everything that was recorded, and everything that was sent, since it was last asked."""

    service: Service
    _read: set[str] = field(default_factory=set)
    _got: set[str] = field(default_factory=set)
    _endpoint: str = ""

    def __post_init__(self) -> None:
        """Subscribe; what was said before is of no interest."""
        self.service.container.outgoing.hand_on()
        here = {"url": "https://listener.example.org/hook"}
        made = self.service.post("/v1/webhook-endpoints", here, key=self.service.admin)
        self._endpoint = made.json()["id"]
        self._entries()

    def hears(self) -> list[Heard]:
        """What is new, record by record in order; each message is of an entry, and comes once."""
        self.service.container.outgoing.hand_on()
        sent = self._messages()
        found = [
            Heard(entry.aggregate, entry.type, entry.id in sent)
            for entry in self._entries()
            if entry.aggregate.startswith(_OF_THE_STORY) or entry.id in sent
        ]
        told = sum(each.told for each in found)
        assert told == len(sent), "there are messages of what stands on no record"
        return found

    def _entries(self) -> list[Row[Any]]:
        table = models.event
        query = select(table).order_by(table.c.aggregate, table.c.number)
        with read(self.service.container.engine) as connection:
            rows = [row for row in connection.execute(query) if row.id not in self._read]
        self._read.update(row.id for row in rows)
        return rows

    def _messages(self) -> set[str]:
        """The events of the deliveries that were made since."""
        found: set[str] = set()
        path = f"/v1/webhook-endpoints/{self._endpoint}/deliveries?limit=200"
        while path:
            page = self.service.found(path, key=self.service.admin)
            for delivery in page["data"]:
                if delivery["id"] not in self._got:
                    assert delivery["event"] not in found, "one event was told twice"
                    found.add(delivery["event"])
                    self._got.add(delivery["id"])
            path = page["links"].get("next", "")
        return found
