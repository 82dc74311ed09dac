"""The same call twice: one effect, one answer, in one process or in two."""

import pytest
from sqlalchemy import func, select

from escalation.clock import VirtualClock
from escalation.errors import Invalid, NotFound, PreconditionFailed, Refused
from escalation.services.desk import Desk
from escalation.services.jobs import Answer
from escalation.store import models
from escalation.store.access import forget
from escalation.store.transaction import read, write
from escalation.workflow.commands import Acknowledge, Escalate, Note
from tests.builders import ask, ask_all, complaint, desk_on, gathered, job, keyed, shown
from tests.crash.invariants import broken
from tests.services.faults import Said, at_commit


def kept(desk: Desk) -> int:
    with read(desk.engine) as connection:
        return connection.scalar(select(func.count()).select_from(models.idempotency)) or 0


def issues(desk: Desk) -> int:
    with read(desk.engine) as connection:
        return connection.scalar(select(func.count()).select_from(models.issue)) or 0


def test_the_same_key_and_body_gets_the_very_bytes_of_the_first_answer(desk: Desk) -> None:
    first = desk.submit(job(desk, complaint(), **keyed("k"))).result(60)
    ask(desk, Acknowledge(), first.issue_id)  # it has moved on since
    again = desk.submit(job(desk, complaint(), **keyed("k"))).result(60)
    assert (again.status, again.body) == (first.status, first.body)
    assert (again.headers, again.replayed, first.replayed) == (first.headers, True, False)
    assert issues(desk) == 1


def test_the_same_key_with_another_body_is_refused_and_does_nothing(desk: Desk) -> None:
    ask(desk, complaint(), **keyed("k", "one body"))
    with pytest.raises(Invalid) as refusal:
        ask(desk, complaint(title="Other"), **keyed("k", "another body"))
    assert refusal.value.code == "idempotency_key_reused"
    assert issues(desk) == 1


def test_a_key_means_nothing_on_another_path(desk: Desk) -> None:
    issue = ask(desk, complaint(), **keyed("k"))
    path = f"/v1/issues/{issue['id']}/acts/acknowledge"
    ask(desk, Acknowledge(), issue["id"], **keyed("k", path=path))
    assert kept(desk) == 2


def test_twice_in_one_batch_is_done_once(desk: Desk) -> None:
    twice = [job(desk, complaint(), **keyed("k")) for _ in range(2)]
    first, second = ask_all(desk, twice)
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert (first.replayed, second.replayed) == (False, True)
    assert first.body == second.body
    assert issues(desk) == 1


def test_a_refusal_is_not_kept_and_the_key_may_be_used_again(desk: Desk) -> None:
    issue = ask(desk, complaint())
    path = f"/v1/issues/{issue['id']}/acts/acknowledge"
    act = keyed("k", path=path)
    with pytest.raises(PreconditionFailed):
        ask(desk, Acknowledge(), issue["id"], if_match=7, **act)
    assert kept(desk) == 0
    assert ask(desk, Acknowledge(), issue["id"], if_match=1, **act)["version"] == 2
    with pytest.raises(Refused):
        ask(desk, Acknowledge(), issue["id"], **keyed("other", path=path))
    with pytest.raises(NotFound):
        ask(desk, Acknowledge(), "SSI-2026-999999", **keyed("third", path=path))
    assert kept(desk) == 1


def test_a_replay_is_answered_before_the_version_is_looked_at(desk: Desk) -> None:
    issue = ask(desk, complaint())
    act = keyed("k", path=f"/v1/issues/{issue['id']}/acts/acknowledge")
    first = ask(desk, Acknowledge(), issue["id"], if_match=1, needs_match=True, **act)
    again = ask(desk, Acknowledge(), issue["id"], if_match=1, needs_match=True, **act)
    assert first == again
    without = job(desk, Acknowledge(), issue["id"], needs_match=True, **act)
    assert desk.submit(without).result(60).replayed


def test_a_write_that_failed_keeps_no_answer_and_can_be_tried_again(desk: Desk) -> None:
    with at_commit(desk.engine, Said(sqlstate="53100")):
        (failed,) = ask_all(desk, [job(desk, complaint(), **keyed("k"))])
    assert isinstance(failed, Exception)
    assert not desk.submit(job(desk, complaint(), **keyed("k"))).result(60).replayed
    assert (issues(desk), kept(desk)) == (1, 1)


def test_answers_that_were_kept_long_enough_are_forgotten(desk: Desk, clock: VirtualClock) -> None:
    ask(desk, complaint(), **keyed("k"))
    with write(desk.engine) as connection:
        assert forget(connection, clock.now(), 100) == 0
        assert forget(connection, clock.now().replace(year=2027), 100) == 1
    assert not desk.submit(job(desk, complaint(), **keyed("k"))).result(60).replayed


def test_a_key_is_known_to_another_process(furnished_url: str) -> None:
    with desk_on(furnished_url) as here:
        first = here.submit(job(here, complaint(), **keyed("k"))).result(60)
    with desk_on(furnished_url) as there:
        again = there.submit(job(there, complaint(), **keyed("k"))).result(60)
        assert (again.body, again.replayed) == (first.body, True)
        with pytest.raises(Invalid):
            ask(there, complaint(), **keyed("k", "another body"))


def test_one_key_in_two_processes_at_once_has_one_effect(furnished_url: str) -> None:
    with desk_on(furnished_url) as here, desk_on(furnished_url, owner=False) as there:
        ask(here, complaint())
        ask(there, complaint())
        for turn in range(10):
            with gathered(here), gathered(there):
                futures = [
                    desk.submit(job(desk, complaint(), **keyed(f"{turn}.{n}")))
                    for desk in (here, there)
                    for n in range(8)
                ]
            answers = [future.result(60) for future in futures]
            assert sum(answer.replayed for answer in answers) == 8
            for mine, theirs in zip(answers[:8], answers[8:], strict=True):
                assert mine.body == theirs.body
        assert issues(here) == 2 + 80
        assert broken(here.engine) == []


def test_acts_with_one_key_in_two_processes_at_once_happen_once(furnished_url: str) -> None:
    with desk_on(furnished_url) as here, desk_on(furnished_url, owner=False) as there:
        for turn in range(10):
            issue = ask(here, complaint())
            slot = keyed(f"{turn}", path=f"/v1/issues/{issue['id']}/acts/escalate")
            ask(there, Note(text="known there too"), issue["id"])
            with gathered(here), gathered(there):
                futures = [
                    desk.submit(job(desk, Escalate(reason="up"), issue["id"], if_match=1, **slot))
                    for desk in (here, there)
                ]
            rungs = {shown(future.result(60))["rung"]["id"] for future in futures}
            assert rungs == {"function_director"}
        assert broken(here.engine) == []
