"""What was learned, read: good practice, across clusters where it was shared."""

from collections.abc import Mapping
from typing import Any

from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.services.views import told
from escalation.store import learnings
from escalation.store.learnings import LearningQuestion

__all__ = ["LearningQuestion", "page"]


def page(look: Look, question: LearningQuestion) -> Page:
    """A page of notes, the newest first; of issues that are not the caller's, the words alone."""
    found = learnings.page(look.connection, look.viewer, question)
    return page_of(
        found,
        question.limit,
        lambda shown: (_view(row._asdict()) for row in shown),
        lambda row: (row.made_at, row.id),
    )


def _view(row: Mapping[str, Any]) -> dict[str, Any]:
    named = row["issue_id"] is not None
    return {
        "id": row["id"],
        "text": row["text"],
        "shared": row["shared"],
        "at": told(row["made_at"]),
        "kind": row["kind"],
        "cluster": row["cluster"],
        "function": row["function"],
        "service": row["service"],
        "layer": row["layer"],
        "themes": list(row["themes"]) if named else [],
        "issue": {"id": row["issue_id"], "reference": row["reference"]} if named else None,
        "act": row["act"],
        "by": row["made_by"],
    }
