"""Endpoints that are told of some issues only, and that send headers of their own.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0011."""
    op.add_column("webhook_endpoint", sa.Column("filters", base.Json, nullable=True))
    op.add_column("webhook_endpoint", sa.Column("headers", base.Json, nullable=True))


def downgrade() -> None:
    """Go back to 0010."""
    op.drop_column("webhook_endpoint", "headers")
    op.drop_column("webhook_endpoint", "filters")
