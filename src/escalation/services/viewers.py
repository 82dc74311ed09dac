"""What somebody may see: what their role sees by itself or by their person, within their scopes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from escalation.routing.directory import Directory
from escalation.routing.membership import seats_of
from escalation.services import scopes
from escalation.services.roles import KeyRole
from escalation.timekeeping.instants import seconds_of
from escalation.workflow.viewing import NOTHING, Part, Reach, Viewer

_BOTH_SIDES = frozenset({KeyRole.ADMIN, KeyRole.AUDITOR})
_UNBOUND = _BOTH_SIDES | {KeyRole.OPERATOR}
"""Without person and scopes an operator acts for either seat, and reads what either wrote."""


class Holder(Protocol):
    """Whose sight is asked for: a role, as a person or not, for a part or all."""

    @property
    def role(self) -> str:
        """What they may do."""

    @property
    def person(self) -> str | None:
        """Who they are in the directory."""

    @property
    def scopes(self) -> Mapping[str, Sequence[str]] | None:
        """What it is narrowed to: codes by kind."""


def viewer_of(holder: Holder, directory: Directory | None, now: datetime) -> Viewer:
    """Who holds a key or a token, as the store is asked for what they may see.

    Costs nothing for one without person and scopes; others are remembered by the directory as
    long as no seat changes hands.
    """
    role = KeyRole(holder.role)
    if holder.person is None and not holder.scopes:
        everything = role is KeyRole.ADMIN
        return Viewer(everything=everything, both_sides=role in _UNBOUND)
    if directory is None:
        return _viewer(holder, role, None, now)
    given = tuple((kind, *codes) for kind, codes in (holder.scopes or {}).items())
    name = ("viewer", role, holder.person, given, directory.era(now))
    found: Viewer | None = directory.memo.get(name)
    if found is None:
        found = _viewer(holder, role, directory, now)
        directory.remember(name, found)
    return found


def _viewer(holder: Holder, role: KeyRole, directory: Directory | None, now: datetime) -> Viewer:
    person, given = holder.person, holder.scopes or {}
    serves = _serves(directory, person)
    sits = _sits(directory, person, now) if role is KeyRole.HOLDER else NOTHING
    own = NOTHING
    if person is not None and directory is not None:
        own = directory.seating.parties_of(person, seconds_of(now))
    reach: Reach | None = None
    papers = scopes.forums_within(given, directory)
    if role is KeyRole.HOLDER:
        reach = (_of_person(person), *_of_parties(own), *_at(serves | sits))
        papers = _both(papers, serves | sits)
    elif role is KeyRole.SECRETARIAT:
        reach = scopes.of_forums(serves, directory) if serves else ()
        papers = _both(papers, serves)
    named = frozenset((*given.get("provider", ()), *given.get("agency", ())))
    return Viewer(
        person,
        everything=role is KeyRole.ADMIN,
        within=scopes.within(given, directory),
        reach=reach,
        parties=named if person is None else own,
        both_sides=role in _BOTH_SIDES,
        forums=papers,
    )


def _of_person(person: str | None) -> Part:
    return Part(holders=frozenset((person or "",)))


def _of_parties(parties: frozenset[str]) -> Reach:
    return (Part(parties=parties),) if parties else ()


def _at(forums: frozenset[str]) -> Reach:
    return (Part(forums=forums),) if forums else ()


def _both(some: frozenset[str] | None, others: frozenset[str]) -> frozenset[str]:
    return others if some is None else some & others


def _serves(directory: Directory | None, person: str | None) -> frozenset[str]:
    """The forums whose secretariat somebody is."""
    forums = () if directory is None or person is None else directory.forums.values()
    return frozenset(forum.code for forum in forums if forum.secretariat == person)


def _sits(directory: Directory | None, person: str | None, now: datetime) -> frozenset[str]:
    """The forums that somebody has a seat in, with a vote or without."""
    if directory is None or person is None:
        return NOTHING
    return frozenset(
        forum.code
        for forum in directory.forums.values()
        if any(seat.person == person for seat in seats_of(directory, forum, now))
    )
