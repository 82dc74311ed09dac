"""People of the directory who are asked each time a survey comes round: of no issue.

The version of the product before this one still runs on the tables after it: it looks at
invitations beside their issues, and sees none of these.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
_UNIQUE = "uq_survey_invitation_respondent"


def upgrade() -> None:
    """Go to 0028."""
    with op.batch_alter_table("survey_invitation") as table:
        table.alter_column("issue_id", existing_type=base.Id, nullable=True)
        table.add_column(sa.Column("period", sa.Text))
        table.add_column(sa.Column("respondent", base.Id))
        table.add_column(sa.Column("reminded", sa.Integer))
    op.create_index(_UNIQUE, "survey_invitation", ["survey", "period", "respondent"], unique=True)


def downgrade() -> None:
    """Go back to 0027: nobody was asked of no issue."""
    op.drop_index(_UNIQUE, "survey_invitation")
    op.execute("DELETE FROM survey_invitation WHERE issue_id IS NULL")
    with op.batch_alter_table("survey_invitation") as table:
        table.drop_column("reminded")
        table.drop_column("respondent")
        table.drop_column("period")
        table.alter_column("issue_id", existing_type=base.Id, nullable=False)
