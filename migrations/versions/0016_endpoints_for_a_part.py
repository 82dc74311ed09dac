"""Webhook endpoints that are for a part of the installation, as keys may be.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0016."""
    op.add_column("webhook_endpoint", sa.Column("scopes", base.Json, nullable=True))


def downgrade() -> None:
    """Go back to 0015."""
    op.drop_column("webhook_endpoint", "scopes")
