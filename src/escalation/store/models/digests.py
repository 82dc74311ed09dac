"""Digests as they were made, their renderings, and where their numbers come from."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from escalation.store.base import Id, UtcInstant, metadata

digest = Table(
    "digest",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", Id, nullable=False, unique=True),
    Column("schema", Text, nullable=False),
    Column("profile", Id, nullable=False),
    Column("forum", Id),  # none where it is about no forum: a scorecard
    Column("selection", Id, nullable=False),  # the hash of what it was asked for but the instants
    Column("as_at", UtcInstant, nullable=False),
    Column("known_at", UtcInstant, nullable=False),
    Column("since", UtcInstant),
    Column("publication", Id, nullable=False),
    Column("content_hash", Id, nullable=False),
    Column("content", LargeBinary, nullable=False),  # canonical JSON: what the hash was taken of
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("corrects", Id, unique=True),  # the digest that it stands for
    UniqueConstraint("selection", "as_at", "known_at"),
    Index("ix_digest_forum", "forum", "created_at", "id"),
    Index("ix_digest_created", "created_at", "id"),
)

digest_rendering = Table(
    "digest_rendering",
    metadata,
    Column("digest_id", Id, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("hash", Id, nullable=False),
    Column("made_at", UtcInstant, nullable=False),
)

digest_number = Table(
    "digest_number",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

digest_recall = Table(
    "digest_recall",
    metadata,
    Column("issue_id", Id, primary_key=True),  # sealed: the digests that show it are corrected
)
