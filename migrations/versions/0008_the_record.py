"""A record that stands up: seals and their keys, holds, disposals; what is kept is not changed.

The version of the product before this one still runs on the tables after it: what is new of
``event`` may be empty.
"""

import sqlalchemy as sa
from alembic import op

from escalation.store import base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEPT = ("event", "clock_step", "decision", "seal", "seal_chain", "disposal")
FIXED = (
    "id", "aggregate", "number", "type", "due_at", "effective_at", "recorded_at", "visibility",
    "hash",
)  # fmt: skip
# Content goes by disposal alone, which is on the record before it happens.
_DISPOSING = (
    "OLD.disposed IS NULL AND NEW.disposed IS NOT NULL AND NEW.payload = '' AND NEW.salt = ''"
    " AND EXISTS (SELECT 1 FROM disposal"
    " WHERE disposal.aggregate = OLD.aggregate AND disposal.through >= OLD.number)"
)
_REFUSE = "SELECT RAISE(ABORT, 'what was recorded is neither changed nor removed')"


def upgrade() -> None:
    """Go to 0008."""
    op.add_column("event", sa.Column("disposed", sa.Text(), nullable=True))
    op.create_index(
        "ix_event_disposed",
        "event",
        ["aggregate"],
        unique=False,
        postgresql_where=sa.text("disposed is not null"),
        sqlite_where=sa.text("disposed is not null"),
    )
    op.create_table(
        "seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal")),
    )
    op.create_table(
        "seal_chain",
        sa.Column("seal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("aggregate", base.Id, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seal", "aggregate", name=op.f("pk_seal_chain")),
    )
    op.create_index(
        "uq_seal_chain_aggregate_last", "seal_chain", ["aggregate", "last"], unique=True
    )
    op.create_table(
        "seal_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("endorsement", sa.Text(), nullable=True),
        sa.Column("made_at", base.UtcInstant, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal_key")),
        sa.UniqueConstraint("public", name=op.f("uq_seal_key_public")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("subject", base.Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", base.UtcInstant, nullable=False),
        sa.Column("until", base.UtcInstant, nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", base.UtcInstant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(
        "ix_legal_hold_standing",
        "legal_hold",
        ["subject"],
        unique=False,
        postgresql_where=sa.text("lifted_at is null"),
        sqlite_where=sa.text("lifted_at is null"),
    )
    op.create_table(
        "disposal",
        sa.Column("aggregate", base.Id, nullable=False),
        sa.Column("through", sa.Integer(), nullable=False),
        sa.Column("event_id", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("aggregate", name=op.f("pk_disposal")),
    )
    op.execute("INSERT INTO turn (name) VALUES ('seal')")
    for statement in _triggers():
        op.execute(statement)


def _triggers() -> list[str]:
    """SQLite refuses what PostgreSQL's grants do not give: see ``escalation db grants``."""
    if op.get_bind().dialect.name != "sqlite":
        return []
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in FIXED)
    made = []
    for table in KEPT:
        when = f" WHEN NOT ({same} AND {_DISPOSING})" if table == "event" else ""
        if table == "decision":
            when = " WHEN NOT EXISTS (SELECT 1 FROM disposal WHERE aggregate = OLD.subject)"
        changing = f"{table}_not_changed BEFORE UPDATE"
        removing = f"{table}_not_removed BEFORE DELETE"
        made.append(f"CREATE TRIGGER {changing} ON {table}{when} BEGIN {_REFUSE}; END")
        made.append(f"CREATE TRIGGER {removing} ON {table} BEGIN {_REFUSE}; END")
    return made


def downgrade() -> None:
    """Go back to 0007."""
    if op.get_bind().dialect.name == "sqlite":
        for table in KEPT:
            op.execute(f"DROP TRIGGER {table}_not_changed")
            op.execute(f"DROP TRIGGER {table}_not_removed")
    op.execute("DELETE FROM turn WHERE name = 'seal'")
    for table in ("disposal", "legal_hold", "seal_key", "seal_chain", "seal"):
        op.drop_table(table)
    op.drop_index("ix_event_disposed", table_name="event")
    op.drop_column("event", "disposed")
