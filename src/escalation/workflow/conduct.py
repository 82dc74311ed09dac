"""Limits on how a raiser may be in touch: judged of conduct, never of the person or the matter.

Nothing that is decided of an issue looks at them: the ladder runs as it would. They are shown on
the raiser's issues as long as they are in force, and end by themselves. Source: the domain's
"The life of an issue"; the NSW Ombudsman's model policy on unreasonable conduct (limits with
reason, approver, end and review).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct


class LimitKind(StrEnum):
    """What is limited."""

    SOLE_CONTACT = "sole_contact"
    WRITING_ONLY = "writing_only"
    SUBJECT = "subject"
    FREQUENCY = "frequency"


KNOWN_BY = ("reference", "email", "phone")
"""By what a raiser is known again; a name alone is many people's."""
Marks = tuple[str, str]
"""One of them, and its value however it was written."""


class ConductLimit(Struct, frozen=True, kw_only=True):
    """Limits on one raiser's conduct: what, why, by whose leave, and until when.

    Each of ``limits`` has its ``kind`` and what belongs to it; each of ``reviews`` says what came
    of it. ``ended_at`` is set where a review ended them before ``expires_at``.
    """

    id: str
    raiser: Mapping[str, Any]
    limits: tuple[Mapping[str, Any], ...]
    reason: str
    approved_by: str
    recorded_by: str
    begins_at: datetime
    review_at: datetime
    expires_at: datetime
    created_at: datetime
    ended_at: datetime | None = None
    reviews: tuple[Mapping[str, Any], ...] = ()

    def in_force(self, now: datetime) -> bool:
        """Whether it holds at ``now``."""
        return self.begins_at <= now < self.ends_at

    @property
    def ends_at(self) -> datetime:
        """When it ends, or has ended."""
        return self.expires_at if self.ended_at is None else min(self.ended_at, self.expires_at)


def marks(raiser: Mapping[str, Any]) -> tuple[Marks, ...]:
    """What a raiser is known again by."""
    return tuple((name, _plain(raiser[name])) for name in KNOWN_BY if raiser.get(name))


def _plain(value: str) -> str:
    """A reference, email or phone number without case and spaces."""
    return "".join(value.casefold().split())


def by_marks(limits: Iterable[ConductLimit]) -> Mapping[Marks, Sequence[ConductLimit]]:
    """Limits by what their raisers are known by."""
    found: dict[Marks, list[ConductLimit]] = {}
    for limit in limits:
        for mark in marks(limit.raiser):
            found.setdefault(mark, []).append(limit)
    return found


def limits_on(
    known: Mapping[Marks, Sequence[ConductLimit]], raiser: Mapping[str, Any], now: datetime
) -> list[ConductLimit]:
    """The limits in force on a raiser, the first made first."""
    if not known:
        return []
    found = {
        limit.id: limit
        for mark in marks(raiser)
        for limit in known.get(mark, ())
        if limit.in_force(now)
    }
    return sorted(found.values(), key=lambda limit: (limit.created_at, limit.id))
