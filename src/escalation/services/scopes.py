"""What a key is for: the issues of a cluster, a provider, an agency, a function or a forum."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from escalation.errors import Fault, Invalid
from escalation.routing.directory import Directory, Forum
from escalation.routing.vocabulary import ForumOwner
from escalation.routing.wording import not_among
from escalation.workflow.viewing import Part, Reach


class ScopeKind(StrEnum):
    """What a key may be narrowed to."""

    CLUSTER = "cluster"
    PROVIDER = "provider"
    AGENCY = "agency"
    FUNCTION = "function"
    FORUM = "forum"


Scopes = Mapping[str, Sequence[str]]
"""Codes by kind of scope. An issue has to fit each kind that is there, by one of its codes."""


def check(scopes: Scopes, directory: Directory | None) -> None:
    """Go no further with a code that the directory does not have.

    Raises:
        Invalid: with a fault for each such code.
    """
    faults = unknown(scopes, directory)
    if faults:
        raise Invalid("The directory does not have every code of the scopes.", errors=faults)


def unknown(scopes: Scopes, directory: Directory | None) -> list[Fault]:
    """A fault for each code that the directory does not have: nothing is seen by it."""
    faults = []
    for kind, codes in scopes.items():
        known = () if directory is None else _codes(directory, ScopeKind(kind))
        faults += [
            Fault("unknown", not_among(code, known), pointer=f"/scopes/{kind}/{place}")
            for place, code in enumerate(codes)
            if code not in known
        ]
    return faults


def _codes(directory: Directory, kind: ScopeKind) -> frozenset[str]:
    parties = directory.parties.values()
    found: Mapping[ScopeKind, Iterator[str]] = {
        ScopeKind.CLUSTER: iter(directory.clusters),
        ScopeKind.PROVIDER: (each.code for each in parties if each.is_provider),
        # A provider may be the client of another.
        ScopeKind.AGENCY: iter(directory.parties),
        ScopeKind.FUNCTION: iter(directory.file.functions),
        ScopeKind.FORUM: iter(directory.forums),
    }
    return frozenset(found[kind])


def within(scopes: Scopes, directory: Directory | None) -> tuple[Reach, ...]:
    """The issues that scopes are about: all of the answer at once."""
    sets = {kind: frozenset(codes) for kind, codes in scopes.items() if codes}
    forums = sets.pop(ScopeKind.FORUM, frozenset())
    found: list[Reach] = []
    if sets:
        part = Part(
            clusters=sets.get(ScopeKind.CLUSTER, frozenset()),
            providers=sets.get(ScopeKind.PROVIDER, frozenset()),
            agencies=sets.get(ScopeKind.AGENCY, frozenset()),
            functions=sets.get(ScopeKind.FUNCTION, frozenset()),
        )
        found.append((part,))
    if forums:
        found.append(of_forums(forums, directory))
    return tuple(found)


def of_forums(codes: frozenset[str], directory: Directory | None) -> Reach:
    """The issues of forums: before them, reported to them, and of whom the forum is."""
    known = {} if directory is None else directory.forums
    owned = (_owned(known[code]) for code in sorted(codes) if code in known)
    return (Part(forums=codes), *owned)


def _owned(forum: Forum) -> Part:
    """The issues that may come before a forum: what its digests show."""
    functions = frozenset(() if forum.function is None else (forum.function,))
    owner = frozenset(() if forum.owner is None else (forum.owner,))
    if forum.of is ForumOwner.CLUSTER:
        return Part(clusters=owner, functions=functions)
    if forum.of is ForumOwner.PROVIDER:
        return Part(providers=owner, functions=functions)
    return Part(functions=functions)


def forums_within(scopes: Scopes, directory: Directory | None) -> frozenset[str] | None:
    """The forums whose papers show nothing beyond the scopes; ``None`` is all of them."""
    if not any(scopes.values()):
        return None
    if scopes.get(ScopeKind.AGENCY) or scopes.get(ScopeKind.FUNCTION):
        return frozenset()
    known = {} if directory is None else directory.forums
    return frozenset(code for code, forum in known.items() if _covered(forum, scopes))


def _covered(forum: Forum, scopes: Scopes) -> bool:
    named = (
        (scopes.get(ScopeKind.FORUM), forum.code),
        (scopes.get(ScopeKind.CLUSTER), _owner_if(forum, ForumOwner.CLUSTER)),
        (scopes.get(ScopeKind.PROVIDER), _owner_if(forum, ForumOwner.PROVIDER)),
    )
    return all(code in codes for codes, code in named if codes)


def _owner_if(forum: Forum, of: ForumOwner) -> str | None:
    return forum.owner if forum.of is of else None
