"""Any life an issue may have: random acts, outages and changes of the directory on one clock.

After each step everything that must always hold of an issue is looked at. What is asked may be
refused; then nothing may have changed.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalation.errors import Invalid, Refused
from escalation.routing.vocabulary import Awaiting, RungKind, Severity, Side
from escalation.timekeeping.ledger import due_at
from escalation.workflow.advising import open_advice
from escalation.workflow.commands import (
    ClockDue,
    Decide,
    Edit,
    Reassign,
    Reclassify,
    ReferBack,
    SeatsChanged,
    Skip,
)
from escalation.workflow.facts import ENGINE
from escalation.workflow.states import TERMINAL, ClockKind, ClockState, Effect, Status
from tests.unit.workflow import world
from tests.unit.workflow.asks import ASKS, a_hold
from tests.unit.workflow.builders import MINUTE, MONDAY, Story, logged
from tools.docs_workflow import WHEN

VACANT: tuple[tuple[str, ...], ...] = ((), ("sam",), ("dee", "abe"), ("eve", "alpha-ceo", "fin"))
BODIES = (world.BODIES, world.BODIES.replace("  bmf-north:", "  bmf-new:"))

TIMES = st.sampled_from((0, 1, 59, 3600, 7 * 3600, 86_400, 3 * 86_400, 20 * 86_400))
STEPS = st.one_of(
    st.tuples(st.just("act"), st.sampled_from(list(ASKS))),
    st.tuples(st.just("hold"), st.tuples(st.integers(1, 30), st.sampled_from(Awaiting))),
    st.tuples(st.just("decide"), st.sampled_from(Effect)),
    st.tuples(st.just("skip"), st.sampled_from(("directors", "forum", "board", "four", "summit"))),
    st.tuples(st.just("back"), st.sampled_from((None, "desk", "three"))),
    st.tuples(st.just("severity"), st.sampled_from(Severity)),
    st.tuples(st.just("agency"), st.sampled_from(list(world.AGENCIES))),
    st.tuples(st.just("reassign"), st.sampled_from(Side)),
    st.tuples(st.just("theme"), st.sampled_from(("pay", "leave"))),
    st.tuples(st.just("directory"), st.tuples(st.sampled_from(VACANT), st.sampled_from(BODIES))),
    st.tuples(st.just("live"), st.integers(0, 20)),
    st.tuples(st.just("sweep"), st.integers(0, 40)),
    st.tuples(st.just("meeting"), st.booleans()),
    st.tuples(st.just("stale"), st.integers(0, 9)),
)


def take(story: Story, what: str, given_: Any) -> None:
    if what in ENGINES:
        ENGINES[what](story, given_)
        return
    before = story.facts
    try:
        story.do(MAKES[what](story, given_))
    except (Refused, Invalid):
        assert story.facts == before


MAKES: dict[str, Any] = {
    "act": lambda story, act: ASKS[act](story),
    "hold": lambda story, by: a_hold(story, *by),
    "decide": lambda story, effect: Decide(
        meeting=story.issue.meeting or "none", text="so be it", effect=effect
    ),
    "skip": lambda _, to: Skip(to=to),
    "back": lambda _, to: ReferBack(to=to, question="?"),
    "severity": lambda _, severity: Reclassify(changes={"severity": severity}),
    "agency": lambda _, agency: Reclassify(changes={"agency": agency}),
    "reassign": lambda _, side: Reassign(seat=side, person="zed"),
    "theme": lambda _, theme: Edit(changes={"themes": (theme,)}),
}


def live(story: Story, days: int) -> None:
    story.live_until(story.now + timedelta(days=days))


def sweep(story: Story, days: int) -> None:
    story.sweep(story.now + timedelta(days=days))


def change_directory(story: Story, to: tuple[tuple[str, ...], str]) -> None:
    story.directory(world.directory(without=to[0], bodies=to[1]))
    story.do(SeatsChanged(), by=ENGINE)
    assert not story.issue.unresolved or story.issue.directory_epoch > 1


def go_to_meeting(story: Story, over: bool) -> None:
    if story.issue.meeting_at is not None:
        at = story.clock("forum").due_at if over else story.issue.meeting_at
        story.now = max(story.now, at or story.now)


def stale(story: Story, number: int) -> None:
    every = sorted(story.book.clocks)
    clock = story.book.clocks[every[number % len(every)]]
    plan = story.do(ClockDue(clock=clock.id), by=ENGINE)
    assert clock.state is not ClockState.ENDED or plan.nothing


ENGINES: dict[str, Any] = {
    "live": live,
    "sweep": sweep,
    "directory": change_directory,
    "meeting": go_to_meeting,
    "stale": stale,
}


def clocks_hold(story: Story) -> None:
    issue = story.issue
    kinds = Counter(clock.kind for clock in story.facts.clocks)
    advice = {c.id for c in story.facts.clocks if c.kind is ClockKind.ADVICE}
    assert advice == {each["clock"] for each in open_advice(issue)}
    several = {kind for kind, count in kinds.items() if count > 1}
    assert several <= {ClockKind.ADVICE}, f"two live clocks of one kind: {kinds}"
    if issue.status in TERMINAL:
        assert not kinds, "a terminal issue has no live clock"
    else:
        assert story.next_at is not None, f"{issue.status} on {issue.rung}: nothing is ahead"
    assert (ClockKind.HOLD in kinds) is (issue.status is Status.ON_HOLD) is (issue.hold is not None)
    assert (ClockKind.REVIEW in kinds) is (issue.status is Status.RESOLVED)
    assert (ClockKind.FORUM in kinds) is (issue.meeting is not None)
    assert issue.exhausted_at is None or ClockKind.REMIND in kinds
    for clock in story.facts.clocks:
        if clock.state is ClockState.RUNNING and clock.budget is not None:
            calendar = story.under.calendar(clock.calendar)
            assert clock.due_at == due_at(clock.budget, clock.intervals, calendar)
        bounds = [at for i in clock.intervals for at in (i.start, i.end) if at is not None]
        assert bounds == sorted(bounds), "intervals follow one another"


def record_holds(story: Story) -> None:
    issue, book = story.issue, story.book
    read = book.read(story.under)
    assert read.issue == issue
    assert read.under == story.under
    assert {c.id: c for c in read.clocks} == {c.id: c for c in story.facts.clocks}
    assert read.last_overall == story.facts.last_overall
    assert issue.event_count == len(book.events) == len({event.id for event in book.events})
    for event in book.events:
        assert set(event.payload) <= {*WHEN[event.type][1], "reason", "note"}, event
        assert event.due_at is None or event.due_at <= event.effective_at <= story.now
    for claim in book.claims.values():
        assert claim.effective_at <= story.now
    assert all(a.ends == b.begins for a, b in zip(book.stays, book.stays[1:], strict=False))
    assert all(s.ends is None or s.begins <= s.ends for s in book.stays)
    assert book.stays[-1].ends is None
    assert book.stays[-1].id == issue.stay


def standing_holds(story: Story) -> None:
    issue = story.issue
    numbers = [position["number"] for position in issue.positions]
    assert numbers == sorted(set(numbers)), "each position has its number"
    rung = story.under.ladder.rung(issue.rung)
    assert (issue.visits[-1].rung, issue.visits[-1].entered_at) == (issue.rung, issue.entered_at)
    if issue.status is Status.TABLED:
        assert rung.kind is RungKind.FORUM
    if issue.status in {Status.OPEN, Status.IN_PROGRESS}:
        assert rung.kind is RungKind.OFFICERS
    on = [meeting for meeting, outcome in story.book.agenda.items() if outcome is None]
    assert on == ([issue.meeting] if issue.meeting else []), "on one agenda, or on none"
    assert (issue.outcome is not None) >= (issue.status is Status.RESOLVED)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    agency=st.sampled_from(list(world.AGENCIES)),
    severity=st.sampled_from(Severity),
    back=TIMES,
    steps=st.lists(st.tuples(TIMES, STEPS), min_size=5, max_size=25),
)
def test_whatever_happens_to_an_issue_its_promises_hold(
    agency: str, severity: Severity, back: int, steps: list[tuple[int, tuple[str, Any]]]
) -> None:
    received = MONDAY - timedelta(seconds=back)
    story = logged(agency=agency, severity=severity, received_at=received)
    consumed: dict[tuple[str, str, str], int] = {}
    version = 0
    for wait, (what, given_) in steps:
        story.now += timedelta(seconds=wait)
        take(story, what, given_)
        assert story.issue.version >= version
        version = story.issue.version
        standing_holds(story)
        clocks_hold(story)
        record_holds(story)
        for clock in story.facts.clocks:
            if clock.budget is not None:
                key = (clock.id, clock.calendar, clock.budget.measure)
                used = story.used(clock)
                assert used >= consumed.get(key, 0), "what was consumed stays consumed"
                consumed[key] = used


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(1, 60 * 24 * 30), max_size=8))
def test_an_issue_left_alone_walks_the_ladder_in_order_however_the_engine_is_cut_off(
    cuts: list[int],
) -> None:
    story = logged()
    for minutes in cuts:
        story.sweep(story.now + minutes * MINUTE)
    story.live_until(story.now + timedelta(days=200))
    rungs = [visit.rung for visit in story.issue.visits]
    assert rungs == [rung.id for rung in story.under.ladder.rungs][: len(rungs)]
    assert story.issue.exhausted_at is not None
