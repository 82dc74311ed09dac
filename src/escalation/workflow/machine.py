"""The only module that knows the ``transitions`` library: the table, built into one machine.

The machine is compiled once into a look-up for batches; ``tests/unit/workflow/test_machine.py``
holds the two to be the same over every state, act and choice.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from transitions import Machine

from escalation.workflow.states import Act, Effect, MeetingAct, Status
from escalation.workflow.table import TABLE


@dataclass(slots=True)
class Moment:
    """What chooses between the rows of one act: where it lands, where it is, what is decided."""

    state: str
    forum_here: bool = False
    lands_at_forum: bool = False
    effect: Effect | None = None
    lands: bool = True

    @property
    def lands_at_officers(self) -> bool:
        """Whether officers hold the rung it goes to."""
        return not self.lands_at_forum

    @property
    def climbs_lands_at_forum(self) -> bool:
        """Whether it climbs to a forum's rung."""
        return self.lands and self.lands_at_forum

    @property
    def climbs_lands_at_officers(self) -> bool:
        """Whether it climbs to an officers' rung."""
        return self.lands and not self.lands_at_forum

    @property
    def lands_nowhere(self) -> bool:
        """Whether there is no rung to go to."""
        return not self.lands

    @property
    def stays_here(self) -> bool:
        """Whether somebody still leads, or the rung keeps what nobody leads."""
        return not self.lands

    @property
    def passed_on_lands_at_forum(self) -> bool:
        """Whether nobody is left to lead, and it goes on to a forum's rung."""
        return self.lands and self.lands_at_forum

    @property
    def passed_on_lands_at_officers(self) -> bool:
        """Whether nobody is left to lead, and it goes on to an officers' rung."""
        return self.lands and not self.lands_at_forum

    @property
    def at_forum(self) -> bool:
        """Whether it stands on a forum's rung now."""
        return self.forum_here

    @property
    def at_officers(self) -> bool:
        """Whether it stands on an officers' rung now."""
        return not self.forum_here

    @property
    def decides_to_resolve(self) -> bool:
        """Whether the forum settles it."""
        return self.effect is Effect.RESOLVE

    @property
    def decides_to_keep(self) -> bool:
        """Whether the forum keeps it for its next meeting."""
        return self.effect is Effect.KEEP

    @property
    def decides_to_move(self) -> bool:
        """Whether the forum sends it up or back."""
        return self.effect in {Effect.CLIMB, Effect.RETURN}

    @property
    def decides_to_move_lands_at_forum(self) -> bool:
        """Whether the forum sends it to another forum."""
        return self.decides_to_move and self.lands_at_forum

    @property
    def decides_to_move_lands_at_officers(self) -> bool:
        """Whether the forum sends it to officers."""
        return self.decides_to_move and not self.lands_at_forum


def build() -> Machine:
    """The table as one core machine without a model and without automatic transitions."""
    machine = Machine(
        model=None,
        states=[status.value for status in Status],
        initial=Status.OPEN.value,
        auto_transitions=False,
    )
    for row in TABLE:
        for source in row.sources:
            machine.add_transition(
                trigger=row.act.value,
                source=source.value,
                dest=(row.to or source).value,
                conditions=[row.when] if row.when else None,
            )
    return machine


@dataclass(frozen=True, slots=True)
class Way:
    """Where an act leads from one state, the facts that choose it, and the rules asked before."""

    to: Status
    chosen_by: tuple[str, ...]
    guards: tuple[str, ...]


def _compile() -> Iterator[tuple[tuple[str, str], tuple[Way, ...]]]:
    for trigger, event in build().events.items():
        for source, transitions in event.transitions.items():
            rows = [row for row in TABLE if row.act.value == trigger and source in row.sources]
            ways = (
                Way(Status(str(to.dest)), tuple(str(c.func) for c in to.conditions), row.guards)
                for to, row in zip(transitions, rows, strict=True)
            )
            yield (source, trigger), tuple(ways)


_COMPILED = dict(_compile())


def way(act: Act | MeetingAct, moment: Moment) -> Way | None:
    """Where ``act`` leads at this moment; ``None`` where the state does not have it."""
    for found in _COMPILED.get((moment.state, act.value), ()):
        if all(getattr(moment, name) for name in found.chosen_by):
            return found
    return None


def acts_from(status: Status) -> tuple[Act, ...]:
    """The acts that this state has, in the table's order."""
    return _ACTS_FROM[status]


_ACTS_FROM: dict[Status, tuple[Act, ...]] = {
    status: tuple(
        dict.fromkeys(
            row.act for row in TABLE if isinstance(row.act, Act) and status in row.sources
        )
    )
    for status in Status
}
