"""Which issues below come to a forum before its next agenda closes, if nobody acts.

Officers' rungs are left at the end of their clock; a hold ends when it was promised to. A forum on
the way decides nothing: the item is put off to its next meeting as often as the rung's carry-over
limit allows, and climbs with the grace after the last. A rung whose past target only notifies is
never left. Engine time is taken as the engine takes it: what is late climbs at once.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
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
from escalation.timekeeping.calendar import BeyondHorizon, Calendar
from escalation.timekeeping.duration import Duration, Unit
from escalation.timekeeping.ledger import Interval, budget, due_at
from escalation.workflow import forum
from escalation.workflow.climbing import land
from escalation.workflow.facts import Agreement


@dataclass(frozen=True, slots=True)
class Arrival:
    """When an issue comes to the forum, and over which rungs."""

    at: datetime
    over: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """The way up of all issues that look alike to their ladder, as far as it is known.

    ``targets`` has the agreed time of a rung, None where nothing leaves it; ``above`` the next rung
    by the rung below it, ``leads`` whether the forum is above a rung, ``here`` whether it sits on
    one.
    """

    under: Agreement
    shape: Shape
    cluster: str | None
    provider: str
    calendar: Calendar
    targets: dict[str, Duration | None] = field(default_factory=dict)
    above: dict[str, EffectiveRung | None] = field(default_factory=dict)
    leads: dict[str, bool] = field(default_factory=dict)
    here: dict[str, bool] = field(default_factory=dict)


class Projection:
    """Looks ahead from ``as_at`` to ``until``, when the agenda of the forum closes."""

    def __init__(
        self, framework: Framework, code: str, as_at: datetime, until: datetime | None
    ) -> None:
        """For the forum of that code; without a meeting ahead nothing comes."""
        self._framework = framework
        self._code = code
        self._as_at = as_at.astimezone(UTC)
        self._until = until
        self._ways: dict[tuple[str | None, ...], _Way] = {}

    def arrival(self, standing: Standing) -> Arrival | None:
        """When an issue that stands elsewhere comes to the forum; None: not before then."""
        if self._until is None or not _leaves_before(standing, self._until):
            return None
        way = self._way(standing)
        if not self._leads_here(way, standing.rung):
            return None
        rung = way.under.ladder.rung(standing.rung)
        over: tuple[str, ...] = (standing.rung,)
        at = self._leaves_now(way, rung, standing)
        while at is not None and (at := max(at, self._as_at)) < self._until:
            above = self._above(way, rung)
            if above is None:
                return None
            rung = above
            if self._sits_on(way, rung):
                return Arrival(at, over)
            over = (*over, rung.id)
            at = self._leaves(way, rung, at)
        return None

    def _way(self, of: Standing) -> _Way:
        """The way of an issue: made once for all that look alike."""
        key = (of.publication, of.ola, of.ladder, of.cluster, of.provider, of.agency, of.function,
               of.service, of.region, of.scope, of.severity, of.kind, of.raiser, of.channel,
               of.calendar)  # fmt: skip
        found = self._ways.get(key)
        if found is None:
            under = self._framework.agreement(of)
            shape, calendar = _shape(of, self._as_at), under.calendar(of.calendar)
            found = self._ways[key] = _Way(under, shape, of.cluster, of.provider, calendar)
        return found

    def _above(self, way: _Way, rung: EffectiveRung) -> EffectiveRung | None:
        """The next rung, past those that a skip rule or an empty seat leaves out."""
        if rung.id not in way.above:
            ladder = way.under.ladder
            above, passed = next_rung(ladder, rung.id, way.shape)
            officers = above is not None and above.kind is RungKind.OFFICERS
            if above and officers and ladder.empty_seat(above.id) is EmptySeat.NEXT_RUNG:
                above = land(way.under, above, way.shape, passed).rung
            way.above[rung.id] = above
        return way.above[rung.id]

    def _leads_here(self, way: _Way, rung_id: str) -> bool:
        """Whether the forum sits on a rung above that one."""
        if rung_id not in way.leads:
            ladder = way.under.ladder
            above = ladder.rungs[ladder.position(rung_id) + 1 :]
            way.leads[rung_id] = any(self._sits_on(way, rung) for rung in above)
        return way.leads[rung_id]

    def _sits_on(self, way: _Way, rung: EffectiveRung) -> bool:
        if rung.id not in way.here:
            ref, directory = rung.forum, self._framework.directory
            body = None if ref is None else directory.forum_for(ref, way.cluster, way.provider)
            way.here[rung.id] = body is not None and body.code == self._code
        return way.here[rung.id]

    def _leaves_now(self, way: _Way, rung: EffectiveRung, standing: Standing) -> datetime | None:
        """When it leaves the rung on which it stands already."""
        due = standing.due_at
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
        if rung.id not in way.targets:
            notifies = rung.past_target.value is PastTarget.NOTIFY
            way.targets[rung.id] = None if notifies else rung.targets[way.shape.severity].value
        target = way.targets[rung.id]
        return None if target is None else _ends(target, at, way.calendar)

    def _put_off(
        self,
        way: _Way,
        rung: EffectiveRung,
        at: datetime,
        carried: int,
        later_than: datetime | None = None,
    ) -> datetime | None:
        """When an item that is tabled at an instant has been put off too often."""
        until = cast("datetime", self._until)  # asked while there is one
        # Every forum's rung has both.
        ref, grace = cast("ForumRef", rung.forum), cast("Valued[Duration]", rung.grace)
        body = self._framework.directory.forum_for(ref, way.cluster, way.provider)
        if body is None:
            return None
        while at < until:
            ahead = forum.next_sitting(way.under, body, at, later_than)
            if ahead is None:
                return None
            at = forum.after(ahead.ends_at, grace.value, way.calendar)
            if carried >= forum.carry_over_limit(rung):
                return at
            carried, later_than = carried + 1, ahead.starts_at
        return None


def _ends(time: Duration, at: datetime, calendar: Calendar) -> datetime | None:
    """When an agreed time ends that begins then; None where the calendar does not know that."""
    try:
        if time.unit is Unit.BUSINESS_DAY:
            return calendar.end_of_days(at, time.count)
        return due_at(budget(time, at, calendar), (Interval(at, None),), calendar)
    except BeyondHorizon:
        return None


def _leaves_before(standing: Standing, until: datetime) -> bool:
    """Whether anything ends before then that would let it climb."""
    ends = standing.due_at or standing.hold_until
    return ends is not None and ends < until


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
