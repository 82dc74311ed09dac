"""The register of decisions is read by when they were made, by an index.

The version of the product before this one runs on it.
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
_INDEX = "ix_decision_decided_at"


def upgrade() -> None:
    """Go to 0029."""
    op.create_index(_INDEX, "decision", ["decided_at", "id"])


def downgrade() -> None:
    """Go back to 0028."""
    op.drop_index(_INDEX, "decision")
