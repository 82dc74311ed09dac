"""What happened: the types of the timeline, and one entry of it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct


class EventType(StrEnum):
    """The types of entries on an issue's timeline; each but the internal ones is also sent out."""

    LOGGED = "issue.logged"
    ACKNOWLEDGED = "issue.acknowledged"
    CHANGED = "issue.changed"
    INFORMED = "issue.informed"
    CONTACTED = "issue.contacted"
    NOTED = "issue.noted"
    HELD = "issue.held"
    RESUMED = "issue.resumed"
    WARNED = "issue.warned"
    WARNING_MISSED = "issue.warning_missed"
    ESCALATED = "issue.escalated"
    REFERRED_BACK = "issue.referred_back"
    REPORTED_UP = "issue.reported_up"
    REASSIGNED = "issue.reassigned"
    RECUSED = "issue.recused"
    HOLDER_CHANGED = "issue.holder_changed"
    SEAT_VACANT = "issue.seat_vacant"
    PROPOSED = "issue.proposed"
    AGREED = "issue.agreed"
    DISSENTED = "issue.dissented"
    ADVICE_SOUGHT = "issue.advice_sought"
    ADVICE_GIVEN = "issue.advice_given"
    LINKED = "issue.linked"
    UNLINKED = "issue.unlinked"
    UPSTREAM_SETTLED = "issue.upstream_settled"
    MERGED = "issue.merged"
    TABLED = "issue.tabled"
    DEFERRED = "issue.deferred"
    DECIDED = "issue.decided"
    NOTED_BY_FORUM = "issue.noted_by_forum"
    RESOLVED = "issue.resolved"
    DISPUTED = "issue.disputed"
    REOPENED = "issue.reopened"
    CLOSED = "issue.closed"
    WITHDRAWN = "issue.withdrawn"
    SURVEY_DUE = "issue.survey_due"
    EXHAUSTED = "issue.exhausted"
    BREACHED = "issue.breached"
    SEALED = "issue.sealed"
    NAMED = "issue.named"
    UNNAMED = "issue.unnamed"
    REFERRED = "issue.referred"
    REFERRAL_RECORDED = "issue.referral_recorded"
    LEARNED = "issue.learned"


INTERNAL = frozenset(
    {
        EventType.NOTED,
        EventType.RECUSED,
        EventType.WARNING_MISSED,
        EventType.LINKED,
        EventType.UNLINKED,
        EventType.SEALED,
        EventType.NAMED,
        EventType.UNNAMED,
        EventType.REFERRED,
        EventType.REFERRAL_RECORDED,
        EventType.LEARNED,
    }
)
"""Types that stand on the timeline only: no message goes out for them."""


class Event(Struct, frozen=True):
    """One entry of an issue's timeline.

    ``effective_at`` is when it holds from, ``due_at`` when it had been due (clock events only).
    When it was recorded is the desk's to say. ``visibility`` is ``shared``, ``provider`` or
    ``agency``.
    """

    id: str
    type: EventType
    effective_at: datetime
    payload: Mapping[str, Any]
    due_at: datetime | None = None
    visibility: str = "shared"
