"""Outcomes by plan and period: what planning takes from issues that were resolved.

Source: the framework's "Outcomes are fed back into provider business planning", its four cycles of
improvement, and the key strategies of each layer of delivery.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from escalation.digests.selection import told

CAPABILITY: Final = ("skills_and_training",)
"""The causes that say that skills were missing: what training is planned from."""
_OUTCOME = ("summary", "cause", "remedy", "cost_effect", "further_action", "plan", "cycle")
_COUNTED = ("cause", "layer", "plan", "cycle", "provider", "agency", "function")


class Given(NamedTuple):
    """An outcome that was given: of which issue, as it stood when it was resolved.

    ``stands`` is whether nobody had disputed it, opened the issue again, taken it back or given
    another outcome by the end.
    """

    issue: str
    reference: str
    title: str
    kind: str
    at: datetime
    agency: str
    provider: str
    cluster: str | None
    function: str | None
    service: str | None
    region: str | None
    ola: str | None
    layer: str
    rung: str
    stands: bool
    outcome: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """Which outcomes: those that fit one of the values of each member that is named."""

    among: Mapping[str, Sequence[str]] = field(default_factory=dict)
    stands: bool | None = None

    def fits(self, item: Mapping[str, Any]) -> bool:
        """Whether an outcome as it is told is one of them."""
        of_state = self.stands is None or item["stands"] is self.stands
        return of_state and all(item[name] in values for name, values in self.among.items())


def listed(
    found: Iterable[Given], strategies: Mapping[str, str], narrowed: Narrowed
) -> list[dict[str, Any]]:
    """The outcomes that are asked for, the first first; ``strategies`` are those of each layer."""
    ordered = sorted(found, key=lambda each: (each.at, each.reference))
    items = (_told(each, strategies) for each in ordered)
    return [item for item in items if narrowed.fits(item)]


def _told(given: Given, strategies: Mapping[str, str]) -> dict[str, Any]:
    entry = {name: value for name, value in given._asdict().items() if name != "outcome"}
    return {
        **entry,
        "at": told(given.at),
        **{name: given.outcome.get(name) for name in _OUTCOME},
        "decision": given.outcome.get("decision"),
        "key_strategies": strategies.get(given.layer),
    }


def totals(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How many there are in all, that stand, with further action, and by each of their members."""
    return {
        "outcomes": len(items),
        "standing": sum(item["stands"] for item in items),
        "further_action": sum(item["further_action"] not in {None, False} for item in items),
        "by": {name: _counts(item[name] for item in items) for name in _COUNTED},
    }


def _counts(values: Iterable[str | None]) -> list[dict[str, Any]]:
    """The most frequent first; what has none stands as null."""
    counts = Counter(values)
    ordered = sorted(counts, key=lambda value: (-counts[value], value is None, value or ""))
    return [{"code": value, "count": counts[value]} for value in ordered]
