"""Who may call, what a call answered the first time, and where reference numbers come from."""

from sqlalchemy import Column, Double, Index, Integer, LargeBinary, Table, Text

from escalation.store.base import Id, Json, Long, UtcInstant, metadata

api_key = Table(
    "api_key",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("hash", Id, nullable=False, unique=True),  # SHA-256 of the whole key
    Column("role", Text, nullable=False),
    Column("person", Id),
    Column("scopes", Json),  # codes by kind; nothing where it is for all
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant),
    Column("revoked_at", UtcInstant),
    Column("replaces", Id),  # the key that it was rotated from
    Column("last_used_at", UtcInstant),  # to the hour
    Column("rate", Text),  # of its own, such as 600/minute; nothing where its role's holds
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("principal", Id, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("key", Id, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Index("ix_idempotency_created", "created_at"),
)

reference_block = Table(
    "reference_block",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("next", Integer, nullable=False),
)

quota = Table(
    "quota",
    metadata,
    Column("name", Id, primary_key=True),  # whose, and of what
    Column("full_at", Double, nullable=False),  # in seconds of the epoch
    Column("granted", Long, nullable=False),  # to whoever drew last
)
