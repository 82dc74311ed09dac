"""Deliveries of ticketing tools, and what is known of each ticket that they are about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Insert,
    Select,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)

from escalation.store import dialect, models
from escalation.store.models.hooks import UNSETTLED, WAITING
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
_SETTLED = (
    "state", "reason", "faults", "did", "ref", "waits_for", "position", "issue_id", "handled_at",
)  # fmt: skip

# Made once: they are asked for every delivery, and making them anew takes longer than asking.
_delivery, _ticket, _remark = models.hook_delivery.c, models.hook_ticket.c, models.hook_remark.c
_there = func.length(_delivery.body) > 0
"""Whether what came has not been disposed of."""
_SETTLE = update(models.hook_delivery).where(_delivery.id == bindparam("settled"))
_WAITING = (
    select(models.hook_delivery)
    .where(_delivery.source == bindparam("source"), _delivery.waits_for == bindparam("waits_for"))
    .where(WAITING, _there)
)
_TICKET = (
    select(models.hook_ticket)
    .where(_ticket.system == bindparam("system"), _ticket.ref == bindparam("ref"))
    .with_for_update()
)
_KEEP = update(models.hook_ticket).where(
    _ticket.system == bindparam("of_system"), _ticket.ref == bindparam("of_ref")
)
_REMARKS = select(_remark.remark).where(
    _remark.system == bindparam("system"), _remark.ref == bindparam("ref")
)


@cache
def _returning(new: Insert, name: ColumnElement[str]) -> Executable:
    return new.returning(name)


def take_in(connection: Connection, delivery: HookDelivery) -> bool:
    """Keep a delivery; answers whether it is new, once whoever had it in hand has committed."""
    row = {name: getattr(delivery, name) for name in _FIELDS}
    new = _returning(dialect.if_new(connection.dialect, models.hook_delivery), _delivery.id)
    return connection.execute(new, {**row, **_plain(row)}).first() is not None


def settle(connection: Connection, delivery: HookDelivery) -> None:
    """Write down what became of a delivery."""
    row = {name: getattr(delivery, name) for name in _SETTLED}
    connection.execute(_SETTLE, {"settled": delivery.id, **row, **_plain(row)})


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


def left_of(connection: Connection, source: str, after: str, limit: int) -> list[str]:
    """Ids of a source's deliveries that had no effect, the oldest first, after one of them."""
    t = models.hook_delivery
    query = select(t.c.id).where(t.c.source == source, UNSETTLED)
    query = query.where(t.c.id > after, _there)
    return list(connection.execute(query.order_by(t.c.id).limit(limit)).scalars())


def left_counts(connection: Connection, since: datetime, besides: str) -> dict[str, int]:
    """How many deliveries of each source but one, received since then, were unmapped or refused."""
    t = models.hook_delivery
    query = select(t.c.source, func.count()).where(UNSETTLED, t.c.state != HookState.WAITING.value)
    query = query.where(t.c.received_at >= since, t.c.source != besides).group_by(t.c.source)
    return {source: count for source, count in connection.execute(query)}  # noqa: C416 - rows are not pairs to mypy


def waiting_for(connection: Connection, source: str, ref: str) -> list[HookDelivery]:
    """Deliveries of a source that wait until a ticket is known, the oldest first."""
    # Ordered here: asked to, SQLite walks whatever the source ever sent in order.
    return sorted(_read(connection, _WAITING, source=source, waits_for=ref), key=lambda d: d.id)


def hold_ticket(connection: Connection, system: str, ref: str) -> Ticket:
    """What is known of a ticket; its row is held until the transaction ends."""
    named = {"system": system, "ref": ref}
    new = _returning(dialect.if_new(connection.dialect, models.hook_ticket), _ticket.ref)
    if connection.execute(new, {**named, "issue_id": None, "told": {}}).first() is not None:
        return Ticket(system, ref)
    row = connection.execute(_TICKET, named).one()
    return Ticket(row.system, row.ref, row.issue_id, dict(row.told))


def keep_ticket(connection: Connection, ticket: Ticket) -> None:
    """Write down what is known of a ticket now."""
    named = {"of_system": ticket.system, "of_ref": ticket.ref}
    connection.execute(_KEEP, {**named, "issue_id": ticket.issue_id, "told": ticket.told})


def remarks(connection: Connection, ticket: Ticket) -> set[str]:
    """The comments and links of a ticket that have been taken."""
    named = {"system": ticket.system, "ref": ticket.ref}
    return set(connection.execute(_REMARKS, named).scalars())


def keep_remark(connection: Connection, ticket: Ticket, remark: str, delivery_id: str) -> None:
    """Take a comment or a link once."""
    row = {"system": ticket.system, "ref": ticket.ref, "remark": remark}
    new = dialect.if_new(connection.dialect, models.hook_remark)
    connection.execute(new, {**row, "delivery_id": delivery_id})


def _read(connection: Connection, query: Select[Any], **given: str) -> list[HookDelivery]:
    rows = connection.execute(query, given).mappings()
    return [HookDelivery(**{**row, "state": HookState(row["state"])}) for row in rows]
