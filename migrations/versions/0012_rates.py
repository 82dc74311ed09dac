"""What callers may do in a time: a key's own rate, and what processes share of it.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0012."""
    op.add_column("api_key", sa.Column("rate", sa.Text(), nullable=True))
    op.create_table(
        "quota",
        sa.Column("name", base.Id, primary_key=True),
        sa.Column("full_at", sa.Double(), nullable=False),
        sa.Column("granted", base.Long, nullable=False),
    )


def downgrade() -> None:
    """Go back to 0011."""
    op.drop_table("quota")
    op.drop_column("api_key", "rate")
