"""Nobody waits for ever: what takes too long is given up, ended where it runs, and left whole."""

import asyncio
from collections.abc import Callable
from threading import Event, current_thread
from typing import Any

import pytest
from sqlalchemy import event, text

from escalation.api.in_time import InTime
from escalation.clock import monotonic
from escalation.errors import Busy
from escalation.patience import CALLERS, Patience
from escalation.services.reading.reader import Look
from escalation.store.failures import Unavailable
from escalation.store.transaction import read, snapshot
from tests.api.service import COMPLAINT, PATIENCE, Service, problem

SOON = 0.3
ENDLESS = {
    "sqlite": "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n)"
    " SELECT max(x) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


def hurried(service: Service, monkeypatch: pytest.MonkeyPatch, name: str, seconds: float) -> None:
    """Let an operation have so many seconds."""
    [route] = [each for each in service.app.routes if getattr(each, "operation_id", "") == name]
    monkeypatch.setattr(route, "seconds", seconds)


@pytest.fixture
def endless(service: Service, monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Reading an issue takes for ever; how each such read ended."""
    ended: list[BaseException] = []

    def one(look: Look, _: str) -> None:
        try:
            look.connection.execute(text(ENDLESS[look.connection.dialect.name]))
        except BaseException as error:
            ended.append(error)
            raise

    monkeypatch.setattr("escalation.services.reading.issues.one", one)
    hurried(service, monkeypatch, "get_issue", SOON)
    return ended


def until(wanted: Callable[[], bool]) -> None:
    """Wait until it is so."""
    end = monotonic() + PATIENCE
    while not wanted():
        assert monotonic() < end
        Event().wait(0.01)


def test_a_read_that_takes_too_long_is_given_up_and_ends_in_the_database(
    service: Service, endless: list[BaseException]
) -> None:
    answer = service.get("/v1/issues/iss_1")
    told = problem(answer, 503, "took_too_long")
    assert "within 0.3 seconds" in told["detail"]
    assert answer.headers["retry-after"] == "5"
    until(lambda: len(endless) == 1)
    assert service.found("/v1/issues?include_total=true")["meta"]["total"] == 0


def test_many_of_them_use_up_nothing_that_others_need(
    service: Service, endless: list[BaseException]
) -> None:
    for _ in range(12):
        assert service.get("/v1/issues/iss_1").status_code == 503
    until(lambda: len(endless) == 12)
    until(lambda: service.container.engine.pool.checkedout() == 0)  # type: ignore[attr-defined]  # the kind of pool that engines have here
    assert service.log()["version"] == 1


@pytest.fixture
def held(service: Service) -> Any:
    """The desk is busy with something else until this is set."""
    let, begun = Event(), Event()

    def chore(*_: object) -> None:
        begun.set()
        let.wait(PATIENCE)

    service.container.desk.do(chore)
    begun.wait(PATIENCE)
    yield let
    let.set()


@pytest.mark.parametrize(
    ("name", "path", "body"),
    [
        ("log_issue", "/v1/issues", dict(COMPLAINT)),
        ("create_key", "/v1/keys", {"name": "late", "role": "viewer"}),
    ],
)
def test_what_still_waits_for_its_turn_when_time_is_over_is_never_done(
    service: Service,
    held: Event,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    path: str,
    body: dict[str, Any],
) -> None:
    hurried(service, monkeypatch, name, SOON)
    before = len(service.found(path, key=service.admin)["data"])
    problem(service.post(path, body, key=service.admin), 503, "took_too_long")
    held.set()
    service.container.desk.do(lambda *_: None).result(PATIENCE)  # its turn has come and gone
    assert len(service.found(path, key=service.admin)["data"]) == before


def test_what_is_being_decided_is_kept_as_a_whole_and_a_repeat_says_so(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.log()  # notes that the key was used, and takes a block of references
    slow = [True]

    def wait(_: object) -> None:
        if slow and current_thread().name == "desk":
            Event().wait(4 * SOON)

    event.listen(service.container.engine, "commit", wait)
    hurried(service, monkeypatch, "log_issue", SOON)
    answer = service.post("/v1/issues", dict(COMPLAINT), idempotency_key="k")
    assert "Idempotency-Key" in problem(answer, 503, "took_too_long")["detail"]
    slow.clear()
    hurried(service, monkeypatch, "log_issue", PATIENCE)
    again = service.post("/v1/issues", dict(COMPLAINT), idempotency_key="k")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert service.found("/v1/issues?include_total=true")["meta"]["total"] == 2


# ---------------------------------------------------------------- its parts, alone


def test_an_answer_that_has_begun_may_take_its_time() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        await asyncio.sleep(0.05)
        sent.append(message["type"])

    async def answer() -> None:
        with InTime(0.02) as in_time:
            by = in_time.answers_by(send)
            await by({"type": "http.response.start"})
            await by({"type": "http.response.body"})

    asyncio.run(answer())
    assert sent == ["http.response.start", "http.response.body"]


def test_an_answer_that_is_ready_in_the_turn_in_which_time_runs_out_is_not_sent_twice() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def answer() -> None:
        with InTime(0.01) as in_time:
            Event().wait(0.05)  # the loop stands still meanwhile
            in_time._timer._end()
            await in_time.answers_by(send)({"type": "http.response.start"})

    with pytest.raises(Busy) as raised:
        asyncio.run(answer())
    assert raised.value.code == "took_too_long"
    assert sent == []


def test_who_goes_away_is_not_told_that_it_took_too_long() -> None:
    async def answer() -> None:
        with InTime(60):
            await asyncio.Event().wait()

    async def gone() -> None:
        task = asyncio.ensure_future(answer())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(gone())


def test_what_does_not_end_at_once_is_ended_again_until_it_has_let_go() -> None:
    patience, tries, third = Patience(0.0), [], Event()

    def end() -> None:
        tries.append(1)
        if len(tries) == 3:
            third.set()
        raise RuntimeError

    assert patience.hold(end)
    patience.give_up()
    assert third.wait(PATIENCE)
    patience.let_go(end)
    count = len(tries)
    Event().wait(0.1)
    assert len(tries) == count
    assert not patience.hold(end), "nothing begins for who does not wait"
    patience.let_go(end)


def test_nothing_is_read_for_whoever_has_gone(service: Service) -> None:
    patience = Patience(0.0)
    patience.give_up()
    token = CALLERS.set(patience)
    try:
        for look in (read, snapshot):
            with pytest.raises(Unavailable), look(service.container.engine):
                pass
    finally:
        CALLERS.reset(token)
    with read(service.container.engine) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
