"""The open alarms: seats that nobody holds, with the issue that stands there and who sees to it.

An alarm is open from when the seat became empty until it is filled or the issue has left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from escalation.services.pages import Page
from escalation.services.reading.reader import Look
from escalation.services.views import told
from escalation.store import issues, vacancies
from escalation.store.issues import Loaded
from escalation.store.vacancies import Place
from escalation.workflow.climbing import told_of_vacancy
from escalation.workflow.forum import next_body

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alarms: of the issues whose next body is this forum's, or who is to see to them."""

    forum: str | None = None
    secretariat: str | None = None
    account_manager: str | None = None
    after: Place | None = None
    limit: int = 50


def page(look: Look, wanted: Wanted) -> Page:
    """A page of alarms, those of the longest empty seats first; all of one issue stand together."""
    found: list[dict[str, Any]] = []
    last: Place | None = None
    for place, alarms in _by_issue(look, wanted.after):
        fits = [alarm for alarm in alarms if _fits(alarm, wanted)]
        if not fits:
            continue
        if len(found) >= wanted.limit:
            return Page(found, wanted.limit, last)
        found += fits
        last = place
    return Page(found, wanted.limit)


def _fits(alarm: dict[str, Any], wanted: Wanted) -> bool:
    asked = {
        "forum": wanted.forum,
        "secretariat": wanted.secretariat,
        "account_manager": wanted.account_manager,
    }
    return all(alarm[name] == value for name, value in asked.items() if value is not None)


def _by_issue(look: Look, after: Place | None) -> Iterator[tuple[Place, list[dict[str, Any]]]]:
    """The alarms of each issue, with where a page that ends with it goes on."""
    rows = vacancies.page(look.connection, look.viewer, after, _AT_ONCE)
    while rows:
        loaded = issues.load(look.connection, [row.id for row in rows])
        for row in rows:
            yield (row.since, row.id), list(_alarms(look, loaded[row.id]))
        after = (rows[-1].since, rows[-1].id)
        rows = vacancies.page(look.connection, look.viewer, after, _AT_ONCE)


def _alarms(look: Look, loaded: Loaded) -> Iterator[dict[str, Any]]:
    issue = loaded.issue
    under = look.agreement(issue)
    body = next_body(under, issue)
    common = {
        "issue": {"id": issue.id, "reference": issue.reference, "title": issue.title},
        "rung": {"id": issue.rung, "title": under.ladder.rung(issue.rung).title},
        "forum": None if body is None else body.code,
        **told_of_vacancy(under, issue, look.now),
    }
    for seat in issue.vacant:
        yield {
            **common,
            "side": seat["side"],
            "role": seat["role"],
            "since": seat["since"].replace("+00:00", "Z"),
            "reason": seat["reason"],
        }
    if not issue.vacant:
        reason = "The body of this rung is not in the directory, or does not meet again"
        since = told(issue.entered_at)
        yield {**common, "side": None, "role": None, "since": since, "reason": reason}
