"""What an issue looks like to the ladder: the fields that rules may name."""

from dataclasses import dataclass
from datetime import datetime

from escalation.routing.vocabulary import Channel, IssueKind, RaiserType, Scope, Severity


@dataclass(frozen=True, slots=True)
class Shape:
    """The facts of an issue that decide its ladder and rung; parties and places by code.

    ``function`` may be left out only where ``scope`` is the whole agreement.
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
