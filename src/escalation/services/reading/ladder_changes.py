"""Changes of the ladder file, as those who are to approve them read them."""

from collections.abc import Sequence
from typing import Any

from escalation.errors import NotFound
from escalation.services.ladder_changes.telling import view
from escalation.services.reading.reader import Look
from escalation.store import ladder_changes


def every(look: Look, statuses: Sequence[str] = ()) -> list[dict[str, Any]]:
    """All changes, the newest first; with ``statuses`` those that stand so."""
    return [view(row) for row in ladder_changes.every(look.connection, statuses)]


def one(look: Look, change: str) -> dict[str, Any]:
    """A change with the text of its file.

    Raises:
        NotFound: there is none of that id.
    """
    row = ladder_changes.one(look.connection, change)
    if row is None:
        raise NotFound(f"There is no ladder change {change}.")
    return {**view(row), "text": row["text"]}
