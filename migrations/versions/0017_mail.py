"""Mail: whose an endpoint is, how they want it, and mails whose last dot may have been sent.

The version of the product before this one still runs on the tables after it, until mail is set up:
it would take mailboxes for webhook endpoints.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0017."""
    op.add_column("webhook_endpoint", sa.Column("recipient", sa.Text(), nullable=True))
    op.add_column("webhook_endpoint", sa.Column("mailing", base.Json, nullable=True))
    op.add_column("delivery", sa.Column("handed_at", base.UtcInstant, nullable=True))
    op.add_column("delivery", sa.Column("handed_status", sa.Integer(), nullable=True))
    op.create_table(
        "named_outbox",
        sa.Column("event_id", base.Id, nullable=False),
        sa.Column("aggregate", base.Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("recorded_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_named_outbox")),
    )
    op.create_index("ix_named_outbox_aggregate", "named_outbox", ["aggregate"])


def downgrade() -> None:
    """Go back to 0016."""
    op.drop_table("named_outbox")
    op.drop_column("delivery", "handed_status")
    op.drop_column("delivery", "handed_at")
    op.drop_column("webhook_endpoint", "mailing")
    op.drop_column("webhook_endpoint", "recipient")
