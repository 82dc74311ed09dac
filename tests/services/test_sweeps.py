"""The engine's own work at the desk: what is due fires, what is broken stops nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from escalation.clock import VirtualClock
from escalation.services import framework
from escalation.services.desk import POSTPONED, Desk
from escalation.store import models
from escalation.store.transaction import read, write
from escalation.workflow.commands import Note
from tests.builders import CLERK, CONFIG, DIRECTORY, PATIENCE, ask, complaint, desk_on
from tests.crash.invariants import broken
from tests.fakes import MONDAY

TARGET = MONDAY + timedelta(days=1, hours=7)


def spoil(desk: Desk, issue: str) -> None:
    """Let an issue name a ladder file that is not there: nothing can be decided on it."""
    with write(desk.engine) as connection:
        table = models.issue
        connection.execute(
            update(table).where(table.c.id == issue).values(publication="lost", ola="lost")
        )


def rungs(desk: Desk) -> dict[str, str]:
    with read(desk.engine) as connection:
        rows = connection.execute(select(models.issue.c.id, models.issue.c.rung))
        return {row.id: row.rung for row in rows}


def test_a_clock_that_cannot_be_decided_is_put_off_and_the_others_fire(
    desk: Desk, clock: VirtualClock
) -> None:
    views = [ask(desk, complaint()) for _ in range(5)]
    spoil(desk, views[2]["id"])
    clock.move_to(TARGET)
    with capture_logs() as logs:
        assert desk.sweep().result(PATIENCE) > 0
    climbed = {issue for issue, rung in rungs(desk).items() if rung == "function_director"}
    assert climbed == {view["id"] for view in views} - {views[2]["id"]}
    assert {log["issue"] for log in logs if log["event"] == "clock_postponed"} == {views[2]["id"]}
    assert desk.sweep().result(PATIENCE) == 0
    clock.advance(POSTPONED)
    assert desk.sweep().result(PATIENCE) > 0, "it is looked at again"
    assert broken(desk.engine) == []


def test_a_hint_that_is_too_early_is_put_right_and_fires_nothing(
    desk: Desk, clock: VirtualClock
) -> None:
    issue = ask(desk, complaint())
    with write(desk.engine) as connection:
        table = models.clock
        wrong = update(table).where(table.c.kind == "rung").values(next_at=MONDAY, step="end")
        connection.execute(wrong)
    clock.advance(timedelta(minutes=5))
    assert desk.sweep().result(PATIENCE) == 1
    assert desk.sweep().result(PATIENCE) == 0
    now = ask(desk, Note(text="still here"), issue["id"])
    assert (now["rung"]["id"], now["clocks"]) == (
        "service_manager",
        [{**c, "remaining_seconds": c["remaining_seconds"] - 300} for c in issue["clocks"]],
    )
    assert broken(desk.engine) == []


@pytest.mark.postgres
def test_a_clock_whose_issue_somebody_holds_is_left_to_them(furnished_postgres_url: str) -> None:
    clock = VirtualClock(MONDAY)
    with desk_on(furnished_postgres_url, clock) as desk:
        held, free = ask(desk, complaint()), ask(desk, complaint())
        clock.move_to(TARGET)
        with write(desk.engine) as connection:
            table = models.issue
            connection.execute(select(table).where(table.c.id == held["id"]).with_for_update())
            desk.sweep().result(PATIENCE)
            then = rungs(desk)
        assert (then[held["id"]], then[free["id"]]) == ("service_manager", "function_director")
        desk.sweep().result(PATIENCE)
        assert rungs(desk)[held["id"]] == "function_director"


def test_an_issue_whose_seats_cannot_be_resolved_stops_nobody_and_is_said(desk: Desk) -> None:
    views = [ask(desk, complaint()) for _ in range(3)]
    spoil(desk, views[0]["id"])
    text = (CONFIG / DIRECTORY).read_text().replace("Priya Nair", "Priya N. Nair")
    framework.apply_directory(desk, text, DIRECTORY, actor=CLERK)
    with capture_logs() as logs:
        assert desk.reseat().result(PATIENCE) == 2
        assert desk.reseat().result(PATIENCE) == 0, "nothing is left that could be done"
    said = {log["issue"] for log in logs if log["event"] == "seats_not_resolved"}
    assert said == {views[0]["id"]}
    assert broken(desk.engine) == []


def test_those_that_cannot_be_decided_keep_nobody_from_a_turn_though_they_come_first(
    desk: Desk, clock: VirtualClock
) -> None:
    views = [ask(desk, complaint()) for _ in range(12)]
    spoilt = {view["id"] for view in views[:6]}
    for issue in spoilt:
        spoil(desk, issue)
    clock.move_to(TARGET)
    for _ in range(60):
        if desk.sweep(3).result(PATIENCE) == 0:
            break
    climbed = {issue for issue, rung in rungs(desk).items() if rung == "function_director"}
    assert climbed == {view["id"] for view in views} - spoilt
    assert desk.sweep(3).result(PATIENCE) == 0
