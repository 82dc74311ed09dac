"""The indexes of stays by their end hold their beginning, too: of later history no row is read.

The version of the product before this one runs on it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_UNRESOLVED = "status in ('open', 'in_progress', 'on_hold', 'tabled')"
_AT_FORUM = f"forum is not null and {_UNRESOLVED}"
_LONG_ON_POSTGRES = "recorded_to - effective_from > interval '30 days'"
_LONG_ON_SQLITE = "recorded_to - effective_from > 2592000000000"
_INDEXES = (
    ("ix_stay_forum", ("forum", "recorded_to"), _AT_FORUM, False),
    ("ix_stay_long", ("recorded_to",), _UNRESOLVED, True),
    ("ix_stay_forum_long", ("forum", "recorded_to"), _AT_FORUM, True),
    ("ix_stay_unresolved", ("recorded_to",), _UNRESOLVED, False),
)


def upgrade() -> None:
    """Go to 0027."""
    _made_with("effective_from")


def downgrade() -> None:
    """Go back to 0026."""
    _made_with()


def _made_with(*more: str) -> None:
    for name, columns, of, long in _INDEXES:
        op.drop_index(name, "stay")
        op.create_index(
            name,
            "stay",
            [*columns, *more],
            postgresql_where=sa.text(f"{of} and {_LONG_ON_POSTGRES}" if long else of),
            sqlite_where=sa.text(f"{of} and {_LONG_ON_SQLITE}" if long else of),
        )
