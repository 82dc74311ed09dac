"""What an issue looks like to the ladder: the fields that rules may name."""

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from escalation.routing.vocabulary import Channel, IssueKind, RaiserType, Scope, Severity


class Bypass(NamedTuple):
    """A person who may not hold any seat of an issue, and why, as words after their name."""

    person: str
    why: str


class Shape(Struct, frozen=True):
    """The facts of an issue that decide its ladder and rung; parties and places by code.

    ``function`` may be left out only where ``scope`` is the whole agreement. ``without`` names who
    may not hold its seats.
    """

    kind: IssueKind
    agency: str
    provider: str | None
    function: str | None
    service: str | None
    region: str | None
    scope: Scope
    severity: Severity
    raiser: RaiserType
    channel: Channel
    at: datetime
    without: tuple[Bypass, ...] = ()
