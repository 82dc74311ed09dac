"""That a forum agreed to put a theme first: by which decision, and to which day.

The version of the product before this one still runs on the table after it.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0026."""
    op.add_column("theme_version", sa.Column("priority", base.Json))


def downgrade() -> None:
    """Go back to 0025."""
    op.drop_column("theme_version", "priority")
