"""What a decision comes to, and what an issue is once it is carried out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from escalation.workflow.consequences import Consequence
from escalation.workflow.diary import Sitting
from escalation.workflow.events import Event
from escalation.workflow.facts import Actor, Clock, Facts, Issue
from escalation.workflow.states import ClockState

STAY_FIELDS = (
    "rung",
    "status",
    "severity",
    "agency",
    "themes",
    "also_affects",
    "title",
    "kind",
    "provider",
    "cluster",
    "function",
    "service",
    "region",
    "scope",
    "publication",
    "ola",
    "ladder",
    "calendar",
    "entered_at",
    "forum",
    "meeting",
    "meeting_at",
    "carried_over",
    "hold",
    "exhausted_at",
    "reported_up",
)
"""A stay is one stretch of time in which none of these changed: all that a digest shows."""


class Deadlines(Struct, frozen=True):
    """What the clocks say at the beginning of a stay, good until its end.

    ``due_at`` is when the clock of its rung ends if nobody acts (of an issue on hold: if the hold
    lasts as long as was promised); ``past_target_at`` from when an agreed clock is past target.
    """

    due_at: datetime | None = None
    past_target_at: datetime | None = None


class Claim(Struct, frozen=True):
    """One step of one clock fires: unique per (clock, step)."""

    clock: str
    step: str
    due_at: datetime
    effective_at: datetime


class Tabling(Struct, frozen=True):
    """An item's new state on a meeting's agenda.

    ``sitting`` is given when the item comes onto it; else ``outcome`` says how it left:
    ``decided``, ``deferred``, ``not_reached``, ``withdrawn``, ``referred_back``, ``referred_up``,
    ``noted``. Of kind ``issue`` it is the forum's to decide, of kind ``reported`` to note.
    """

    meeting: str
    sitting: Sitting | None = None
    outcome: str | None = None
    kind: str = "issue"
    section: str | None = None
    sought: str | None = None
    late: bool = False
    remark: str | None = None

    @property
    def decides(self) -> bool:
        """Whether the forum decides it, rather than note it."""
        return self.kind == "issue"


class Decision(Struct, frozen=True):
    """What a forum decided on an item."""

    id: str
    meeting: str
    forum: str
    text: str
    reasons: str | None
    conditions: str | None
    effect: str
    actions: tuple[Mapping[str, Any], ...]
    decided_at: datetime
    mover: str | None = None
    assents: tuple[str, ...] = ()
    recused: tuple[Mapping[str, Any], ...] = ()
    number: str | None = None


class Learning(Struct, frozen=True):
    """What was learned of an issue; ``shared`` with whoever else may learn of it."""

    id: str
    text: str
    shared: bool
    act: str


class LinkRow(Struct, frozen=True):
    """A tie from one issue to another."""

    other: str
    as_: str


class Tell(Struct, frozen=True):
    """Another issue is to be told something, in the same transaction."""

    issue: str
    ask: Consequence


class Plan(Struct, frozen=True, kw_only=True):
    """Everything one command changes, ready to be written in one transaction.

    ``issue`` is the issue as it will be (but for ``chain``, which the writer computes);
    ``started`` clocks are new, ``changed`` ones existed. ``left_stay`` is the stay that ends
    where ``issue.stay`` begins, at ``issue.stay_from``, and ``left_forum`` the body it was before
    then; ``deadlines`` are the new stay's. ``answered`` are the bodies that are asked nothing any
    more about it, by their codes: what was put to them leaves their agendas. ``alters``: the issue
    is not as it was.
    """

    actor: Actor
    issue: Issue
    effective_at: datetime
    events: tuple[Event, ...]
    started: tuple[Clock, ...] = ()
    changed: tuple[Clock, ...] = ()
    claims: tuple[Claim, ...] = ()
    tablings: tuple[Tabling, ...] = ()
    answered: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    learnings: tuple[Learning, ...] = ()
    links: tuple[LinkRow, ...] = ()
    unlinks: tuple[LinkRow, ...] = ()
    tells: tuple[Tell, ...] = ()
    left_stay: str | None = None
    left_forum: str | None = None
    deadlines: Deadlines = Deadlines()
    alters: bool = False
    new: bool = False

    @property
    def nothing(self) -> bool:
        """Whether the command found nothing to do."""
        return not (self.alters or self.changed or self.claims)


def apply(plan: Plan, facts: Facts) -> Facts:
    """The facts once ``plan`` is carried out on them."""
    changed = {clock.id: clock for clock in plan.changed}
    clocks = [changed.get(clock.id, clock) for clock in facts.clocks]
    clocks.extend(plan.started)
    issue, under = plan.issue, facts.under
    if (issue.ola, issue.ladder) != (under.ladder.ola, under.ladder.id):
        under = replace(under, ladder=under.publication.effective(issue.ola, issue.ladder))
    ended: tuple[Clock, ...] = ()
    if issue.ended_at is not None:
        ended = (*facts.ended, *(c for c in clocks if c.state is ClockState.ENDED))
    live = tuple([c for c in clocks if c.state is not ClockState.ENDED])
    return replace(facts, issue=issue, under=under, clocks=live, ended=ended)
