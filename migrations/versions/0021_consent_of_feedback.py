"""Feedback with its region, key result area, consent to be quoted, and when its giver was told.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0021."""
    op.add_column("interaction", sa.Column("region", base.Id, nullable=True))
    op.add_column("interaction", sa.Column("key_result_area", sa.Text(), nullable=True))
    op.add_column("interaction", sa.Column("quote", sa.Text(), nullable=True))
    op.add_column("interaction", sa.Column("acknowledged_at", base.UtcInstant, nullable=True))
    op.add_column("interaction", sa.Column("about", base.Id, nullable=True))
    op.create_index("ix_interaction_about", "interaction", ["about"])


def downgrade() -> None:
    """Go back to 0020."""
    op.drop_index("ix_interaction_about", "interaction")
    for column in ("about", "acknowledged_at", "quote", "key_result_area", "region"):
        op.drop_column("interaction", column)
