"""Sealed issues, contacts and feedback.

The version of the product before this one still runs on the tables after it: what is new may be
left empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SEALED = sa.text("sealed_at is not null")


def upgrade() -> None:
    """Go to 0006."""
    op.add_column("issue", sa.Column("sealed_at", base.UtcInstant, nullable=True))
    op.add_column("issue", sa.Column("sealed_to", base.Json, nullable=True))
    op.create_index(
        "ix_issue_sealed",
        "issue",
        ["sealed_at"],
        sqlite_where=_SEALED,
        postgresql_where=_SEALED,
    )
    with op.batch_alter_table("digest") as digest:
        digest.add_column(sa.Column("corrects", base.Id, nullable=True))
        digest.create_unique_constraint(op.f("uq_digest_corrects"), ["corrects"])
    op.create_table(
        "digest_recall",
        sa.Column("issue_id", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_digest_recall")),
    )


def downgrade() -> None:
    """Go back to 0005."""
    op.drop_table("digest_recall")
    with op.batch_alter_table("digest") as digest:
        digest.drop_constraint(op.f("uq_digest_corrects"), type_="unique")
        digest.drop_column("corrects")
    op.drop_index("ix_issue_sealed", table_name="issue")
    op.drop_column("issue", "sealed_to")
    op.drop_column("issue", "sealed_at")
