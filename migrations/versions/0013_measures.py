"""What measures count: how a stay began, whether further action followed, and when things happened.

Digests need no forum any more: a scorecard has none. The version of the product before this one
still runs on the tables after it: what is new may be empty.
"""

import json

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_END = sa.text("step = 'end'")
_INFORMED = sa.text("type = 'issue.informed'")
_ADDED = ("moved", "further_action")
# A stay and the entries of the same command have the same stem in their ids.
_MOVED = """
UPDATE stay SET moved = (
  SELECT substr(e.type, 7) FROM event e
  WHERE e.aggregate = stay.issue_id AND substr(e.id, 5, 26) = substr(stay.id, 5, 26)
  AND e.type IN ('issue.escalated', 'issue.referred_back', 'issue.disputed', 'issue.reopened')
  ORDER BY e.number DESC LIMIT 1)
"""
_RESOLVED = """
SELECT s.id, e.payload FROM stay s JOIN event e ON e.aggregate = s.issue_id
AND substr(e.id, 5, 26) = substr(s.id, 5, 26) AND e.type = 'issue.resolved' AND e.disposed IS NULL
"""


def upgrade() -> None:
    """Go to 0013."""
    op.add_column("stay", sa.Column("moved", sa.Text(), nullable=True))
    op.add_column("stay", sa.Column("further_action", sa.Boolean(), nullable=True))
    _fill()
    op.create_index("ix_stay_effective_from", "stay", ["effective_from"])
    op.create_index("ix_clock_step_ended", "clock_step", ["effective_at"],
                    postgresql_where=_END, sqlite_where=_END)  # fmt: skip
    op.create_index("ix_event_informed", "event", ["effective_at"],
                    postgresql_where=_INFORMED, sqlite_where=_INFORMED)  # fmt: skip
    with op.batch_alter_table("digest") as table:
        table.alter_column("forum", existing_type=base.Id, nullable=True)


def _fill() -> None:
    """Tell both of the stays that there are from their issues' timelines."""
    connection = op.get_bind()
    connection.execute(sa.text(_MOVED))
    change = sa.text("UPDATE stay SET further_action = :further WHERE id = :id")
    for stay, payload in connection.execute(sa.text(_RESOLVED)).all():
        further = json.loads(payload)["outcome"].get("further_action")
        if further is not None:
            connection.execute(change, {"id": stay, "further": further is not False})


def downgrade() -> None:
    """Go back to 0012."""
    op.execute("DELETE FROM digest_rendering WHERE digest_id IN "
               "(SELECT id FROM digest WHERE forum IS NULL)")  # fmt: skip
    op.execute("DELETE FROM digest WHERE forum IS NULL")
    with op.batch_alter_table("digest") as table:
        table.alter_column("forum", existing_type=base.Id, nullable=False)
    op.drop_index("ix_event_informed", "event")
    op.drop_index("ix_clock_step_ended", "clock_step")
    op.drop_index("ix_stay_effective_from", "stay")
    for name in reversed(_ADDED):
        op.drop_column("stay", name)
