"""Forums that meet and decide."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0007."""


def downgrade() -> None:
    """Go back to 0006."""
