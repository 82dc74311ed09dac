"""What two sides say to each other."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0005."""


def downgrade() -> None:
    """Go back to 0004."""
