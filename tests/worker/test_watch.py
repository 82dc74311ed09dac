"""What an operator sees of an engine that does not do its work."""

from collections.abc import Callable
from datetime import timedelta

from structlog.testing import capture_logs

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.services import watch
from escalation.store import issues
from escalation.store.transaction import write
from escalation.worker.jobs import worker_of
from tests.builders import ask, at, complaint

Open = Callable[..., Container]
BOUND = timedelta(seconds=120)


def gauge(container: Container, name: str) -> float:
    lines = watch.metrics(container.desk, BOUND).decode().splitlines()
    [found] = [line.rsplit(" ", 1)[1] for line in lines if line.startswith(f"escalation_{name} ")]
    return float(found)


def test_an_engine_with_nothing_due_shows_no_lag(furnished_url: str, open_on: Open) -> None:
    container = open_on(furnished_url)
    ask(container.desk, complaint())
    assert gauge(container, "clocks_due") == 0
    assert gauge(container, "clock_lag_seconds") == 0
    assert gauge(container, "outbox_events") > 0, "what was logged has not been fanned out"


def test_a_clock_that_should_have_fired_is_found_and_named(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    container = open_on(furnished_url)
    view = ask(container.desk, complaint())
    clock.move_to(at(view["next"]["at"]) + BOUND)
    assert watch.audit(container.desk, BOUND) == [], "it is late, and within its bound"
    clock.advance(timedelta(seconds=1))
    with capture_logs() as logs:
        late = watch.audit(container.desk, BOUND)
    assert [each.reference for each in late] == [view["reference"]]
    assert logs[0]["event"] == "clock_overdue"
    assert logs[0]["reference"] == view["reference"]
    assert gauge(container, "clocks_overdue") == 1
    assert gauge(container, "clock_lag_seconds") == BOUND.total_seconds() + 1


def test_a_clock_that_was_put_off_is_still_found(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    container = open_on(furnished_url)
    view = ask(container.desk, complaint())
    [rung] = [c for c in view["clocks"] if c["kind"] == "rung"]
    clock.move_to(at(rung["due_at"]) + BOUND * 2)
    worker_of(container).once()
    view = ask(container.desk, complaint())
    [rung] = [c for c in view["clocks"] if c["kind"] == "rung"]
    clock.move_to(at(rung["due_at"]) + BOUND * 2)
    with write(container.engine) as connection:
        issues.postpone(connection, [rung["id"]], clock.now() + timedelta(hours=1))
    assert rung["id"] in {each.clock_id for each in watch.audit(container.desk, BOUND)}


def test_once_the_worker_has_caught_up_nothing_is_overdue(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    container = open_on(furnished_url)
    view = ask(container.desk, complaint())
    clock.move_to(at(view["due_at"]) + timedelta(days=3))
    assert watch.audit(container.desk, BOUND) != []
    worker_of(container).once()
    assert watch.audit(container.desk, BOUND) == []
    assert gauge(container, "worker_silence_seconds") == 0
