"""Who may see which issue: the one rule, asked of a value here and of rows in the store.

A sealed issue is for the people named for it and the holders of its seats, never for the person
it is about. What else somebody may see follows from their key: all there is, or the issues in
reach of who they are, within what the key is for. Source: the domain's "The life of an issue",
sealed issues, and the interface's roles.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from escalation.routing.vocabulary import Side
from escalation.workflow.facts import Issue

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the issues: those that fit everything which it names, in one of the ways given.

    ``parties`` are on either side, or affected; ``forums`` have the issue before them or had it
    reported to them; ``holders`` hold or held a seat of it. One that names nothing fits every
    issue.
    """

    clusters: frozenset[str] = NOTHING
    providers: frozenset[str] = NOTHING
    agencies: frozenset[str] = NOTHING
    functions: frozenset[str] = NOTHING
    parties: frozenset[str] = NOTHING
    forums: frozenset[str] = NOTHING
    holders: frozenset[str] = NOTHING

    def named(self) -> dict[str, frozenset[str]]:
        """What it names, by the kind of thing."""
        return {kind: codes for kind in HAS if (codes := getattr(self, kind))}


Reach = tuple[Part, ...]
"""The issues in any of these parts; in none of no parts."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: ``person`` is who they are in the directory, if anybody.

    ``everything`` is for whoever administers the installation, and for the engine itself.
    ``within`` is what their key is for, all of it at once; ``reach`` what is theirs of who they
    are, where their role does not see every issue that is not sealed. ``parties`` are those whose
    own notes they may read, on either side with ``both_sides``; ``forums`` those whose papers they
    may read, ``None`` being all.
    """

    person: str | None = None
    everything: bool = False
    within: tuple[Reach, ...] = ()
    reach: Reach | None = None
    parties: frozenset[str] = NOTHING
    both_sides: bool = False
    forums: frozenset[str] | None = None

    @property
    def limited(self) -> bool:
        """Whether there are issues that are not sealed and that they may not see all the same."""
        return bool(self.within) or self.reach is not None


EVERYTHING = Viewer(everything=True, both_sides=True)
"""The engine, and whoever holds the database itself."""


def readers(issue: Issue) -> tuple[str, ...] | None:
    """The people who may see an issue, sorted; ``None`` where it is not sealed."""
    if issue.sealing is None:
        return None
    named = {each.person for each in issue.sealing.named}
    holders = {held.person for held in issue.seats.values() if held.person is not None}
    return tuple(sorted((named | holders) - {issue.about_person}))


def may_see(viewer: Viewer, issue: Issue) -> bool:
    """Whether ``viewer`` may know that the issue is there."""
    if not viewer.limited:
        return is_among(viewer, readers(issue))
    if not all(_in_any(reach, issue) for reach in viewer.within):
        return False
    named = readers(issue)
    if named is not None:
        return is_among(viewer, named)
    return viewer.reach is None or _in_any(viewer.reach, issue)


def in_reach(viewer: Viewer, issue: Issue) -> bool:
    """Whether an issue is one of those that ``viewer`` has to do with, sealed or not."""
    theirs = viewer.within if viewer.reach is None else (*viewer.within, viewer.reach)
    return all(_in_any(reach, issue) for reach in theirs)


def is_among(viewer: Viewer, people: Sequence[str] | None) -> bool:
    """Whether ``viewer`` is one of the people that something is for; ``None`` is everybody."""
    return people is None or viewer.everything or viewer.person in people


def may_read_note(viewer: Viewer, visibility: str, issue: Issue) -> bool:
    """Whether ``viewer`` may read an entry that is ``shared``, or one side's own.

    A side's own is for who comes from its party, for a key that is for its party, and for who
    holds its seat.
    """
    if visibility == "shared" or viewer.both_sides:
        return True
    side = Side(visibility)
    party = issue.provider if side is Side.PROVIDER else issue.agency
    held = issue.seats.get(side)
    seated = viewer.person is not None and held is not None and held.person == viewer.person
    return seated or party in viewer.parties


def papers_are_for(viewer: Viewer, forum: str) -> bool:
    """Whether ``viewer`` may read what is put before a forum: meetings, agendas, digests."""
    return viewer.forums is None or forum in viewer.forums


def _in_any(reach: Reach, issue: Issue) -> bool:
    return any(
        all(not codes.isdisjoint(HAS[kind](issue)) for kind, codes in part.named().items())
        for part in reach
    )


def _agencies(issue: Issue) -> tuple[str, ...]:
    return (issue.agency, *issue.also_affects)


def _forums(issue: Issue) -> tuple[Any, ...]:
    return (issue.forum, *(report["forum"] for report in issue.reported_up))


def _holders(issue: Issue) -> tuple[Any, ...]:
    now = (held.person for held in issue.seats.values())
    return (*now, *(person for visit in issue.visits for person in visit.holders))


HAS: Mapping[str, Callable[[Issue], tuple[Any, ...]]] = {
    "clusters": lambda issue: (issue.cluster,),
    "providers": lambda issue: (issue.provider,),
    "agencies": _agencies,
    "functions": lambda issue: (issue.function,),
    "parties": lambda issue: (issue.provider, *_agencies(issue)),
    "forums": _forums,
    "holders": _holders,
}
"""What an issue has of each kind of thing that a part names."""


def covers(viewer: Viewer, of: Mapping[str, str]) -> bool:
    """Whether all issues of these parties are ones that ``viewer`` may count: ``of`` by kind.

    What everybody's issues come to is for who sees every issue that is not sealed.
    """
    theirs = viewer.within if viewer.reach is None else (*viewer.within, viewer.reach)
    return all(any(_all_in(part, of) for part in reach) for reach in theirs)


def _all_in(part: Part, of: Mapping[str, str]) -> bool:
    """Whether whatever is of these parties fits a part."""
    return all(
        any(of.get(of_kind) in codes for of_kind in _OF[kind])
        for kind, codes in part.named().items()
    )


_OF: Mapping[str, tuple[str, ...]] = {
    "clusters": ("cluster",),
    "providers": ("provider",),
    "agencies": ("agency",),
    "parties": ("provider", "agency"),
    "functions": (),
    "forums": (),
    "holders": (),
}
"""By which of its parties a whole of issues fits a part; by some kinds none does."""
