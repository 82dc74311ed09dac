"""A forum's paper by the second reader: all its figures, and what stands in its sections.

As of scorecards in :mod:`tests.digests.second_card`: a figure that nobody counted apart from the
product is a difference.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from escalation.services.desk import Desk
from tests.digests import counting, folding
from tests.digests.reckoning import reckoner
from tests.digests.second_card import BANDS, FEW, SEVERITIES

STATUSES = ("open", "in_progress", "on_hold", "tabled")
KINDS = (
    "new", "climbed", "resolved", "referred_back", "carried_over", "not_reached", "ended",
    "moved_away",
)  # fmt: skip
LOW_LAYERS = frozenset({"service_manager", "function_director", "business_manager_forum"})
Stood = tuple[str, counting.Told, folding.State, Mapping[str, Any]]


class SecondPaper:
    """Reads the events on the record by an instant; of ``sealed`` issues no more than a total."""

    def __init__(
        self, desk: Desk, events: Iterable[Any], known_at: datetime, sealed: Iterable[str] = ()
    ) -> None:
        every, hidden = counting.by_issue(events, known_at), set(sealed)
        self._open = {issue: told for issue, told in every.items() if issue not in hidden}
        self._sealed = {issue: told for issue, told in every.items() if issue in hidden}
        self._clocks = reckoner(desk)

    def figures(
        self, body: str, edges: Sequence[datetime], ends: Iterable[datetime]
    ) -> dict[str, Any]:
        """All figures; ``edges`` are as at when, since and before, ``ends`` of earlier meetings."""
        as_at, since, before_since = edges
        sealed = len(self._stood(self._sealed, body, as_at)) // FEW * FEW
        return {
            "now": self._counts(body, as_at),
            "before": self._counts(body, since),
            "movements": self._moved(body, since, as_at),
            "movements_before": self._moved(body, before_since, since),
            "sealed": sealed or None,
            "trend": [self._point(body, at) for at in ends],
        }

    def in_order(self, body: str, at: datetime) -> list[tuple[str, int, int]]:
        """What stands there, what matters first first: with its age, and its days on the rung."""
        found = []
        for issue, told, state, about in self._stood(self._open, body, at):
            entered = next(s.at for s, *_ in told.steps if s.visit == state.visit)
            age, there = (
                counting.age(about["hours"], start, at) for start in (told.received_at, entered)
            )
            late = self._clocks.past_target(told, at)
            worst = SEVERITIES.index(state.severity)
            order = (not state.exhausted, not late, -age, worst, told.received_at)
            # References are given in the order in which issues are logged, as their ids are.
            found.append((order, issue, age, there))
        return [(issue, age, there) for _, issue, age, there in sorted(found)]

    def moves(self, body: str, since: datetime, as_at: datetime) -> Counter[tuple[str, ...]]:
        """What came, went and was put off there: how, which and when."""
        return Counter(
            (kind, issue, _text(at))
            for issue, told in self._open.items()
            for kind, at in folding.moved([s for s, *_ in told.steps], body, since, as_at)
        )

    def high_level(self, body: str, at: datetime) -> set[str]:
        """What stands elsewhere and is severe, or on a rung of the corporate layer."""
        return {
            issue
            for issue, told in self._open.items()
            for state, *_ in [s for s in told.steps if s[0].at <= at][-1:]
            if state.status in folding.UNRESOLVED
            and state.body != body
            and (state.severity in SEVERITIES[:2] or state.rung not in LOW_LAYERS)
        }

    def _stood(self, told: Mapping[str, counting.Told], body: str, at: datetime) -> list[Stood]:
        last = ((issue, each, [s for s in each.steps if s[0].at <= at][-1:]) for issue, each in
                told.items())  # fmt: skip
        return [
            (issue, each, state, about)
            for issue, each, steps in last
            for state, about, _ in steps
            if state.body == body
        ]

    def _counts(self, body: str, at: datetime) -> dict[str, Any]:
        there = self._stood(self._open, body, at)
        bands = [counting.band(about["hours"], told.received_at, at) for _, told, _, about in there]
        return {
            "total": len(there),
            "by_severity": {s: sum(x.severity == s for _, _, x, _ in there) for s in SEVERITIES},
            "by_status": {s: sum(x.status == s for _, _, x, _ in there) for s in STATUSES},
            "by_agency": dict(Counter(about["agency"] for *_, about in there)),
            "by_age": {band: bands.count(band) for band in BANDS},
            "past_target": sum(self._clocks.past_target(told, at) for _, told, *_ in there),
            "exhausted": sum(state.exhausted for _, _, state, _ in there),
        }

    def _moved(self, body: str, since: datetime, as_at: datetime) -> dict[str, int]:
        found = folding.movements(
            ([s for s, *_ in told.steps] for told in self._open.values()), body, since, as_at
        )
        return {kind: found[kind] for kind in KINDS}

    def _point(self, body: str, at: datetime) -> dict[str, Any]:
        counts = self._counts(body, at)
        point = {name: counts[name] for name in ("total", "past_target", "exhausted")}
        return {"at": _text(at), **point}


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
