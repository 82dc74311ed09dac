import json
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.delivery import payloads
from escalation.routing.vocabulary import Awaiting, Severity
from escalation.services import recovery as recovering
from escalation.store.failures import Again, Unavailable
from escalation.worker.jobs import worker_of
from escalation.workflow.commands import Acknowledge, Escalate, Hold
from tests.builders import ask
from tests.delivery.acts import deliver, log_of, logged, subscribe
from tests.delivery.late import going_on, late_events, of_issues, summaries, told, told_once
from tests.delivery.receiver import Receiver
from tests.fakes import failing_commits

DAYS = timedelta(days=3)


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
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
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
        live, _ = told(got)
        assert set(live) == set(issues)
        assert set(live.values()) == {1}
        assert summaries(got) == 1
        told_once(got, expected)
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
    live, _ = told(receiver.got)
    assert live == Counter([issue])
    assert {json.loads(got.body)["type"] for got in of_issues(receiver.got)} == {
        "issue.tabled",
        payloads.SUMMARY,
    }
    told_once(receiver.got, late_events(inside, [issue]))


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
    live, _ = told(receiver.got)
    late = live - Counter(issues[:1])  # without what the person did
    assert set(late.values()) == {1}
    assert summaries(receiver.got) == 1
    told_once(receiver.got, late_events(inside, issues))
    order = [json.loads(g.body)["data"] for g in of_issues(receiver.got) if summaries([g]) == 0]
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
    live, _ = told(receiver.got)
    assert set(live.values()) == {1}
    assert summaries(receiver.got) == 1
    told_once(receiver.got, late_events(inside, issues))


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
        live, _ = told(receiver.at(path))
        assert set(live.values()) == {1}
        told_once(receiver.at(path), expected)


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
