"""Who is to have which digest when, the windows of each, and the links by which they are read."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, UniqueConstraint

from escalation.store.base import Id, Json, UtcInstant, metadata

digest_subscription = Table(
    "digest_subscription",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile", Id, nullable=False),  # `forum:<code>`, or a scorecard's
    Column("forum", Id),  # none where it is of no forum
    Column("recipient", Json, nullable=False),
    Column("occasion", Json, nullable=False),  # when its windows end
    Column("formats", Json, nullable=False),
    Column("marking", Text),
    Column("periods", Integer),  # over how many a scorecard tells how its figures went
    Column("state", Id, nullable=False),
    Column("since", UtcInstant, nullable=False),  # its windows up to here are closed
    Column("promised_at", UtcInstant),  # when the next one ends; empty while none is promised
    Column("promised_under", Id),  # the epochs of what that follows from
    Column("windows", Integer, nullable=False),  # how many were closed
    Column("made_by", Json, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Index("ix_digest_subscription_promised", "promised_at"),
    Index("ix_digest_subscription_listed", "created_at", "id"),
)

_TO_DO = Column("due_at", UtcInstant)  # when it is to be worked on; empty once it is done

digest_window = Table(
    "digest_window",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subscription_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("since", UtcInstant, nullable=False),
    Column("as_at", UtcInstant, nullable=False),
    Column("closed_at", UtcInstant, nullable=False),  # what its digest knows is what was by then
    Column("gathered", Boolean, nullable=False),  # late, and told with a later one
    Column("state", Id, nullable=False),
    _TO_DO,
    Column("tries", Integer, nullable=False),
    Column("token", Integer, nullable=False),  # who works on it has the newest
    Column("why", Text),
    Column("digest_id", Id, index=True),
    Column("handed_to", Id),  # what it was handed on as: a delivery, or a letter
    Column("ended_at", UtcInstant),
    UniqueConstraint("subscription_id", "number"),
    Index(
        "ix_digest_window_due",
        "due_at",
        postgresql_where=_TO_DO.is_not(None),
        sqlite_where=_TO_DO.is_not(None),
    ),
)

digest_link = Table(
    "digest_link",
    metadata,
    Column("id", Id, primary_key=True),
    Column("window_id", Id, nullable=False, index=True),
    Column("digest_id", Id, nullable=False),
    Column("kind", Text, nullable=False),  # the format
    Column("recipient", Json, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant, nullable=False),
    Column("revoked_at", UtcInstant),
    Column("uses", Integer, nullable=False),
    Column("last_used_at", UtcInstant),
)
