"""Who waits at the desk: how many, how long, in which order, and what they hear when it dies."""

import asyncio
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select

from escalation.clock import VirtualClock, monotonic
from escalation.errors import Busy
from escalation.services.desk import Desk
from escalation.services.jobs import Answer, Reply
from escalation.store import models
from escalation.store.transaction import Connection, read
from escalation.workflow.commands import Note
from tests.builders import ask, ask_all, complaint, desk_on, gathered, job
from tests.crash.invariants import broken


def titles(desk: Desk) -> list[str]:
    table = models.issue
    with read(desk.engine) as connection:
        return list(connection.scalars(select(table.c.title).order_by(table.c.reference)))


def test_a_command_that_nobody_waits_for_any_more_is_not_done(desk: Desk) -> None:
    with gathered(desk):
        gone = desk.submit(job(desk, complaint(title="gone")))
        kept = desk.submit(job(desk, complaint(title="kept")))
        assert gone.cancel()
    kept.result(60)
    with pytest.raises(CancelledError):
        gone.result(60)
    assert titles(desk) == ["kept"]


def test_a_waiter_who_leaves_while_it_is_answered_does_no_harm(desk: Desk) -> None:
    class Leaves(Future[Any]):
        """Cancelled in the moment between being asked and being told."""

        def done(self) -> bool:
            was = super().done()
            self.cancel()
            return was

    left = job(desk, complaint())
    left.reply = Reply(Leaves())
    with gathered(desk):
        desk._people.append(left)
        other = desk.submit(job(desk, complaint()))
    assert other.result(60).status == 201
    assert desk.alive


def test_a_command_that_waited_past_its_deadline_is_dropped_before_it_is_decided(
    desk: Desk,
) -> None:
    late = job(desk, complaint(title="late"), deadline=monotonic() - 1)
    timely = job(desk, complaint(title="timely"), deadline=monotonic() + 600)
    dropped, done = ask_all(desk, [late, timely])
    assert isinstance(dropped, Busy)
    assert isinstance(done, Answer)
    assert titles(desk) == ["timely"]


def test_a_full_queue_turns_away_with_the_time_to_come_again(furnished_url: str) -> None:
    with desk_on(furnished_url, start=False, queue_limit=3) as desk:
        waiting = [desk.submit(job(desk, complaint())) for _ in range(3)]
        with pytest.raises(Busy) as refusal:
            desk.submit(job(desk, complaint()))
        assert refusal.value.extra["retry_after"] > 0
        desk.start()
        assert {future.result(60).status for future in waiting} == {201}
        assert ask(desk, complaint())["status"] == "open"


def test_people_come_before_a_sweep_that_was_asked_for_earlier(
    desk: Desk, clock: VirtualClock
) -> None:
    ask(desk, complaint())
    clock.advance(timedelta(days=30))
    order: list[str] = []
    with gathered(desk):
        swept = desk.sweep()
        swept.add_done_callback(lambda _: order.append("sweep"))
        spoken = desk.submit(job(desk, complaint()))
        spoken.add_done_callback(lambda _: order.append("person"))
    swept.result(60)
    assert order == ["person", "sweep"]


def test_a_sweep_gets_its_turn_though_people_never_stop_coming(
    desk: Desk, clock: VirtualClock
) -> None:
    issue = ask(desk, complaint())
    clock.advance(timedelta(days=30))
    done = Event()

    def again(_: object = None) -> None:
        """As soon as a person is answered, and before the desk looks, the next one stands there."""
        if not done.is_set():
            command = job(desk, Note(text="and another thing"), issue["id"])
            desk.submit(command).add_done_callback(again)

    with gathered(desk):
        again()
        swept = desk.sweep()
    try:
        assert swept.result(60) > 0
    finally:
        done.set()


def test_a_desk_that_was_closed_turns_everybody_away(furnished_url: str) -> None:
    with desk_on(furnished_url) as desk:
        desk.stop()
        assert not desk.alive
        for come in _ways_in(desk):
            with pytest.raises(Busy):
                come()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_desk_that_died_says_so_and_leaves_nobody_waiting(furnished_url: str) -> None:
    class Mortal(Desk):
        """Dies of the first thing it is to do."""

        def run(self, *_: Any, **__: Any) -> Any:
            raise SystemExit

    with desk_on(furnished_url, kind=Mortal, start=False) as desk:
        jobs = [desk.submit(job(desk, complaint())) for _ in range(200)]
        chore = desk.do(lambda _connection, _now: None)
        swept = desk.sweep()
        desk.start()
        for waiting in (*jobs, chore, swept):
            with pytest.raises(Busy):
                waiting.result(60)
        desk._thread.join(60)
        assert not desk.alive
        for come in _ways_in(desk):
            with pytest.raises(Busy):
                come()


