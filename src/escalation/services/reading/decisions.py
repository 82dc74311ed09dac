"""The register of decisions as it is read: what was decided, by whom, on what."""

from typing import Any

from escalation.services.pages import Page, page_of
from escalation.services.reading.meetings import decision_view
from escalation.services.reading.reader import Look
from escalation.store import actions, decisions
from escalation.store.decisions import DecisionQuestion

__all__ = ["DecisionQuestion", "page"]


def page(look: Look, question: DecisionQuestion) -> Page:
    """A page of what forums decided on what the caller may see, the newest first."""
    rows = decisions.page(look.connection, look.viewer, question)
    count = decisions.total(look.connection, look.viewer, question) if question.total else None
    follow = actions.of_decisions(look.connection, [row.id for row in rows])

    def view(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row by its names
        return {
            **decision_view(row, follow.get(row.id, [])),
            "kind": row.kind,
            "reference": row.reference,
            "title": row.called,
            "forum": row.forum,
            "meeting": row.meeting_id,
        }

    return page_of(
        rows,
        question.limit,
        lambda shown: (view(row) for row in shown),
        lambda row: (row.decided_at, row.id),
        count,
    )
