"""Mailboxes, and mails on their way: what the store keeps beside any other delivery.

A mailbox is an endpoint whose ``recipient`` is a person of the directory or an address. Its id
follows from the recipient, so that there is one of each; the deliveries to it are unique per event
as all deliveries are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from escalation.ids import named
from escalation.store import dialect, models
from escalation.store.deliveries import DeliveryState
from escalation.store.dialect import any_of
from escalation.store.endpoints import EndpointState

MAILBOX = "mbx"
"""The prefix of a mailbox's id."""
RAISERS = "survey:raisers"
"""Whose the one mailbox is that raisers are asked from: no id of a person has a colon.

One for all, so that no address of theirs is kept here: each is read of its issue, and goes with it.
"""


def mailbox_id(recipient: str) -> str:
    """The id of the mailbox of a person, or of an address."""
    return named(MAILBOX, recipient)


def ensure(connection: Connection, recipients: Sequence[str], now: datetime) -> None:
    """Have a mailbox for each; those that are there stay as they are."""
    if not recipients:
        return
    table = models.webhook_endpoint
    wanted = {mailbox_id(each): each for each in recipients}
    there = select(table.c.id).where(any_of(connection, table.c.id, sorted(wanted)))
    missing = sorted(wanted.keys() - set(connection.scalars(there)))
    if missing:
        new = dialect.insert(connection, table).on_conflict_do_nothing()
        connection.execute(new, [_row(name, wanted[name], now) for name in missing])


def wishes(connection: Connection, mailboxes: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """How the owners of these mailboxes want their mail, as far as they have said so."""
    table = models.webhook_endpoint
    query = select(table.c.id, table.c.mailing).where(any_of(connection, table.c.id, mailboxes))
    return {row.id: row.mailing for row in connection.execute(query) if row.mailing}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox as it is listed."""

    id: str
    recipient: str


def page(connection: Connection, *, after: str | None = None, limit: int = 50) -> list[Mailbox]:
    """The mailboxes of people and addresses, by their recipients."""
    table = models.webhook_endpoint
    theirs = (table.c.recipient.is_not(None), table.c.recipient != RAISERS)
    query = select(table.c.id, table.c.recipient).where(*theirs)
    if after is not None:
        query = query.where(table.c.recipient > after)
    rows = connection.execute(query.order_by(table.c.recipient).limit(limit))
    return [Mailbox(row.id, row.recipient) for row in rows]


def beginning(connection: Connection, begins: str) -> list[Mailbox]:
    """The mailboxes whose ids begin so."""
    table = models.webhook_endpoint
    query = select(table.c.id, table.c.recipient).where(
        table.c.recipient.is_not(None), table.c.id >= begins, table.c.id < f"{begins}~"
    )
    return [Mailbox(row.id, row.recipient) for row in connection.execute(query)]


def owners(connection: Connection, mailboxes: Sequence[str]) -> dict[str, str]:
    """Whose these mailboxes are."""
    table = models.webhook_endpoint
    query = select(table.c.id, table.c.recipient)
    rows = connection.execute(query.where(any_of(connection, table.c.id, list(mailboxes))))
    return {row.id: row.recipient for row in rows}


def put_off(connection: Connection, mailbox: str, now: datetime, until: datetime) -> None:
    """What is due to a mailbox is due at an instant ahead."""
    d = models.delivery
    due = update(d).where(d.c.endpoint_id == mailbox, d.c.next_at <= now)
    connection.execute(due.values(next_at=until))


def bring_forward(connection: Connection, mailbox: str, now: datetime) -> None:
    """What waits for a mailbox and has not been tried is due now."""
    d = models.delivery
    waits = update(d).where(
        d.c.endpoint_id == mailbox,
        d.c.state == DeliveryState.WAITING.value,
        d.c.next_at > now,
        d.c.attempts == 0,
    )
    connection.execute(waits.values(next_at=now))


@dataclass(frozen=True, slots=True)
class Due:
    """A mail that is due, for one that tells several."""

    id: str
    message_id: str
    body: bytes


def due(
    connection: Connection, mailbox: str, now: datetime, alone: Sequence[str], limit: int
) -> list[Due]:
    """What is due to a mailbox and has not been tried, but what is of these types, in order."""
    d, message = models.delivery, models.message
    query = (
        select(d.c.id, d.c.message_id, message.c.body)
        .join(message, message.c.id == d.c.message_id)
        .where(
            d.c.endpoint_id == mailbox,
            d.c.state == DeliveryState.WAITING.value,
            d.c.next_at <= now,
            d.c.handed_at.is_(None),
            d.c.type.not_in(alone),
        )
        .order_by(d.c.aggregate, d.c.number)
        .limit(limit)
        .with_for_update(of=d)
    )
    return [Due(row.id, row.message_id, bytes(row.body)) for row in connection.execute(query)]


def told_together(
    connection: Connection, deliveries: Sequence[str], summary: str, now: datetime
) -> None:
    """Note that one mail tells these: that counts as their delivery."""
    d = models.delivery
    told = {"state": DeliveryState.SUMMARISED.value, "summary_id": summary, "next_at": None}
    change = update(d).where(any_of(connection, d.c.id, list(deliveries)))
    connection.execute(change.values(**told, ended_at=now))


def having(connection: Connection, message_id: str, mailboxes: Sequence[str]) -> frozenset[str]:
    """Those of these mailboxes that a message is delivered to, or is to be."""
    d = models.delivery
    query = select(d.c.endpoint_id).where(
        d.c.message_id == message_id, any_of(connection, d.c.endpoint_id, list(mailboxes))
    )
    return frozenset(connection.scalars(query))


def is_kept(connection: Connection, message_id: str) -> bool:
    """Whether a message is there already."""
    table = models.message
    return connection.scalar(select(table.c.id).where(table.c.id == message_id)) is not None


@dataclass(frozen=True, slots=True)
class Marked:
    """A mailbox that nothing is sent to, and why."""

    recipient: str
    why: str


def marked(connection: Connection) -> list[Marked]:
    """The mailboxes that nothing is sent to."""
    table = models.webhook_endpoint
    query = select(table.c.recipient, table.c.state_reason).where(
        table.c.recipient.is_not(None), table.c.state == EndpointState.DISABLED.value
    )
    rows = connection.execute(query.order_by(table.c.recipient))
    return [Marked(row.recipient, row.state_reason or "") for row in rows]


def _row(name: str, recipient: str, now: datetime) -> dict[str, Any]:
    return {
        "id": name,
        "url": "mailto:",
        "description": "",
        "types": [],
        "state": EndpointState.ENABLED.value,
        "secret": "",
        "created_by": "the engine",
        "created_at": now,
        "recipient": recipient,
    }
