"""A ladder as it holds for one agreement: every value with where it was set."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from escalation.routing.shape import Shape
from escalation.routing.vocabulary import (
    Awaiting,
    EmptySeat,
    ForumKind,
    ForumOwner,
    Involvement,
    Layer,
    PastTarget,
    Resolve,
    Role,
    RungKind,
    Scope,
    Sensitivity,
    SetBy,
    Severity,
    Side,
    StatutoryStart,
    StatutoryStop,
)
from escalation.timekeeping.duration import Duration

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was set: the publication, the line of its file, by whom, under which clause."""

    publication: str
    file: str
    line: int
    set_by: SetBy
    clause: str | None


@dataclass(frozen=True, slots=True)
class Valued(Generic[T]):
    """A value and its source."""

    value: T
    source: Source


_LAYERS = tuple(Layer)
Durations = Mapping[Severity, Valued[Duration]]
Warnings = tuple[int | Duration, ...]


@dataclass(frozen=True, slots=True)
class ForumRef:
    """A body by its kind and by whose it is."""

    kind: ForumKind
    of: ForumOwner


@dataclass(frozen=True, slots=True)
class Condition:
    """A named field of an issue is one of these values."""

    field: str
    values: frozenset[str]

    def holds(self, shape: Shape) -> bool:
        """Whether the issue meets it; a field the issue does not have meets none."""
        return getattr(shape, self.field) in self.values


@dataclass(frozen=True, slots=True)
class Rule:
    """An entry or skip rule: all its conditions must hold."""

    rung: str
    when: tuple[Condition, ...]
    reason: str
    source: Source

    def holds(self, shape: Shape) -> bool:
        """Whether every condition holds for the issue."""
        return all(condition.holds(shape) for condition in self.when)


@dataclass(frozen=True, slots=True)
class StatutoryClock:
    """A clock the law sets: nothing pauses it, no agreement changes it."""

    name: str
    title: str
    budget: Valued[Duration]
    on: tuple[Sensitivity, ...]
    starts: StatutoryStart
    stops: StatutoryStop
    clause: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LadderClocks:
    """The clocks that are the ladder's, not a rung's."""

    overall: Durations
    inform: Durations
    review: Valued[Duration]
    advice: Valued[Duration]
    hold_caps: Mapping[Awaiting, Valued[Duration]]
    remind: Valued[Duration]
    statutory: tuple[StatutoryClock, ...]


