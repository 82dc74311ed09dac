"""Indexes of the stays that lasted long, so that digests as at past dates pass over later history.

The version of the product before this one runs on it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_UNRESOLVED = "status in ('open', 'in_progress', 'on_hold', 'tabled')"


def upgrade() -> None:
    """Go to 0023."""
    op.create_index(
        "ix_stay_long",
        "stay",
        ["recorded_to"],
        postgresql_where=sa.text(
            f"{_UNRESOLVED} and recorded_to - effective_from > interval '30 days'"
        ),
        sqlite_where=sa.text(f"{_UNRESOLVED} and recorded_to - effective_from > 2592000000000"),
    )
    op.create_index(
        "ix_stay_forum_long",
        "stay",
        ["forum", "recorded_to"],
        postgresql_where=sa.text(
            f"forum is not null and {_UNRESOLVED}"
            " and recorded_to - effective_from > interval '30 days'"
        ),
        sqlite_where=sa.text(
            f"forum is not null and {_UNRESOLVED} and recorded_to - effective_from > 2592000000000"
        ),
    )


def downgrade() -> None:
    """Go back to 0022."""
    op.drop_index("ix_stay_forum_long", "stay")
    op.drop_index("ix_stay_long", "stay")
