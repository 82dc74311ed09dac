"""Meetings, what is on their agendas, what was decided, who is to do what, and who follows them."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, UniqueConstraint

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
    Column("occurs_at", UtcInstant),  # when the forum's rule has it; none for one in between
    Column("otherwise", Boolean, nullable=False),  # moved, cancelled, or in between
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("procedure", Json, nullable=False),  # attendance, recusals, place, minutes
    Column("updated_at", UtcInstant, nullable=False),
    Index("ix_meeting_forum", "forum", "starts_at"),
)

agenda_item = Table(
    "agenda_item",
    metadata,
    Column("meeting_id", Id, primary_key=True),
    Column("subject", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", Text),
    Column("section", Text),
    Column("sought", Text),
    Column("late", Boolean, nullable=False),
    Column("carried_over", Integer, nullable=False),
    Column("tabled_at", UtcInstant, nullable=False),
    Column("outcome", Text),
    Column("remark", Text),
    Column("left_at", UtcInstant),
    Index("ix_agenda_item_subject", "subject"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", Id, unique=True),
    Column("subject", Id, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("meeting_id", Id, nullable=False, index=True),
    Column("forum", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("reasons", Text),
    Column("conditions", Text),
    Column("mover", Id),
    Column("effect", Text, nullable=False),
    Column("assents", Json, nullable=False),  # of those who agreed to it between meetings
    Column("recused", Json, nullable=False),
    Column("decided_at", UtcInstant, nullable=False),
    # Since 0031; earlier rows may have none where nothing was found.
    Column("recorded_at", UtcInstant),
    Column("title", Text),  # of what it was on, as that was called then
    Index("ix_decision_forum", "forum", "decided_at"),
    Index("ix_decision_decided_at", "decided_at", "id"),
)

decision_count = Table(
    "decision_count",
    metadata,
    Column("forum", Id, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

action = Table(
    "action",
    metadata,
    Column("id", Id, primary_key=True),
    Column("decision_id", Id, nullable=False, index=True),
    Column("meeting_id", Id, nullable=False),
    Column("forum", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("owner", Id, nullable=False),
    Column("due_on", Id),  # a date, as its text
    Column("kind", Text),  # what is done: a process redesigned, a system changed, ...
    Column("plan", Text),  # that it is part of
    Column("version", Integer, nullable=False),
    Column("done_at", UtcInstant),
    Column("done_by", Text),
    Column("remark", Text),
    Column("made_at", UtcInstant, nullable=False),
    Index("ix_action_owner", "owner", "due_on"),
    Index("ix_action_forum", "forum", "due_on"),
)

calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("id", Id, primary_key=True),
    Column("forum", Id, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("hash", Id, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("made_by", Json),  # how they are found again; nothing of feeds before there was a way
    Column("created_at", UtcInstant, nullable=False),
    Column("revoked_at", UtcInstant),
    UniqueConstraint("hash"),
)
