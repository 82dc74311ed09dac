"""Seats at the desk: terms that begin and end, several of one seat, and no query for any of it."""

import json
from collections import Counter
from concurrent.futures import Future, wait
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from escalation.clock import VirtualClock
from escalation.routing.directory import Directory
from escalation.routing.vocabulary import Side
from escalation.services import framework
from escalation.services.batch import SLICE
from escalation.services.desk import Desk
from escalation.services.jobs import Answer
from escalation.store import models
from escalation.store.transaction import read
from escalation.workflow.commands import Acknowledge, Escalate, Recuse, Resolve
from tests.builders import CLERK, CONFIG, DIRECTORY, ask, ask_all, complaint, desk_on, job, shown
from tests.crash.invariants import broken
from tests.fakes import MONDAY, virtual_clock

PATIENCE = 60
BEGINS = datetime.fromisoformat("2026-03-10T00:00:00+10:00")
ENDS = datetime.fromisoformat("2026-03-13T00:00:00+10:00")
MANAGER = {"role": "service_manager", "party": "meridian", "function": "finance"}
THREE = ["thi-lan-pham", "sione-tuilagi", "ayumi-sakamoto"]


def amended(**parts: dict[str, Any]) -> str:
    """The example directory with more entries, as a file (JSON is YAML)."""
    document = Directory.read((CONFIG / DIRECTORY).read_bytes(), DIRECTORY).document()
    for part, entries in parts.items():
        document.setdefault(part, {}).update(entries)
    return json.dumps(document)


def apply(desk: Desk, text: str) -> None:
    framework.apply_directory(desk, text, DIRECTORY, actor=CLERK)


def on_leave() -> str:
    term = {"from": "2026-03-10", "until": "2026-03-12"}
    acting = {"act-x": {"person": "rajiv-chandra", "for": "app-meridian-102", **term}}
    return amended(acting_appointments=acting)


def shared(pick: str) -> str:
    more = {f"app-more-{n}": {"person": who, **MANAGER} for n, who in enumerate(THREE[1:])}
    return amended(appointments=more, shared_seats={"money": {**MANAGER, "pick": pick}})


def holder(view: dict[str, Any], side: str = "provider") -> str:
    held: str = view["rung"]["seats"][side]["holder"]["id"]
    return held


def told(desk: Desk, kind: str) -> list[str]:
    table = models.event
    with read(desk.engine) as connection:
        return list(
            connection.scalars(select(table.c.aggregate).where(table.c.type == f"issue.{kind}"))
        )


def queries(desk: Desk) -> list[str]:
    """Grows with everything that a batch reads: blocks of reference numbers are drawn beside it."""
    seen: list[str] = []

    @event.listens_for(desk.engine, "before_cursor_execute")
    def note(*told: Any) -> None:
        if told[2].startswith("SELECT") and "reference_block" not in told[2]:
            seen.append(told[2])

    return seen


# -- terms that begin and end ---------------------------------------------------------------------


def test_only_the_issues_that_a_term_concerns_are_looked_at_and_told_once(
    desk: Desk, clock: VirtualClock
) -> None:
    apply(desk, on_leave())
    concerned = [ask(desk, complaint(function="finance")) for _ in range(3)]
    other = ask(desk, complaint(function="finance"))
    ask(desk, Escalate(reason="to the directors"), other["id"])
    while desk.reseat().result(PATIENCE):
        pass
    assert [holder(view) for view in concerned] == ["thi-lan-pham"] * 3
    clock.move_to(BEGINS - timedelta(seconds=1))
    assert desk.reseat().result(PATIENCE) == 0
    clock.move_to(BEGINS)
    assert desk.reseat().result(PATIENCE) == 3
    assert desk.reseat().result(PATIENCE) == 0
    assert sorted(told(desk, "holder_changed")) == sorted(view["id"] for view in concerned)
    assert other["id"] not in told(desk, "holder_changed")
    clock.move_to(ENDS + timedelta(days=2))
    assert desk.reseat().result(PATIENCE) == 3, "late is not never"
    assert len(told(desk, "holder_changed")) == 6
    assert broken(desk.engine) == []


def test_a_term_that_begins_is_told_once_whoever_of_two_engines_looks(furnished_url: str) -> None:
    if furnished_url.startswith("sqlite"):
        pytest.skip("one process owns an SQLite database")
    clock = VirtualClock(MONDAY)
    with desk_on(furnished_url, clock) as here, desk_on(furnished_url, clock) as there:
        apply(here, on_leave())
        made = [ask(here, complaint(function="finance"))["id"] for _ in range(8)]
        while here.reseat().result(PATIENCE):
            pass
        clock.move_to(BEGINS)
        both = [desk.reseat() for _ in range(4) for desk in (here, there)]
        for each in both:
            each.result(PATIENCE)
        assert sorted(told(here, "holder_changed")) == sorted(made)
        assert broken(here.engine) == []


def test_what_was_logged_before_a_term_and_committed_after_it_is_not_missed(
    desk: Desk, clock: VirtualClock
) -> None:
    apply(desk, on_leave())
    clock.move_to(BEGINS - timedelta(seconds=1))
    view = ask(desk, complaint(function="finance"))
    clock.move_to(BEGINS + timedelta(hours=1))
    assert desk.reseat().result(PATIENCE) == 1
    assert told(desk, "holder_changed") == [view["id"]]


