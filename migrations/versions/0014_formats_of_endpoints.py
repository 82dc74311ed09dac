"""Endpoints with a format, a rate and a concurrency; what is sent in it; how receivers answer.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0014."""
    op.add_column("webhook_endpoint", sa.Column("format", base.Json, nullable=True))
    op.add_column("webhook_endpoint", sa.Column("rate", sa.Integer, nullable=True))
    op.add_column("webhook_endpoint", sa.Column("concurrency", sa.Integer, nullable=True))
    op.add_column("delivery_attempt", sa.Column("answer", sa.Text, nullable=True))
    op.create_table(
        "rendering",
        sa.Column("delivery_id", base.Id, primary_key=True),
        sa.Column("requests", base.Json, nullable=False),
    )


def downgrade() -> None:
    """Go back to 0013."""
    op.drop_table("rendering")
    op.drop_column("delivery_attempt", "answer")
    op.drop_column("webhook_endpoint", "concurrency")
    op.drop_column("webhook_endpoint", "rate")
    op.drop_column("webhook_endpoint", "format")
