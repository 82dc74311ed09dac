"""What is told of a change of the ladder file, to callers and on the record."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.routing.approval import Need
from escalation.services.desk import Desk
from escalation.services.jobs import Answer
from escalation.services.views import told
from escalation.store import journal, timeline
from escalation.store.transaction import Connection
from escalation.workflow.facts import Actor

RECORD = "ladders"
"""The chain that publications, and changes on their way to one, stand on."""
_CREATED = 201


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the record that is about to be made: its id and its salt."""

    event: str
    salt: str

    @classmethod
    def new(cls, desk: Desk) -> "Entry":
        """One that nothing has been written under yet."""
        return cls(desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex())

    def made(self, connection: Connection) -> bool:
        """Whether an earlier try has made it, and its answer was lost."""
        return bool(timeline.aggregates_of(connection, [self.event]))

    def write(
        self,
        connection: Connection,
        kind: str,
        payload: Mapping[str, Any],
        by: tuple[Actor, datetime],
    ) -> None:
        """Write it down as done by somebody at an instant; it also goes out."""
        journal.record(
            connection,
            RECORD,
            event_id=self.event,
            kind=f"ladder.change_{kind}",
            payload=payload,
            actor=by[0],
            now=by[1],
            salt=self.salt,
            sent=True,
        )


def needs_in(row: Mapping[str, Any]) -> list[Need]:
    """The approvals that a change needs."""
    return [Need.restored(each) for each in row["needs"]]


def missing(row: Mapping[str, Any]) -> list[str]:
    """Whose approval it does not have yet, in words."""
    return [need.words for need in needs_in(row) if not need.met_by(row["answers"])]


def named(row: Mapping[str, Any]) -> dict[str, Any]:
    """Which change it is."""
    return {"change": row["id"], "label": row["label"], "hash": row["hash"]}


def view(row: Mapping[str, Any]) -> dict[str, Any]:
    """A change: what it is, whose approval it needs, and what they have answered."""
    return {
        "id": row["id"],
        "version": row["version"],
        "status": row["status"],
        "label": row["label"],
        "hash": row["hash"],
        "name": row["name"],
        "reason": row["reason"],
        "needs": row["needs"],
        "answers": row["answers"],
        "left": missing(row),
        "proposed_by": row["proposed_by"],
        "proposed_at": told(row["proposed_at"]),
        "settled_at": told(row["settled_at"]),
    }


def answer(row: Mapping[str, Any], status: int) -> Answer:
    """A change as the answer to what was done to it."""
    body = json.dumps(view(row), ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"ETag": f'"{row["version"]}"'}
    if status == _CREATED:
        headers["Location"] = f"/v1/ladder-changes/{row['id']}"
    return Answer(status, body, headers, row["id"])
