"""What goes out: endpoints, messages rendered once, their deliveries, and signs of life."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, text

from escalation.store.base import Id, Json, UtcInstant, metadata

_DUE = text("next_at is not null")
_DEAD = text("state = 'dead'")
_HELD = text("state = 'held'")

webhook_endpoint = Table(
    "webhook_endpoint",
    metadata,
    Column("id", Id, primary_key=True),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("types", Json, nullable=False),  # an empty list takes every type
    Column("filters", Json),  # what an issue has to be; nothing where every issue will do
    Column("headers", Json),  # names to sealed values, sent with every message
    Column("format", Json),  # its kind and options; nothing where it is the standard one
    Column("rate", Integer),  # messages in a minute, at most; nothing where there is no bound
    Column("concurrency", Integer),  # requests at once; nothing where it is the usual number
    Column("state", Text, nullable=False),  # enabled, draining, disabled, removed
    Column("state_reason", Text),
    Column("secret", Text, nullable=False),  # sealed
    Column("old_secret", Text),  # sealed; signs as well until then
    Column("old_until", UtcInstant),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("scopes", Json),  # codes by kind; nothing where it is for all
    Column("recipient", Text),  # of a mailbox: the person, or the address; of others nothing
    Column("mailing", Json),  # of a mailbox: how its owner wants their mail
    Column("lane_owner", Id),  # the one process that sends to it now
    Column("lane_until", UtcInstant),
)

message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),  # the event's id, and the receiver's webhook-id
    Column("type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("made_at", UtcInstant, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("endpoint_id", Id, nullable=False),
    Column("message_id", Id, nullable=False),
    Column("aggregate", Id, nullable=False),  # in order within it, for each endpoint
    Column("number", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("token", Integer, nullable=False),  # another one for each claim: fences the last
    Column("next_at", UtcInstant),  # waiting: when it is due; sending: when its lease ends
    Column("created_at", UtcInstant, nullable=False),
    Column("ended_at", UtcInstant),
    Column("recovery_id", Id),
    Column("summary_id", Id),  # the message that told it instead
    Column("last_outcome", Text),
    Column("handed_at", UtcInstant),  # of a mail: its last dot may have been sent since then
    Column("handed_status", Integer),  # what the server answered to it
    Index("uq_delivery_message_endpoint", "message_id", "endpoint_id", unique=True),
    Index("ix_delivery_due", "endpoint_id", "next_at", postgresql_where=_DUE, sqlite_where=_DUE),
    Index("ix_delivery_lane", "endpoint_id", "aggregate", "number"),
    Index(
        "ix_delivery_dead", "endpoint_id", "aggregate", postgresql_where=_DEAD, sqlite_where=_DEAD
    ),
    Index(
        "ix_delivery_held",
        "recovery_id",
        "endpoint_id",
        "aggregate",
        "number",
        postgresql_where=_HELD,
        sqlite_where=_HELD,
    ),
    Index("ix_delivery_listed", "endpoint_id", "id"),
)

rendering = Table(
    "rendering",
    metadata,
    Column("delivery_id", Id, primary_key=True),  # of a format other than the standard one
    Column("requests", Json, nullable=False),
)

delivery_attempt = Table(
    "delivery_attempt",
    metadata,
    Column("delivery_id", Id, primary_key=True),
    Column("token", Integer, primary_key=True, autoincrement=False),
    Column("started_at", UtcInstant, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("status", Integer),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("answer", Text),  # how what the receiver answered begins, in its own words
)

turn = Table(
    "turn",
    metadata,
    Column("name", Id, primary_key=True),  # work that one process does at a time holds its row
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("worker", Id, primary_key=True),
    Column("beat_at", UtcInstant, nullable=False, index=True),
)

recovery = Table(
    "recovery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slot", Id, nullable=False, unique=True),  # `open` while it is: one at a time
    Column("down_since", UtcInstant, nullable=False),
    Column("started_at", UtcInstant, nullable=False),
    Column("state", Text, nullable=False),  # open, settling, closed
    Column("closed_at", UtcInstant),
)
