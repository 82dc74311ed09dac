"""Webhooks out and recovery: endpoints, messages, deliveries, attempts, heartbeats, recoveries.

The version before this one still runs on these tables: it sends nothing and reads none of them.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the one row that whoever fans out holds."""
    op.create_table(
        "delivery",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("endpoint_id", base.Id, nullable=False),
        sa.Column("message_id", base.Id, nullable=False),
        sa.Column("aggregate", base.Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("next_at", base.UtcInstant, nullable=True),
        sa.Column("created_at", base.UtcInstant, nullable=False),
        sa.Column("ended_at", base.UtcInstant, nullable=True),
        sa.Column("recovery_id", base.Id, nullable=True),
        sa.Column("summary_id", base.Id, nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_dead",
            ["endpoint_id", "aggregate"],
            unique=False,
            postgresql_where=sa.text("state = 'dead'"),
            sqlite_where=sa.text("state = 'dead'"),
        )
        batch_op.create_index(
            "ix_delivery_due",
            ["endpoint_id", "next_at"],
            unique=False,
            postgresql_where=sa.text("next_at is not null"),
            sqlite_where=sa.text("next_at is not null"),
        )
        batch_op.create_index(
            "ix_delivery_held",
            ["recovery_id", "endpoint_id", "aggregate", "number"],
            unique=False,
            postgresql_where=sa.text("state = 'held'"),
            sqlite_where=sa.text("state = 'held'"),
        )
        batch_op.create_index(
            "ix_delivery_lane", ["endpoint_id", "aggregate", "number"], unique=False
        )
        batch_op.create_index("ix_delivery_listed", ["endpoint_id", "id"], unique=False)
        batch_op.create_index(
            "uq_delivery_message_endpoint", ["message_id", "endpoint_id"], unique=True
        )

    op.create_table(
        "delivery_attempt",
        sa.Column("delivery_id", base.Id, nullable=False),
        sa.Column("token", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", base.UtcInstant, nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "token", name=op.f("pk_delivery_attempt")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("worker", base.Id, nullable=False),
        sa.Column("beat_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_heartbeat")),
    )
    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_heartbeat_beat_at"), ["beat_at"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_table(
        "recovery",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("slot", base.Id, nullable=False),
        sa.Column("down_since", base.UtcInstant, nullable=False),
        sa.Column("started_at", base.UtcInstant, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_at", base.UtcInstant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
        sa.UniqueConstraint("slot", name=op.f("uq_recovery_slot")),
    )
    op.create_table(
        "turn",
        sa.Column("name", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_turn")),
    )
    op.execute("INSERT INTO turn (name) VALUES ('fan-out')")
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("types", base.Json, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=True),
        sa.Column("old_until", base.UtcInstant, nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", base.UtcInstant, nullable=False),
        sa.Column("lane_owner", base.Id, nullable=True),
        sa.Column("lane_until", base.UtcInstant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_lane",
            ["aggregate", "number"],
            unique=False,
            postgresql_where=sa.text("dispatched_at is null"),
            sqlite_where=sa.text("dispatched_at is null"),
        )


def downgrade() -> None:
    """Drop them, with all that waits to be sent."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_lane",
            postgresql_where=sa.text("dispatched_at is null"),
            sqlite_where=sa.text("dispatched_at is null"),
        )

    op.drop_table("webhook_endpoint")
    op.drop_table("turn")
    op.drop_table("recovery")
    op.drop_table("message")
    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_heartbeat_beat_at"))

    op.drop_table("heartbeat")
    op.drop_table("delivery_attempt")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("uq_delivery_message_endpoint")
        batch_op.drop_index("ix_delivery_listed")
        batch_op.drop_index("ix_delivery_lane")
        batch_op.drop_index(
            "ix_delivery_held",
            postgresql_where=sa.text("state = 'held'"),
            sqlite_where=sa.text("state = 'held'"),
        )
        batch_op.drop_index(
            "ix_delivery_due",
            postgresql_where=sa.text("next_at is not null"),
            sqlite_where=sa.text("next_at is not null"),
        )
        batch_op.drop_index(
            "ix_delivery_dead",
            postgresql_where=sa.text("state = 'dead'"),
            sqlite_where=sa.text("state = 'dead'"),
        )

    op.drop_table("delivery")
