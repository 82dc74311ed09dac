import json
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.delivery import payloads
from escalation.routing.vocabulary import Awaiting, Severity
from escalation.services import recovery as recovering
from escalation.store import heartbeat, timeline
from escalation.store.failures import Again, Unavailable
from escalation.store.transaction import read
from escalation.worker.jobs import worker_of
from escalation.workflow.commands import Acknowledge, Escalate, Hold
from escalation.workflow.events import INTERNAL
from tests.builders import ask, copied_sqlite
from tests.delivery.acts import deliver, log_of, logged, subscribe
from tests.delivery.conftest import Open
from tests.delivery.receiver import Got, Receiver
from tests.fakes import failing_commits

DAYS = timedelta(days=3)


def told(got: list[Got]) -> tuple[Counter[str], list[str]]:
    """How often each issue was told of live, and the events that summaries list."""
    live: Counter[str] = Counter()
    listed: list[str] = []
    for each in got:
        message = json.loads(each.body)
        if message["type"] == payloads.SUMMARY:
            listed += [entry["id"] for entry in message["data"]["events"]]
            assert message["data"]["count"] == len(message["data"]["events"])
        else:
            live[message["data"]["issue"]["id"]] += 1
    return live, listed


def summaries(got: list[Got]) -> int:
    return sum(json.loads(each.body)["type"] == payloads.SUMMARY for each in got)


def sent_ids(got: list[Got]) -> list[str]:
    return [each.headers["webhook-id"] for each in got]


def going_on(inside: Container) -> bool:
    """Whether a recovery does."""
    with read(inside.engine) as connection:
        return heartbeat.current(connection) is not None


def late_events(inside: Container, issues: list[str]) -> set[str]:
    """Events of these issues that go out and that the engine made."""
    found = set()
    internal = {kind.value for kind in INTERNAL}
    with read(inside.engine) as connection:
        for issue in issues:
            found |= {
                entry.id
                for entry in timeline.entries(connection, issue)
                if entry.type not in internal and entry.actor["kind"] == "engine"
            }
    return found


def went_down(
    inside: Container, clock: VirtualClock, count: int, *receivers: Receiver
) -> list[str]:
    """Issues whose events have all been sent, and then an engine that was silent for days."""
    issues = logged(inside, count, severity=Severity.CRITICAL)
    worker_of(inside).once()
    for receiver in receivers:
        receiver.got.clear()
    clock.advance(DAYS)
    return issues


