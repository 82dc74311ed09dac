"""Keys that are for a part of the installation, that follow another, and that tell of their use.

The version of the product before this one still runs on the tables after it: what is new is empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0010."""
    op.add_column("api_key", sa.Column("scopes", base.Json, nullable=True))
    op.add_column("api_key", sa.Column("replaces", base.Id, nullable=True))
    op.add_column("api_key", sa.Column("last_used_at", base.UtcInstant, nullable=True))


def downgrade() -> None:
    """Go back to 0009."""
    op.drop_column("api_key", "last_used_at")
    op.drop_column("api_key", "replaces")
    op.drop_column("api_key", "scopes")
