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
_RAISED = sa.text("issue_id is not null")


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
    op.add_column("epoch", sa.Column("conduct", sa.Integer(), nullable=False, server_default="0"))
    _interactions()


def _interactions() -> None:
    """Contacts and feedback, receipts, limits on conduct."""
    op.create_table(
        "receipt",
        sa.Column("hash", base.Id, nullable=False),
        sa.Column("issue_id", base.Id, nullable=False),
        sa.Column("created_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_receipt")),
    )
    op.create_index(op.f("ix_receipt_issue_id"), "receipt", ["issue_id"])
    op.create_table(
        "interaction",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("reference", base.Id, nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sentiment", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("centre", base.Id, nullable=True),
        sa.Column("party", base.Id, nullable=True),
        sa.Column("function", base.Id, nullable=True),
        sa.Column("themes", base.Json, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raiser", base.Json, nullable=False),
        sa.Column("survey", base.Json, nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("received_at", base.UtcInstant, nullable=False),
        sa.Column("created_at", base.UtcInstant, nullable=False),
        sa.Column("issue_id", base.Id, nullable=True),
        sa.Column("raised_at", base.UtcInstant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction")),
        sa.UniqueConstraint("reference", name=op.f("uq_interaction_reference")),
    )
    op.create_index("ix_interaction_created", "interaction", ["family", "created_at", "id"])
    op.create_index(
        "uq_interaction_issue",
        "interaction",
        ["issue_id"],
        unique=True,
        sqlite_where=_RAISED,
        postgresql_where=_RAISED,
    )
    op.create_table(
        "register_number",
        sa.Column("series", base.Id, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_register_number")),
    )
    op.create_table(
        "conduct_limit",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("raiser", base.Json, nullable=False),
        sa.Column("limits", base.Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("begins_at", base.UtcInstant, nullable=False),
        sa.Column("review_at", base.UtcInstant, nullable=False),
        sa.Column("expires_at", base.UtcInstant, nullable=False),
        sa.Column("ended_at", base.UtcInstant, nullable=True),
        sa.Column("reviews", base.Json, nullable=False),
        sa.Column("created_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_limit")),
    )
    op.create_index("ix_conduct_limit_created", "conduct_limit", ["created_at", "id"])


def downgrade() -> None:
    """Go back to 0005."""
    for table in ("conduct_limit", "register_number", "interaction", "receipt"):
        op.drop_table(table)
    op.drop_column("epoch", "conduct")
    op.drop_table("digest_recall")
    with op.batch_alter_table("digest") as digest:
        digest.drop_constraint(op.f("uq_digest_corrects"), type_="unique")
        digest.drop_column("corrects")
    op.drop_index("ix_issue_sealed", table_name="issue")
    op.drop_column("issue", "sealed_to")
    op.drop_column("issue", "sealed_at")
