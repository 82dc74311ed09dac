"""What belongs to an issue beside its own chain, and is hidden where the issue is.

What was said and raised into an issue, or is about it, and what a forum decided on it or on what
was said, with the actions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, or_, select

from escalation.store import models, viewing
from escalation.store.dialect import any_of
from escalation.store.wall import outside
from escalation.workflow.viewing import Viewer


def hidden(connection: Connection, viewer: Viewer, names: Sequence[str]) -> frozenset[str]:
    """Of these ids, references and numbers, those of or about issues ``viewer`` may not see."""
    with outside(connection):
        of = _issues(connection, names)
    issues = {issue for found in of.values() for issue in found}
    secret = viewing.hidden(connection, viewer, sorted({*names, *issues}))
    return frozenset(name for name in names if name in secret or not secret.isdisjoint(of[name]))


def _issues(connection: Connection, names: Sequence[str]) -> Mapping[str, set[str]]:
    """By name, the issues that it is about."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, subject in _decided(connection, names):
        found[name].add(subject)
    subjects = {subject for each in found.values() for subject in each}
    said = _said(connection, sorted({*names, *subjects}))
    for name in names:
        for known in (name, *found[name]):
            found[name] |= said.get(known, set())
    return found


def _decided(connection: Connection, names: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Decisions and their actions, each with what was decided on."""
    d, a = models.decision, models.action
    named = or_(any_of(connection, d.c.id, names), any_of(connection, d.c.number, names))
    for row in connection.execute(select(d.c.id, d.c.number, d.c.subject).where(named)):
        yield row.id, row.subject
        yield row.number, row.subject
    actions = select(a.c.id, d.c.subject).join(d, d.c.id == a.c.decision_id)
    for done in connection.execute(actions.where(any_of(connection, a.c.id, names))):
        yield done.id, done.subject


def _said(connection: Connection, names: Sequence[str]) -> Mapping[str, set[str]]:
    """Contacts and feedback, each with the issues that it was raised into and is about."""
    t = models.interaction
    named = or_(any_of(connection, t.c.id, names), any_of(connection, t.c.reference, names))
    query = select(t.c.id, t.c.reference, t.c.issue_id, t.c.about).where(named)
    found: dict[str, set[str]] = {}
    for row in connection.execute(query):
        found[row.id] = found[row.reference] = {row.issue_id, row.about} - {None}
    return found
