"""What came in from ticketing tools: each delivery as it came, and what is known of each ticket."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text, text

from escalation.store.base import Id, Json, UtcInstant, metadata

WAITING = text("state = 'waiting'")
UNSETTLED = text("state in ('unmapped', 'refused', 'waiting')")
"""As queries have to say it too: an index of some rows is used where its very words are."""

hook_delivery = Table(
    "hook_delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Id, nullable=False),
    Column("key", Id, nullable=False),  # what the source calls this delivery
    Column("state", Text, nullable=False),
    Column("reason", Text),  # why it is in that state, for a person
    Column("faults", Json, nullable=False),  # each place of the mapping that failed
    Column("did", Json, nullable=False),  # the acts that followed
    Column("ref", Id),  # what the source calls the ticket that it is about
    Column("waits_for", Id),  # the ticket that has to be known first
    Column("position", Json, nullable=False),  # where it stands among those about its ticket
    Column("issue_id", Id),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", UtcInstant, nullable=False),
    Column("handled_at", UtcInstant, nullable=False),
    Index("uq_hook_delivery_source_key", "source", "key", unique=True),
    Index("ix_hook_delivery_listed", "source", "id"),
    Index(
        "ix_hook_delivery_waiting",
        "source",
        "waits_for",
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    ),
    Index(
        "ix_hook_delivery_left", "source", "id", postgresql_where=UNSETTLED, sqlite_where=UNSETTLED
    ),
)

hook_ticket = Table(
    "hook_ticket",
    metadata,
    Column("system", Id, primary_key=True),
    Column("ref", Id, primary_key=True),
    Column("issue_id", Id),
    Column("told", Json, nullable=False),  # the newest word on each field, and its position
)

hook_remark = Table(
    "hook_remark",
    metadata,
    Column("system", Id, primary_key=True),
    Column("ref", Id, primary_key=True),
    Column("remark", Id, primary_key=True),  # a comment, a link: taken once, whatever the order
    Column("delivery_id", Id, nullable=False),
)
