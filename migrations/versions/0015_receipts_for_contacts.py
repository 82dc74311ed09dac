"""Receipts of contacts and feedback, and when words passed between us and who has one.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0015."""
    op.add_column("interaction", sa.Column("receipt", base.Id, nullable=True))
    op.add_column("interaction", sa.Column("written_at", base.UtcInstant, nullable=True))
    op.add_column("interaction", sa.Column("answered_at", base.UtcInstant, nullable=True))
    op.create_index("ix_interaction_receipt", "interaction", ["receipt"])


def downgrade() -> None:
    """Go back to 0014."""
    op.drop_index("ix_interaction_receipt", "interaction")
    op.drop_column("interaction", "answered_at")
    op.drop_column("interaction", "written_at")
    op.drop_column("interaction", "receipt")
