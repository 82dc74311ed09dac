"""Subscriptions to digests, their windows, and the links by which digests are read.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TO_DO = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    """Go to 0020."""
    op.create_table(
        "digest_subscription",
        sa.Column("id", base.Id, primary_key=True),
        sa.Column("profile", base.Id, nullable=False),
        sa.Column("forum", base.Id, nullable=True),
        sa.Column("recipient", base.Json, nullable=False),
        sa.Column("occasion", base.Json, nullable=False),
        sa.Column("formats", base.Json, nullable=False),
        sa.Column("marking", sa.Text(), nullable=True),
        sa.Column("state", base.Id, nullable=False),
        sa.Column("since", base.UtcInstant, nullable=False),
        sa.Column("promised_at", base.UtcInstant, nullable=True),
        sa.Column("promised_under", base.Id, nullable=True),
        sa.Column("windows", sa.Integer(), nullable=False),
        sa.Column("made_by", base.Json, nullable=False),
        sa.Column("created_at", base.UtcInstant, nullable=False),
    )
    op.create_index("ix_digest_subscription_promised", "digest_subscription", ["promised_at"])
    op.create_index("ix_digest_subscription_listed", "digest_subscription", ["created_at", "id"])
    op.create_table(
        "digest_window",
        sa.Column("id", base.Id, primary_key=True),
        sa.Column("subscription_id", base.Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", base.UtcInstant, nullable=False),
        sa.Column("as_at", base.UtcInstant, nullable=False),
        sa.Column("closed_at", base.UtcInstant, nullable=False),
        sa.Column("gathered", sa.Boolean(), nullable=False),
        sa.Column("state", base.Id, nullable=False),
        sa.Column("due_at", base.UtcInstant, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("digest_id", base.Id, nullable=True),
        sa.Column("handed_to", base.Id, nullable=True),
        sa.Column("ended_at", base.UtcInstant, nullable=True),
        sa.UniqueConstraint("subscription_id", "number"),
    )
    op.create_index("ix_digest_window_digest_id", "digest_window", ["digest_id"])
    op.create_index(
        "ix_digest_window_due",
        "digest_window",
        ["due_at"],
        postgresql_where=_TO_DO,
        sqlite_where=_TO_DO,
    )
    op.create_table(
        "digest_link",
        sa.Column("id", base.Id, primary_key=True),
        sa.Column("window_id", base.Id, nullable=False),
        sa.Column("digest_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", base.Json, nullable=False),
        sa.Column("created_at", base.UtcInstant, nullable=False),
        sa.Column("expires_at", base.UtcInstant, nullable=False),
        sa.Column("revoked_at", base.UtcInstant, nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("last_used_at", base.UtcInstant, nullable=True),
    )
    op.create_index("ix_digest_link_window_id", "digest_link", ["window_id"])


def downgrade() -> None:
    """Go back to 0017."""
    op.drop_table("digest_link")
    op.drop_table("digest_window")
    op.drop_table("digest_subscription")
