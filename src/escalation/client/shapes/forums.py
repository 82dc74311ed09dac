"""What the service answers of meetings and digests.

Made from docs/openapi.json by tools/client_shapes.py; ``python -m tools.docs`` makes it anew.
"""

from typing import Any, TypedDict

from escalation.client.shapes.issues import ForumName


class DigestDetail(TypedDict):
    """A digest with its document; the file ending in `.json` is what the hash was taken of."""

    as_at: str
    content_hash: str
    corrects: str | None
    created_at: str
    created_by: str
    document: dict[str, Any]
    formats: dict[str, str]
    forum: str | None
    id: str
    known_at: str
    number: str
    profile: str
    publication: str
    schema: str
    since: str | None


class Decision(TypedDict):
    """What was decided."""

    actions: list[dict[str, Any]]
    assents: list[str]
    conditions: str | None
    decided_at: str
    effect: str
    id: str
    issue: str | None
    mover: str | None
    number: str | None
    reasons: str | None
    recused: list[dict[str, Any]]
    subject: str
    text: str


class ItemIssue(TypedDict):
    """An issue on an agenda, in brief."""

    id: str
    reference: str
    severity: str
    status: str
    title: str


class Item(TypedDict):
    """An item of an agenda: since when, and how it left."""

    carried_over: int
    issue: ItemIssue | None
    kind: str
    late: bool
    left_at: str | None
    outcome: str | None
    remark: str | None
    section: str | None
    sought: str | None
    subject: str
    tabled_at: str
    title: str | None


class MeetingDetail(TypedDict):
    """A meeting with its agenda and its decisions."""

    apologies: list[str]
    attendance: list[dict[str, Any]] | None
    available_acts: list[str]
    cutoff_at: str
    decisions: list[Decision]
    ended_at: str | None
    ends_at: str
    forum: ForumName
    id: str
    items: list[Item]
    minutes_confirmed: dict[str, Any] | None
    occurs_at: str | None
    place: str | None
    quorate: bool | None
    quorum: int | None
    reason: str | None
    recusals: list[dict[str, Any]]
    starts_at: str
    status: str
    version: int
    voting_seats_filled: int | None
    zone: str | None
