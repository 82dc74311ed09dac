"""What issues are decided under: publications, the directory, and the epoch of both."""

from sqlalchemy import Column, Integer, Table, Text

from escalation.store.base import Id, Json, UtcInstant, metadata

publication = Table(
    "publication",
    metadata,
    Column("hash", Id, primary_key=True),
    Column("label", Id, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("expanded", Json, nullable=False),
    Column("mode", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("published_at", UtcInstant, nullable=False),
    Column("approvals", Json),  # by whom, where it needed any
)

ladder_change = Table(
    "ladder_change",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", Id, nullable=False, index=True),
    Column("label", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("needs", Json, nullable=False),  # approvals
    Column("answers", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", UtcInstant, nullable=False),
    Column("settled_at", UtcInstant),
)

directory_version = Table(
    "directory_version",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("hash", Id, nullable=False),
    Column("document", Json, nullable=False),
    Column("applied_by", Text, nullable=False),
    Column("applied_at", UtcInstant, nullable=False),
)

epoch = Table(
    "epoch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("publication", Integer, nullable=False),
    Column("directory", Integer, nullable=False),
    Column("access", Integer, nullable=False),
    Column("meetings", Integer, nullable=False, server_default="0"),
    Column("conduct", Integer, nullable=False, server_default="0"),
    Column("current", Id),  # the publication new issues are logged under
)

seat_turn = Table(
    "seat_turn",
    metadata,
    Column("seat", Id, primary_key=True),  # of the directory's shared seats
    Column("made", Integer, nullable=False),  # picks so far
)
