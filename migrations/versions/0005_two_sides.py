"""What two sides say to each other: the agencies that an issue also affects, to be searched by."""

import sqlalchemy as sa
from alembic import op

from escalation.store import base
from escalation.store.dialect import json_text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_issue = sa.table("issue", sa.column("also_affects", base.Json), sa.column("said", base.Json))


def upgrade() -> None:
    """Go to 0005."""
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("also_affects", base.Json, nullable=False, server_default=sa.text("'[]'"))
        )
    with op.batch_alter_table("stay", schema=None) as batch_op:
        batch_op.add_column(sa.Column("also_affects", sa.Text(), nullable=True))
    kept = json_text(op.get_bind().dialect, _issue.c.said, "also_affects")
    filled = sa.update(_issue).where(kept.is_not(None))
    op.execute(filled.values(also_affects=sa.cast(kept, base.Json)))
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.alter_column("also_affects", server_default=None, existing_type=base.Json)


def downgrade() -> None:
    """Go back to 0004."""
    with op.batch_alter_table("stay", schema=None) as batch_op:
        batch_op.drop_column("also_affects")
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.drop_column("also_affects")