# -- several of one seat --------------------------------------------------------------------------


def test_round_robin_goes_on_from_batch_to_batch_and_from_process_to_process(
    furnished_url: str,
) -> None:
    picked: list[str] = []
    for _ in range(2):
        with desk_on(furnished_url, virtual_clock()) as desk:
            apply(desk, shared("round_robin"))
            picked += [holder(ask(desk, complaint(function="finance"))) for _ in range(2)]
            jobs = [job(desk, complaint(function="finance")) for _ in range(3)]
            picked += [holder(shown(found)) for found in ask_all(desk, jobs)]  # type: ignore[arg-type] # none fails
    order = picked[:3]
    assert sorted(order) == sorted(THREE)
    assert picked == (order * 4)[:10]


@pytest.mark.parametrize("pick", ["round_robin", "least_open"])
def test_two_processes_at_one_moment_never_give_the_same_person_two_turns(
    furnished_postgres_url: str, pick: str
) -> None:
    with desk_on(furnished_postgres_url) as here, desk_on(furnished_postgres_url) as there:
        apply(here, shared(pick))
        assert holder(ask(here, complaint(function="finance"))) == THREE[0]
        others: list[Future[Answer]] = []

        @event.listens_for(here.engine, "after_cursor_execute")
        def meanwhile(*told: Any) -> None:
            """Once its turn is known and before it is written, the other process asks too."""
            if "seat_turn" in told[2] and not others:
                others.append(there.submit(job(there, complaint(function="finance"))))
                wait(others, timeout=1)

        first = holder(ask(here, complaint(function="finance")))
        second = holder(shown(others[0].result(PATIENCE)))
        assert [first, second] == THREE[1:]


@pytest.mark.parametrize("pick", ["round_robin", "least_open"])
def test_two_processes_share_out_exactly(furnished_postgres_url: str, pick: str) -> None:
    with desk_on(furnished_postgres_url) as here, desk_on(furnished_postgres_url) as there:
        apply(here, shared(pick))
        asked = [
            desk.submit(job(desk, complaint(function="finance")))
            for _ in range(15)
            for desk in (here, there)
        ]
        held = Counter(holder(shown(each.result(PATIENCE))) for each in asked)
        assert held == dict.fromkeys(THREE, 10)
        assert broken(here.engine) == []


def test_least_open_shares_out_by_what_each_holds(desk: Desk) -> None:
    apply(desk, shared("least_open"))
    jobs = [job(desk, complaint(function="finance")) for _ in range(9)]
    views = [shown(found) for found in ask_all(desk, jobs)]  # type: ignore[arg-type] # none fails
    assert Counter(holder(view) for view in views) == dict.fromkeys(THREE, 3)
    free = views[4]
    outcome = {"summary": "Paid", "reasons": "owed"}
    ask(desk, Acknowledge(), free["id"])
    ask(desk, Resolve(outcome=outcome), free["id"])
    assert holder(ask(desk, complaint(function="finance"))) == holder(free)
    assert broken(desk.engine) == []


def test_least_open_counts_what_a_long_batch_did_before_it_once(desk: Desk) -> None:
    apply(desk, shared("least_open"))
    jobs = [job(desk, complaint(function="finance")) for _ in range(SLICE + 2)]
    views = [shown(found) for found in ask_all(desk, jobs)]  # type: ignore[arg-type] # none fails
    leave = [view["id"] for view in views if holder(view) == THREE[0]][:10]
    stay = [view["id"] for view in views if view["id"] not in leave]
    jobs = [job(desk, Escalate(reason="on"), name) for name in leave]
    jobs += [job(desk, Acknowledge(), name) for name in stay]
    more = [job(desk, complaint(function="finance")) for _ in range(13)]
    last = ask_all(desk, jobs + more)[len(jobs) :]
    taken = Counter(holder(shown(found)) for found in last)  # type: ignore[arg-type] # none fails
    assert taken == {THREE[0]: 11, THREE[1]: 1, THREE[2]: 1}


def test_who_was_picked_keeps_the_issue_when_the_directory_changes(desk: Desk) -> None:
    apply(desk, shared("round_robin"))
    views = [ask(desk, complaint(function="finance")) for _ in range(4)]
    apply(desk, shared("least_open"))
    while desk.reseat().result(PATIENCE):
        pass
    assert told(desk, "holder_changed") == []
    recused = ask(desk, Recuse(seat=Side.PROVIDER), views[0]["id"])
    assert holder(recused) in set(THREE) - {holder(views[0])}


# -- no query -------------------------------------------------------------------------------------


@pytest.mark.parametrize("pick", [None, "round_robin", "least_open"])
def test_no_query_is_issued_for_a_seat(desk: Desk, pick: str | None) -> None:
    if pick is not None:
        apply(desk, shared(pick))
    issues = [ask(desk, complaint(function="finance"))["id"] for _ in range(30)]
    seen = queries(desk)
    counted = []
    for size in (2, 28):
        jobs = [job(desk, Escalate(reason="on"), issues.pop()) for _ in range(size)]
        jobs += [job(desk, complaint(function="finance")) for _ in range(size)]
        before = len(seen)
        ask_all(desk, jobs)
        counted.append(len(seen) - before)
    assert counted[0] == counted[1], "a batch of 56 reads as often as one of 4"
