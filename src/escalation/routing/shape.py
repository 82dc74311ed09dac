"""What an issue looks like to the ladder: the fields that rules may name."""

from datetime import datetime

from msgspec import Struct

from escalation.routing.vocabulary import Channel, IssueKind, RaiserType, Scope, Severity


class Shape(Struct, frozen=True):
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
