"""Meetings, what is on their agendas, and what was decided."""

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from escalation.store.base import Id, Json, UtcInstant, metadata

meeting = Table(
    "meeting",
    metadata,
    Column("id", Id, primary_key=True),
    Column("forum", Id, nullable=False),
    Column("starts_at", UtcInstant, nullable=False),
    Column("ends_at", UtcInstant, nullable=False),
    Column("cutoff_at", UtcInstant, nullable=False),
    Column("status", Text, nullable=False),
    UniqueConstraint("forum", "starts_at"),
)

agenda_item = Table(
    "agenda_item",
    metadata,
    Column("meeting_id", Id, primary_key=True),
    Column("issue_id", Id, primary_key=True),
    Column("carried_over", Integer, nullable=False),
    Column("tabled_at", UtcInstant, nullable=False),
    Column("outcome", Text),
    Column("left_at", UtcInstant),
    Index("ix_agenda_item_issue", "issue_id"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue_id", Id, nullable=False, index=True),
    Column("meeting_id", Id, nullable=False, index=True),
    Column("forum", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("reasons", Text),
    Column("conditions", Text),
    Column("effect", Text, nullable=False),
    Column("actions", Json, nullable=False),
    Column("decided_at", UtcInstant, nullable=False),
)