def _ways_in(desk: Desk) -> list[Callable[[], Any]]:
    return [
        lambda: desk.submit(job(desk, complaint())).result(60),
        lambda: desk.do(lambda _connection, _now: None).result(60),
        lambda: desk.sweep().result(60),
        lambda: desk.reseat().result(60),
    ]


def test_a_chore_that_fails_tells_its_caller_and_nobody_else(desk: Desk) -> None:
    def chore(_connection: Connection, _now: object) -> None:
        raise LookupError("nothing there")

    with gathered(desk):
        before = desk.submit(job(desk, complaint()))
        failing = desk.do(chore)
        after = desk.submit(job(desk, complaint()))
    with pytest.raises(LookupError):
        failing.result(60)
    assert (before.result(60).status, after.result(60).status) == (201, 201)


def test_chores_that_are_shared_are_committed_together_and_one_that_fails_fails_alone(
    desk: Desk,
) -> None:
    def logs(title: str) -> Callable[[Connection, object], int]:
        def chore(connection: Connection, _: object) -> int:
            [answer] = desk.within(connection, [job(desk, complaint(title=title))])
            assert isinstance(answer, Answer)
            if title == "wrong":
                raise ValueError(title)
            return len(titles(desk))

        return chore

    with gathered(desk):
        together = [desk.do(logs(name), logs=1, shared=True) for name in ("one", "two")]
        alone = desk.do(logs("three"), logs=1)
    assert [each.result(60) for each in together] == [0, 0], "neither saw the other committed"
    assert alone.result(60) == 2
    with gathered(desk):
        mixed = [desk.do(logs(name), logs=1, shared=True) for name in ("four", "wrong", "five")]
    assert [mixed[0].result(60), mixed[2].result(60)] == [3, 4]
    with pytest.raises(ValueError, match="wrong"):
        mixed[1].result(60)
    assert titles(desk) == ["one", "two", "three", "four", "five"]


def test_coroutines_wait_without_a_thread_each_and_may_leave(desk: Desk) -> None:
    async def come() -> list[Any]:
        waiting = [desk.submit_from_loop(job(desk, complaint())) for _ in range(50)]
        waiting[7].cancel()
        return await asyncio.gather(*waiting, return_exceptions=True)

    with gathered(desk):
        pass
    outcomes = asyncio.run(come())
    assert sum(isinstance(out, Answer) for out in outcomes) == 49
    assert broken(desk.engine) == []


def test_an_event_loop_that_ended_meanwhile_stops_nobody_else(desk: Desk) -> None:
    async def come_and_go() -> None:
        desk.submit_from_loop(job(desk, complaint(title="left")))

    with gathered(desk):
        # The loop runs and ends in this thread, which holds the desk back until then.
        asyncio.run(come_and_go())
        stays = desk.submit(job(desk, complaint(title="stays")))
    assert stays.result(60).status == 201
    assert desk.alive


def test_many_threads_at_once_are_each_answered_with_their_own(desk: Desk) -> None:
    answered: dict[int, str] = {}

    def write(number: int) -> None:
        for turn in range(10):
            issue = ask(desk, complaint(title=f"{number}.{turn}"))
            assert issue["title"] == f"{number}.{turn}"
            answered[number] = ask(desk, Note(text="again"), issue["id"])["title"]

    threads = [Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert answered == {n: f"{n}.9" for n in range(8)}
    assert broken(desk.engine) == []


def test_a_sweep_while_people_wait_takes_less_at_once(desk: Desk, clock: VirtualClock) -> None:
    ask_all(desk, [job(desk, complaint()) for _ in range(120)])
    clock.advance(timedelta(days=3))
    with gathered(desk):
        desk._people.append(job(desk, complaint()))  # somebody waits, and no turn begins meanwhile
        looked = desk._sweep(1_000)
        desk._people.clear()
    assert looked == 200
