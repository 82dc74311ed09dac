"""What the directory was at any instant."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0004."""


def downgrade() -> None:
    """Go back to 0003."""
