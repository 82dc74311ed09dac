"""A commit that fails, one that the database wants again, and one whose answer is lost."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from escalation.clock import VirtualClock
from escalation.errors import Busy
from escalation.routing.vocabulary import Awaiting, Severity, Side
from escalation.services import keys
from escalation.services.desk import Desk
from escalation.services.jobs import Answer
from escalation.services.keys import KeyRole
from escalation.services.trying import TRIES
from escalation.store import access, journal, models
from escalation.store.transaction import read
from escalation.workflow.commands import (
    Acknowledge,
    Close,
    Dispute,
    Do,
    Edit,
    Escalate,
    Hold,
    Inform,
    Link,
    Note,
    Reassign,
    Reclassify,
    Reopen,
    ReportUp,
    Resolve,
    Resume,
    Skip,
    Withdraw,
)
from tests.builders import CLERK, ask, ask_all, complaint, job, keyed, shown
from tests.crash.invariants import broken
from tests.fakes import MONDAY
from tests.services.faults import Said, at_commit

LOST = Said()
DEADLOCK, SERIALIZATION_FAILURE, BUSY_FILE = "40P01", "40001", 5
RETRIED = (Said(sqlstate=DEADLOCK), Said(sqlstate=SERIALIZATION_FAILURE), Said(sqlite=BUSY_FILE))


def count(desk: Desk, table: Any) -> int:
    with read(desk.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_a_batch_that_the_database_wants_again_is_done_again_as_a_whole(desk: Desk) -> None:
    for number, error in enumerate(RETRIED, start=1):
        issue = ask(desk, complaint())
        act = job(desk, Acknowledge(), issue["id"])
        with at_commit(desk.engine, error, times=2) as failed:
            outcomes = ask_all(desk, [job(desk, complaint()), act, job(desk, complaint())])
        assert [out for out in outcomes if not isinstance(out, Answer)] == []
        assert len(failed) == 2
        assert count(desk, models.issue) == 3 * number
    assert broken(desk.engine) == []


def test_many_batches_done_again_never_run_out_of_their_references(desk: Desk) -> None:
    for _ in range(4):
        jobs = [job(desk, complaint()) for _ in range(16)]
        with at_commit(desk.engine, Said(sqlstate=SERIALIZATION_FAILURE), times=2):
            outcomes = ask_all(desk, jobs)
        assert [out for out in outcomes if not isinstance(out, Answer)] == []
    with read(desk.engine) as connection:
        numbers = [int(r[-6:]) for r in connection.scalars(select(models.issue.c.reference))]
        reserved = connection.scalar(select(models.reference_block.c.next))
    assert len(set(numbers)) == 64
    assert reserved is not None
    assert max(numbers) < reserved, "a number was given that another process may be given too"


def test_a_commit_that_fails_is_an_error_to_everybody_who_waits(desk: Desk) -> None:
    with at_commit(desk.engine, Said(sqlstate="53100"), times=100):  # the disk is full
        outcomes = ask_all(desk, [job(desk, complaint()) for _ in range(5)])
    assert all(isinstance(out, Busy) for out in outcomes)
    assert count(desk, models.issue) == 0
    assert ask(desk, complaint())["status"] == "open"
    assert broken(desk.engine) == []


def test_a_database_that_never_takes_it_is_given_up_with_the_time_to_try_again(desk: Desk) -> None:
    with at_commit(desk.engine, Said(sqlstate=SERIALIZATION_FAILURE), times=1_000) as failed:
        (outcome,) = ask_all(desk, [job(desk, complaint())])
    assert isinstance(outcome, Busy)
    assert outcome.extra["retry_after"] > 0
    assert len(failed) == TRIES


def test_references_that_cannot_be_reserved_now_are_an_error_and_not_the_end(desk: Desk) -> None:
    with at_commit(desk.engine, Said(sqlstate="53100"), times=9, of="INSERT INTO reference_block"):
        outcomes = ask_all(desk, [job(desk, complaint()), job(desk, complaint())])
    assert all(isinstance(out, Busy) for out in outcomes)
    assert desk.alive
    with at_commit(
        desk.engine, Said(sqlstate=SERIALIZATION_FAILURE), of="INSERT INTO reference_block"
    ):
        assert ask(desk, complaint())["status"] == "open"


def test_an_issue_whose_commit_answered_into_the_void_is_logged_once(desk: Desk) -> None:
    with at_commit(desk.engine, LOST, keeps=True) as lost:
        issue = ask(desk, complaint(external_refs=({"system": "jira", "id": "PAY-1"},)))
    assert lost == [1]
    assert (issue["status"], issue["version"]) == ("open", 1)
    assert count(desk, models.issue) == 1
    assert broken(desk.engine) == []


OUTCOME = {"summary": "Paid"}
ACTS: dict[str, tuple[list[Do], Do]] = {
    "acknowledge": ([], Acknowledge()),
    "inform": ([], Inform(text="Soon.")),
    "note": ([], Note(text="Rang.")),
    "hold": ([], Hold(reason="w", until=MONDAY + timedelta(days=2), awaiting=Awaiting.RAISER)),
    "resume": (
        [Hold(reason="w", until=MONDAY + timedelta(days=2), awaiting=Awaiting.RAISER)],
        Resume(),
    ),
    "escalate": ([], Escalate(reason="up")),
    "skip to a forum": ([], Skip(reason="up", to="business_manager_forum")),
    "report up": ([], ReportUp()),
    "reassign": ([], Reassign(seat=Side.PROVIDER, person="thi-lan-pham")),
    "reclassify": ([], Reclassify(reason="r", changes={"severity": Severity.HIGH})),
    "edit": ([], Edit(changes={"title": "Other words"})),
    "resolve": ([], Resolve(reason="r", outcome=OUTCOME)),
    "dispute": ([Resolve(reason="r", outcome=OUTCOME)], Dispute(grounds="No.")),
    "reopen": ([Resolve(reason="r", outcome=OUTCOME), Close()], Reopen(reason="r")),
    "withdraw": ([], Withdraw(reason="r")),
    "close": ([Resolve(reason="r", outcome=OUTCOME)], Close()),
}


def test_an_act_whose_commit_answered_into_the_void_is_done_once_and_answered(
    desk: Desk,
) -> None:
    for before, act in ACTS.values():
        _lose_the_answer_to(desk, before, act)
    assert broken(desk.engine) == []


def _lose_the_answer_to(desk: Desk, before: list[Do], act: Do) -> None:
    issue = ask(desk, complaint())
    for earlier in before:
        issue = ask(desk, earlier, issue["id"])
    events = count(desk, models.event)
    command = job(desk, act, issue["id"], if_match=issue["version"])
    with at_commit(desk.engine, LOST, keeps=True) as lost:
        answer = desk.submit(command).result(60)
    assert lost == [1]
    assert answer.status == 200
    done = count(desk, models.event) - events
    stems = {command.stem}
    with read(desk.engine) as connection:
        made = [e for e in connection.scalars(select(models.event.c.id)) if e[4:30] in stems]
    assert len(made) == done > 0
    assert shown(answer)["version"] == issue["version"] + (not isinstance(act, Note | Inform))


def test_a_link_whose_commit_answered_into_the_void_is_tied_once(desk: Desk) -> None:
    first, second = ask(desk, complaint()), ask(desk, complaint())
    link = Link(issue="", reference="", as_="related")
    with at_commit(desk.engine, LOST, keeps=True):
        ask(desk, link, first["id"], other=second["reference"])
    assert count(desk, models.issue_link) == 1
    assert broken(desk.engine) == []


def test_a_lost_answer_in_a_batch_is_found_again_for_each_command_of_it(desk: Desk) -> None:
    issue = ask(desk, complaint())
    jobs = [
        job(desk, Acknowledge(), issue["id"]),
        job(desk, complaint(), **keyed("one")),
        job(desk, Acknowledge(), issue["id"]),
        job(desk, Inform(text="Soon."), issue["id"], **keyed("two")),
    ]
    with at_commit(desk.engine, LOST, keeps=True):
        outcomes = ask_all(desk, jobs)
    statuses = [out.status if isinstance(out, Answer) else None for out in outcomes]
    assert statuses == [200, 201, None, 200]
    assert not any(out.replayed for out in outcomes if isinstance(out, Answer))
    assert broken(desk.engine) == []


def test_a_lost_answer_and_then_a_poisoned_second_try_still_find_what_was_done(desk: Desk) -> None:
    issue = ask(desk, complaint())
    jobs = [job(desk, Acknowledge(), issue["id"]), job(desk, complaint())]
    with (
        at_commit(desk.engine, LOST, keeps=True),
        at_commit(desk.engine, Said(sqlstate="22000"), of="SELECT event.id, event.aggregate"),
    ):
        outcomes = ask_all(desk, jobs)
    assert [out for out in outcomes if not isinstance(out, Answer)] == []
    assert count(desk, models.issue) == 2
    assert broken(desk.engine) == []


def test_a_sweep_whose_commit_answered_into_the_void_fires_nothing_twice(
    desk: Desk, clock: VirtualClock
) -> None:
    for _ in range(5):
        ask(desk, complaint())
    clock.advance(timedelta(days=3))
    with at_commit(desk.engine, LOST, keeps=True), pytest.raises(Busy):
        desk.sweep().result(60)
    fired = count(desk, models.clock_step)
    assert fired >= 5
    desk.sweep().result(60)
    assert count(desk, models.clock_step) == fired
    assert broken(desk.engine) == []


def test_a_key_whose_commit_answered_into_the_void_is_made_once(desk: Desk) -> None:
    with at_commit(desk.engine, LOST, keeps=True):
        made = keys.create(desk, name="tool", role=KeyRole.OPERATOR, actor=CLERK)
    with at_commit(desk.engine, LOST, keeps=True):
        keys.revoke(desk, made.stored.id, actor=CLERK)
    with read(desk.engine) as connection:
        assert [key.id for key in access.keys(connection)] == [made.stored.id]
        assert len(journal.entries(connection, "keys")) == 2
    assert broken(desk.engine) == []
