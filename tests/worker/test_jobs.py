import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from structlog.testing import capture_logs

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.services import framework, upkeep
from escalation.services.jobs import Answer
from escalation.store import timeline
from escalation.store.transaction import read
from escalation.worker.jobs import worker_of
from tests.builders import CLERK, CONFIG, DIRECTORY, ask, ask_all, at, complaint, job, keyed
from tests.fakes import failing_commits

Open = Callable[..., Container]


def climbs(container: Container, issue: str) -> list[str]:
    """The rungs that an issue climbed to, in order."""
    with read(container.engine) as connection:
        entries = timeline.entries(connection, issue)
    return [entry.payload["to"] for entry in entries if entry.type == "issue.escalated"]


def logged(container: Container, count: int) -> list[str]:
    answers = ask_all(container.desk, [job(container.desk, complaint()) for _ in range(count)])
    return [json.loads(answer.body)["id"] for answer in answers if isinstance(answer, Answer)]


def test_an_issue_climbs_once_when_its_target_has_passed(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    container = open_on(furnished_url)
    view = ask(container.desk, complaint())
    clock.move_to(at(view["due_at"]) + timedelta(days=3))
    assert worker_of(container).once().failures == 0
    assert climbs(container, view["id"]) == ["function_director"]
    assert worker_of(container).once().done["clocks"] == 0
    assert climbs(container, view["id"]) == ["function_director"]


def test_it_does_not_climb_a_second_before(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    container = open_on(furnished_url)
    view = ask(container.desk, complaint())
    [rung] = [clock["due_at"] for clock in view["clocks"] if clock["kind"] == "rung"]
    clock.move_to(at(rung) - timedelta(seconds=1))
    worker_of(container).once()
    assert climbs(container, view["id"]) == []
    clock.move_to(at(rung))
    worker_of(container).once()
    assert climbs(container, view["id"]) == ["function_director"]


def test_a_backlog_larger_than_a_chunk_is_worked_off(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    container = open_on(furnished_url, batch_size=2)
    issues = logged(container, 5)
    clock.advance(timedelta(days=5))
    tally = worker_of(container).once()
    assert tally.done["clocks"] >= 5
    assert [climbs(container, issue) for issue in issues] == [["function_director"]] * 5


def test_seats_are_resolved_again_after_the_directory_has_changed(
    furnished_url: str, open_on: Open
) -> None:
    container = open_on(furnished_url)
    view = ask(container.desk, complaint())
    assert view["rung"]["seats"]["provider"]["holder"]["id"] == "priya-nair"
    before = "app-meridian-100: {person: priya-nair"
    text = (CONFIG / DIRECTORY).read_text(encoding="utf-8")
    assert before in text
    changed = text.replace(before, "app-meridian-100: {person: thi-lan-pham")
    framework.apply_directory(container.desk, changed, DIRECTORY, actor=CLERK)
    assert worker_of(container).once().done["seats"] == 1
    with read(container.engine) as connection:
        told = [e for e in timeline.entries(connection, view["id"]) if "holder" in e.type]
    assert [entry.payload["seats"]["provider"] for entry in told] == ["thi-lan-pham"]
    assert worker_of(container).once().done["seats"] == 0


def test_answers_are_forgotten_after_a_day_and_not_before(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    container = open_on(furnished_url)
    first = ask(container.desk, complaint(), **keyed("one"))
    clock.advance(timedelta(hours=23, minutes=59))
    assert worker_of(container).once().done["forgotten_answers"] == 0
    assert ask(container.desk, complaint(), **keyed("one"))["id"] == first["id"]
    clock.advance(timedelta(minutes=2))
    assert worker_of(container).once().done["forgotten_answers"] == 1
    assert ask(container.desk, complaint(), **keyed("one"))["id"] != first["id"]


def test_many_answers_are_forgotten_in_chunks(
    furnished_url: str, open_on: Open, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "AT_ONCE", 2)
    container = open_on(furnished_url)
    for number in range(5):
        ask(container.desk, complaint(), **keyed(str(number)))
    clock.advance(timedelta(hours=25))
    assert upkeep.forget_answers(container.desk) == 2
    assert worker_of(container).once().done["forgotten_answers"] == 3


def test_it_knows_when_the_next_clock_is_due(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    container = open_on(furnished_url)
    assert upkeep.seconds_to_next_due(container.desk) is None
    view = ask(container.desk, complaint())
    ahead = upkeep.seconds_to_next_due(container.desk)
    assert ahead == (at(view["next"]["at"]) - clock.now()).total_seconds()


def test_a_failing_database_does_not_end_the_worker(furnished_url: str, open_on: Open) -> None:
    container = open_on(furnished_url)
    ask(container.desk, complaint())
    with failing_commits(container.engine, times=100), capture_logs() as lines:
        assert worker_of(container).once().failures == 6  # life, clocks, meetings, windows, ...
    assert "job_put_off" in [line["event"] for line in lines]
    assert worker_of(container).once().failures == 0


@pytest.mark.postgres
def test_two_workers_on_one_database_fire_each_clock_once(
    furnished_postgres_url: str, open_on: Open, clock: VirtualClock
) -> None:
    one, two = (open_on(furnished_postgres_url, batch_size=7) for _ in range(2))
    issues = logged(one, 60)
    for expected in (["function_director"], ["function_director", "business_manager_forum"]):
        clock.advance(timedelta(days=9))
        threads = [Thread(target=worker_of(each).once) for each in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        worker_of(one).once()  # what one held and the other left to it
        assert Counter(tuple(climbs(one, issue)) for issue in issues) == {tuple(expected): 60}
