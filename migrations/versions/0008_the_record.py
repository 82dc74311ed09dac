"""A record that stands up."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0008."""


def downgrade() -> None:
    """Go back to 0007."""
