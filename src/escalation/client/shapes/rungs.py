"""What the service answers of where an issue stands, and who may see it.

Made from docs/openapi.json by tools/client_shapes.py; ``python -m tools.docs`` makes it anew.
"""

from typing import TypedDict


class Accountability(TypedDict):
    """A layer of delivery: who answers for it and leads it, to whom, and by which strategies."""

    about: str
    accountable_officers: str
    delivery_lead: str
    key_strategies: str
    progress_reported_to: str
    title: str


class MeetingAt(TypedDict):
    """The meeting that an issue is tabled for."""

    id: str
    starts_at: str


class Holder(TypedDict):
    """Who holds a seat."""

    id: str
    name: str


class Seat(TypedDict):
    """A seat, who holds it, and why they do."""

    holder: Holder | None
    reason: str
    role: str


class Rung(TypedDict):
    """The rung that an issue stands on."""

    accountability: Accountability
    also_layer: str | None
    carried_over: int
    entered_at: str
    forum: str | None
    id: str
    kind: str
    layer: str
    lead: str
    meeting: MeetingAt | None
    responsibilities: dict[str, list[str]]
    seats: dict[str, Seat]
    title: str


class LadderPin(TypedDict):
    """The ladder that an issue was logged under, pinned by its publication's hash."""

    id: str
    publication: str
    title: str
    version: str


class NamedView(TypedDict):
    """A person who may see a sealed issue."""

    at: str
    by: str
    id: str
    name: str
    why: str | None


class Referral(TypedDict):
    """A sealed matter that was put before another body."""

    at: str
    by: str
    id: str
    outcome: str | None
    outcome_at: str | None
    reference: str | None
    to: str
    under: str


class Sealed(TypedDict):
    """Since when it is sealed, for whom beside the holders of its seats, and its referrals."""

    at: str
    named: list[NamedView]
    referrals: list[Referral]
