"""Themes with their versions and agreed actions; of what kind an action is, and of which plan.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0019."""
    op.create_table(
        "theme",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("code", base.Id, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_theme"),
        sa.UniqueConstraint("code", name="uq_theme_code"),
    )
    op.create_table(
        "theme_version",
        sa.Column("theme_id", base.Id, nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("words", base.Json, nullable=False),
        sa.Column("key_result_area", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=True),
        sa.Column("objective", sa.Text, nullable=True),
        sa.Column("layer", sa.Text, nullable=False),
        sa.Column("owner", base.Id, nullable=True),
        sa.Column("forum", base.Id, nullable=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("recorded_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("theme_id", "version", name="pk_theme_version"),
    )
    op.create_table(
        "theme_action",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("theme_id", base.Id, nullable=False),
        sa.Column("action_id", base.Id, nullable=False),
        sa.Column("linked_at", base.UtcInstant, nullable=False),
        sa.Column("unlinked_at", base.UtcInstant, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_theme_action"),
    )
    op.create_index("ix_theme_action_theme_id", "theme_action", ["theme_id"])
    op.create_index("ix_theme_action_action", "theme_action", ["action_id", "unlinked_at"])
    op.add_column("action", sa.Column("kind", sa.Text, nullable=True))
    op.add_column("action", sa.Column("plan", sa.Text, nullable=True))


def downgrade() -> None:
    """Go back to 0018."""
    op.drop_column("action", "plan")
    op.drop_column("action", "kind")
    op.drop_table("theme_action")
    op.drop_table("theme_version")
    op.drop_table("theme")
