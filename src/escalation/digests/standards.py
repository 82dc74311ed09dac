"""What was agreed against what it came to: visits to rungs, and the business time they took."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from escalation.digests.framework import Framework
from escalation.digests.measures import OF_A_TARGET
from escalation.digests.tallies import TOTAL, Visit, VisitKind
from escalation.routing.vocabulary import RungKind, Severity
from escalation.timekeeping.calendar import BeyondHorizon
from escalation.timekeeping.instants import seconds_of

Key = tuple[str, str | None]


@dataclass(slots=True)
class Spent:
    """How many visits ended, how many in and past target, and the open seconds that they took.

    ``timed`` are those of which the calendar knows the time.
    """

    visits: int = 0
    in_target: int = 0
    past_target: int = 0
    timed: int = 0
    seconds: int = 0

    @property
    def mean(self) -> int | None:
        """The open seconds of a visit, rounded down; None of none."""
        return self.seconds // self.timed if self.timed else None

    def add(self, other: "Spent") -> None:
        """Count others with these."""
        self.visits += other.visits
        self.in_target += other.in_target
        self.past_target += other.past_target
        self.timed += other.timed
        self.seconds += other.seconds


def alike(framework: Framework, visits: Iterable[Visit]) -> dict[VisitKind, Spent]:
    """Visits of each kind together, without those to a forum's rung on which no body sits."""
    found: dict[VisitKind, Spent] = {}
    of_officers: dict[VisitKind, bool] = {}
    for kind, entered_at, left_at, due_at in visits:
        if kind not in of_officers:
            rung = framework.agreement(kind).ladder.rung(kind.rung)
            of_officers[kind] = rung.kind is RungKind.OFFICERS
        if not of_officers[kind]:
            continue
        spent = found.get(kind)
        if spent is None:
            spent = found[kind] = Spent()
        spent.visits += 1
        if due_at is not None:
            if left_at < due_at:
                spent.in_target += 1
            else:
                spent.past_target += 1
        calendar = framework.agreement(kind).calendar(kind.calendar)
        try:
            seconds = calendar.index.between(seconds_of(entered_at), seconds_of(left_at))
        except BeyondHorizon:
            continue
        spent.timed += 1
        spent.seconds += seconds
    return found


def spent_by(kinds: Mapping[VisitKind, Spent]) -> dict[Key, Spent]:
    """What visits came to, of all and by each code of the dimensions that a target has."""
    found: dict[Key, Spent] = {}
    for kind, spent in kinds.items():
        named = kind._asdict()
        keys = [(each.value, named[each.value]) for each in OF_A_TARGET]
        for key in [(TOTAL, None), *keys]:
            found.setdefault(key, Spent()).add(spent)
    return found


def planned(
    framework: Framework, now: Mapping[VisitKind, Spent], before: Mapping[VisitKind, Spent]
) -> list[dict[str, Any]]:
    """Each standard that visits were held to, agreed against actual, in both periods.

    A standard is the agreed time of a rung for a severity under an agreement.
    """
    here, then = _by_standard(framework, now), _by_standard(framework, before)
    order = {severity.value: place for place, severity in enumerate(Severity)}
    keys = sorted(
        {*here, *then}, key=lambda k: (k.ola or "", k.ladder, k.rung, order[k.severity], k.agreed)
    )
    return [
        {
            **asdict(key),
            "now": _told(here.get(key, Spent())),
            "before": _told(then.get(key, Spent())),
        }
        for key in keys
    ]


@dataclass(frozen=True, slots=True)
class _Standard:
    ola: str | None
    ladder: str
    rung: str
    severity: str
    agreed: str


def _told(spent: Spent) -> dict[str, int | None]:
    return {
        "visits": spent.visits,
        "in_target": spent.in_target,
        "past_target": spent.past_target,
        "mean_business_seconds": spent.mean,
    }


def _by_standard(framework: Framework, kinds: Mapping[VisitKind, Spent]) -> dict[_Standard, Spent]:
    found: dict[_Standard, Spent] = {}
    for kind, spent in kinds.items():
        rung = framework.agreement(kind).ladder.rung(kind.rung)
        agreed = str(rung.targets[Severity(kind.severity)].value)
        key = _Standard(kind.ola, kind.ladder, kind.rung, kind.severity, agreed)
        found.setdefault(key, Spent()).add(spent)
    return found
