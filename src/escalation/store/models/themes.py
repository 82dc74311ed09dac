"""Themes by their versions, the actions agreed for them, and what was learned of issues."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from escalation.store.base import Id, Json, UtcInstant, metadata

theme = Table(
    "theme",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Id, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
)

theme_version = Table(
    "theme_version",
    metadata,
    Column("theme_id", Id, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("words", Json, nullable=False),
    Column("key_result_area", Text, nullable=False),
    Column("plan", Text),
    Column("objective", Text),
    Column("layer", Text, nullable=False),
    Column("owner", Id),
    Column("forum", Id),
    Column("priority", Json),  # by which decision of a forum, and until when; or none
    Column("status", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("recorded_at", UtcInstant, nullable=False),
)

theme_action = Table(
    "theme_action",
    metadata,
    Column("id", Id, primary_key=True),
    Column("theme_id", Id, nullable=False, index=True),
    Column("action_id", Id, nullable=False),
    Column("linked_at", UtcInstant, nullable=False),
    Column("unlinked_at", UtcInstant),
    Index("ix_theme_action_action", "action_id", "unlinked_at"),
)

learning = Table(
    "learning",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue_id", Id, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("act", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcInstant, nullable=False),
    Index("ix_learning_made", "made_at", "id"),
)
