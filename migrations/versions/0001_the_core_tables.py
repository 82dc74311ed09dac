"""The core tables: issues, clocks, timeline, outbox, forums, framework, access.

The first migration: there is no version of the product before it.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, and the one epoch row."""
    op.create_table(
        "agenda_item",
        sa.Column("meeting_id", base.Id, nullable=False),
        sa.Column("issue_id", base.Id, nullable=False),
        sa.Column("carried_over", sa.Integer(), nullable=False),
        sa.Column("tabled_at", base.UtcInstant, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("left_at", base.UtcInstant, nullable=True),
        sa.PrimaryKeyConstraint("meeting_id", "issue_id", name=op.f("pk_agenda_item")),
    )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index("ix_agenda_item_issue", ["issue_id"], unique=False)

    op.create_table(
        "api_key",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("hash", base.Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", base.Id, nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", base.UtcInstant, nullable=False),
        sa.Column("expires_at", base.UtcInstant, nullable=True),
        sa.Column("revoked_at", base.UtcInstant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_key_hash")),
    )
    op.create_table(
        "chain_head",
        sa.Column("aggregate", base.Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("aggregate", name=op.f("pk_chain_head")),
    )
    op.create_table(
        "clock",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("issue_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("duration", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=True),
        sa.Column("budget_seconds", base.Long, nullable=True),
        sa.Column("calendar", base.Id, nullable=False),
        sa.Column("anchor", base.UtcInstant, nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("next_at", base.UtcInstant, nullable=True),
        sa.Column("due_at", base.UtcInstant, nullable=True),
        sa.Column("ended_at", base.UtcInstant, nullable=True),
        sa.Column("ended_how", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.create_index(
            "ix_clock_live",
            ["issue_id"],
            unique=False,
            postgresql_where=sa.text("ended_at is null"),
            sqlite_where=sa.text("ended_at is null"),
        )
        batch_op.create_index(
            "ix_clock_put_off",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("next_at > due_at"),
            sqlite_where=sa.text("next_at > due_at"),
        )
        batch_op.create_index(
            "ix_clock_waiting",
            ["next_at", "id"],
            unique=False,
            postgresql_where=sa.text("next_at is not null"),
            sqlite_where=sa.text("next_at is not null"),
        )

    op.create_table(
        "clock_interval",
        sa.Column("clock_id", base.Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", base.UtcInstant, nullable=False),
        sa.Column("ended_at", base.UtcInstant, nullable=True),
        sa.PrimaryKeyConstraint("clock_id", "number", name=op.f("pk_clock_interval")),
    )
    op.create_table(
        "clock_step",
        sa.Column("clock_id", base.Id, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("issue_id", base.Id, nullable=False),
        sa.Column("due_at", base.UtcInstant, nullable=False),
        sa.Column("effective_at", base.UtcInstant, nullable=False),
        sa.Column("recorded_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("clock_id", "step", name=op.f("pk_clock_step")),
    )
    with op.batch_alter_table("clock_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_step_issue_id"), ["issue_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("issue_id", base.Id, nullable=False),
        sa.Column("meeting_id", base.Id, nullable=False),
        sa.Column("forum", base.Id, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("actions", base.Json, nullable=False),
        sa.Column("decided_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_issue_id"), ["issue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "directory_version",
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", base.Id, nullable=False),
        sa.Column("document", base.Json, nullable=False),
        sa.Column("applied_by", sa.Text(), nullable=False),
        sa.Column("applied_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_directory_version")),
    )
    op.create_table(
        "epoch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("publication", sa.Integer(), nullable=False),
        sa.Column("directory", sa.Integer(), nullable=False),
        sa.Column("access", sa.Integer(), nullable=False),
        sa.Column("current", base.Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
    )
    op.execute("INSERT INTO epoch (id, publication, directory, access) VALUES (1, 0, 0, 0)")
    op.create_table(
        "event",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("aggregate", base.Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("due_at", base.UtcInstant, nullable=True),
        sa.Column("effective_at", base.UtcInstant, nullable=False),
        sa.Column("recorded_at", base.UtcInstant, nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("uq_event_aggregate_number", ["aggregate", "number"], unique=True)

    op.create_table(
        "external_ref",
        sa.Column("system", base.Id, nullable=False),
        sa.Column("ref", base.Id, nullable=False),
        sa.Column("issue_id", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("system", "ref", name=op.f("pk_external_ref")),
    )
    with op.batch_alter_table("external_ref", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_external_ref_issue_id"), ["issue_id"], unique=False)

    op.create_table(
        "idempotency",
        sa.Column("principal", base.Id, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("key", base.Id, nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", base.Json, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("principal", "method", "path", "key", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index("ix_idempotency_created", ["created_at"], unique=False)

    op.create_table(
        "issue",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("reference", base.Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("severity_reason", sa.Text(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=True),
        sa.Column("agency", base.Id, nullable=False),
        sa.Column("provider", base.Id, nullable=False),
        sa.Column("cluster", base.Id, nullable=True),
        sa.Column("function", base.Id, nullable=True),
        sa.Column("service", base.Id, nullable=True),
        sa.Column("region", base.Id, nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("themes", base.Json, nullable=False),
        sa.Column("said", base.Json, nullable=False),
        sa.Column("publication", base.Id, nullable=False),
        sa.Column("ola", base.Id, nullable=True),
        sa.Column("ladder", base.Id, nullable=False),
        sa.Column("calendar", base.Id, nullable=False),
        sa.Column("rung", base.Id, nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("entered_at", base.UtcInstant, nullable=False),
        sa.Column("standing", base.Json, nullable=False),
        sa.Column("provider_person", base.Id, nullable=True),
        sa.Column("agency_person", base.Id, nullable=True),
        sa.Column("directory_epoch", sa.Integer(), nullable=False),
        sa.Column("forum", base.Id, nullable=True),
        sa.Column("meeting", base.Id, nullable=True),
        sa.Column("meeting_at", base.UtcInstant, nullable=True),
        sa.Column("carried_over", sa.Integer(), nullable=False),
        sa.Column("exhausted_at", base.UtcInstant, nullable=True),
        sa.Column("due_at", base.UtcInstant, nullable=True),
        sa.Column("occurred_at", base.UtcInstant, nullable=True),
        sa.Column("received_at", base.UtcInstant, nullable=False),
        sa.Column("created_at", base.UtcInstant, nullable=False),
        sa.Column("updated_at", base.UtcInstant, nullable=False),
        sa.Column("resolved_at", base.UtcInstant, nullable=True),
        sa.Column("ended_at", base.UtcInstant, nullable=True),
        sa.Column("stay", base.Id, nullable=False),
        sa.Column("stay_from", base.UtcInstant, nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("chain", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("reference", name=op.f("uq_issue_reference")),
    )
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.create_index("ix_issue_created", ["created_at", "id"], unique=False)
        batch_op.create_index(
            "ix_issue_due",
            ["due_at", "id"],
            unique=False,
            postgresql_where=sa.text("due_at is not null"),
            sqlite_where=sa.text("due_at is not null"),
        )
        batch_op.create_index(
            "ix_issue_seats_behind",
            ["directory_epoch"],
            unique=False,
            postgresql_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
            sqlite_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
        )
        batch_op.create_index(
            "ix_issue_unresolved",
            ["rung", "agency", "created_at"],
            unique=False,
            postgresql_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
            sqlite_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
        )

    op.create_table(
        "issue_link",
        sa.Column("issue_id", base.Id, nullable=False),
        sa.Column("other", base.Id, nullable=False),
        sa.Column("as_", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "other", "as_", name=op.f("pk_issue_link")),
    )
    with op.batch_alter_table("issue_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issue_link_other"), ["other"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("forum", base.Id, nullable=False),
        sa.Column("starts_at", base.UtcInstant, nullable=False),
        sa.Column("ends_at", base.UtcInstant, nullable=False),
        sa.Column("cutoff_at", base.UtcInstant, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("forum", "starts_at", name=op.f("uq_meeting_forum_starts_at")),
    )
    op.create_table(
        "outbox",
        sa.Column("event_id", base.Id, nullable=False),
        sa.Column("aggregate", base.Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("recorded_at", base.UtcInstant, nullable=False),
        sa.Column("dispatched_at", base.UtcInstant, nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_unsent",
            ["event_id"],
            unique=False,
            postgresql_where=sa.text("dispatched_at is null"),
            sqlite_where=sa.text("dispatched_at is null"),
        )

    op.create_table(
        "publication",
        sa.Column("hash", base.Id, nullable=False),
        sa.Column("label", base.Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("expanded", base.Json, nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_publication")),
        sa.UniqueConstraint("label", name=op.f("uq_publication_label")),
    )
    op.create_table(
        "reference_block",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_reference_block")),
    )
    op.create_table(
        "stay",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("issue_id", base.Id, nullable=False),
        sa.Column("rung", base.Id, nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("entered_at", base.UtcInstant, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agency", base.Id, nullable=False),
        sa.Column("provider", base.Id, nullable=False),
        sa.Column("cluster", base.Id, nullable=True),
        sa.Column("function", base.Id, nullable=True),
        sa.Column("service", base.Id, nullable=True),
        sa.Column("region", base.Id, nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("themes", base.Json, nullable=False),
        sa.Column("publication", base.Id, nullable=False),
        sa.Column("ola", base.Id, nullable=True),
        sa.Column("ladder", base.Id, nullable=False),
        sa.Column("calendar", base.Id, nullable=False),
        sa.Column("forum", base.Id, nullable=True),
        sa.Column("meeting", base.Id, nullable=True),
        sa.Column("meeting_at", base.UtcInstant, nullable=True),
        sa.Column("carried_over", sa.Integer(), nullable=False),
        sa.Column("hold_until", base.UtcInstant, nullable=True),
        sa.Column("exhausted_at", base.UtcInstant, nullable=True),
        sa.Column("reported_to", sa.Text(), nullable=True),
        sa.Column("due_at", base.UtcInstant, nullable=True),
        sa.Column("past_target_at", base.UtcInstant, nullable=True),
        sa.Column("before", base.Id, nullable=True),
        sa.Column("left_forum", base.Id, nullable=True),
        sa.Column("left_agenda", sa.Text(), nullable=True),
        sa.Column("effective_from", base.UtcInstant, nullable=False),
        sa.Column("effective_to", base.UtcInstant, nullable=True),
        sa.Column("recorded_from", base.UtcInstant, nullable=False),
        sa.Column("recorded_to", base.UtcInstant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay")),
    )
    with op.batch_alter_table("stay", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stay_issue_id"), ["issue_id"], unique=False)
        batch_op.create_index(
            "ix_stay_forum",
            ["forum", "recorded_to"],
            unique=False,
            postgresql_where=sa.text(
                "forum is not null and status in ('open', 'in_progress', 'on_hold', 'tabled')"
            ),
            sqlite_where=sa.text(
                "forum is not null and status in ('open', 'in_progress', 'on_hold', 'tabled')"
            ),
        )
        batch_op.create_index(
            "ix_stay_left_forum",
            ["left_forum", "effective_from"],
            unique=False,
            postgresql_where=sa.text("left_forum is not null"),
            sqlite_where=sa.text("left_forum is not null"),
        )
        batch_op.create_index(
            "ix_stay_unresolved",
            ["recorded_to"],
            unique=False,
            postgresql_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
            sqlite_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
        )

    op.create_table(
        "unsealed",
        sa.Column("event_id", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_unsealed")),
    )


def downgrade() -> None:
    """Drop every table."""
    op.drop_table("unsealed")
    with op.batch_alter_table("stay", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stay_issue_id"))
        batch_op.drop_index(
            "ix_stay_forum",
            postgresql_where=sa.text(
                "forum is not null and status in ('open', 'in_progress', 'on_hold', 'tabled')"
            ),
            sqlite_where=sa.text(
                "forum is not null and status in ('open', 'in_progress', 'on_hold', 'tabled')"
            ),
        )
        batch_op.drop_index(
            "ix_stay_left_forum",
            postgresql_where=sa.text("left_forum is not null"),
            sqlite_where=sa.text("left_forum is not null"),
        )
        batch_op.drop_index(
            "ix_stay_unresolved",
            postgresql_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
            sqlite_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
        )

    op.drop_table("stay")
    op.drop_table("reference_block")
    op.drop_table("publication")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_unsent",
            postgresql_where=sa.text("dispatched_at is null"),
            sqlite_where=sa.text("dispatched_at is null"),
        )

    op.drop_table("outbox")
    op.drop_table("meeting")
    with op.batch_alter_table("issue_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issue_link_other"))

    op.drop_table("issue_link")
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_issue_unresolved",
            postgresql_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
            sqlite_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
        )
        batch_op.drop_index(
            "ix_issue_seats_behind",
            postgresql_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
            sqlite_where=sa.text("status in ('open', 'in_progress', 'on_hold', 'tabled')"),
        )
        batch_op.drop_index(
            "ix_issue_due",
            postgresql_where=sa.text("due_at is not null"),
            sqlite_where=sa.text("due_at is not null"),
        )
        batch_op.drop_index("ix_issue_created")

    op.drop_table("issue")
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.drop_index("ix_idempotency_created")

    op.drop_table("idempotency")
    with op.batch_alter_table("external_ref", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_external_ref_issue_id"))

    op.drop_table("external_ref")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("uq_event_aggregate_number")

    op.drop_table("event")
    op.drop_table("epoch")
    op.drop_table("directory_version")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_decision_issue_id"))

    op.drop_table("decision")
    with op.batch_alter_table("clock_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clock_step_issue_id"))

    op.drop_table("clock_step")
    op.drop_table("clock_interval")
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_clock_put_off",
            postgresql_where=sa.text("next_at > due_at"),
            sqlite_where=sa.text("next_at > due_at"),
        )
        batch_op.drop_index(
            "ix_clock_waiting",
            postgresql_where=sa.text("next_at is not null"),
            sqlite_where=sa.text("next_at is not null"),
        )
        batch_op.drop_index(
            "ix_clock_live",
            postgresql_where=sa.text("ended_at is null"),
            sqlite_where=sa.text("ended_at is null"),
        )

    op.drop_table("clock")
    op.drop_table("chain_head")
    op.drop_table("api_key")
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_index("ix_agenda_item_issue")

    op.drop_table("agenda_item")
