"""Who may see which issue: the one rule, asked of a value here and of rows in the store.

A sealed issue is for the people named for it and the holders of its seats, never for the person
it is about; everybody who may read may see every other. Source: the domain's "The life of an
issue", sealed issues.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from escalation.routing.directory import Directory
from escalation.routing.vocabulary import Side
from escalation.timekeeping.instants import seconds_of
from escalation.workflow.facts import Issue


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: ``person`` is who they are in the directory, if anybody.

    ``everything`` is for whoever administers the installation, and for the engine itself.
    """

    person: str | None = None
    everything: bool = False


EVERYTHING = Viewer(everything=True)
"""The engine, and whoever holds the database itself."""


def readers(issue: Issue) -> tuple[str, ...] | None:
    """The people who may see an issue, sorted; ``None`` where everybody may."""
    if issue.sealing is None:
        return None
    named = {each.person for each in issue.sealing.named}
    holders = {held.person for held in issue.seats.values() if held.person is not None}
    return tuple(sorted((named | holders) - {issue.about_person}))


def may_see(viewer: Viewer, issue: Issue) -> bool:
    """Whether ``viewer`` may know that the issue is there."""
    return is_among(viewer, readers(issue))


def is_among(viewer: Viewer, people: Sequence[str] | None) -> bool:
    """Whether ``viewer`` is one of the people that something is for; ``None`` is everybody."""
    return people is None or viewer.everything or viewer.person in people


def sides_read(viewer: Viewer, issue: Issue, directory: Directory, at: datetime) -> frozenset[str]:
    """The sides for whose eyes alone something may be that ``viewer`` reads of an issue.

    Somebody is of a side who is appointed at its party, or holds its seat here. Who administers is
    of both, and so is a key that names nobody: it acts for either seat.
    """
    if viewer.everything or viewer.person is None:
        return frozenset(side.value for side in Side)
    second = seconds_of(at)
    at_work = {
        sitting.key[0]
        for sitting in directory.seating.appointments.values()
        if sitting.person == viewer.person and sitting.term.holds(second)
    }
    parties = ((Side.PROVIDER, issue.provider), (Side.AGENCY, issue.agency))
    own = {side.value for side, party in parties if party in at_work}
    held = {side.value for side, seat in issue.seats.items() if seat.person == viewer.person}
    return frozenset(own | held)
