"""Which issues below come to a forum before its next agenda closes, if nobody acts.

Officers' rungs are left at the end of their clock; a hold ends when it was promised to. A forum on
the way decides nothing: the item is put off to its next meeting as often as the rung's carry-over
limit allows, and climbs with the grace after the last. A rung whose past target only notifies is
never left. Engine time is taken as the engine takes it: what is late climbs at once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from escalation.digests.framework import Framework
from escalation.digests.selection import Standing
from escalation.routing.effective import EffectiveRung, ForumRef, Valued
from escalation.routing.entry import next_rung
from escalation.routing.shape import Shape
from escalation.routing.vocabulary import (
    Channel,
    EmptySeat,
    IssueKind,
    PastTarget,
    RaiserType,
    RungKind,
    Scope,
    Severity,
)
from escalation.timekeeping.calendar import BeyondHorizon
from escalation.timekeeping.duration import Duration
from escalation.timekeeping.ledger import Interval, budget, due_at
from escalation.workflow import forum
from escalation.workflow.climbing import land
from escalation.workflow.facts import Agreement


@dataclass(frozen=True, slots=True)
class Arrival:
    """When an issue comes to the forum, and over which rungs."""

    at: datetime
    over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """One issue on its way up."""

    standing: Standing
    under: Agreement
    shape: Shape

    def rung(self, rung_id: str) -> EffectiveRung:
        return self.under.ladder.rung(rung_id)


class Projection:
    """Looks ahead from ``as_at`` to ``until``, when the agenda of the forum closes."""

    def __init__(
        self, framework: Framework, code: str, as_at: datetime, until: datetime | None
    ) -> None:
        """For the forum of that code; without a meeting ahead nothing comes."""
        self._framework = framework
        self._code = code
        self._as_at = as_at
        self._until = until
        self._dues: dict[tuple[str, str, Duration, datetime], datetime | None] = {}
        self._is_above_known: dict[tuple[object, ...], bool] = {}
        self._above_known: dict[tuple[object, ...], EffectiveRung | None] = {}

    def arrival(self, standing: Standing) -> Arrival | None:
        """When an issue that stands elsewhere comes to the forum; None: not before then."""
        if self._until is None or not _leaves_before(standing, self._until):
            return None
        under = self._framework.agreement(standing)
        if not self._is_above(under, standing):
            return None
        way = _Way(standing, under, _shape(standing, self._as_at))
        rung = way.rung(standing.rung)
        over: tuple[str, ...] = (standing.rung,)
        at = self._leaves_now(way, rung)
        while at is not None and (at := max(at, self._as_at)) < self._until:
            above = self._above(way, rung)
            if above is None:
                return None
            rung = above
            if self._sits_on(standing, rung):
                return Arrival(at, over)
            over = (*over, rung.id)
            at = self._leaves(way, rung, at)
        return None

    def _above(self, way: _Way, rung: EffectiveRung) -> EffectiveRung | None:
        """The next rung, past those that a skip rule or an empty seat leaves out."""
        of, ladder = way.standing, way.under.ladder
        key = (of.publication, of.ola, of.ladder, of.cluster, rung.id, way.shape)
        if key not in self._above_known:
            above, passed = next_rung(ladder, rung.id, way.shape)
            officers = above is not None and above.kind is RungKind.OFFICERS
            if above and officers and ladder.empty_seat(above.id) is EmptySeat.NEXT_RUNG:
                above = land(way.under, above, way.shape, passed).rung
            self._above_known[key] = above
        return self._above_known[key]

    def _is_above(self, under: Agreement, standing: Standing) -> bool:
        """Whether the forum sits on a rung above the issue's."""
        of = standing
        key = (of.publication, of.ola, of.ladder, of.rung, of.cluster, of.provider)
        if key not in self._is_above_known:
            above = under.ladder.rungs[under.ladder.position(of.rung) + 1 :]
            self._is_above_known[key] = any(self._sits_on(of, rung) for rung in above)
        return self._is_above_known[key]

    def _sits_on(self, of: Standing, rung: EffectiveRung) -> bool:
        if rung.forum is None:
            return False
        body = self._framework.directory.forum_for(rung.forum, of.cluster, of.provider)
        return body is not None and body.code == self._code

    def _leaves_now(self, way: _Way, rung: EffectiveRung) -> datetime | None:
        """When it leaves the rung on which it stands already."""
        standing, due = way.standing, way.standing.due_at
        if rung.kind is RungKind.OFFICERS:
            return due if rung.past_target.value is PastTarget.ESCALATE else None
        if standing.hold_until is not None:
            return self._put_off(way, rung, standing.hold_until, standing.carried_over)
        if due is None or standing.meeting_at is None:
            return None
        down = self._as_at - due >= way.under.outage
        if not down and standing.carried_over >= forum.carry_over_limit(rung):
            return due
        carried = standing.carried_over + (not down)
        return self._put_off(way, rung, max(due, self._as_at), carried, standing.meeting_at)

    def _leaves(self, way: _Way, rung: EffectiveRung, at: datetime) -> datetime | None:
        """When it leaves a rung to which it comes at an instant."""
        if rung.kind is RungKind.FORUM:
            return self._put_off(way, rung, at, 0)
        if rung.past_target.value is PastTarget.NOTIFY:
            return None
        target = rung.targets[way.shape.severity].value
        key = (way.standing.publication, way.standing.calendar, target, at)
        if key not in self._dues:
            self._dues[key] = _end(way, target, at)
        return self._dues[key]

    def _put_off(
        self,
        way: _Way,
        rung: EffectiveRung,
        at: datetime,
        carried: int,
        later_than: datetime | None = None,
    ) -> datetime | None:
        """When an item that is tabled at an instant has been put off too often."""
        of, until = way.standing, cast("datetime", self._until)  # asked while there is one
        # Every forum's rung has both.
        ref, grace = cast("ForumRef", rung.forum), cast("Valued[Duration]", rung.grace)
        body = self._framework.directory.forum_for(ref, of.cluster, of.provider)
        if body is None:
            return None
        while at < until:
            ahead = forum.next_sitting(way.under, body, at, later_than)
            if ahead is None:
                return None
            at = forum.after(ahead.ends_at, grace.value, way.under.calendar(of.calendar))
            if carried >= forum.carry_over_limit(rung):
                return at
            carried, later_than = carried + 1, ahead.starts_at
        return None


