"""Which issues below come to a forum before its next agenda closes, if nobody acts.

Officers' rungs are left at the end of their clock; a hold ends when it was promised to. A forum on
the way decides nothing: the item is put off to its next meeting as often as the rung's carry-over
limit allows, and climbs with the grace after the last. A rung whose past target only notifies is
never left. Engine time is taken as the engine takes it: what is late climbs at once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, cast

from escalation.digests.framework import Framework
from escalation.digests.selection import Elsewhere
from escalation.routing.directory import Forum
from escalation.routing.effective import EffectiveRung, Valued
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


class _Leg(NamedTuple):
    """A rung on the way, and who sits on it, if a forum.

    ``time`` is that agreed for officers, by the calendar; None where nothing lets an issue leave.
    """

    rung: EffectiveRung
    body: Forum | None
    time: Duration | None
    calendar: Calendar


class _Path(NamedTuple):
    """The way to the forum of issues that look alike to their ladder: from where they stand.

    ``over`` names the rungs on it, the one that is stood on and those between.
    """

    first: _Leg
    between: tuple[_Leg, ...]
    over: tuple[str, ...]


class Projection:
    """Looks ahead from ``as_at`` to ``until``, when the agenda of the forum closes."""

    def __init__(
        self, framework: Framework, code: str, as_at: datetime, until: datetime | None
    ) -> None:
        """For the forum of that code; without a meeting ahead nothing comes."""
        self._framework = framework
        self._code = code
        self._as_at = as_at.astimezone(UTC)
        self._until = self._as_at if until is None else until
        self._era = framework.directory.era(as_at)

    def arrival(self, standing: Elsewhere) -> Arrival | None:
        """When an issue that stands elsewhere comes to the forum; None: not before then."""
        if not _leaves_before(standing, self._until):
            return None
        path = self._path(standing)
        if path is None:
            return None
        at = self._in_time(self._leaves_now(path.first, standing))
        for leg in path.between:
            if at is None:
                return None
            at = self._in_time(self._leaves(leg, standing, at))
        return None if at is None else Arrival(at, path.over)

    def _in_time(self, at: datetime | None) -> datetime | None:
        """When something happens that was due then: now at the earliest, None where too late."""
        if at is None or (at := max(at, self._as_at)) >= self._until:
            return None
        return at

    def _path(self, of: Elsewhere) -> _Path | None:
        """The way of an issue; None where it does not lead to the forum.

        The directory remembers it: it is the same for all that look alike until a seat changes
        hands.
        """
        key = ("path", self._code, self._era, of.publication, of.ola, of.ladder, of.rung,
               of.cluster, of.provider, of.agency, of.function, of.service, of.region, of.scope,
               of.severity, of.kind, of.raiser, of.channel, of.calendar)  # fmt: skip
        directory = self._framework.directory
        try:
            found: _Path | None = directory.memo[key]
        except KeyError:
            found = self._found(of)
            directory.remember(key, found)
        return found

    def _found(self, of: Elsewhere) -> _Path | None:
        under, shape = self._framework.agreement(of), _shape(of, self._as_at)
        legs: list[_Leg] = []
        rung: EffectiveRung | None = under.ladder.rung(of.rung)
        while rung is not None:
            body = _body(under, rung, of)
            if legs and body is not None and body.code == self._code:
                return _Path(legs[0], tuple(legs[1:]), tuple(leg.rung.id for leg in legs))
            legs.append(_Leg(rung, body, _time(rung, shape), under.calendar(of.calendar)))
            rung = _above(under, rung, shape)
        return None

    def _leaves_now(self, leg: _Leg, standing: Elsewhere) -> datetime | None:
        """When it leaves the rung on which it stands already."""
        rung, due = leg.rung, standing.due_at
        if rung.kind is RungKind.OFFICERS:
            return due if rung.past_target.value is PastTarget.ESCALATE else None
        if standing.hold_until is not None:
            return self._put_off(leg, standing, standing.hold_until, standing.carried_over)
        if due is None or standing.meeting_at is None:
            return None
        down = self._as_at - due >= self._framework.agreement(standing).outage
        if not down and standing.carried_over >= forum.carry_over_limit(rung):
            return due
        carried = standing.carried_over + (not down)
        return self._put_off(leg, standing, max(due, self._as_at), carried, standing.meeting_at)

    def _leaves(self, leg: _Leg, standing: Elsewhere, at: datetime) -> datetime | None:
        """When it leaves a rung to which it comes at an instant."""
        if leg.rung.kind is RungKind.FORUM:
            return self._put_off(leg, standing, at, 0)
        return None if leg.time is None else _ends(leg.time, at, leg.calendar)

    def _put_off(
        self,
        leg: _Leg,
        standing: Elsewhere,
        at: datetime,
        carried: int,
        later_than: datetime | None = None,
    ) -> datetime | None:
        """When an item that is tabled at an instant has been put off too often."""
        rung, body, _, calendar = leg
        under = self._framework.agreement(standing)
        grace = cast("Valued[Duration]", rung.grace)  # every forum's rung has one
        if body is None:
            return None
        while at < self._until:
            ahead = forum.next_sitting(under, body, at, later_than)
            if ahead is None:
                return None
            at = forum.after(ahead.ends_at, grace.value, calendar)
            if carried >= forum.carry_over_limit(rung):
                return at
            carried, later_than = carried + 1, ahead.starts_at
        return None


def _body(under: Agreement, rung: EffectiveRung, of: Elsewhere) -> Forum | None:
    if rung.forum is None:
        return None
    return under.directory.forum_for(rung.forum, of.cluster, of.provider)


def _above(under: Agreement, rung: EffectiveRung, shape: Shape) -> EffectiveRung | None:
    """The next rung, past those that a skip rule or an empty seat leaves out."""
    ladder = under.ladder
    above, passed = next_rung(ladder, rung.id, shape)
    officers = above is not None and above.kind is RungKind.OFFICERS
    if above and officers and ladder.empty_seat(above.id) is EmptySeat.NEXT_RUNG:
        return land(under, above, shape, passed).rung
    return above


def _time(rung: EffectiveRung, shape: Shape) -> Duration | None:
    stays = rung.kind is RungKind.FORUM or rung.past_target.value is PastTarget.NOTIFY
    return None if stays else rung.targets[shape.severity].value


def _ends(time: Duration, at: datetime, calendar: Calendar) -> datetime | None:
    """When an agreed time ends that begins then; None where the calendar does not know that."""
    try:
        if time.unit is Unit.BUSINESS_DAY:
            return calendar.end_of_days(at, time.count)
        return due_at(budget(time, at, calendar), (Interval(at, None),), calendar)
    except BeyondHorizon:
        return None


def _leaves_before(standing: Elsewhere, until: datetime) -> bool:
    """Whether anything ends before then that would let it climb."""
    ends = standing.due_at or standing.hold_until
    return ends is not None and ends < until


def _shape(standing: Elsewhere, at: datetime) -> Shape:
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
