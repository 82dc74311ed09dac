"""Digests: as they were made, their renderings, their numbers.

The version of the product before this one still runs on the tables after it: all are new.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0003."""
    op.create_table(
        "digest",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("number", base.Id, nullable=False),
        sa.Column("schema", sa.Text(), nullable=False),
        sa.Column("profile", base.Id, nullable=False),
        sa.Column("forum", base.Id, nullable=False),
        sa.Column("selection", base.Id, nullable=False),
        sa.Column("as_at", base.UtcInstant, nullable=False),
        sa.Column("known_at", base.UtcInstant, nullable=False),
        sa.Column("since", base.UtcInstant, nullable=True),
        sa.Column("publication", base.Id, nullable=False),
        sa.Column("content_hash", base.Id, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("number", name=op.f("uq_digest_number")),
        sa.UniqueConstraint(
            "selection", "as_at", "known_at", name=op.f("uq_digest_selection_as_at_known_at")
        ),
    )
    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.create_index("ix_digest_created", ["created_at", "id"], unique=False)
        batch_op.create_index("ix_digest_forum", ["forum", "created_at", "id"], unique=False)

    op.create_table(
        "digest_number",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_digest_number")),
    )
    op.create_table(
        "digest_rendering",
        sa.Column("digest_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", base.Id, nullable=False),
        sa.Column("made_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("digest_id", "kind", name=op.f("pk_digest_rendering")),
    )


def downgrade() -> None:
    """Go back to 0002."""
    op.drop_table("digest_rendering")
    op.drop_table("digest_number")
    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.drop_index("ix_digest_forum")
        batch_op.drop_index("ix_digest_created")

    op.drop_table("digest")
