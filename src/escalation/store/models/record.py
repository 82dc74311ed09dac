"""What makes the record stand up: seals over it, their keys, holds on it, and what was disposed."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from escalation.store.base import Id, UtcInstant, metadata

_STANDING = text("lifted_at is null")

seal = Table(
    "seal",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # taken once: one sealer
    Column("statement", Text, nullable=False),  # canonical JSON: what the signature is of
    Column("signature", Text, nullable=False),
)

seal_chain = Table(
    "seal_chain",
    metadata,
    Column("seal", Integer, primary_key=True, autoincrement=False),
    Column("aggregate", Id, primary_key=True),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("previous", Text, nullable=False),  # the hash before the first of them
    Column("hash", Text, nullable=False),  # the last one's
    Index("uq_seal_chain_aggregate_last", "aggregate", "last", unique=True),
)

seal_key = Table(
    "seal_key",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("public", Text, nullable=False, unique=True),
    Column("secret", Text),  # sealed; gone once the next key has taken over
    Column("endorsement", Text),  # the signature of the key before over this one
    Column("made_at", UtcInstant, nullable=False),
)

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("id", Id, primary_key=True),
    Column("scope", Text, nullable=False),  # record, class
    Column("subject", Id, nullable=False),  # an id, or a retention class's
    Column("reason", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", UtcInstant, nullable=False),
    Column("until", UtcInstant),
    Column("lifted_by", Text),
    Column("lifted_at", UtcInstant),
    Index("ix_legal_hold_standing", "subject", postgresql_where=_STANDING, sqlite_where=_STANDING),
)

disposal = Table(
    "disposal",
    metadata,
    Column("aggregate", Id, primary_key=True),
    Column("through", Integer, nullable=False),  # the last entry whose content went
    Column("event_id", Id, nullable=False),  # the journal's entry that says who, and under what
)
