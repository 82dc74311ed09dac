"""Receipts, kept: which issue a code's hash belongs to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from escalation.store import models


def add(connection: Connection, made: Sequence[tuple[str, str]], now: datetime) -> None:
    """Keep receipts: (hash of the code, id of the issue)."""
    if made:
        rows = [{"hash": each, "issue_id": issue, "created_at": now} for each, issue in made]
        connection.execute(insert(models.receipt), rows)


def find(connection: Connection, hashed: str) -> str | None:
    """The issue that a code's hash belongs to."""
    table = models.receipt
    found: str | None = connection.scalar(select(table.c.issue_id).where(table.c.hash == hashed))
    return found
