"""Changes of the ladder file, as those who are to approve them read them."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from escalation.errors import NotFound
from escalation.services.ladder_changes.telling import view
from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.store import ladder_changes

_AT_ONCE = 200
After = tuple[datetime, str] | None
"""Where a page begins: after the change that was proposed then and has that id."""


def page(look: Look, *, status: str | None = None, after: After = None, limit: int) -> Page:
    """A page of the changes, the newest first; with ``status`` those that stand so."""
    found = ladder_changes.page(look.connection, status=status, after=after, limit=limit + 1)
    return page_of(found, limit, partial(map, view), lambda row: (row["proposed_at"], row["id"]))


def every(look: Look) -> Iterator[dict[str, Any]]:
    """All changes, the newest first."""
    after: After = None
    while True:
        found = ladder_changes.page(look.connection, status=None, after=after, limit=_AT_ONCE)
        yield from map(view, found)
        if len(found) < _AT_ONCE:
            return
        after = (found[-1]["proposed_at"], found[-1]["id"])


def one(look: Look, change: str) -> dict[str, Any]:
    """A change with the text of its file.

    Raises:
        NotFound: there is none of that id.
    """
    row = ladder_changes.one(look.connection, change)
    if row is None:
        raise NotFound(f"There is no ladder change {change}.")
    return {**view(row), "text": row["text"]}
