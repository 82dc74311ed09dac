"""What products of this kind get wrong again and again, as far as one issue's rules decide it.

The same of calendars stands in ``tests/unit/timekeeping``, of two engines and of long queues in
``tests/services``, of outages and messages in ``tests/delivery``; what a user meets at the
interface in ``tests/stories/test_old_mistakes.py``.
"""

from datetime import date, timedelta

import pytest

from escalation.routing.publication import Publication
from escalation.routing.vocabulary import Awaiting, EmptySeat, Severity
from escalation.workflow import clocks
from escalation.workflow.commands import (
    Acknowledge,
    ClockDue,
    Command,
    Contact,
    Edit,
    Escalate,
    Hold,
    Note,
    Reclassify,
    Resolve,
    Resume,
    Skip,
)
from escalation.workflow.decide import decide
from escalation.workflow.facts import ENGINE
from escalation.workflow.outlook import open_acts
from escalation.workflow.states import END, ClockKind, Status
from tests.fakes import utc
from tests.unit.workflow import world
from tests.unit.workflow.asks import OUTCOME, a_hold
from tests.unit.workflow.builders import DAY, HOUR, MONDAY, Story, logged

FRIDAY = utc("2026-03-06 05:00")
"""Three in the afternoon in Brisbane."""


def test_two_workers_that_fire_one_clock_make_one_claim() -> None:
    story = logged()
    clock = story.clock("rung")
    assert clock.due_at is not None
    plans = [
        decide(story.facts, Command(stem=stem, actor=ENGINE, ask=ClockDue(clock=clock.id)), at)
        for stem, at in (("a", clock.due_at), ("b", clock.due_at))
    ]
    keys = [{(c.clock, c.step) for c in plan.claims} for plan in plans]
    assert keys[0] == keys[1], "the second meets the first's unique keys"
    assert (clock.id, END) in keys[0]


def test_what_came_due_while_the_engine_was_down_is_done_when_it_is_back() -> None:
    story = logged()
    story.sweep(MONDAY + 10 * DAY)
    assert story.issue.rung == "directors"
    fired = {story.book.clocks[clock].kind for clock, step in story.book.claims if step == END}
    assert fired == {ClockKind.ACKNOWLEDGE, ClockKind.RUNG, ClockKind.INFORM}


def test_an_outage_of_a_month_climbs_one_rung_and_writes_few_entries() -> None:
    story = logged()
    story.sweep(MONDAY + 30 * DAY)
    assert story.types().count("escalated") == 1
    assert len(story.plans) == 5, "one plan for each clock that was due"


def test_a_pause_survives_a_change_of_agreement() -> None:
    story = logged()
    story.do(a_hold(story), at=MONDAY + HOUR)
    story.do(Reclassify(changes={"agency": "echo"}), at=MONDAY + 2 * HOUR)
    assert story.clock("rung").due_at is None, "still on hold"
    story.do(Resume(), at=MONDAY + 5 * HOUR)
    assert story.used(story.clock("rung")) == 3600


@pytest.mark.parametrize(("agency", "counted"), [("alpha", 2 * 3600), ("echo", 2 * 3600)])
def test_a_hold_over_a_weekend_is_measured_in_the_clocks_own_time(
    agency: str, counted: int
) -> None:
    story = logged(FRIDAY, agency=agency)
    left = story.left("rung")
    story.now += HOUR
    story.do(Hold(until=FRIDAY + 4 * DAY, awaiting=Awaiting.RAISER))
    story.do(Resume(), at=utc("2026-03-09 01:00"))
    story.now += HOUR
    assert left - story.left("rung") == counted


def test_no_clock_counts_once_it_is_settled() -> None:
    story = logged()
    story.do(Resolve(outcome=OUTCOME), at=MONDAY + HOUR)
    overall = story.clock("overall")
    assert story.used(overall, MONDAY + DAY) == story.used(overall, MONDAY + 9 * DAY) == 3600


def test_no_touch_resets_a_clock() -> None:
    story, untouched = logged(), logged()
    for hour in range(1, 6):
        story.do(Note(text="still at it"), at=MONDAY + hour * HOUR)
        story.do(Contact(text="rang"))
        story.do(Edit(changes={"title": f"Title {hour}"}))
    assert story.facts.clocks == untouched.facts.clocks


def test_nothing_is_escalated_to_nobody_in_silence() -> None:
    story = logged(directory=world.directory(without=("dee",)))
    story.do(Escalate())
    assert story.last("seat_vacant")["rung"] == "directors"
    assert story.next_at is not None


def test_the_next_rung_has_its_own_deadline() -> None:
    story = logged()
    first = story.clock("rung").due_at
    story.end("rung")
    second = story.clock("rung")
    assert second.anchor == first
    assert second.due_at == utc("2026-03-06 07:00")


def test_a_hold_always_ends() -> None:
    story = logged()
    story.do(a_hold(story, days=2))
    story.live_until(MONDAY + 2 * DAY)
    assert story.issue.status is Status.IN_PROGRESS


def test_nothing_nags_once_it_was_acknowledged_or_settled() -> None:
    story = logged()
    story.do(Acknowledge(), at=MONDAY + HOUR)
    story.live_until(MONDAY + DAY)
    assert not [e for e in story.book.events if e.payload.get("clock") == "acknowledge"]
    story.do(Resolve(outcome=OUTCOME))
    count = len(story.book.events)
    story.live_until((story.clock("review").due_at or story.now) - HOUR)
    assert len(story.book.events) == count


def test_a_weekend_spends_nothing_of_the_ladder() -> None:
    story = logged(FRIDAY, severity=Severity.CRITICAL)
    story.live_until(utc("2026-03-08 23:00"))
    assert story.issue.rung == "desk"
    assert not [e for e in story.book.events if e.effective_at > utc("2026-03-06 07:00")]
    assert story.left("rung") == 2 * 3600


