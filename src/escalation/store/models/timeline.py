"""What happened, chained by hash, and what of it is still to be sent and sealed."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from escalation.store.base import Id, UtcInstant, metadata

_DISPOSED = text("disposed is not null")
_UNSENT = text("dispatched_at is null")
_INFORMED = text("type = 'issue.informed'")

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("aggregate", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("due_at", UtcInstant),
    Column("effective_at", UtcInstant, nullable=False),
    Column("recorded_at", UtcInstant, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("payload", Text, nullable=False),  # canonical text: what the hash was taken of
    Column("salt", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("disposed", Text),  # the hash of its content, once payload and salt are gone
    Index("uq_event_aggregate_number", "aggregate", "number", unique=True),
    Index("ix_event_disposed", "aggregate", postgresql_where=_DISPOSED, sqlite_where=_DISPOSED),
    Index("ix_event_informed", "effective_at", postgresql_where=_INFORMED, sqlite_where=_INFORMED),
)

chain_head = Table(
    "chain_head",
    metadata,
    Column("aggregate", Id, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("event_id", Id, primary_key=True),
    Column("aggregate", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("recorded_at", UtcInstant, nullable=False),
    Column("dispatched_at", UtcInstant),
    Index("ix_outbox_unsent", "event_id", postgresql_where=_UNSENT, sqlite_where=_UNSENT),
    Index("ix_outbox_lane", "aggregate", "number", postgresql_where=_UNSENT, sqlite_where=_UNSENT),
)

named_outbox = Table(
    "named_outbox",  # events of sealed issues: for the people named for them, by mail alone
    metadata,
    Column("event_id", Id, primary_key=True),
    Column("aggregate", Id, nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("recorded_at", UtcInstant, nullable=False),
)

unsealed = Table(
    "unsealed",
    metadata,
    Column("event_id", Id, primary_key=True),
)
