"""What was learned of issues: of those that somebody sees, and what was shared of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, case, or_, select

from escalation.store import dialect, models
from escalation.store.keyset import Seen, newest_first
from escalation.store.viewing import visible
from escalation.store.wall import outside
from escalation.workflow.plan import Plan
from escalation.workflow.viewing import Viewer

_T, _I = models.learning, models.issue
_OF_ISSUE = ("cluster", "function", "service", "layer", "themes", "kind")
"""What is told of the issue to everybody: what it was about, and not which one it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningQuestion:
    """Which notes; ``after`` is the (instant, id) of the last that was seen."""

    words: Sequence[str] = ()
    cluster: tuple[str, ...] = ()
    function: tuple[str, ...] = ()
    layer: tuple[str, ...] = ()
    theme: str | None = None
    shared: bool | None = None
    after: Seen | None = None
    limit: int = 50


def learning_rows(plan: Plan) -> list[dict[str, Any]]:
    """What was learned."""
    return [
        {
            "id": made.id,
            "issue_id": plan.issue.id,
            "text": made.text,
            "shared": made.shared,
            "act": made.act,
            "made_by": plan.actor.name,
            "made_at": plan.effective_at,
        }
        for made in plan.learnings
    ]


def page(connection: Connection, viewer: Viewer, asked: LearningQuestion) -> list[Row[Any]]:
    """Notes, the newest first; one more than the limit where there are more.

    The issue's id and reference, who wrote it and in which act stand only where the issue is seen.
    """
    sees = visible(connection, viewer)
    told = {
        name: case((sees, column), else_=None).label(name)
        for name, column in (
            ("issue_id", _T.c.issue_id),
            ("reference", _I.c.reference),
            ("made_by", _T.c.made_by),
            ("act", _T.c.act),
        )
    }
    columns = (_T.c.id, _T.c.text, _T.c.shared, _T.c.made_at, *(_I.c[n] for n in _OF_ISSUE))
    query = select(*columns, *told.values()).join(_I, _I.c.id == _T.c.issue_id)
    query = query.where(or_(sees, and_(_T.c.shared, _I.c.sealed_at.is_(None))))
    for name in ("cluster", "function", "layer"):
        if codes := getattr(asked, name):
            query = query.where(_I.c[name].in_(codes))
    if asked.theme is not None:
        query = query.where(sees, dialect.has_item(connection, _I.c.themes, asked.theme))
    if asked.shared is not None:
        query = query.where(_T.c.shared if asked.shared else ~_T.c.shared)
    query = query.where(*(_T.c.text.icontains(word, autoescape=True) for word in asked.words))
    query = newest_first(query, _T.c.made_at, _T.c.id, asked.after, asked.limit + 1)
    with outside(connection):  # a shared note is told, and not whose issue it came of
        return list(connection.execute(query))
