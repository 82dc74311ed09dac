"""The directory compiled for looking up: who and what there is, and who is appointed where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from escalation.errors import NotFound
from escalation.routing.directory_checks import check
from escalation.routing.directory_file import LARGEST, DirectoryFile, ForumEntry, MemberEntry
from escalation.routing.effective import ForumRef
from escalation.routing.loader import load, load_data
from escalation.routing.positions import Positions
from escalation.routing.seating import Seating
from escalation.routing.terms import Term, term
from escalation.routing.vocabulary import SIGNS, ForumKind, ForumOwner, Role, Side
from escalation.routing.wording import not_among
from escalation.timekeeping.duration import Duration
from escalation.timekeeping.instants import seconds_of, zone_named
from escalation.timekeeping.recurrence import Recurrence

T = TypeVar("T")
_MEMO = 65_536


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may hold a seat."""

    id: str
    name: str
    email: str | None
    phone: str | None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A provider or an agency, by the code it has in the one namespace of both."""

    code: str
    title: str
    is_provider: bool
    central: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """The parties that one provider serves."""

    code: str
    title: str
    provider: str
    members: tuple[str, ...]
    observers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A seat in a forum: whoever holds that role at that party, while its term runs."""

    role: Role
    party: str
    term: Term


@dataclass(frozen=True, slots=True)
class Forum:
    """A body, its seats, and when it meets. ``owner`` is None for the Initiative's."""

    code: str
    title: str
    kind: ForumKind
    of: ForumOwner
    owner: str | None
    function: str | None
    region: str | None
    calendar: str
    meeting: Recurrence
    duration: Duration
    agenda_cutoff: Duration
    paper_date: Duration
    quorum: int
    members: tuple[Member, ...]
    invitees: tuple[Member, ...]
    secretariat: str
    sections: tuple[str, ...]
    reports_to: str | None
    short: str

    def members_at(self, at: datetime) -> tuple[Member, ...]:
        """The seats that have a vote at an instant."""
        second = seconds_of(at)
        return tuple(member for member in self.members if member.term.holds(second))


class Directory:
    """Parties, places, people, appointments and forums, by code; nothing in it changes.

    ``memo`` keeps answers that depend on the directory alone and on the era of their instant.
    """

    def __init__(
        self,
        file: DirectoryFile,
        positions: Positions,
        *,
        before: "Directory | None" = None,
        document: Mapping[str, Any] | None = None,
    ) -> None:
        """Compile a file that has been checked.

        Args:
            file: What it says.
            positions: Where that stands.
            before: A directory with most of the same entries, whose own are taken from there.
            document: It as :meth:`document` tells it, where that is known.
        """
        self.file = file
        self.positions = positions
        self.zone = zone_named(file.zone)
        self.people = _people(file, before)
        self.subjects: Mapping[str, str] = _subjects(self.people, before)
        self.parties = dict(_parties(file))
        self.clusters = {
            key: Cluster(key, entry.title, entry.provider, entry.members, entry.observers)
            for key, entry in file.clusters.items()
        }
        self.forums = {
            key: _forum(key, entry, self.zone, file) for key, entry in file.forums.items()
        }
        alike = before is not None and before.zone == self.zone
        self.seating: Seating = Seating(
            file, self.zone, before.seating if before and alike else None
        )
        self._document = document
        self.memo: dict[tuple[Any, ...], Any] = {}
        self._bodies = {
            (forum.kind, forum.of, forum.owner): forum for forum in reversed(self.forums.values())
        }

    @classmethod
    def read(cls, source: str | bytes, name: str) -> "Directory":
        """Read and check a directory file.

        Raises:
            TooLarge: it has too many bytes or is nested too deeply.
            Invalid: with every mistake in it, each with its place.
        """
        file, positions = load(source, DirectoryFile, name, largest=LARGEST, check=check)
        return cls(file, positions)

    @classmethod
    def from_document(cls, document: Mapping[str, Any], name: str = "directory") -> "Directory":
        """The directory of a stored document, or of one that came by request.

        Raises:
            Invalid: with every mistake in it, each with a JSON pointer.
        """
        ordered = _in_order(document)
        return cls(load_data(ordered, DirectoryFile, name, check), Positions(name))

    @classmethod
    def stored(cls, document: Mapping[str, Any], name: str = "directory") -> "Directory":
        """The directory of a document that was checked before it was stored."""
        return cls(load_data(_in_order(document), DirectoryFile, name), Positions(name))

    def document(self) -> dict[str, Any]:
        """What `from_document` reads: JSON-able, the same for the same content.

        The parts are the caller's own; the entries in them are not to be changed.
        """
        if self._document is None:
            self._document = told(self.file)
        return {
            part: dict(said) if isinstance(said, dict) else said
            for part, said in self._document.items()
        }

    def person(self, person_id: str) -> Person:
        """The person of that id; NotFound names the nearest."""
        return _found(self.people, person_id, "person")

    def by_email(self, address: str) -> str | None:
        """The id of the only person with that address, in capitals or not."""
        wanted = address.casefold()
        known = ((key, one.email) for key, one in self.people.items() if one.email)
        found = [key for key, email in known if email.casefold() == wanted]
        return found[0] if len(found) == 1 else None

    def party(self, code: str) -> Party:
        """The provider or agency of that code; NotFound names the nearest."""
        return _found(self.parties, code, "party")

    def forum(self, code: str) -> Forum:
        """The forum of that code; NotFound names the nearest."""
        return _found(self.forums, code, "forum")

    def cluster(self, code: str) -> Cluster:
        """The cluster of that code; NotFound names the nearest."""
        return _found(self.clusters, code, "cluster")

    def forum_for(self, ref: ForumRef, cluster: str | None, provider: str) -> Forum | None:
        """The body that a rung names, for an issue of that cluster and provider."""
        owners = {ForumOwner.CLUSTER: cluster, ForumOwner.PROVIDER: provider}
        return self._bodies.get((ref.kind, ref.of, owners.get(ref.of)))

    def cluster_of(self, provider: str, client: str) -> str | None:
        """The cluster in which that provider serves that client."""
        for cluster in self.clusters.values():
            if cluster.provider == provider and client in cluster.members:
                return cluster.code
        return None

    def era(self, at: datetime) -> int:
        """A number that is the same for two instants between which no seat changes hands."""
        return self.seating.eras.at(seconds_of(at))

    def employed(self, person_id: str, at: datetime) -> bool:
        """Whether somebody is in the directory, and their own dates have begun and not ended."""
        return person_id in self.people and self.seating.employed(person_id, seconds_of(at))

    def remember(self, key: tuple[Any, ...], value: object) -> None:
        """Keep an answer; the memory is emptied when it is full."""
        if len(self.memo) >= _MEMO:
            self.memo.clear()
        self.memo[key] = value


