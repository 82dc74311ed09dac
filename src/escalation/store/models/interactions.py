"""What people said beside issues: contacts and feedback; receipts; limits on how they may."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from escalation.store.base import Id, Json, UtcInstant, metadata

_RAISED = text("issue_id is not null")

receipt = Table(
    "receipt",
    metadata,
    Column("hash", Id, primary_key=True),  # SHA-256 of the code
    Column("issue_id", Id, nullable=False, index=True),
    Column("created_at", UtcInstant, nullable=False),
)

interaction = Table(
    "interaction",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reference", Id, nullable=False, unique=True),
    Column("family", Text, nullable=False),  # contact or feedback
    Column("kind", Text, nullable=False),
    Column("sentiment", Text),
    Column("channel", Text, nullable=False),
    Column("centre", Id),
    Column("party", Id),
    Column("function", Id),
    Column("region", Id),
    Column("key_result_area", Text),
    Column("quote", Text),  # what whoever said it allows
    Column("acknowledged_at", UtcInstant),
    Column("themes", Json, nullable=False),
    Column("text", Text, nullable=False),
    Column("raiser", Json, nullable=False),
    Column("survey", Json),
    Column("about", Id, index=True),  # the issue that a survey's answers are about
    Column("recorded_by", Text, nullable=False),
    Column("received_at", UtcInstant, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("issue_id", Id),  # that it was raised into
    Column("raised_at", UtcInstant),
    Column("receipt", Id, index=True),  # SHA-256 of the code of who gave no name
    Column("written_at", UtcInstant),  # when they last wrote by it
    Column("answered_at", UtcInstant),  # when they were last answered
    Index("ix_interaction_created", "family", "created_at", "id"),
    Index(
        "uq_interaction_issue",
        "issue_id",
        unique=True,
        postgresql_where=_RAISED,
        sqlite_where=_RAISED,
    ),
)

register_number = Table(
    "register_number",
    metadata,
    Column("series", Id, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

conduct_limit = Table(
    "conduct_limit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("raiser", Json, nullable=False),  # by what they are known again, and their name
    Column("limits", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("begins_at", UtcInstant, nullable=False),
    Column("review_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant, nullable=False),
    Column("ended_at", UtcInstant),
    Column("reviews", Json, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Index("ix_conduct_limit_created", "created_at", "id"),
)
