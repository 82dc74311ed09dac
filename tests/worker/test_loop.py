from collections.abc import Callable, Iterator, Mapping
from threading import Thread
from typing import Any

import pytest
from structlog.testing import capture_logs

from escalation.clock import monotonic
from escalation.errors import Broken, Busy
from escalation.worker import loop
from escalation.worker.loop import Recurring, Worker


class Rounds:
    """A job that notes when its chunks were done, and stops the worker with the last of them."""

    def __init__(self, last: int, answers: Mapping[int, int] | None = None) -> None:
        self.last = last
        self.answers = answers or {}
        self.at: list[float] = []
        self.stop: Callable[[], None] = lambda: None

    def __call__(self) -> int:
        self.at.append(monotonic())
        if len(self.at) == self.last:
            self.stop()
        return self.answers.get(len(self.at), 0)


def worker_of(*jobs: Recurring, **options: Any) -> Worker:
    worker = Worker(jobs, **{"interval": 0.01, "heartbeat": 3600.0, **options})
    for job in jobs:
        if isinstance(job.chunk, Rounds):
            job.chunk.stop = worker.stop
    return worker


def noting(name: str, order: list[str], answer: int = 0) -> Recurring:
    def chunk() -> int:
        order.append(name)
        return answer

    return Recurring(name, 0, chunk)


def failing(name: str, error: Exception) -> Recurring:
    def chunk() -> int:
        raise error

    return Recurring(name, 0, chunk)


def counting(answers: Iterator[int]) -> Callable[[], int]:
    return lambda: next(answers, 0)


def test_jobs_are_done_in_their_order() -> None:
    order: list[str] = []
    worker_of(*(noting(name, order) for name in ("clocks", "seats", "answers"))).once()
    assert order == ["clocks", "seats", "answers"]


def test_a_backlog_is_worked_off_in_chunks() -> None:
    chunks = iter([3, 3, 2, 0, 9])
    tally = worker_of(Recurring("clocks", 0, counting(chunks))).once()
    assert tally.done == {"clocks": 8}
    assert next(chunks) == 9


def test_a_chunk_that_is_not_full_leaves_nothing_behind() -> None:
    chunks = iter([200, 200, 199, 9])
    tally = worker_of(Recurring("seats", 0, counting(chunks), full=200)).once()
    assert tally.done == {"seats": 599}


def test_an_error_in_one_job_is_logged_and_does_not_stop_the_others() -> None:
    order: list[str] = []
    with capture_logs() as lines:
        worker = worker_of(failing("bad", ValueError("no such thing")), noting("good", order))
        tally = worker.once()
    assert (tally.done, tally.failures) == ({"good": 0}, 1)
    [line] = lines
    assert (line["event"], line["job"], line["log_level"]) == ("job_failed", "bad", "error")
    assert "no such thing" in line["error"]


def test_a_job_that_is_put_off_is_no_fault_of_the_program() -> None:
    with capture_logs() as lines:
        worker_of(failing("clocks", Busy("Too many wait; try again shortly."))).once()
    assert [(line["event"], line["log_level"]) for line in lines] == [("job_put_off", "warning")]


def test_a_job_that_fails_is_tried_again_in_the_next_round() -> None:
    rounds = Rounds(2)
    with capture_logs() as lines:
        worker_of(failing("bad", ValueError("again")), Recurring("other", 0, rounds)).run()
    assert [line["event"] for line in lines].count("job_failed") == 2


def test_a_job_with_an_endless_backlog_gives_way_to_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop, "PATIENCE", 0.0)
    order: list[str] = []
    rounds = Rounds(3)
    with capture_logs():
        worker_of(noting("endless", order, 1), Recurring("other", 0, rounds)).run()
    assert (len(order), len(rounds.at)) == (3, 3)


def test_being_told_to_stop_it_ends_after_the_chunk_that_is_being_done() -> None:
    endless = Rounds(3, {1: 1, 2: 1, 3: 1, 4: 1})
    with capture_logs():
        worker_of(Recurring("endless", 0, endless)).run()
    assert len(endless.at) == 3


def test_being_told_to_stop_it_does_not_wait_for_the_next_round() -> None:
    worker = worker_of(Recurring("idle", 0, lambda: 0), interval=3600.0)
    thread = Thread(target=worker.run)
    with capture_logs():
        thread.start()
        worker.stop()
        thread.join(10)
    assert not thread.is_alive()


def test_it_wakes_early_where_a_clock_is_due_within_the_interval() -> None:
    rounds = Rounds(2)
    with capture_logs():
        worker_of(Recurring("clocks", 0, rounds), interval=3600.0, next_due=lambda: 0.05).run()
    assert 0.04 < rounds.at[1] - rounds.at[0] < 10


def test_a_clock_that_is_due_and_cannot_be_fired_costs_no_busy_waiting() -> None:
    rounds = Rounds(5)
    with capture_logs():
        worker_of(Recurring("clocks", 0, rounds), interval=3600.0, next_due=lambda: -5.0).run()
    assert rounds.at[-1] - rounds.at[0] >= 4 * loop.SHORTEST_PAUSE


def test_not_knowing_the_next_due_clock_it_looks_again_after_the_interval() -> None:
    def unknown() -> float | None:
        raise Busy("no connection")

    rounds = Rounds(2)
    with capture_logs() as lines:
        worker_of(Recurring("clocks", 0, rounds), next_due=unknown).run()
    assert len(rounds.at) == 2
    assert "next_due_unknown" in [line["event"] for line in lines]


def test_a_job_is_not_done_again_before_its_time() -> None:
    order: list[str] = []
    seldom = Recurring("seldom", 3600.0, noting("seldom", order).chunk)
    with capture_logs():
        worker_of(Recurring("often", 0, Rounds(4)), seldom).run()
    assert order == ["seldom"]


def test_without_a_desk_there_is_no_point_in_going_on() -> None:
    dead = failing("clocks", Busy("The desk is closed; try again shortly."))
    with capture_logs(), pytest.raises(Broken, match="The desk has died"):
        worker_of(dead, alive=lambda: False).run()


def test_it_notes_that_it_is_alive_and_what_it_has_done() -> None:
    rounds = Rounds(4, {1: 7})
    with capture_logs() as lines:
        worker_of(Recurring("clocks", 0, rounds), heartbeat=0.0).run()
    beats = [line for line in lines if line["event"] == "worker_alive"]
    assert (beats[0]["clocks"], beats[0]["log_level"]) == (7, "info")
    assert (beats[-1]["clocks"], beats[-1]["log_level"]) == (0, "debug")
