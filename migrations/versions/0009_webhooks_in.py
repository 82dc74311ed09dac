"""What ticketing tools send."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0009."""


def downgrade() -> None:
    """Go back to 0008."""
