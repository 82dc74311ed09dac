"""Issues: the row as it stands, its stays, its ties, and the names other systems know it by."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, text

from escalation.store.base import Id, Json, UtcInstant, metadata

_SEALED = text("sealed_at is not null")
_LEFT_FORUM = text("left_forum is not null")
UNRESOLVED = "status in ('open', 'in_progress', 'on_hold', 'tabled')"
"""What the partial indexes say; a query that is to use one on SQLite says it in the same words."""
_UNRESOLVED = text(UNRESOLVED)
LONG_ON_SQLITE = "recorded_to - effective_from > 2592000000000"
LONG_ON_POSTGRES = "recorded_to - effective_from > interval '30 days'"
"""What a stay is that lasted long; in a query in the same words, too."""
_SEATS_DUE = text(f"seats_until is not null and {UNRESOLVED}")
_ENDED = text("ended_at is not null")
_SETTLED = text("resolved_at is not null")
_VACANT = text("vacant_since is not null")
_AT_FORUM = text(f"forum is not null and {UNRESOLVED}")

issue = Table(
    "issue",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reference", Id, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("severity_reason", Text, nullable=False),
    Column("impact", Text),
    Column("urgency", Text),
    Column("agency", Id, nullable=False),
    Column("provider", Id, nullable=False),
    Column("cluster", Id),
    Column("function", Id),
    Column("service", Id),
    Column("region", Id),
    Column("scope", Text, nullable=False),
    Column("themes", Json, nullable=False),
    Column("also_affects", Json, nullable=False),
    Column(
        "said", Json, nullable=False
    ),  # what came with it: raiser, references, reasons, warnings
    Column("publication", Id, nullable=False),
    Column("ola", Id),
    Column("ladder", Id, nullable=False),
    Column("calendar", Id, nullable=False),
    Column("rung", Id, nullable=False),
    Column("layer", Text, nullable=False),
    Column("entered_at", UtcInstant, nullable=False),
    Column("standing", Json, nullable=False),  # visits, seats, hold, outcome, ...
    Column("sealed_at", UtcInstant),
    Column("sealed_to", Json),  # of a sealed issue: the people who may see it
    Column("provider_person", Id),
    Column("agency_person", Id),
    Column("directory_epoch", Integer, nullable=False),
    Column("seats_until", UtcInstant),  # when the directory itself next changes its seats
    Column("vacant_since", UtcInstant),
    Column("forum", Id),
    Column("meeting", Id),
    Column("meeting_at", UtcInstant),
    Column("carried_over", Integer, nullable=False),
    Column("exhausted_at", UtcInstant),
    Column("due_at", UtcInstant),
    Column("occurred_at", UtcInstant),
    Column("received_at", UtcInstant, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("updated_at", UtcInstant, nullable=False),
    Column("resolved_at", UtcInstant),
    Column("ended_at", UtcInstant),
    Column("stay", Id, nullable=False),
    Column("stay_from", UtcInstant, nullable=False),
    Column("event_count", Integer, nullable=False),
    Column("chain", Id, nullable=False),
    Index("ix_issue_created", "created_at", "id"),
    Index(
        "ix_issue_unresolved",
        "rung",
        "agency",
        "created_at",
        postgresql_where=_UNRESOLVED,
        sqlite_where=_UNRESOLVED,
    ),
    Index(
        "ix_issue_due",
        "due_at",
        "id",
        postgresql_where=text("due_at is not null"),
        sqlite_where=text("due_at is not null"),
    ),
    Index(
        "ix_issue_ended",
        "ended_at",
        postgresql_where=_ENDED,
        sqlite_where=_ENDED,
    ),
    Index(
        "ix_issue_resolved",
        "resolved_at",
        postgresql_where=_SETTLED,
        sqlite_where=_SETTLED,
    ),
    Index(
        "ix_issue_sealed",
        "sealed_at",
        postgresql_where=_SEALED,
        sqlite_where=_SEALED,
    ),
    Index(
        "ix_issue_seats_due",
        "seats_until",
        postgresql_where=_SEATS_DUE,
        sqlite_where=_SEATS_DUE,
    ),
    Index(
        "ix_issue_vacant",
        "vacant_since",
        "id",
        postgresql_where=_VACANT,
        sqlite_where=_VACANT,
    ),
    Index(
        "ix_issue_provider_person",
        "provider_person",
        postgresql_where=_UNRESOLVED,
        sqlite_where=_UNRESOLVED,
    ),
    Index(
        "ix_issue_agency_person",
        "agency_person",
        postgresql_where=_UNRESOLVED,
        sqlite_where=_UNRESOLVED,
    ),
    Index(
        "ix_issue_seats_behind",
        "directory_epoch",
        postgresql_where=_UNRESOLVED,
        sqlite_where=_UNRESOLVED,
    ),
)

external_ref = Table(
    "external_ref",
    metadata,
    Column("system", Id, primary_key=True),
    Column("ref", Id, primary_key=True),
    Column("issue_id", Id, nullable=False, index=True),
)

issue_link = Table(
    "issue_link",
    metadata,
    Column("issue_id", Id, primary_key=True),
    Column("other", Id, primary_key=True, index=True),
    Column("as_", Text, primary_key=True),
    Column("made_at", UtcInstant, nullable=False),
)

stay = Table(
    "stay",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue_id", Id, nullable=False, index=True),
    Column("rung", Id, nullable=False),
    Column("layer", Text, nullable=False),
    Column("visit", Integer, nullable=False),
    Column("entered_at", UtcInstant, nullable=False),
    Column("status", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("agency", Id, nullable=False),
    Column("provider", Id, nullable=False),
    Column("cluster", Id),
    Column("function", Id),
    Column("service", Id),
    Column("region", Id),
    Column("scope", Text, nullable=False),
    Column("themes", Json, nullable=False),
    Column("also_affects", Text),  # codes of agencies, a bar between
    Column("publication", Id, nullable=False),
    Column("ola", Id),
    Column("ladder", Id, nullable=False),
    Column("calendar", Id, nullable=False),
    Column("forum", Id),
    Column("meeting", Id),
    Column("meeting_at", UtcInstant),
    Column("carried_over", Integer, nullable=False),
    Column("hold_until", UtcInstant),
    Column("exhausted_at", UtcInstant),
    Column("reported_to", Text),  # codes of forums, a bar between
    Column("due_at", UtcInstant),  # the rung's clock, if nobody acts
    Column("past_target_at", UtcInstant),
    Column("before", Id),  # the stay that it follows, and that one's forum
    Column("left_forum", Id),
    Column("left_agenda", Text),  # how the item left the agenda that it was on
    Column("moved", Text),  # how it came to its rung, where that began this stay
    Column("further_action", Boolean),  # of a resolved one, where its outcome says so
    Column("effective_from", UtcInstant, nullable=False),
    Column("effective_to", UtcInstant),
    Column("recorded_from", UtcInstant, nullable=False),
    Column("recorded_to", UtcInstant),
    Index("ix_stay_effective_from", "effective_from"),
    # A stay that holds as at an instant has an end that was recorded later, or none yet; when it
    # began stands in the index, too: of those that ended later most began later.
    Index(
        "ix_stay_forum",
        "forum",
        "recorded_to",
        "effective_from",
        postgresql_where=_AT_FORUM,
        sqlite_where=_AT_FORUM,
    ),
    Index(
        "ix_stay_left_forum",
        "left_forum",
        "effective_from",
        postgresql_where=_LEFT_FORUM,
        sqlite_where=_LEFT_FORUM,
    ),
    # Few lasted long: all others that hold as at an instant ended soon after it, or not yet.
    Index(
        "ix_stay_long",
        "recorded_to",
        "effective_from",
        postgresql_where=text(f"{UNRESOLVED} and {LONG_ON_POSTGRES}"),
        sqlite_where=text(f"{UNRESOLVED} and {LONG_ON_SQLITE}"),
    ),
    Index(
        "ix_stay_forum_long",
        "forum",
        "recorded_to",
        "effective_from",
        postgresql_where=text(f"{_AT_FORUM.text} and {LONG_ON_POSTGRES}"),
        sqlite_where=text(f"{_AT_FORUM.text} and {LONG_ON_SQLITE}"),
    ),
    Index(
        "ix_stay_unresolved",
        "recorded_to",
        "effective_from",
        postgresql_where=_UNRESOLVED,
        sqlite_where=_UNRESOLVED,
    ),
)
