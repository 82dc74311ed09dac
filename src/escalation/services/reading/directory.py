"""The directory, noun by noun: each entry with the code that names it everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from escalation.errors import NotFound
from escalation.routing.directory import Directory
from escalation.routing.terms import term
from escalation.routing.wording import not_among
from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.store import framework
from escalation.store.framework import DirectoryVersion
from escalation.timekeeping.instants import seconds_of


class Noun(StrEnum):
    """The parts of the directory."""

    CLUSTERS = "clusters"
    PROVIDERS = "providers"
    AGENCIES = "agencies"
    FUNCTIONS = "functions"
    SERVICES = "services"
    REGIONS = "regions"
    CENTRES = "centres"
    PEOPLE = "people"
    APPOINTMENTS = "appointments"
    ACTING_APPOINTMENTS = "acting_appointments"
    DELEGATIONS = "delegations"
    SHARED_SEATS = "shared_seats"
    FORUMS = "forums"
    PARTNERING_AGREEMENTS = "partnering_agreements"
    SERVICE_STANDARDS = "service_standards"
    SERVICE_CHARTERS = "service_charters"

    @property
    def path(self) -> str:
        """Where it stands in the interface."""
        return f"/v1/{self.value.replace('_', '-')}"

    @property
    def single(self) -> str:
        """One of them, in words."""
        return _SINGLE.get(self, self.value.removesuffix("s").replace("_", " "))


_SINGLE = {Noun.AGENCIES: "agency", Noun.PEOPLE: "person"}
_BY_ID = frozenset(
    {
        Noun.PEOPLE,
        Noun.APPOINTMENTS,
        Noun.ACTING_APPOINTMENTS,
        Noun.DELEGATIONS,
        Noun.SHARED_SEATS,
    }
)
TERMED = frozenset({Noun.PEOPLE, Noun.APPOINTMENTS, Noun.ACTING_APPOINTMENTS, Noun.DELEGATIONS})
"""The parts whose entries begin and end."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: after a code, so many, at an instant, by the directory known at another."""

    after: str = ""
    limit: int = 50
    as_at: datetime | None = None
    known_at: datetime | None = None
    among: Mapping[str, str] = field(default_factory=dict)


def page(look: Look, noun: Noun, wanted: Wanted) -> Page:
    """A page of a part, by code; with ``as_at`` those whose term holds then.

    Raises:
        NotFound: no directory was in force at ``known_at``.
    """
    directory, _ = known_at(look, wanted.known_at)
    part = part_of(directory, noun)
    found = [
        code
        for code in sorted(part)
        if code > wanted.after and _fits(directory, part[code], wanted)
    ]
    return page_of(
        found,
        wanted.limit,
        lambda shown: (view(noun, code, part[code]) for code in shown),
        lambda code: (code, code),
    )


def one(look: Look, noun: Noun, code: str) -> dict[str, Any]:
    """One entry.

    Raises:
        NotFound: there is none of that code; names the nearest.
    """
    part = part_of(look.directory, noun)
    if code not in part:
        raise NotFound(f"None of the {noun} has that code: {not_among(code, part)}.")
    return view(noun, code, part[code])


def known_at(look: Look, instant: datetime | None) -> tuple[Directory, DirectoryVersion | None]:
    """The directory in force, or the version that was at an instant, with its record.

    Raises:
        NotFound: there was none yet.
    """
    if instant is None:
        return look.directory, framework.latest_directory(look.connection)
    stored = framework.directory_known_at(look.connection, instant)
    if stored is None:
        raise NotFound(f"No directory was in force at {instant.isoformat()}.")
    return look.registry.directory_of(look.connection, stored), stored


def _fits(directory: Directory, entry: BaseModel, wanted: Wanted) -> bool:
    if any(getattr(entry, name, None) != value for name, value in wanted.among.items()):
        return False
    if wanted.as_at is None:
        return True
    begins, ends = getattr(entry, "from_", None), getattr(entry, "until", None)
    return term(begins, ends, directory.zone).holds(seconds_of(wanted.as_at))


def part_of(directory: Directory, noun: Noun) -> Mapping[str, BaseModel]:
    """A part of a directory, by code."""
    part: Mapping[str, BaseModel] = getattr(directory.file, noun.value)
    return part


def view(noun: Noun, code: str, entry: BaseModel) -> dict[str, Any]:
    """An entry with the code that names it everywhere."""
    named = {"id": code} if noun in _BY_ID else {"id": code, "code": code}
    return {**named, **entry.model_dump(mode="json", by_alias=True)}
