"""The action register as it is read: what is to be done, by whom and by when."""

from collections.abc import Mapping
from typing import Any

from escalation.digests.duties import NO_DATE
from escalation.errors import NotFound
from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.services.views import told
from escalation.store import actions
from escalation.store.actions import ActionQuestion

__all__ = ["ActionQuestion", "one", "page", "view"]


def page(look: Look, question: ActionQuestion) -> Page:
    """A page of the register, what is due first first."""
    rows = actions.page(look.connection, look.viewer, question)
    count = actions.total(look.connection, look.viewer, question) if question.total else None
    return page_of(
        rows,
        question.limit,
        lambda shown: (view(row._asdict()) for row in shown),
        lambda row: (row.due_on or NO_DATE, row.id),
        count,
    )


def one(look: Look, action_id: str) -> dict[str, Any]:
    """One action.

    Raises:
        NotFound: there is none of that id.
    """
    found = actions.one(look.connection, look.viewer, action_id)
    if found is None:
        raise NotFound(f"There is no action {action_id}.")
    return view(found._asdict())


def view(row: Mapping[str, Any]) -> dict[str, Any]:
    """An action as the register tells it."""
    return {
        "id": row["id"],
        "version": row["version"],
        "text": row["text"],
        "owner": row["owner"],
        "due_on": row["due_on"],
        "kind": row["kind"],
        "plan": row["plan"],
        "theme": row["theme"],
        "done": row["done_at"] is not None,
        "done_at": told(row["done_at"]),
        "done_by": row["done_by"],
        "note": row["remark"],
        "forum": row["forum"],
        "meeting": row["meeting_id"],
        "decision": {"id": row["decision_id"], "number": row["number"]},
        "subject": row["subject"],
        "made_at": told(row["made_at"]),
    }