@dataclass(frozen=True, slots=True)
class EffectiveRung:
    """A step of the ladder.

    ``targets`` and ``acknowledge`` name every severity on an officers' rung and are empty on a
    forum's; ``grace``, ``carry_over_limit`` and ``out_of_session`` are a forum's only. ``seats``
    may be empty on a forum's rung. ``origins`` has the source of each plain field by its name.
    ``responsibilities`` says who is responsible, accountable, consulted and informed.
    """

    id: str
    title: str
    layer: Layer
    kind: RungKind
    lead: Side
    seats: Mapping[Side, Role]
    forum: ForumRef | None
    targets: Durations
    acknowledge: Durations
    warnings: Valued[Warnings]
    empty_seat: Valued[EmptySeat]
    past_target: Valued[PastTarget]
    resolve: Valued[Resolve]
    clause: str
    grace: Valued[Duration] | None
    carry_over_limit: Valued[int] | None
    out_of_session: Durations
    source: Source
    origins: Mapping[str, Source] = field(default_factory=dict)
    also_layer: Layer | None = None
    responsibilities: Mapping[Involvement, Valued[tuple[str, ...]]] = field(default_factory=dict)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that it belongs to: its own first."""
        return (self.layer,) if self.also_layer is None else (self.layer, self.also_layer)

    @property
    def standing(self) -> Layer:
        """The higher of its layers: what stands on a corporate rung is high-level."""
        return max(self.layers, key=_LAYERS.index)


@dataclass(frozen=True, slots=True)
class EffectiveLadder:
    """A ladder with an agreement's overrides folded in; rungs in order, lowest first."""

    id: str
    title: str
    version: str
    scope: Scope
    publication: str
    ola: str | None
    calendar: Valued[str]
    review_date: date
    clause: str
    rungs: tuple[EffectiveRung, ...]
    entry: tuple[Rule, ...]
    skip: tuple[Rule, ...]
    clocks: LadderClocks
    external_review: Valued[str]
    _positions: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the rungs."""
        places = {rung.id: number for number, rung in enumerate(self.rungs)}
        object.__setattr__(self, "_positions", places)

    def rung(self, rung_id: str) -> EffectiveRung:
        """The rung of that id; KeyError when the ladder has none."""
        return self.rungs[self._positions[rung_id]]

    def position(self, rung_id: str) -> int:
        """How many rungs stand below it; KeyError when the ladder has none of that id."""
        return self._positions[rung_id]

    @property
    def last(self) -> EffectiveRung:
        """The top rung: there is nowhere to climb from it."""
        return self.rungs[-1]

    def empty_seat(self, rung_id: str) -> EmptySeat:
        """The rung's empty-seat rule; `next_rung` on the last rung is `alarm`."""
        rung = self.rung(rung_id)
        if rung is self.last and rung.empty_seat.value is EmptySeat.NEXT_RUNG:
            return EmptySeat.ALARM
        return rung.empty_seat.value

    def values(self) -> Iterator[tuple[str, Valued[object]]]:
        """Every effective value with its path, for showing where each comes from."""
        yield "calendar", _any(self.calendar)
        yield "external_review", _any(self.external_review)
        yield from _clock_values(self.clocks)
        for rule in self.entry:
            yield f"entry.{rule.rung}", Valued(rule.reason, rule.source)
        for rule in self.skip:
            yield f"skip.{rule.rung}", Valued(rule.reason, rule.source)
        for rung in self.rungs:
            yield from _rung_values(rung)


def _any(valued: Valued[T]) -> Valued[object]:
    return Valued(valued.value, valued.source)


def _clock_values(clocks: LadderClocks) -> Iterator[tuple[str, Valued[object]]]:
    for name, table in (("overall", clocks.overall), ("inform", clocks.inform)):
        for severity, valued in table.items():
            yield f"clocks.{name}.{severity}", _any(valued)
    for name, single in (
        ("review", clocks.review),
        ("advice", clocks.advice),
        ("remind", clocks.remind),
    ):
        yield f"clocks.{name}", _any(single)
    for awaiting, valued in clocks.hold_caps.items():
        yield f"clocks.hold_caps.{awaiting}", _any(valued)
    for clock in clocks.statutory:
        yield f"clocks.statutory.{clock.name}", _any(clock.budget)


def _rung_values(rung: EffectiveRung) -> Iterator[tuple[str, Valued[object]]]:
    base = f"rungs.{rung.id}"
    plain: dict[str, object] = {"title": rung.title, "layer": rung.layer, "lead": rung.lead}
    plain["clause"] = rung.clause
    plain |= {f"seats.{side}": role for side, role in rung.seats.items()}
    beside = {"forum": rung.forum, "also_layer": rung.also_layer}
    plain |= {name: value for name, value in beside.items() if value is not None}
    for name, value in plain.items():
        yield f"{base}.{name}", Valued(value, rung.origins.get(name, rung.source))
    tables = {
        "target": rung.targets,
        "acknowledge": rung.acknowledge,
        "out_of_session": rung.out_of_session,
    }
    for name, table in tables.items():
        for severity, valued in table.items():
            yield f"{base}.{name}.{severity}", _any(valued)
    for word, people in rung.responsibilities.items():
        yield f"{base}.responsibilities.{word}", _any(people)
    yield f"{base}.warnings", _any(rung.warnings)
    yield f"{base}.empty_seat", _any(rung.empty_seat)
    yield f"{base}.past_target", _any(rung.past_target)
    yield f"{base}.resolve", _any(rung.resolve)
    if rung.grace is not None:
        yield f"{base}.grace", _any(rung.grace)
    if rung.carry_over_limit is not None:
        yield f"{base}.carry_over_limit", _any(rung.carry_over_limit)
