"""What ticketing tools send.

The version of the product before this one still runs on the tables after it: all are new.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'waiting'")
_LEFT = sa.text("state in ('unmapped', 'refused', 'waiting')")


def upgrade() -> None:
    """Go to 0009."""
    op.create_table(
        "hook_delivery",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("source", base.Id, nullable=False),
        sa.Column("key", base.Id, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("faults", base.Json, nullable=False),
        sa.Column("did", base.Json, nullable=False),
        sa.Column("ref", base.Id, nullable=True),
        sa.Column("waits_for", base.Id, nullable=True),
        sa.Column("position", base.Json, nullable=False),
        sa.Column("issue_id", base.Id, nullable=True),
        sa.Column("headers", base.Json, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", base.UtcInstant, nullable=False),
        sa.Column("handled_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_delivery")),
    )
    op.create_index("uq_hook_delivery_source_key", "hook_delivery", ["source", "key"], unique=True)
    op.create_index("ix_hook_delivery_listed", "hook_delivery", ["source", "id"])
    op.create_index(
        "ix_hook_delivery_waiting",
        "hook_delivery",
        ["source", "waits_for"],
        postgresql_where=_WAITING,
        sqlite_where=_WAITING,
    )
    op.create_index(
        "ix_hook_delivery_left",
        "hook_delivery",
        ["source", "id"],
        postgresql_where=_LEFT,
        sqlite_where=_LEFT,
    )
    op.create_table(
        "hook_ticket",
        sa.Column("system", base.Id, nullable=False),
        sa.Column("ref", base.Id, nullable=False),
        sa.Column("issue_id", base.Id, nullable=True),
        sa.Column("told", base.Json, nullable=False),
        sa.PrimaryKeyConstraint("system", "ref", name=op.f("pk_hook_ticket")),
    )
    op.create_table(
        "hook_remark",
        sa.Column("system", base.Id, nullable=False),
        sa.Column("ref", base.Id, nullable=False),
        sa.Column("remark", base.Id, nullable=False),
        sa.Column("delivery_id", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("system", "ref", "remark", name=op.f("pk_hook_remark")),
    )


def downgrade() -> None:
    """Go back to 0008."""
    op.drop_table("hook_remark")
    op.drop_table("hook_ticket")
    op.drop_table("hook_delivery")