def test_after_an_outage_one_live_message_for_each_issue_and_one_summary(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    three_days_down(inside, clock, receiver, 60)


@pytest.mark.slow
def test_three_days_down_with_a_thousand_issues_due(
    furnished_sqlite: Path, tmp_path: Path, open_on: Open, clock: VirtualClock, receiver: Receiver
) -> None:
    inside = open_on(copied_sqlite(furnished_sqlite, tmp_path / "thousand.db"))
    three_days_down(inside, clock, receiver, 1_000)


def three_days_down(inside: Container, clock: VirtualClock, receiver: Receiver, count: int) -> None:
    issues = logged(inside, count // 2, severity=Severity.CRITICAL)
    issues += logged(inside, count - count // 2)
    worker_of(inside).once()
    for path in ("/a", "/b"):
        subscribe(inside, receiver.url(path))
    clock.advance(DAYS)
    assert worker_of(inside).once().failures == 0
    expected = late_events(inside, issues)
    assert len(expected) == 2 * count  # three of a critical issue, one of another
    for path in ("/a", "/b"):
        got = receiver.at(path)
        live, listed = told(got)
        assert set(live) == set(issues)
        assert set(live.values()) == {1}
        assert summaries(got) == 1
        others = [e for e in sent_ids(got) if e in expected]
        assert sorted([*listed, *others]) == sorted(expected)
    assert {each.state.value for each in log_of(inside)} == {"delivered", "summarised"}
    assert not going_on(inside)


def test_a_short_silence_is_no_outage(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    subscribe(inside, receiver.url())
    logged(inside, 2)
    worker_of(inside).once()
    for _ in range(3):
        clock.advance(timedelta(minutes=9, seconds=59))
        assert worker_of(inside).once().done["recoveries"] == 0
    clock.advance(timedelta(minutes=10))
    assert worker_of(inside).once().done["recoveries"] == 1
    assert summaries(receiver.got) == 0


def test_all_that_one_clock_does_on_coming_back_is_one_live_message(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    """A hold that ends as the engine comes back resumes the issue and tables it: one command."""
    subscribe(inside, receiver.url())
    [issue] = logged(inside, 1)
    for _ in range(2):
        ask(inside.desk, Escalate(reason="it is stuck"), issue)
    back = clock.now() + DAYS
    hold = Hold(reason="we wait", until=back, awaiting=Awaiting.AGENCY)
    ask(inside.desk, hold, issue)
    worker_of(inside).once()
    receiver.got.clear()
    clock.move_to(back)
    worker_of(inside).once()
    live, listed = told(receiver.got)
    assert live == Counter([issue])
    expected = late_events(inside, [issue])
    assert {json.loads(got.body)["type"] for got in receiver.got} == {
        "issue.tabled",
        payloads.SUMMARY,
    }
    others = [e for e in sent_ids(receiver.got) if e in expected]
    assert sorted([*listed, *others]) == sorted(expected)


def test_what_people_do_meanwhile_goes_out_as_usual(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    subscribe(inside, receiver.url())
    issues = went_down(inside, clock, 4, receiver)
    recovering.beat(inside.engine, inside.clock, "wrk_back", timedelta(minutes=10))
    inside.desk.sweep(3).result(60)  # some of the clocks, not all
    ask(inside.desk, Acknowledge(), issues[0])
    deliver(inside)
    assert [json.loads(got.body)["type"] for got in receiver.got] == ["issue.acknowledged"]
    worker_of(inside).once()
    live, listed = told(receiver.got)
    late = live - Counter(issues[:1])  # without what the person did
    assert set(late.values()) == {1}
    assert summaries(receiver.got) == 1
    expected = late_events(inside, issues)
    others = [e for e in sent_ids(receiver.got) if e in expected]
    assert sorted([*listed, *others]) == sorted(expected)
    order = [json.loads(g.body)["data"] for g in receiver.got if summaries([g]) == 0]
    numbers = [data["number"] for data in order if data["issue"]["id"] == issues[0]]
    assert numbers == sorted(numbers)


def test_another_outage_within_a_recovery_extends_it(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    subscribe(inside, receiver.url())
    issues = went_down(inside, clock, 4, receiver)
    recovering.beat(inside.engine, inside.clock, "wrk_one", timedelta(minutes=10))
    inside.desk.sweep(3).result(60)
    inside.outgoing.hand_on()
    clock.advance(DAYS)
    worker_of(inside).once()
    live, listed = told(receiver.got)
    assert set(live.values()) == {1}
    assert summaries(receiver.got) == 1
    expected = late_events(inside, issues)
    others = [e for e in sent_ids(receiver.got) if e in expected]
    assert sorted([*listed, *others]) == sorted(expected)


def test_a_failure_in_any_step_of_a_recovery_doubles_and_loses_nothing(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    for path in ("/a", "/b"):
        subscribe(inside, receiver.url(path))
    issues = went_down(inside, clock, 6, receiver)
    recovering.beat(inside.engine, inside.clock, "wrk_one", timedelta(minutes=10))
    while inside.desk.sweep().result(60):
        pass
    steps = 0
    while going_on(inside):
        with failing_commits(inside.engine) as failed, suppress(Again, Unavailable):
            inside.outgoing.recover()
        assert failed == [1]
        assert inside.outgoing.recover() == 1
        steps += 1
    assert steps == 4  # drained; two endpoints; closed
    deliver(inside)
    expected = late_events(inside, issues)
    for path in ("/a", "/b"):
        live, listed = told(receiver.at(path))
        assert set(live.values()) == {1}
        others = [e for e in sent_ids(receiver.at(path)) if e in expected]
        assert sorted([*listed, *others]) == sorted(expected)


def test_of_two_workers_that_come_back_one_opens_the_recovery(
    inside: Container, clock: VirtualClock
) -> None:
    outage = timedelta(minutes=10)
    assert not recovering.beat(inside.engine, inside.clock, "wrk_one", outage)
    clock.advance(DAYS)
    assert recovering.beat(inside.engine, inside.clock, "wrk_one", outage)
    assert not recovering.beat(inside.engine, inside.clock, "wrk_two", outage)


def test_a_summary_is_split_only_where_it_would_be_too_large() -> None:
    late = [payloads.Late(f"evt_{n}", b'"%s"' % (b"x" * 298)) for n in range(100)]
    assert [len(p) for p in payloads.portions(late)] == [100]
    small = list(payloads.portions(late, 10_000))
    assert sum(len(portion) for portion in small) == 100
    assert len(small) == 4
    huge = [payloads.Late("evt_1", b'"%s"' % (b"x" * 20_000))]
    assert [len(p) for p in payloads.portions([*huge, *huge], 10_000)] == [1, 1]
