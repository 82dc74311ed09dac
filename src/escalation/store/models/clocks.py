"""Clocks, the intervals in which they ran, and the steps of theirs that have fired."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from escalation.store.base import Id, Long, UtcInstant, metadata

_WAITING = text("next_at is not null")
_LIVE = text("ended_at is null")
_PUT_OFF = text("next_at > due_at")
_END = text("step = 'end'")

clock = Table(
    "clock",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("duration", Text, nullable=False),
    Column("measure", Text),
    Column("budget_seconds", Long),
    Column("calendar", Id, nullable=False),
    Column("anchor", UtcInstant, nullable=False),
    Column("visit", Integer, nullable=False),
    Column("warnings", Text, nullable=False),  # each as the ladder file has it, a bar between
    Column("done", Text, nullable=False),  # steps that have fired, a bar between
    Column("state", Text, nullable=False),
    Column("step", Text),
    Column("next_at", UtcInstant),
    Column("due_at", UtcInstant),
    Column("ended_at", UtcInstant),
    Column("ended_how", Text),
    Index("ix_clock_waiting", "next_at", "id", postgresql_where=_WAITING, sqlite_where=_WAITING),
    # Put off because it could not be decided: empty, unless something is wrong.
    Index("ix_clock_put_off", "due_at", postgresql_where=_PUT_OFF, sqlite_where=_PUT_OFF),
    Index("ix_clock_live", "issue_id", postgresql_where=_LIVE, sqlite_where=_LIVE),
)

clock_interval = Table(
    "clock_interval",
    metadata,
    Column("clock_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("started_at", UtcInstant, nullable=False),
    Column("ended_at", UtcInstant),
)

clock_step = Table(
    "clock_step",
    metadata,
    Column("clock_id", Id, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("issue_id", Id, nullable=False, index=True),
    Column("due_at", UtcInstant, nullable=False),
    Column("effective_at", UtcInstant, nullable=False),
    Column("recorded_at", UtcInstant, nullable=False),
    Index("ix_clock_step_ended", "effective_at", postgresql_where=_END, sqlite_where=_END),
)