def told(entry: BaseModel) -> dict[str, Any]:
    """What a file, or an entry of it, says: JSON-able, without what goes without saying."""
    return entry.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _people(file: DirectoryFile, before: "Directory | None") -> dict[str, Person]:
    if before is not None and file.people is before.file.people:
        return before.people
    return {
        key: Person(key, entry.name, entry.email, entry.phone, entry.subject)
        for key, entry in file.people.items()
    }


def _subjects(people: Mapping[str, Person], before: "Directory | None") -> Mapping[str, str]:
    """Who is who to the identity provider."""
    if before is not None and people is before.people:
        return before.subjects
    return {one.subject: key for key, one in people.items() if one.subject is not None}


def _in_order(document: Mapping[str, Any]) -> dict[str, Any]:
    """By code: a store may have lost the order of names, and what is told must not depend on it."""
    return {
        part: dict(sorted(found.items())) if isinstance(found, Mapping) else found
        for part, found in document.items()
    }


def _found(table: Mapping[str, T], key: str, what: str) -> T:
    value = table.get(key)
    if value is None:
        raise NotFound(f"{what}: {not_among(key, table)}")
    return value


def _parties(file: DirectoryFile) -> Iterator[tuple[str, Party]]:
    for code, provider in file.providers.items():
        yield code, Party(code, provider.title, is_provider=True, central=False)
    for code, agency in file.agencies.items():
        yield code, Party(code, agency.title, is_provider=False, central=agency.central)


def _forum(code: str, entry: ForumEntry, zone: ZoneInfo, file: DirectoryFile) -> Forum:
    meeting = entry.meeting
    return Forum(
        code=code,
        title=entry.title,
        kind=entry.kind,
        of=entry.of,
        owner=entry.owner,
        function=entry.function,
        region=entry.region,
        calendar=entry.calendar,
        meeting=Recurrence(meeting.rule, meeting.start, meeting.zone or file.zone),
        duration=meeting.duration,
        agenda_cutoff=entry.agenda_cutoff,
        paper_date=entry.paper_date,
        quorum=entry.quorum,
        members=(*_partners(entry, zone, file), *_members(entry.members, zone)),
        invitees=_members(entry.invitees, zone),
        secretariat=entry.secretariat,
        sections=entry.sections,
        reports_to=entry.reports_to,
        short=entry.short or code.upper(),
    )


def _partners(entry: ForumEntry, zone: ZoneInfo, file: DirectoryFile) -> Iterator[Member]:
    """The seats of those who signed the agreement by which a forum sits, while it runs.

    Framework: the partnering forum is "comprised of all partners to the partnering agreement".
    """
    agreement = file.partnering_agreements.get(entry.agreement or "")
    if agreement is None:
        return
    runs = term(agreement.begins, agreement.ends, zone)
    own = {(each.role, each.party) for each in entry.members}
    for party in agreement.signatories:
        role = SIGNS[Side.PROVIDER if party in file.providers else Side.AGENCY]
        if (role, party) not in own:
            yield Member(role, party, runs)


def _members(entries: tuple[MemberEntry, ...], zone: ZoneInfo) -> tuple[Member, ...]:
    return tuple(
        Member(entry.role, entry.party, term(entry.from_, entry.until, zone)) for entry in entries
    )