def test_each_reminder_is_its_own_and_none_is_swallowed() -> None:
    story = logged(agency="bravo")
    story.do(Escalate())
    story.live_until(MONDAY + 60 * DAY)
    reminders = [e for e in story.book.events if e.type.value == "issue.exhausted"]
    assert len({e.id for e in reminders}) == len(reminders) > 10


def test_what_the_engine_writes_sets_nothing_else_off() -> None:
    story = logged()
    others = {c.id: c for c in story.facts.clocks if c.kind is not ClockKind.RUNG}
    story.fire("rung")
    assert {c.id: c for c in story.facts.clocks if c.kind is not ClockKind.RUNG} == others


def test_the_history_of_rungs_is_only_added_to() -> None:
    story = logged()
    before: tuple[object, ...] = ()
    for ask in (Escalate(), Escalate(), Skip(to="board")):
        story.do(ask)
        assert story.issue.visits[: len(before)] == before
        before = story.issue.visits
    assert [visit.rung for visit in story.issue.visits] == ["desk", "directors", "forum", "board"]


def test_a_second_before_its_target_it_is_not_past_it() -> None:
    story = logged()
    clock, calendar = story.clock("rung"), story.under.calendar("office")
    assert clock.due_at is not None
    assert not clocks.past_target(clock, calendar, clock.due_at - timedelta(seconds=1))


def test_a_cap_in_days_and_an_end_in_hours_are_compared_as_instants() -> None:
    story = logged()
    story.do(Hold(until=MONDAY + timedelta(hours=100), awaiting=Awaiting.AGENCY))
    assert story.issue.status is Status.ON_HOLD


def test_the_advice_on_what_to_do_next_follows_the_state() -> None:
    story = logged(agency="bravo")
    assert "reopen" not in open_acts(story.facts)
    story.do(Escalate())
    assert "Ombudsman" in story.refused(Escalate()).detail
    story.do(Resolve(outcome=OUTCOME))
    assert "reopen" in open_acts(story.facts)
    assert "dispute" not in open_acts(story.facts), "it stands on the last rung"


def test_looking_changes_nothing() -> None:
    story = logged()
    before = story.facts
    open_acts(story.facts)
    for clock in story.facts.clocks:
        clocks.past_target(clock, story.under.calendar(clock.calendar), MONDAY + 9 * DAY)
        assert clocks.scheduled(clock, story.under.calendar(clock.calendar)) is clock
    assert story.facts is before


# -- each key of the ladder file does something -----------------------------------------------


def changed(*pairs: tuple[str, str]) -> Publication:
    text = world.ladder_text()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return Publication.read(text, "ladders.yaml", date(2026, 3, 2))


def due(story: Story, kind: str) -> object:
    return story.clock(kind).due_at


def reviewed(story: Story) -> object:
    story.do(Resolve(outcome=OUTCOME))
    return due(story, "review")


def reminded(story: Story) -> object:
    story.do(Skip(to="board"))
    story.end("forum")
    story.end("forum")
    return due(story, "remind")


def at_forum(story: Story) -> object:
    return due(story.at_forum(), "forum")


def carried(story: Story) -> object:
    story.at_forum()
    story.end("forum")
    story.end("forum")
    return story.issue.rung


def held(story: Story) -> object:
    return story.refused(Hold(until=MONDAY + 90 * DAY, awaiting=Awaiting.RAISER)).detail


def past_target(story: Story) -> object:
    story.end("rung")
    return story.issue.rung


def rights(story: Story) -> object:
    story.do(Skip(to="board"))
    return story.refused(Escalate()).detail


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        ("acknowledge: 2 business", "acknowledge: 3 business", lambda s: due(s, "acknowledge")),
        ("medium: 2 business days, ", "medium: 9 business days, ", lambda s: due(s, "rung")),
        ("[50%, 1 business hour]", "[60%]", lambda s: s.clock("rung").next_at),
        ("medium: 20 business days", "medium: 9 business days", lambda s: due(s, "overall")),
        ("medium: 3 business days", "medium: 4 business days", lambda s: due(s, "inform")),
        ("review: 14 days", "review: 3 days", reviewed),
        ("remind: 2 business days", "remind: 3 business days", reminded),
        ("raiser: 10 business days", "raiser: 11 business days", held),
        ("grace: 1 business hour", "grace: 3 business hours", at_forum),
        ("carry_over_limit: 2", "carry_over_limit: 1", carried),
        ("past_target: escalate", "past_target: notify", past_target),
        ("You may ask the Ombudsman", "Write to the Minister", rights),
        ("lead: provider", "lead: agency", lambda s: s.under.ladder.rung("desk").lead),
    ],
)
def test_every_value_of_the_ladder_file_takes_effect(old: str, new: str, seen: object) -> None:
    assert callable(seen)
    assert seen(logged()) != seen(logged(publication=changed((old, new))))


def test_the_empty_seat_rule_takes_effect() -> None:
    publication = changed(("empty_seat: alarm", "empty_seat: next_rung"))
    story = logged(publication=publication, directory=world.directory(without=("sam",)))
    assert publication.effective("ola-alpha", "standard").empty_seat("desk") is EmptySeat.NEXT_RUNG
    assert story.issue.rung == "directors"
    assert logged(directory=world.directory(without=("sam",))).issue.rung == "desk"


def test_who_may_see_an_entry_is_kept_with_it() -> None:
    story = logged()
    story.do(Note(text="between us", visibility="provider"))
    assert story.book.events[-1].visibility == "provider"
    story.do(Note(text="for both"))
    assert story.book.events[-1].visibility == "shared"
