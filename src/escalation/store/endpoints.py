"""Webhook endpoints: where events go, and with which sealed secrets they are signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from escalation.store import models


class EndpointState(StrEnum):
    """What becomes of an endpoint's deliveries."""

    ENABLED = "enabled"
    DRAINING = "draining"  # what is due goes out, nothing new is handed on
    DISABLED = "disabled"  # they wait
    REMOVED = "removed"  # they are cancelled


SENDING = frozenset({EndpointState.ENABLED, EndpointState.DRAINING})
"""States in which what is due goes out."""
_SENT_TO = sorted(state.value for state in SENDING)


@dataclass(frozen=True, slots=True)
class StoredEndpoint:
    """An endpoint as it is kept; its secrets are sealed. No ``types`` means all of them.

    ``filters`` are of the issue that an event is about; ``headers`` are names to sealed values.
    ``rate`` is messages in a minute, ``concurrency`` requests at once, at most. ``scopes`` are
    codes by kind, of what it may be told. A mailbox has a ``recipient``, and in ``mailing`` how
    they want their mail.
    """

    id: str
    url: str
    description: str
    types: tuple[str, ...]
    filters: Mapping[str, Any] | None
    headers: Mapping[str, str] | None
    format: Mapping[str, Any] | None
    rate: int | None
    concurrency: int | None
    state: EndpointState
    state_reason: str | None
    secret: str
    old_secret: str | None
    old_until: datetime | None
    created_by: str
    created_at: datetime
    scopes: Mapping[str, Sequence[str]] | None = None
    recipient: str | None = None
    mailing: Mapping[str, Any] | None = None

    @property
    def is_mailbox(self) -> bool:
        """Whether it is somebody's mail, and no webhook."""
        return self.recipient is not None

    def wants(self, kind: str) -> bool:
        """Whether it takes events of that type."""
        return not self.types or kind in self.types


def add(connection: Connection, endpoint: StoredEndpoint) -> None:
    """Keep a new endpoint."""
    row = {name: getattr(endpoint, name) for name in StoredEndpoint.__slots__}
    connection.execute(insert(models.webhook_endpoint), {**row, "types": list(endpoint.types)})


def find(
    connection: Connection, endpoint_id: str, *, locked: bool = False
) -> StoredEndpoint | None:
    """An endpoint, removed ones too; ``locked`` holds its row until the transaction ends."""
    table = models.webhook_endpoint
    query = select(table).where(table.c.id == endpoint_id)
    row = connection.execute(query.with_for_update() if locked else query).one_or_none()
    return None if row is None else _endpoint(row)


def standing(connection: Connection) -> Sequence[StoredEndpoint]:
    """Every webhook endpoint that has not been removed, the oldest first."""
    table = models.webhook_endpoint
    there = table.c.state != EndpointState.REMOVED.value
    query = select(table).where(there, table.c.recipient.is_(None))
    return [_endpoint(row) for row in connection.execute(query.order_by(table.c.id))]


def change(connection: Connection, endpoint_id: str, values: Mapping[str, Any]) -> None:
    """Give columns of an endpoint new values."""
    table = models.webhook_endpoint
    connection.execute(update(table).where(table.c.id == endpoint_id).values(**values))


def with_work(connection: Connection, now: datetime, *, mail: bool = False) -> Sequence[str]:
    """Endpoints that are sent to, to which something is due and nobody sends at the moment.

    Webhooks, or with ``mail`` mailboxes.
    """
    table, due = models.webhook_endpoint, models.delivery
    waits = select(due.c.id).where(due.c.endpoint_id == table.c.id, due.c.next_at <= now)
    free = or_(table.c.lane_until.is_(None), table.c.lane_until <= now)
    enabled = table.c.state.in_(_SENT_TO)
    kind = table.c.recipient.is_not(None) if mail else table.c.recipient.is_(None)
    return connection.scalars(select(table.c.id).where(kind, enabled, free, waits.exists())).all()


def take_lane(
    connection: Connection, endpoint_id: str, owner: str, now: datetime, until: datetime
) -> bool:
    """Become, or stay, the one that sends to an endpoint, until then; false where none may."""
    table = models.webhook_endpoint
    free = or_(table.c.lane_owner.is_(None), table.c.lane_owner == owner, table.c.lane_until <= now)
    enabled = table.c.state.in_(_SENT_TO)
    mine = update(table).where(table.c.id == endpoint_id, enabled, free)
    return connection.execute(mine.values(lane_owner=owner, lane_until=until)).rowcount == 1


def leave_lane(connection: Connection, endpoint_id: str, owner: str) -> None:
    """Let others send to it."""
    table = models.webhook_endpoint
    mine = update(table).where(table.c.id == endpoint_id, table.c.lane_owner == owner)
    connection.execute(mine.values(lane_owner=None, lane_until=None))


def _endpoint(row: Row[Any]) -> StoredEndpoint:
    kept = {name: getattr(row, name) for name in StoredEndpoint.__slots__}
    kept |= {"types": tuple(row.types), "state": EndpointState(row.state)}
    return StoredEndpoint(**kept)
