"""Surveys: who was asked how it went, and what was answered; settled issues found by when.

The version of the product before this one still runs on the tables after it.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
_PLACES = (
    "provider", "cluster", "agency", "function", "region", "channel", "severity", "rung", "ola",
    "layer",
)  # fmt: skip
_SETTLED = {"ix_issue_ended": "ended_at", "ix_issue_resolved": "resolved_at"}


def upgrade() -> None:
    """Go to 0022."""
    op.create_table(
        "survey_invitation",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("issue_id", base.Id, nullable=False),
        sa.Column("survey", base.Id, nullable=False),
        sa.Column("why_not", sa.Text(), nullable=True),
        sa.Column("invited_at", base.UtcInstant, nullable=False),
        sa.Column("expires_at", base.UtcInstant, nullable=False),
        sa.Column("answered_at", base.UtcInstant, nullable=True),
        sa.Column("feedback", base.Id, nullable=True),
        *(sa.Column(name, base.Id, nullable=True) for name in _PLACES),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_invitation")),
        sa.UniqueConstraint("issue_id", name=op.f("uq_survey_invitation_issue_id")),
    )
    op.create_index("ix_survey_invitation_invited", "survey_invitation", ["invited_at", "id"])
    op.create_table(
        "survey_answer",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("survey", base.Id, nullable=False),
        sa.Column("issue_id", base.Id, nullable=True),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("respondent", base.Id, nullable=True),
        sa.Column("content", base.Id, nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("answered_at", base.UtcInstant, nullable=False),
        sa.Column("recorded_at", base.UtcInstant, nullable=False),
        *(sa.Column(name, base.Id, nullable=True) for name in _PLACES),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
    )
    unique = ["survey", "period", "respondent"]
    op.create_index("uq_survey_answer_respondent", "survey_answer", unique, unique=True)
    op.create_index("ix_survey_answer_answered", "survey_answer", ["answered_at"])
    for index, column in _SETTLED.items():
        some = sa.text(f"{column} is not null")
        op.create_index(index, "issue", [column], postgresql_where=some, sqlite_where=some)


def downgrade() -> None:
    """Go back to 0021."""
    for index in _SETTLED:
        op.drop_index(index, "issue")
    op.drop_table("survey_answer")
    op.drop_table("survey_invitation")
