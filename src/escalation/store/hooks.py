"""Deliveries of ticketing tools, and what is known of each ticket that they are about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, exists, func, or_, select, update

from escalation.store import dialect, models
from escalation.store.viewing import visible
from escalation.workflow.viewing import Viewer


class HookState(StrEnum):
    """What became of a delivery."""

    DONE = "done"
    OVERTAKEN = "overtaken"
    ECHO = "echo"
    IGNORED = "ignored"
    WAITING = "waiting"
    UNMAPPED = "unmapped"
    REFUSED = "refused"


LEFT = (HookState.UNMAPPED, HookState.REFUSED, HookState.WAITING)
"""States of deliveries that had no effect and may yet have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDelivery:
    """A delivery as it came, and what became of it."""

    id: str
    source: str
    key: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    handled_at: datetime
    state: HookState = HookState.UNMAPPED
    reason: str | None = None
    faults: Sequence[Mapping[str, Any]] = ()
    did: Sequence[str] = ()
    ref: str | None = None
    waits_for: str | None = None
    position: Sequence[Any] = ()
    issue_id: str | None = None


@dataclass(slots=True)
class Ticket:
    """What a tool has said of one of its tickets: the newest word on each field.

    ``told`` maps a field to ``{"at": position, "value": value}``.
    """

    system: str
    ref: str
    issue_id: str | None = None
    told: dict[str, Any] = field(default_factory=dict)


_FIELDS = tuple(HookDelivery.__slots__)


def take_in(connection: Connection, delivery: HookDelivery) -> bool:
    """Keep a delivery; answers whether it is new, once whoever had it in hand has committed."""
    row = {name: getattr(delivery, name) for name in _FIELDS}
    new = dialect.insert(connection, models.hook_delivery).on_conflict_do_nothing()
    kept = new.values({**row, **_plain(row)}).returning(models.hook_delivery.c.id)
    return connection.execute(kept).first() is not None


def settle(connection: Connection, delivery: HookDelivery) -> None:
    """Write down what became of a delivery."""
    table = models.hook_delivery
    names = ("state", "reason", "faults", "did", "ref", "waits_for", "position", "issue_id")
    row = {name: getattr(delivery, name) for name in (*names, "handled_at")}
    connection.execute(
        update(table).where(table.c.id == delivery.id).values({**row, **_plain(row)})
    )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    lists = {name: list(row[name]) for name in ("faults", "did", "position")}
    return {**lists, "state": str(row["state"])}


def by_key(connection: Connection, source: str, key: str) -> HookDelivery | None:
    """The delivery that a source calls so."""
    t = models.hook_delivery
    found = _read(connection, select(t).where(t.c.source == source, t.c.key == key))
    return found[0] if found else None


def one(connection: Connection, delivery_id: str, *, lock: bool = False) -> HookDelivery | None:
    """A delivery by its id."""
    query = select(models.hook_delivery).where(models.hook_delivery.c.id == delivery_id)
    found = _read(connection, query.with_for_update() if lock else query)
    return found[0] if found else None


def page(
    connection: Connection,
    viewer: Viewer,
    *,
    source: str | None = None,
    states: Iterable[HookState] = (),
    before: str | None = None,
    limit: int = 50,
) -> list[HookDelivery]:
    """Deliveries that ``viewer`` may see, of one source or of all, the latest first.

    What is about a sealed issue is for those who may see that issue.
    """
    t, issue = models.hook_delivery, models.issue
    seen = exists().where(issue.c.id == t.c.issue_id, visible(connection, viewer))
    query = select(t).where(or_(t.c.issue_id.is_(None), seen))
    query = query.order_by(t.c.id.desc()).limit(limit)
    if source is not None:
        query = query.where(t.c.source == source)
    if wanted := [str(state) for state in states]:
        query = query.where(t.c.state.in_(wanted))
    if before is not None:
        query = query.where(t.c.id < before)
    return _read(connection, query)


_there = func.length(models.hook_delivery.c.body) > 0
"""Whether what came has not been disposed of."""


def left_of(connection: Connection, source: str, after: str, limit: int) -> list[str]:
    """Ids of a source's deliveries that had no effect, the oldest first, after one of them."""
    t = models.hook_delivery
    query = select(t.c.id).where(t.c.source == source, t.c.state.in_([str(s) for s in LEFT]))
    query = query.where(t.c.id > after, _there)
    return list(connection.execute(query.order_by(t.c.id).limit(limit)).scalars())


def waiting_for(connection: Connection, source: str, ref: str) -> list[HookDelivery]:
    """Deliveries of a source that wait until a ticket is known, the oldest first."""
    t = models.hook_delivery
    query = select(t).where(t.c.source == source, t.c.waits_for == ref)
    query = query.where(t.c.state == HookState.WAITING.value, _there).order_by(t.c.id)
    return _read(connection, query)


def hold_ticket(connection: Connection, system: str, ref: str) -> Ticket:
    """What is known of a ticket; its row is held until the transaction ends."""
    t = models.hook_ticket
    new = dialect.insert(connection, t).on_conflict_do_nothing()
    connection.execute(new, {"system": system, "ref": ref, "issue_id": None, "told": {}})
    query = select(t).where(t.c.system == system, t.c.ref == ref).with_for_update()
    row = connection.execute(query).one()
    return Ticket(row.system, row.ref, row.issue_id, dict(row.told))


def keep_ticket(connection: Connection, ticket: Ticket) -> None:
    """Write down what is known of a ticket now."""
    t = models.hook_ticket
    change = update(t).where(t.c.system == ticket.system, t.c.ref == ticket.ref)
    connection.execute(change.values(issue_id=ticket.issue_id, told=ticket.told))


def remarks(connection: Connection, ticket: Ticket) -> set[str]:
    """The comments and links of a ticket that have been taken."""
    t = models.hook_remark
    query = select(t.c.remark).where(t.c.system == ticket.system, t.c.ref == ticket.ref)
    return set(connection.execute(query).scalars())


def keep_remark(connection: Connection, ticket: Ticket, remark: str, delivery_id: str) -> None:
    """Take a comment or a link once."""
    row = {"system": ticket.system, "ref": ticket.ref, "remark": remark}
    new = dialect.insert(connection, models.hook_remark).on_conflict_do_nothing()
    connection.execute(new, {**row, "delivery_id": delivery_id})


def _read(connection: Connection, query: Select[Any]) -> list[HookDelivery]:
    rows = connection.execute(query).mappings()
    return [HookDelivery(**{**row, "state": HookState(row["state"])}) for row in rows]
