"""Mails that asked how it went, and came back.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0025."""
    op.add_column("survey_invitation", sa.Column("bounced_at", base.UtcInstant))
    op.add_column("survey_invitation", sa.Column("bounce", sa.Text))


def downgrade() -> None:
    """Go back to 0024."""
    op.drop_column("survey_invitation", "bounce")
    op.drop_column("survey_invitation", "bounced_at")