def _leaves_before(standing: Standing, until: datetime) -> bool:
    """Whether anything ends before then that would let it climb."""
    ends = standing.due_at or standing.hold_until
    return ends is not None and ends < until


def _end(way: _Way, target: Duration, at: datetime) -> datetime | None:
    """The end of a target that runs from an instant; None beyond what the calendar knows."""
    calendar = way.under.calendar(way.standing.calendar)
    try:
        return due_at(budget(target, at, calendar), (Interval(at, None),), calendar)
    except BeyondHorizon:
        return None


def _shape(standing: Standing, at: datetime) -> Shape:
    return Shape(
        kind=_KIND[standing.kind],
        agency=standing.agency,
        provider=standing.provider,
        function=standing.function,
        service=standing.service,
        region=standing.region,
        scope=_SCOPE[standing.scope],
        severity=_SEVERITY[standing.severity],
        raiser=_RAISER[standing.raiser],
        channel=_CHANNEL[standing.channel],
        at=at,
    )


# A dictionary costs a tenth of calling the enumeration.
_KIND = {each.value: each for each in IssueKind}
_SCOPE = {each.value: each for each in Scope}
_SEVERITY = {each.value: each for each in Severity}
_RAISER = {each.value: each for each in RaiserType}
_CHANNEL = {each.value: each for each in Channel}
