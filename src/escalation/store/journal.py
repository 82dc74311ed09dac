"""Events of what is not an issue: the directory, publications, keys. Chained as timelines are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from escalation.store import dialect, models
from escalation.store.base import kept_text
from escalation.store.chain import GENESIS, link_hash
from escalation.store.rows import actor_told
from escalation.workflow.facts import Actor


def record(  # noqa: PLR0913 - the parts of an entry are independent
    connection: Connection,
    aggregate: str,
    *,
    event_id: str,
    kind: str,
    payload: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    salt: str,
    sent: bool = False,
) -> None:
    """Append an entry to the chain of ``aggregate``; with ``sent`` it also goes out."""
    head = models.chain_head
    query = select(head.c.number, head.c.hash).where(head.c.aggregate == aggregate)
    found = connection.execute(query.with_for_update()).one_or_none()
    number, previous = (1, GENESIS) if found is None else (found.number + 1, found.hash)
    row = {
        "id": event_id,
        "aggregate": aggregate,
        "number": number,
        "type": kind,
        "due_at": None,
        "effective_at": now,
        "recorded_at": now,
        "visibility": "shared",
        "payload": kept_text({"actor": actor_told(actor), **payload}),
        "salt": salt,
    }
    row["hash"] = link_hash(previous, row)
    connection.execute(insert(models.event), row)
    connection.execute(insert(models.unsealed), {"event_id": event_id})
    if sent:
        out = {"event_id": event_id, "aggregate": aggregate, "number": number}
        connection.execute(insert(models.outbox), {**out, "type": kind, "recorded_at": now})
    moved = {"number": number, "hash": row["hash"]}
    upsert = dialect.insert(connection, head).values(aggregate=aggregate, **moved)
    connection.execute(upsert.on_conflict_do_update(index_elements=[head.c.aggregate], set_=moved))


def entries(connection: Connection, aggregate: str) -> Sequence[Row[Any]]:
    """The whole chain of an aggregate in order."""
    table = models.event
    query = select(table).where(table.c.aggregate == aggregate)
    return connection.execute(query.order_by(table.c.number)).all()
