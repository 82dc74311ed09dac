"""A decision being made: the facts, and what has been changed of them so far.

Used inside :func:`escalation.workflow.decide.decide` only; what leaves it is a :class:`Plan`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from escalation.routing.effective import EffectiveLadder
from escalation.routing.vocabulary import StatutoryStop
from escalation.timekeeping.calendar import Calendar
from escalation.timekeeping.duration import Duration
from escalation.workflow import clocks
from escalation.workflow.commands import (
    Command,
    Do,
)
from escalation.workflow.consequences import UpstreamSettled
from escalation.workflow.events import Event, EventType
from escalation.workflow.facts import Clock, Facts, Issue
from escalation.workflow.plan import (
    STAY_FIELDS,
    Claim,
    Deadlines,
    Decision,
    Learning,
    LinkRow,
    Plan,
    Tabling,
    Tell,
)
from escalation.workflow.states import (
    END,
    HORIZON,
    ClockClass,
    ClockEnd,
    ClockKind,
    ClockState,
)

_OF_THE_RUNG = (ClockKind.RUNG, ClockKind.FORUM)
_LOOKED_AT = {"directory_epoch", "seats_until"}
"""What says only that its seats were looked at: nothing that a caller sees has changed."""
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def part_id(prefix: str, stem: str, ordinal: int) -> str:
    """The identifier of the ``ordinal``-th thing (under 1,024) that one command makes."""
    return f"{prefix}_{stem}{_DIGITS[ordinal >> 5]}{_DIGITS[ordinal & 31]}"


def command_of(part: str) -> str:
    """The stem of the command that made a thing of this identifier."""
    return part[part.index("_") + 1 : -2]


def _settled(before: Issue, after: Issue) -> Iterator[Tell]:
    """Whatever settles an issue is told to those that depend on it."""
    if before.unresolved and not after.unresolved:
        told = UpstreamSettled(issue=after.id, reference=after.reference, how=after.status)
        for tie in after.links:
            if tie["as"] == "upstream_of":
                yield Tell(tie["issue"], told)


class Draft:
    """The issue and clocks as they will be, with the events, claims and rows on the way there."""

    def __init__(self, facts: Facts, command: Command, now: datetime) -> None:
        """Begin from ``facts``; what is done takes effect at ``now``."""
        self.facts = facts
        self.under = facts.under
        self.directory = facts.under.directory
        self.command = command
        self.now = now
        self.processed_at = now
        self.tablings: list[Tabling] = []
        self.answered: list[str] = []
        self.decisions: list[Decision] = []
        self.learnings: list[Learning] = []
        self.links: list[LinkRow] = []
        self.unlinks: list[LinkRow] = []
        self.tells: list[Tell] = []
        self.claims: list[Claim] = []
        self._changes: dict[str, Any] = {}
        self._events: list[Event] = []
        self._clocks = {clock.id: clock for clock in facts.clocks}
        self._started: dict[str, Clock] = {}
        self._touched: set[str] = set()
        self._made: dict[str, int] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - any field of the issue
        """A field of the issue as it now stands in the draft."""
        return self._changes[name] if name in self._changes else getattr(self.facts.issue, name)

    @property
    def issue(self) -> Issue:
        """The issue as it now stands in the draft, but for what its plan still adds."""
        return replace(self.facts.issue, **self._changes) if self._changes else self.facts.issue

    def set(self, **values: Any) -> None:  # noqa: ANN401 - any fields of the issue
        """Give fields of the issue new values."""
        self._changes.update(values)

    def new_id(self, prefix: str) -> str:
        """An identifier that this command, and no other, gives to this thing.

        Each prefix counts for itself: the first event has the same identifier whatever came
        before it, so that a command done before is recognised by it.
        """
        made = self._made.get(prefix, 0)
        self._made[prefix] = made + 1
        return part_id(prefix, self.command.stem, made)

    @property
    def ladder(self) -> EffectiveLadder:
        """The ladder that it stands on."""
        return self.under.ladder

    @property
    def calendar(self) -> Calendar:
        """The issue's calendar."""
        return self.under.calendar(self["calendar"])

    @property
    def visit(self) -> int:
        """The number of the present stay on a rung, from 1."""
        return len(self["visits"])

    def event(
        self,
        kind: EventType,
        payload: Mapping[str, Any] | None = None,
        *,
        due_at: datetime | None = None,
        visibility: str = "shared",
    ) -> None:
        """Put an entry on the timeline; the command's reason and note go with its first."""
        told = {k: v for k, v in (payload or {}).items() if v is not None}
        ask = self.command.ask
        if not self._events and isinstance(ask, Do):
            told |= {k: v for k, v in (("reason", ask.reason), ("note", ask.note)) if v}
        self._events.append(
            Event(
                id=self.new_id("evt"),
                type=kind,
                effective_at=self.now,
                payload=told,
                due_at=due_at,
                visibility=visibility,
            )
        )

    def clock(self, kind: ClockKind) -> Clock | None:
        """The live clock of that kind, as the draft has it."""
        for clock in (*self._clocks.values(), *self._started.values()):
            if clock.kind is kind and clock.state is not ClockState.ENDED:
                return clock
        return None

    def live_clocks(self) -> tuple[Clock, ...]:
        """All live clocks, as the draft has them."""
        every = [*self._clocks.values(), *self._started.values()]
        return tuple([c for c in every if c.state is not ClockState.ENDED])

    def put(self, clock: Clock) -> None:
        """A clock as it now is."""
        if clock.id in self._clocks:
            if self._clocks[clock.id] is not clock:
                self._clocks[clock.id] = clock
                self._touched.add(clock.id)
        else:
            self._started[clock.id] = clock

    def begin(
        self,
        kind: ClockKind,
        duration: Duration,
        anchor: datetime | None = None,
        warnings: Iterable[str] = (),
        *,
        rule: str | None = None,
    ) -> Clock:
        """Start a clock in the issue's calendar; an end beyond the horizon is alarmed at once."""
        clock = clocks.begin(
            self.new_id("clk"),
            kind,
            duration,
            anchor or self.now,
            self.calendar,
            visit=self.visit,
            warnings=warnings,
        )
        clock = replace(clock, rule=rule) if rule else clock
        self.put(clock)
        if clock.budget is None:
            told = {"clock": clock.name, "step": HORIZON, "budget": str(duration)}
            self.event(EventType.WARNED, told)
        return clock

    def rebudget(self, before: Clock, duration: Duration, warnings: Iterable[str]) -> None:
        """A clock under another agreed time: same anchor, same intervals.

        One whose end had fired and now lies ahead again is a new row: an end fires once.
        """
        after = clocks.rebudgeted(before, duration, self.calendar, warnings)
        if END in before.done and not clocks.past_target(after, self.calendar, self.now):
            self.put(clocks.ended(before, self.now, ClockEnd.SUPERSEDED))
            fresh = replace(after, id=self.new_id("clk"), done=())
            self.put(clocks.scheduled(fresh, self.calendar))
        else:
            self.put(after)

    def stop_statutory(self, act: StatutoryStop) -> None:
        """End the clocks of the law that this act stops."""
        rules = {rule.name: rule.stops for rule in self.ladder.clocks.statutory}
        for clock in self.live_clocks():
            if clock.kind is ClockKind.STATUTORY and rules.get(clock.rule or "") is act:
                self.put(clocks.ended(clock, self.now, ClockEnd.STOPPED))

    def stop(self, *kinds: ClockKind, how: ClockEnd = ClockEnd.STOPPED) -> None:
        """End the live clocks of these kinds."""
        for clock in self.live_clocks():
            if clock.kind in kinds:
                self.put(clocks.ended(clock, self.now, how))

    def stop_all(self) -> None:
        """End every live clock: a terminal issue has none."""
        for clock in self.live_clocks():
            self.put(clocks.ended(clock, self.now, ClockEnd.STOPPED))

    def pause(self, *kinds: ClockKind) -> None:
        """Let the clocks of these kinds stand still from now."""
        for kind in kinds:
            clock = self.clock(kind)
            if clock is not None:
                self.put(clocks.paused(clock, self.now))

    def resume(self, *kinds: ClockKind) -> None:
        """Let the clocks of these kinds go on from now."""
        for kind in kinds:
            clock = self.clock(kind)
            if clock is not None:
                self.put(clocks.resumed(clock, self.now, self.under.calendar(clock.calendar)))

    def plan(self) -> Plan:
        """What it comes to."""
        before = self.facts.issue
        changes = dict(self._changes)
        if not changes.keys() <= _LOOKED_AT:
            changes["version"] = before.version + 1
        if self._events:
            changes["updated_at"] = max(before.updated_at, self.now)
            changes["event_count"] = before.event_count + len(self._events)
        moved = self._stopped() or any(
            n in changes and changes[n] != getattr(before, n) for n in STAY_FIELDS
        )
        if moved:
            changes["stay"] = self.new_id("sty")
            changes["stay_from"] = max(self.now, before.stay_from)
        after = replace(before, **changes) if changes else before
        return Plan(
            actor=self.command.actor,
            issue=after,
            effective_at=self.now,
            events=tuple(self._events),
            started=tuple(self._started.values()),
            changed=tuple([self._clocks[i] for i in self._clocks if i in self._touched]),
            claims=tuple(self.claims),
            tablings=tuple(self.tablings),
            answered=tuple(self.answered),
            decisions=tuple(self.decisions),
            learnings=tuple(self.learnings),
            links=tuple(self.links),
            unlinks=tuple(self.unlinks),
            tells=(*self.tells, *_settled(before, after)),
            left_stay=before.stay if moved else None,
            left_forum=before.forum if moved else None,
            deadlines=self._deadlines() if moved else Deadlines(),
            alters=bool(changes),
        )

    def _stopped(self) -> bool:
        """Whether an agreed clock was stopped in time: a stay says until when its clocks run."""
        touched = (self._clocks[name] for name in self._touched)
        return any(
            clock.class_ is ClockClass.AGREED and clock.ended_how is ClockEnd.STOPPED
            for clock in touched
        )

    def _deadlines(self) -> Deadlines:
        """What the clocks say from now on, if nobody acts."""
        agreed = [c for c in self.live_clocks() if c.class_ is ClockClass.AGREED]
        waiting = next((c for c in agreed if c.kind in _OF_THE_RUNG), None)
        due = None if waiting is None else waiting.due_at
        if waiting is not None and self["hold"] is not None:
            until = datetime.fromisoformat(self["hold"]["until"])
            due = clocks.resumed(waiting, until, self.under.calendar(waiting.calendar)).due_at
        past = (self._past_target_at(clock) for clock in agreed)
        return Deadlines(due, min((at for at in past if at is not None), default=None))

    def _past_target_at(self, clock: Clock) -> datetime | None:
        """From when a clock is past target: one that stands still is so already, or will not be."""
        if clock.state is ClockState.RUNNING:
            return clock.due_at
        calendar = self.under.calendar(clock.calendar)
        return self.now if clocks.past_target(clock, calendar, self.now) else None
