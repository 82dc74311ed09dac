"""Ties that cross: in one batch, and between two processes at the same moment."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, event

from escalation.errors import Refused
from escalation.routing.vocabulary import Awaiting
from escalation.services.desk import Desk
from escalation.services.jobs import Answer, Job
from escalation.workflow.commands import Acknowledge, Hold, Link, Note, Resolve
from tests.builders import PATIENCE, ask, ask_all, complaint, desk_on, gathered, job
from tests.crash.invariants import broken

DEPENDS = Link(issue="", reference="", as_="depends_on")
OUTCOME = {"summary": "Paid", "reasons": "It was owed"}


def depends(desk: Desk, one: dict[str, Any], other: dict[str, Any]) -> Job:
    """``one`` depends on ``other``."""
    return job(desk, DEPENDS, one["id"], other=other["id"])


def logged(desk: Desk, count: int) -> list[dict[str, Any]]:
    return [ask(desk, complaint()) for _ in range(count)]


def acts_of(desk: Desk, issue: dict[str, Any], kind: str) -> int:
    """How often something stands on an issue's timeline."""
    with desk.engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT aggregate, type FROM event").all()
    return sum((row[0], row[1]) == (issue["id"], f"issue.{kind}") for row in told)


def test_a_circle_made_by_several_links_of_one_batch_is_refused(desk: Desk) -> None:
    one, two, three = logged(desk, 3)
    links = [depends(desk, one, two), depends(desk, two, three), depends(desk, three, one)]
    *made, last = ask_all(desk, links)
    assert all(isinstance(each, Answer) for each in made)
    assert isinstance(last, Refused)
    assert last.code == "dependency_cycle"
    assert "by way of others" in last.detail
    assert broken(desk.engine) == []


def test_a_circle_closed_by_a_batch_on_top_of_older_links_is_refused(desk: Desk) -> None:
    one, two, three, four = logged(desk, 4)
    ask(desk, DEPENDS, one["id"], other=two["id"])
    ask(desk, DEPENDS, two["id"], other=three["id"])
    *made, last = ask_all(desk, [depends(desk, three, four), depends(desk, four, one)])
    assert isinstance(made[0], Answer)
    assert isinstance(last, Refused)
    assert last.code == "dependency_cycle"


@contextmanager
def at_once(desks: Sequence[Desk]) -> Iterator[None]:
    """Each desk has taken the rows that its commands name before any of them asks for more."""
    barrier = Barrier(len(desks))

    def wait(desk: Desk) -> None:
        waited: list[bool] = []

        @event.listens_for(desk.engine, "after_cursor_execute")
        def taken(_k: Connection, _c: object, statement: str, *_: object) -> None:
            if "FOR UPDATE" in statement and not waited:
                waited.append(True)
                barrier.wait(PATIENCE)

    for desk in desks:
        wait(desk)
    yield


@pytest.fixture
def two(furnished_postgres_url: str) -> Iterator[tuple[Desk, Desk]]:
    with desk_on(furnished_postgres_url) as here, desk_on(furnished_postgres_url) as there:
        yield here, there


def test_of_two_links_that_close_one_circle_at_the_same_moment_one_is_refused(
    two: tuple[Desk, Desk],
) -> None:
    here, there = two
    one, other, third, fourth = logged(here, 4)
    ask(here, DEPENDS, one["id"], other=other["id"])
    ask(here, DEPENDS, third["id"], other=fourth["id"])
    with at_once(two):
        futures = [
            here.submit(depends(here, other, third)),
            there.submit(depends(there, fourth, one)),
        ]
        errors = [future.exception(PATIENCE) for future in futures]
    [refused] = [error for error in errors if error is not None]
    assert isinstance(refused, Refused)
    assert refused.code == "dependency_cycle"
    assert broken(here.engine) == []


def waiting_for(desk: Desk, upstream: dict[str, Any]) -> dict[str, Any]:
    """An issue on hold for another."""
    issue = ask(desk, complaint())
    ask(desk, Acknowledge(), issue["id"])
    ask(desk, DEPENDS, issue["id"], other=upstream["id"])
    until = desk.clock.now() + timedelta(days=2)
    wait = Hold(until=until, awaiting=Awaiting.DEPENDENCY, reason="upstream")
    return ask(desk, wait, issue["id"], other=upstream["id"])


def test_settlements_that_cross_between_processes_both_come_and_lose_nothing(
    two: tuple[Desk, Desk],
) -> None:
    """Each holds the issue that the other one's consequence touches."""
    here, there = two
    mine, theirs = logged(here, 2)
    waits_for_mine, waits_for_theirs = waiting_for(here, mine), waiting_for(here, theirs)
    with at_once(two):
        with gathered(here), gathered(there):
            futures = [
                here.submit(job(here, Note(text="here"), waits_for_theirs["id"])),
                here.submit(job(here, Resolve(outcome=OUTCOME), mine["id"])),
                there.submit(job(there, Note(text="there"), waits_for_mine["id"])),
                there.submit(job(there, Resolve(outcome=OUTCOME), theirs["id"])),
            ]
        assert [future.exception(PATIENCE) for future in futures] == [None] * 4
    for settled, waited in ((mine, waits_for_mine), (theirs, waits_for_theirs)):
        assert acts_of(here, settled, "resolved") == 1
        told = ("noted", "upstream_settled", "resumed")
        assert [acts_of(here, waited, kind) for kind in told] == [1, 1, 1]
        assert ask(there, Note(text="after"), waited["id"])["status"] == "in_progress"
    assert broken(here.engine) == []
