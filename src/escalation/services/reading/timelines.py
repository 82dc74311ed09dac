"""The history of an issue, page by page, oldest first or latest first."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from escalation.services.pages import Page, page_of
from escalation.services.reading.issues import facts
from escalation.services.reading.reader import Look
from escalation.services.veil import veiled
from escalation.services.views import told
from escalation.store import timeline
from escalation.store.timeline import Entry
from escalation.workflow.events import EventType
from escalation.workflow.facts import Issue
from escalation.workflow.viewing import may_read_note

NAMES_OTHERS = frozenset(
    kind.value
    for kind in (
        EventType.LINKED,
        EventType.UNLINKED,
        EventType.MERGED,
        EventType.UPSTREAM_SETTLED,
        EventType.HELD,
        EventType.INFORMED,
        EventType.RESOLVED,
    )
)
"""Entries that are about two issues, or may name another."""


def page(look: Look, name: str, *, after: int, limit: int) -> Page:
    """The entries of an issue's timeline after a number.

    What one side wrote for itself is not there for the other: neither does it make a page shorter,
    nor is there a next page for it alone.

    Raises:
        NotFound: there is no such issue.
    """
    issue = facts(look, name).issue
    found = list(islice(_readable(look, issue, after, limit), limit + 1))
    return page_of(
        found,
        limit,
        lambda shown: (_seen(look, view(entry)) for entry in shown),
        lambda entry: (entry.number, ""),
    )


def _readable(look: Look, issue: Issue, after: int, at_once: int) -> Iterator[Entry]:
    """The entries after a number that who looks may read, as far as they are asked for."""
    while True:
        some = timeline.entries(look.connection, issue.id, after=after, limit=at_once + 1)
        for entry in some:
            if may_read_note(look.viewer, entry.visibility, issue) or _theirs(look, entry):
                yield entry
        if len(some) <= at_once:
            return
        after = some[-1].number


def _theirs(look: Look, entry: Entry) -> bool:
    """Whether who looks has written it."""
    person = look.viewer.person
    return person is not None and entry.actor.get("person") == person


def _seen(look: Look, entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without names of other issues that are sealed to who looks."""
    if entry["type"] not in NAMES_OTHERS:
        return entry
    return {**entry, "data": veiled(look.connection, look.viewer, entry["data"])}


def view(entry: Entry) -> dict[str, Any]:
    """One entry: what happened, who did it, and when it was due, effective and recorded."""
    return {
        "id": entry.id,
        "number": entry.number,
        "type": entry.type,
        "due_at": told(entry.due_at),
        "effective_at": told(entry.effective_at),
        "recorded_at": told(entry.recorded_at),
        "visibility": entry.visibility,
        "actor": entry.actor,
        "data": entry.payload,
        "hash": entry.hash,
    }
