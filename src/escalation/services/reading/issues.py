"""Issues, read: one as it is now, and pages of them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from escalation.errors import NotFound
from escalation.services.issue_seen import seen
from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.store import issues, listing, viewing
from escalation.store.listing import EQUALS, RANGES, SORTS, Found, Question, Value
from escalation.workflow.facts import Facts
from escalation.workflow.viewing import may_see

__all__ = ["EQUALS", "RANGES", "SORTS", "Question", "Value", "facts", "one", "page"]

View = Mapping[str, Any]


def facts(look: Look, name: str) -> Facts:
    """An issue by its id or reference, with its live clocks and what it stands under.

    Raises:
        NotFound: there is none of that name for who looks.
    """
    # Found as what may be seen or not at all, so that no time is spent on what others have.
    issue_id = viewing.seen_as(look.connection, look.viewer, name)
    found = {} if issue_id is None else issues.load(look.connection, [issue_id])
    loaded = found.get(issue_id or "")
    if loaded is None or not may_see(look.viewer, loaded.issue):
        raise NotFound(f"There is no issue {name}.")
    return Facts(
        look.shows(loaded.issue), loaded.clocks, look.agreement(loaded.issue), loaded.ended
    )


def one(look: Look, name: str) -> View:
    """An issue as it is now.

    Raises:
        NotFound: there is none of that name.
    """
    found = facts(look, name)
    return _view(look, found)


def page(look: Look, question: Question) -> Page:
    """A page of issues as they are now."""
    rows = listing.page(look.connection, look.viewer, question, look.now)
    count = None
    if question.total:
        count = listing.total(look.connection, look.viewer, question, look.now)
    return page_of(
        rows, question.limit, partial(_views, look), lambda last: (last.value, last.id), count
    )


def _views(look: Look, rows: Sequence[Found]) -> Sequence[View]:
    loaded = issues.load(look.connection, [row.id for row in rows])
    found = []
    for row in rows:
        each = loaded[row.id]
        known = Facts(look.shows(each.issue), each.clocks, look.agreement(each.issue), each.ended)
        found.append(_view(look, known))
    return found


def _view(look: Look, found: Facts) -> View:
    now = max(look.now, found.issue.updated_at)
    return seen(
        look.connection, look.known, found, now, viewer=look.viewer, actor=look.caller.actor
    )
