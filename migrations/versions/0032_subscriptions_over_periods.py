"""Over how many periods the scorecards of a subscription tell how their figures went.

The version of the product before this one still runs on the table after it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0032."""
    op.add_column("digest_subscription", sa.Column("periods", sa.Integer))


def downgrade() -> None:
    """Go back to 0031."""
    op.drop_column("digest_subscription", "periods")
