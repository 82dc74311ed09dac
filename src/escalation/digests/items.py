"""One issue as a digest shows it, and the order in which issues stand."""

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from escalation.digests.framework import Ages, AgesBy, Framework
from escalation.digests.movements import Moved
from escalation.digests.projection import Arrival
from escalation.digests.selection import Counted, Selection, Standing, codes
from escalation.routing.vocabulary import Layer, Severity

_WORST_FIRST = {severity.value: number for number, severity in enumerate(Severity)}
_HIGH = (Severity.CRITICAL.value, Severity.HIGH.value)


class Item(Struct, frozen=True, gc=False):
    """What every section shows of an issue, and what some show beside that, else ``UNSET``.

    The document has it by these names. They stand by their letters, as canonical JSON has them,
    and so cost no sorting. ``arrives_at`` and ``over`` are told of what comes from below,
    ``because`` of what is high-level.
    """

    age_business_days: int | None
    agency: str
    also_affects: tuple[str, ...]
    arrives_at: datetime | UnsetType
    because: list[str] | UnsetType
    business_days_at_rung: int | None
    carried_over: int
    due_at: datetime | None
    entered_at: datetime
    exhausted_at: datetime | None
    forum: str | None
    function: str | None
    hold_until: datetime | None
    id: str
    kind: str
    layer: str
    meeting: dict[str, Any] | None
    over: tuple[str, ...] | UnsetType
    past_target: bool
    provider: str
    received_at: datetime
    reference: str
    region: str | None
    reported_up_to: tuple[str, ...]
    rung: str
    severity: str
    status: str
    title: str


class Tallied(Struct, frozen=True, gc=False):
    """What figures are made from, and no more."""

    age_business_days: int | None
    agency: str
    exhausted_at: datetime | None
    past_target: bool
    severity: str
    status: str


class Items:
    """Makes items as at one instant."""

    def __init__(self, framework: Framework, selection: Selection) -> None:
        """By the calendars of ``framework``, at the selection's ``as_at``."""
        self._framework = framework
        self._at = selection.as_at
        self._forum = selection.forum
        self._ages = Ages(selection.as_at)
        self._ages_under: dict[tuple[str | None, ...], AgesBy] = {}
        self._made: dict[str, Item] = {}

    def of(self, standing: Standing) -> Item:
        """What every section shows of an issue."""
        made = self._made.get(standing.issue)
        if made is None:
            made = self._made[standing.issue] = self._item(standing)
        return made

    def _item(self, standing: Standing) -> Item:
        since = self._ages_of(standing).since
        starts_at = standing.meeting_at
        met = None if starts_at is None else {"id": standing.meeting, "starts_at": starts_at}
        # By their places: of so many names Python makes a dictionary first, for five times as much.
        return Item(
            since(standing.received_at),
            standing.agency,
            codes(standing.also_affects),
            UNSET,
            UNSET,
            since(standing.entered_at),
            standing.carried_over,
            standing.due_at,
            standing.entered_at,
            standing.exhausted_at,
            standing.forum,
            standing.function,
            standing.hold_until,
            standing.issue,
            standing.kind,
            standing.layer,
            met,
            UNSET,
            standing.past_target(self._at),
            standing.provider,
            standing.received_at,
            standing.reference,
            standing.region,
            codes(standing.reported_to),
            standing.rung,
            standing.severity,
            standing.status,
            standing.title,
        )

    def tallied(self, standing: Counted) -> Tallied:
        """What figures are made from."""
        return Tallied(
            self._ages_of(standing).since(standing.received_at),
            standing.agency,
            standing.exhausted_at,
            standing.past_target(self._at),
            standing.severity,
            standing.status,
        )

    def _ages_of(self, standing: Counted) -> AgesBy:
        key = (standing.publication, standing.ola, standing.ladder, standing.calendar)
        found = self._ages_under.get(key)
        if found is None:
            under = self._framework.agreement(standing)
            found = self._ages_under[key] = self._ages.by(under, standing.calendar)
        return found

    def coming(self, standing: Standing, arrival: Arrival) -> Item:
        """An issue below, with when it comes and over which rungs."""
        return replace(self.of(standing), arrives_at=arrival.at, over=arrival.over)

    def notable(self, standing: Standing) -> Item | None:
        """An issue elsewhere that is reported up or high-level, and why; None: it is neither."""
        reported, corporate = standing.reported_to, standing.layer == Layer.CORPORATE
        if reported is None and not corporate and standing.severity not in _HIGH:
            return None
        why = []
        if reported is not None:
            here = self._forum in codes(reported)
            why.append("reported_up_here" if here else "reported_up")
        if standing.severity in _HIGH:
            why.append("severity")
        if corporate:
            why.append("corporate_layer")
        return replace(self.of(standing), because=why)

    def moved(self, moved: Moved) -> dict[str, Any]:
        """A movement: what, when, from where and to where."""
        movement = moved.movement
        after, before = movement.after, movement.before
        return {
            "at": movement.at,
            "reference": after.reference,
            "id": after.issue,
            "title": after.title,
            "agency": after.agency,
            "severity": after.severity,
            "from_rung": None if before is None else before.rung,
            "to_rung": after.rung,
            "left_agenda": movement.left_agenda,
            "meeting_at": after.meeting_at,
            "carried_over": after.carried_over,
        }


def first_to_last(item: Item) -> tuple[Any, ...]:
    """Exhausted, then past target; in each the oldest, of those the worst, then by reference.

    Oldest is by whole business days; an age that no calendar knows is the oldest of all.
    """
    return (item.exhausted_at is None, not item.past_target, *_oldest_and_worst(item))


def soonest_first(item: Item) -> tuple[Any, ...]:
    """By arrival, then the worst, then by reference."""
    return (item.arrives_at, _WORST_FIRST[item.severity], item.reference)


def reported_first(item: Item) -> tuple[Any, ...]:
    """Reported up to this forum, then exhausted, then the worst and oldest."""
    here = item.because is not UNSET and "reported_up_here" in item.because
    severity = _WORST_FIRST[item.severity]
    return (not here, item.exhausted_at is None, severity, *_oldest_and_worst(item))


def _oldest_and_worst(item: Item) -> tuple[Any, ...]:
    age = item.age_business_days
    days = float("-inf") if age is None else -age
    return (days, _WORST_FIRST[item.severity], item.received_at, item.reference)
