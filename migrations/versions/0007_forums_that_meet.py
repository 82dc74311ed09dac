"""Forums that meet: a meeting's procedure, numbered decisions, actions, feeds.

What was decided before this version keeps its text and has no number; its actions become rows.
"""

import json

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0007."""
    with op.batch_alter_table("epoch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("meetings", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "decision_count",
        sa.Column("forum", base.Id, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("forum", "year", name=op.f("pk_decision_count")),
    )
    _make_action()
    _make_calendar_feed()
    _keep_actions()
    _change_meeting()
    _change_agenda_item()
    _change_decision()


def _make_action() -> None:
    op.create_table(
        "action",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("decision_id", base.Id, nullable=False),
        sa.Column("meeting_id", base.Id, nullable=False),
        sa.Column("forum", base.Id, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", base.Id, nullable=False),
        sa.Column("due_on", base.Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("done_at", base.UtcInstant, nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("made_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
    )
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index("ix_action_owner", ["owner", "due_on"], unique=False)
        batch_op.create_index("ix_action_forum", ["forum", "due_on"], unique=False)


def _make_calendar_feed() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("forum", base.Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", base.Id, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", base.UtcInstant, nullable=False),
        sa.Column("revoked_at", base.UtcInstant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("hash", name=op.f("uq_calendar_feed_hash")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_forum"), ["forum"], unique=False)


def _keep_actions() -> None:
    """Each action of a decision as a row of its own."""
    found = op.get_bind().exec_driver_sql(
        "SELECT id, meeting_id, forum, actions, decided_at FROM decision"
    )
    action = sa.table(
        "action",
        *(sa.column(name) for name in ("id", "decision_id", "meeting_id", "forum", "text")),
        *(sa.column(name) for name in ("owner", "due_on", "version", "made_at")),
    )
    for decision_id, meeting_id, forum, actions, made_at in found.all():
        listed = json.loads(actions) if isinstance(actions, str) else actions
        for number, each in enumerate(listed):
            row = {
                "id": f"{decision_id.replace('dec_', 'acn_', 1)}{number:02}",
                "decision_id": decision_id,
                "meeting_id": meeting_id,
                "forum": forum,
                "text": each["text"],
                "owner": each["owner"],
                "due_on": each.get("due_on"),
                "version": 1,
                "made_at": made_at,
            }
            op.get_bind().execute(action.insert(), row)


def _change_meeting() -> None:
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_meeting_forum_starts_at"), type_="unique")
        batch_op.create_index("ix_meeting_forum", ["forum", "starts_at"], unique=False)
        batch_op.add_column(sa.Column("occurs_at", base.UtcInstant, nullable=True))
        batch_op.add_column(
            sa.Column("otherwise", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("procedure", base.Json, nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("updated_at", base.UtcInstant, nullable=True))
    op.execute("UPDATE meeting SET occurs_at = starts_at, updated_at = starts_at")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.alter_column("updated_at", existing_type=base.UtcInstant, nullable=False)


def _change_agenda_item() -> None:
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_index("ix_agenda_item_issue")
        batch_op.alter_column("issue_id", existing_type=base.Id, new_column_name="subject")
        batch_op.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default="issue"))
        for name in ("title", "section", "sought", "remark"):
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index("ix_agenda_item_subject", ["subject"], unique=False)


def _change_decision() -> None:
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_issue_id"))
        batch_op.alter_column("issue_id", existing_type=base.Id, new_column_name="subject")
        batch_op.drop_column("actions")
        batch_op.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default="issue"))
        batch_op.add_column(sa.Column("number", base.Id, nullable=True))
        batch_op.add_column(sa.Column("mover", base.Id, nullable=True))
        for name in ("assents", "recused"):
            batch_op.add_column(sa.Column(name, base.Json, nullable=False, server_default="[]"))
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_subject"), ["subject"], unique=False)
        batch_op.create_unique_constraint(op.f("uq_decision_number"), ["number"])


def downgrade() -> None:
    """Go back to 0006; actions and numbers are lost."""
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_decision_number"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_decision_subject"))
        for name in ("kind", "number", "mover", "assents", "recused"):
            batch_op.drop_column(name)
        batch_op.alter_column("subject", existing_type=base.Id, new_column_name="issue_id")
        batch_op.add_column(sa.Column("actions", base.Json, nullable=False, server_default="[]"))
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_issue_id"), ["issue_id"], unique=False)
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_index("ix_agenda_item_subject")
        for name in ("kind", "title", "section", "sought", "remark", "late"):
            batch_op.drop_column(name)
        batch_op.alter_column("subject", existing_type=base.Id, new_column_name="issue_id")
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index("ix_agenda_item_issue", ["issue_id"], unique=False)
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index("ix_meeting_forum")
        for name in ("occurs_at", "otherwise", "version", "sequence", "procedure", "updated_at"):
            batch_op.drop_column(name)
        batch_op.create_unique_constraint(
            op.f("uq_meeting_forum_starts_at"), ["forum", "starts_at"]
        )
    op.drop_table("calendar_feed")
    op.drop_table("action")
    op.drop_table("decision_count")
    with op.batch_alter_table("epoch", schema=None) as batch_op:
        batch_op.drop_column("meetings")
