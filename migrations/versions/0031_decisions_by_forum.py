"""Decisions by their forum and time: when each was recorded, and what it was on was called then.

The version of the product before this one still runs on the table after it, and leaves both out.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# What one command makes shares a stem: all of an identifier but its prefix and two last letters.
_RECORDED = """
UPDATE decision SET recorded_at = (
  SELECT min(e.recorded_at) FROM event e
  WHERE e.id >= 'evt_' || substr(decision.id, 5, length(decision.id) - 6)
    AND e.id < 'evt_' || substr(decision.id, 5, length(decision.id) - 6) || '~')
"""
_TITLE = """
UPDATE decision SET title = coalesce(
  (SELECT i.title FROM issue i WHERE i.id = decision.subject),
  (SELECT a.title FROM agenda_item a
   WHERE a.meeting_id = decision.meeting_id AND a.subject = decision.subject))
"""
# As 0008 has it: decisions are kept as they were made.
_NOT_CHANGED = """
CREATE TRIGGER decision_not_changed BEFORE UPDATE ON decision
  WHEN NOT EXISTS (SELECT 1 FROM disposal WHERE aggregate = OLD.subject)
  BEGIN SELECT RAISE(ABORT, 'what was recorded is neither changed nor removed'); END
"""


def upgrade() -> None:
    """Go to 0031."""
    op.add_column("decision", sa.Column("recorded_at", base.UtcInstant))
    op.add_column("decision", sa.Column("title", sa.Text))
    op.create_index("ix_decision_forum", "decision", ["forum", "decided_at"])
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    if on_sqlite:
        op.execute("DROP TRIGGER decision_not_changed")
    op.execute(_RECORDED)
    op.execute(_TITLE)
    if on_sqlite:
        op.execute(_NOT_CHANGED)


def downgrade() -> None:
    """Go back to 0030."""
    op.drop_index("ix_decision_forum", "decision")
    op.drop_column("decision", "title")
    op.drop_column("decision", "recorded_at")
