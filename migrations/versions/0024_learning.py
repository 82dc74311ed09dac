"""What was learned of issues that were resolved or closed.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0024."""
    op.create_table(
        "learning",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("issue_id", base.Id, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learning"),
    )
    op.create_index("ix_learning_issue_id", "learning", ["issue_id"])
    op.create_index("ix_learning_made", "learning", ["made_at", "id"])


def downgrade() -> None:
    """Go back to 0023."""
    op.drop_table("learning")
