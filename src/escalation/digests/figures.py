"""Counts: what stands before a forum, by each of the ways in which it asks."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from escalation.digests.items import Item, Tallied
from escalation.digests.movements import Kind
from escalation.routing.vocabulary import Severity
from escalation.workflow.states import UNRESOLVED

AGE_BANDS: tuple[tuple[str, int], ...] = (
    ("0 to 5", 5),
    ("6 to 10", 10),
    ("11 to 20", 20),
    ("21 to 30", 30),
    ("31 to 45", 45),
)
"""Business days since receipt, by the last of each band (our reading)."""
OLDER, UNKNOWN = "over 45", "unknown"
BANDS = (*(name for name, _ in AGE_BANDS), OLDER, UNKNOWN)
_LAST_DAYS = [last for _, last in AGE_BANDS]


def band_of(age: int | None) -> str:
    """The band of an age in business days."""
    if age is None:
        return UNKNOWN
    return BANDS[bisect_left(_LAST_DAYS, age)]


def counted(items: Sequence[Item | Tallied]) -> dict[str, Any]:
    """The figures of what stands at a forum, from the items of its section."""
    return {
        "total": len(items),
        "by_severity": _by((item.severity for item in items), [s.value for s in Severity]),
        "by_status": _by((item.status for item in items), [s.value for s in UNRESOLVED]),
        "by_agency": _by((item.agency for item in items), ()),
        "by_age": _by((band_of(item.age_business_days) for item in items), BANDS),
        "past_target": sum(item.past_target for item in items),
        "exhausted": sum(item.exhausted_at is not None for item in items),
    }


def moved(kinds: Mapping[Kind, int]) -> dict[str, int]:
    """How many movements there were of each kind."""
    return {kind.value: kinds.get(kind, 0) for kind in Kind}


def _by(values: Iterable[str], names: Iterable[str]) -> dict[str, int]:
    """How often each value comes; each of ``names`` is told even when it does not."""
    return {**dict.fromkeys(names, 0), **Counter(values)}
