"""Changes of the ladder file that are approved before they are published.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0018."""
    op.create_table(
        "ladder_change",
        sa.Column("id", base.Id, primary_key=True),
        sa.Column("hash", base.Id, nullable=False),
        sa.Column("label", base.Id, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("needs", base.Json, nullable=False),
        sa.Column("answers", base.Json, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", base.UtcInstant, nullable=False),
        sa.Column("settled_at", base.UtcInstant, nullable=True),
    )
    op.create_index("ix_ladder_change_hash", "ladder_change", ["hash"])
    op.add_column("publication", sa.Column("approvals", base.Json, nullable=True))


def downgrade() -> None:
    """Go back to 0017."""
    op.drop_column("publication", "approvals")
    op.drop_table("ladder_change")
