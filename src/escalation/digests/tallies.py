"""What a scorecard is counted from: of which issues, in which period, and the rows of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose issues are counted: those that fit all that it names."""

    cluster: str | None = None
    provider: str | None = None
    agency: str | None = None
    ola: str | None = None
    layer: str | None = None

    def named(self) -> dict[str, str]:
        """What it names, by the kind of thing."""
        kinds = ("cluster", "provider", "agency", "ola", "layer")
        return {kind: code for kind in kinds if (code := getattr(self, kind)) is not None}


@dataclass(frozen=True, slots=True)
class Period:
    """What took effect after ``since`` and not after ``until``, by what was recorded by then."""

    since: datetime
    until: datetime
    known_at: datetime


class VisitKind(NamedTuple):
    """What visits to rungs are told apart by, but for their instants."""

    publication: str
    calendar: str
    provider: str
    ola: str | None
    ladder: str
    rung: str
    severity: str


class Visit(NamedTuple):
    """One visit to a rung of officers that ended in the period, as it stood when it ended."""

    kind: VisitKind
    entered_at: datetime
    left_at: datetime
    due_at: datetime | None


class Waiting(NamedTuple):
    """Unresolved issues that look alike: who has them, and what their ages are counted by."""

    publication: str
    calendar: str
    ola: str | None
    ladder: str
    provider: str
    agency: str
    function: str | None
    region: str | None
    rung: str
    received_at: datetime


Counts = Mapping[str, int]
"""Counts by their measure."""
TOTAL = ""
"""The dimension of what is told apart by nothing."""
Tallies = Mapping[tuple[str, str | None], Counts]
"""Counts by dimension and code; by (``TOTAL``, None) of all."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What one period comes to: what moved in it, what stood at its end, and visits that ended.

    ``arrivals`` are when issues were logged in it, ``opinions`` what surveys came to.
    """

    tallies: Tallies
    visits: tuple[Visit, ...]
    waiting: tuple[Waiting, ...]
    arrivals: tuple[datetime, ...] = ()
    sealed: Mapping[str, int] = field(default_factory=dict)
    opinions: Tallies = field(default_factory=dict)


def merged(*several: Tallies) -> Tallies:
    """Tallies of different measures as one."""
    found: dict[tuple[str, str | None], dict[str, int]] = {}
    for tallies in several:
        for key, counts in tallies.items():
            found.setdefault(key, {}).update(counts)
    return found
