"""The only module that knows the ``transitions`` library: the table, built into one machine.

The machine is compiled once into a look-up for batches; ``tests/unit/workflow/test_machine.py``
holds the two to be the same over every state, act and choice.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from transitions import Machine

from escalation.workflow.states import Act, Effect, MeetingAct, Status
from escalation.workflow.table import TABLE, Row


@dataclass(slots=True)
class Moment:
    """What chooses between the rows of one act: where it lands, where it is, what is decided."""

    state: str
    forum_here: bool = False
    lands_at_forum: bool = False
    effect: Effect | None = None

    @property
    def lands_at_officers(self) -> bool:
        """Whether officers hold the rung it goes to."""
        return not self.lands_at_forum

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


Choices = tuple[tuple[str, tuple[str, ...]], ...]
"""Where an act may lead from one state: each destination with the facts that choose it."""


def _compile() -> Iterator[tuple[tuple[str, str], Choices]]:
    for trigger, event in build().events.items():
        for source, transitions in event.transitions.items():
            choices = tuple(
                (str(way.dest), tuple(str(chosen.func) for chosen in way.conditions))
                for way in transitions
            )
            yield (source, trigger), choices


_COMPILED = dict(_compile())
_ROWS: dict[tuple[Status, Act | MeetingAct], Row] = {
    (source, row.act): row for row in reversed(TABLE) for source in row.sources
}


def destination(act: Act | MeetingAct, moment: Moment) -> Status | None:
    """Where ``act`` leads at this moment; ``None`` where the table has no row for it."""
    for dest, conditions in _COMPILED.get((moment.state, act.value), ()):
        if all(getattr(moment, name) for name in conditions):
            return Status(dest)
    return None


def guards(act: Act | MeetingAct, status: Status) -> tuple[str, ...] | None:
    """The names of the rules asked before ``act``; ``None`` where the state has no such act."""
    row = _ROWS.get((status, act))
    return None if row is None else row.guards


def acts_from(status: Status) -> tuple[Act, ...]:
    """The acts that this state has, in the table's order and without those not available yet."""
    return _ACTS_FROM[status]


_ACTS_FROM: dict[Status, tuple[Act, ...]] = {
    status: tuple(
        dict.fromkeys(
            row.act
            for row in TABLE
            if isinstance(row.act, Act)
            and status in row.sources
            and "not_available_yet" not in row.guards
        )
    )
    for status in Status
}
