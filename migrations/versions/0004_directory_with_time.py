"""Seats with time: when they next change hands, which are empty, whose turn it is.

The version before this one still runs on these tables: it leaves the new columns empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_UNRESOLVED = "status in ('open', 'in_progress', 'on_hold', 'tabled')"
_INDEXES = {
    "ix_issue_agency_person": (["agency_person"], _UNRESOLVED),
    "ix_issue_provider_person": (["provider_person"], _UNRESOLVED),
    "ix_issue_seats_due": (["seats_until"], f"seats_until is not null and {_UNRESOLVED}"),
    "ix_issue_vacant": (["vacant_since", "id"], "vacant_since is not null"),
}


def upgrade() -> None:
    """Go to 0004."""
    op.create_table(
        "seat_turn",
        sa.Column("seat", base.Id, nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seat", name=op.f("pk_seat_turn")),
    )
    op.add_column("issue", sa.Column("seats_until", base.UtcInstant, nullable=True))
    op.add_column("issue", sa.Column("vacant_since", base.UtcInstant, nullable=True))
    for name, (columns, where) in _INDEXES.items():
        only = sa.text(where)
        op.create_index(name, "issue", columns, postgresql_where=only, sqlite_where=only)


def downgrade() -> None:
    """Go back to 0003."""
    for name in _INDEXES:
        op.drop_index(name, table_name="issue")
    op.drop_column("issue", "vacant_since")
    op.drop_column("issue", "seats_until")
    op.drop_table("seat_turn")
