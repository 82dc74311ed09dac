"""Any life of a service: a state machine of random acts, clock jumps, outages and directories.

What is asked may be refused; then nothing has changed. After each step whatever it touched is
looked at; at the end the rows of the whole database are.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from itertools import cycle
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from escalation.errors import EscalationError, PreconditionFailed
from escalation.routing.vocabulary import RaiserType, Severity
from escalation.services.jobs import Answer
from escalation.workflow import commands
from escalation.workflow.facts import Facts
from escalation.workflow.meetings.asks import Asked, Attend, Close, Decide, Defer
from escalation.workflow.states import Act, Effect
from tests.life import keeping
from tests.life.asks import ASKS, PEOPLE, TIES
from tests.life.world import World

Opens = Callable[[], AbstractContextManager[World]]
WAITS = st.sampled_from([1, 59, 1800, 7 * 3600, 86_400, 2 * 86_400, 9 * 86_400])
AWAY = st.sampled_from([601, 3600, 3 * 86_400, 12 * 86_400, 40 * 86_400])
CHANGES = 4
"""Ladder files and directories of one life: reading one takes as long as fifty acts."""
LAST_YEAR = 2027
"""No jumps in time from then on: ladder files want calendars that reach three years ahead."""
NUMBER = st.integers(0, 10_000)
SEVERAL = st.lists(st.sampled_from(sorted(ASKS.keys() - TIES)), min_size=2, max_size=5)


class Life(RuleBasedStateMachine):
    """One service from its first issue on; ``opens`` gives it a database of its own."""

    opens: ClassVar[Opens]
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        """Begin with nothing logged."""
        super().__init__()
        self.stack = ExitStack()
        self.world = self.stack.enter_context(type(self).opens())
        self.consumed: dict[str, int] = {}

    @initialize()
    def begin(self) -> None:
        """There is always an issue to act on."""
        self.world.log()

    @rule(
        agency=st.sampled_from(["rivers", "schools", "transit", "wellbeing", "fisheries"]),
        severity=st.sampled_from(Severity),
        function=st.sampled_from(["payroll", "finance", "human_resources"]),
        region=st.sampled_from([None, "far-north", "central"]),
        raiser=st.sampled_from(RaiserType),
        hours=st.integers(0, 200),
    )
    @precondition(lambda self: len(self.world.ids) < 12)
    def log(self, raiser: RaiserType, hours: int, **fields: Any) -> None:
        """Somebody complains, now or some hours ago."""
        type(self).steps += 1
        received = self.world.now - timedelta(hours=hours)
        try:
            issue = self.world.log(raiser={"type": raiser}, received_at=received, **fields)
        except EscalationError:
            return
        self.look(issue)

    @rule(number=NUMBER, act=st.sampled_from(sorted(ASKS)), data=st.data())
    def act(self, number: int, act: Act, data: st.DataObject) -> None:
        """Somebody acts; a refusal leaves no trace."""
        type(self).steps += 1
        issue = self.chosen(number)
        before, shown = self.world.facts(issue)[issue], self.world.view(issue)
        other = self.chosen(number + 1) if act in TIES else None
        came = self.world.act(issue, ASKS[act](data.draw, shown, self.world.now), other)
        after = self.world.facts(issue)[issue]
        if isinstance(came, EscalationError):
            assert same(after, before)
            assert self.world.view(issue) == shown
            return
        keeping.came_by(before.issue.status, after.issue.status, act)
        stands = self.world.view(issue)
        told = {n: (came.get(n), stands[n]) for n in stands if came.get(n) != stands[n]}
        assert not told, f"what was answered is not what stands there: {told}"
        self.look(issue)

    @rule(number=NUMBER, acts=SEVERAL, data=st.data())
    def race(self, number: int, acts: list[Act], data: st.DataObject) -> None:
        """Several who saw one version act at once: one change that is allowed, and no other."""
        type(self).steps += 1
        issue = self.chosen(number)
        before, shown = self.world.facts(issue)[issue], self.world.view(issue)
        asks = [ASKS[act](data.draw, shown, self.world.now) for act in acts]
        came = self.world.race(issue, asks)
        won = [isinstance(answer, Answer) for answer in came]
        moved = self.world.facts(issue)[issue].issue.version - before.issue.version
        assert moved <= 1, "of those who saw one version one changes it"
        last = len(won) - 1 - won[::-1].index(True) if any(won) else -1
        lost = [answer for answer in came[: last + 1] if isinstance(answer, PreconditionFailed)]
        assert not lost, "nobody who lost stands before one who won"
        self.look(issue)

    @rule(seconds=WAITS)
    @precondition(lambda self: self.world.now.year < LAST_YEAR)
    def pass_time(self, seconds: int) -> None:
        """The engine runs: whatever comes due fires, no earlier and nothing is left."""
        type(self).steps += 1
        before = self.world.facts()
        self.world.pass_time(timedelta(seconds=seconds))
        self.came_by_the_engine(before)

    @rule()
    @precondition(lambda self: self.world.now.year < LAST_YEAR)
    def go_to_the_next_clock(self) -> None:
        """Just to the next thing that is due, and a second before it nothing fires."""
        type(self).steps += 1
        due = self.world.next_due()
        if due is None or due <= self.world.now:
            return
        before = self.world.facts()
        self.world.clock.move_to(due - timedelta(seconds=1))
        self.world.sweep()
        early = [name for name, f in self.world.facts().items() if not same(f, before[name])]
        assert not early, f"{early} fired early"
        self.world.clock.move_to(due)
        self.world.sweep()
        self.came_by_the_engine(before)

    @rule(seconds=AWAY)
    @precondition(lambda self: self.world.now.year < LAST_YEAR)
    def be_away(self, seconds: int) -> None:
        """An outage: nobody is stormed, nothing is skipped, nothing cascades."""
        type(self).steps += 1
        before = self.world.facts()
        heard = self.world.be_away(timedelta(seconds=seconds))
        after = self.world.facts()
        keeping.walked(before, after, self.world.now)
        keeping.heard_once(heard)
        self.came_by_the_engine(before)

    @rule(number=NUMBER, effects=st.lists(st.sampled_from([*Effect, None]), min_size=1, max_size=4),
          closes=st.booleans())  # fmt: skip
    def meet(self, number: int, effects: list[Effect | None], closes: bool) -> None:
        """The forum that an issue waits for meets, decides some items and puts off the others."""
        type(self).steps += 1
        before = self.world.facts()
        issue = before[self.chosen(number)].issue
        if issue.meeting is None or issue.meeting_at is None or issue.forum is None:
            return
        self.world.pass_time(issue.meeting_at - self.world.now)
        meeting, come = issue.meeting, self.world.who_come(issue.forum)
        if not self.world.sit(meeting, Attend(present=come)):
            return
        waiting = [f.issue.id for f in self.world.facts().values() if f.issue.meeting == meeting]
        for subject, effect in zip(waiting, cycle(effects)):
            self.world.sit(meeting, _dealt_with(meeting, subject, effect))
        left = [f.issue for f in self.world.facts().values() if f.issue.meeting == meeting]
        if closes and self.world.sit(meeting, Close()):
            assert not left, "no meeting closes with items open"
        for facts in self.world.facts().values():
            keeping.stands_well(facts, self.world.now)
        keeping.nothing_is_late(self.world)

    @rule(people=st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True))
    @precondition(lambda self: self.world.directories < CHANGES)
    def change_the_directory(self, people: list[str]) -> None:
        """Some people leave their seats, others have come back."""
        type(self).steps += 1
        before = self.world.facts()
        self.world.vacate(people)
        self.world.sweep()
        self.came_by_the_engine(before)

    @rule(days=st.sampled_from([1, 2, 3, 4]))
    @precondition(lambda self: self.world.labels < CHANGES)
    @precondition(lambda self: self.world.now.year < LAST_YEAR)
    def publish(self, days: int) -> None:
        """Another ladder file is put in force; what is open stays under its own."""
        type(self).steps += 1
        before = {name: facts.issue.publication for name, facts in self.world.facts().items()}
        self.world.publish(days)
        after = self.world.facts()
        assert {name: facts.issue.publication for name, facts in after.items()} == before

    # -- looking -----------------------------------------------------------------------------

    def chosen(self, number: int) -> str:
        """One of the issues."""
        return self.world.ids[number % len(self.world.ids)]

    def came_by_the_engine(self, before: dict[str, Any]) -> None:
        """Each issue stands where clocks and the directory may have brought it."""
        for name, facts in self.world.facts().items():
            keeping.came_by(before[name].issue.status, facts.issue.status, None)
            keeping.stands_well(facts, self.world.now)
        keeping.nothing_is_late(self.world)

    def look(self, issue: str) -> None:
        """The issue stands well."""
        keeping.stands_well(self.world.facts(issue)[issue], self.world.now)

    def teardown(self) -> None:
        """At the end all rows agree."""
        try:
            keeping.everything_holds(self.world)
        finally:
            self.stack.close()


def same(one: Facts, other: Facts) -> bool:
    """Whether an issue and its clocks are as they were."""
    return (one.issue, one.clocks, one.ended) == (other.issue, other.clocks, other.ended)


def _dealt_with(meeting: str, subject: str, effect: Effect | None) -> Asked:
    if effect is None:
        return Defer(subject=subject, reason="no papers")
    what = commands.Decide(meeting=meeting, text="Pay it.", reason="owed", effect=effect)
    return Decide(subject=subject, what=what)


def life_on(opens: Opens) -> type[Life]:
    """The machine on databases of one kind; its class counts its steps."""
    return type("LifeOn", (Life,), {"opens": staticmethod(opens), "steps": 0})
