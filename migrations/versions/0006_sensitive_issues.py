"""Sealed issues, contacts and feedback."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0006."""


def downgrade() -> None:
    """Go back to 0005."""
