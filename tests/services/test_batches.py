"""A batch of one and of many, several commands on one issue, and a command that must not hurt."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from escalation.clock import VirtualClock
from escalation.errors import Invalid, Refused
from escalation.routing.vocabulary import Awaiting, Channel
from escalation.services.batch import SLICE
from escalation.services.desk import PEOPLE_AT_ONCE, Desk
from escalation.services.jobs import Answer, Job
from escalation.store import models
from escalation.store.transaction import read
from escalation.workflow.commands import (
    Acknowledge,
    Dispute,
    Do,
    Edit,
    Escalate,
    Hold,
    Inform,
    Note,
    Reclassify,
    Resolve,
    Resume,
)
from tests.builders import ask, ask_all, complaint, desk_on, gathered, job, shown
from tests.crash.invariants import broken
from tests.fakes import MONDAY


def commits(desk: Desk) -> list[int]:
    """Grows with every transaction that writes and commits."""
    seen: list[int] = []

    @event.listens_for(desk.engine, "commit")
    def count(_: object) -> None:
        seen.append(1)

    return seen


def timeline(desk: Desk, issue: str) -> list[str]:
    table = models.event
    query = select(table.c.type).where(table.c.aggregate == issue).order_by(table.c.number)
    with read(desk.engine) as connection:
        return list(connection.scalars(query))


def logs(desk: Desk, count: int) -> list[Job]:
    return [job(desk, complaint(title=f"Number {n}")) for n in range(count)]


def shown_of(outcome: Answer | BaseException) -> dict[str, Any]:
    assert isinstance(outcome, Answer)
    return shown(outcome)


def test_one_command_is_decided_committed_and_answered(desk: Desk) -> None:
    answer = desk.submit(job(desk, complaint())).result(60)
    issue = shown(answer)
    assert (answer.status, issue["status"], issue["version"]) == (201, "open", 1)
    assert answer.headers == {"ETag": '"1"', "Location": f"/v1/issues/{issue['id']}"}
    assert timeline(desk, issue["id"]) == ["issue.logged"]
    assert broken(desk.engine) == []


def test_many_commands_share_one_commit_and_each_gets_its_own_answer(desk: Desk) -> None:
    ask(desk, complaint())  # the first block of references is reserved
    desk.references.reserve(desk.engine, [job(desk, complaint()) for _ in range(100)], MONDAY)
    seen = commits(desk)
    answers = ask_all(desk, [job(desk, complaint(title=f"Number {n}")) for n in range(100)])
    assert all(isinstance(answer, Answer) for answer in answers)
    titles = [shown(answer)["title"] for answer in answers if isinstance(answer, Answer)]
    assert titles == [f"Number {n}" for n in range(100)]
    assert len(seen) == 1
    assert broken(desk.engine) == []


def test_commands_on_one_issue_in_one_batch_each_see_what_the_one_before_left(desk: Desk) -> None:
    issue = ask(desk, complaint())
    later = MONDAY + timedelta(days=3)
    acts: list[Do] = [
        Acknowledge(),
        Note(text="Called the bank."),
        Edit(changes={"themes": ("pay",)}),
        Hold(reason="waits", until=later, awaiting=Awaiting.RAISER),
        Resume(),
        Reclassify(reason="worse", changes={"severity": "high"}),
        Escalate(reason="too slow"),
        Resolve(reason="paid", outcome={"summary": "Paid"}),
        Dispute(reason="not enough", grounds="not enough"),
    ]
    answers = ask_all(desk, [job(desk, act, issue["id"]) for act in acts])
    assert [a for a in answers if not isinstance(a, Answer)] == []
    statuses = [shown(a)["status"] for a in answers if isinstance(a, Answer)]
    assert statuses == [
        "in_progress", "in_progress", "in_progress", "on_hold", "in_progress", "in_progress",
        "open", "resolved", "tabled",
    ]  # fmt: skip
    assert broken(desk.engine) == []


def test_an_issue_logged_and_acted_on_in_one_batch_by_two_callers_is_whole(desk: Desk) -> None:
    first = job(desk, complaint())
    acts = [job(desk, act, f"iss_{first.stem}") for act in (Acknowledge(), Escalate(reason="up"))]
    # The id is known before the first try, so another command may name it already.
    answers = ask_all(desk, [first])
    answers += ask_all(desk, acts)
    assert [shown(a)["rung"]["id"] for a in answers if isinstance(a, Answer)] == [
        "service_manager", "service_manager", "function_director",
    ]  # fmt: skip
    assert broken(desk.engine) == []


def test_an_issue_acted_on_at_both_ends_of_a_long_batch_is_whole(desk: Desk) -> None:
    issues = [shown_of(each)["id"] for each in ask_all(desk, logs(desk, SLICE + 10))]
    acts = [job(desk, Acknowledge(), issue) for issue in issues]
    acts += [job(desk, Escalate(reason="up"), issue) for issue in issues[:10]]
    acts += [job(desk, Note(text="still"), issues[0]), job(desk, Resume(), issues[0])]
    outcomes = ask_all(desk, acts)
    assert [n for n, out in enumerate(outcomes) if not isinstance(out, Answer)] == [len(acts) - 1]
    whole = ["issue.logged", "issue.acknowledged", "issue.escalated", "issue.noted"]
    assert timeline(desk, issues[0]) == whole
    assert timeline(desk, issues[9]) == whole[:3]
    assert broken(desk.engine) == []


def test_what_few_of_many_commands_change_is_kept_beside_what_all_change(desk: Desk) -> None:
    issues = [shown_of(each)["id"] for each in ask_all(desk, logs(desk, PEOPLE_AT_ONCE))]
    resolve = Resolve(reason="paid", outcome={"summary": "Paid"})
    few = {issues[0], issues[SLICE // 2], issues[-1]}
    acts = [job(desk, resolve if each in few else Acknowledge(), each) for each in issues]
    told = [shown_of(each) for each in ask_all(desk, acts)]
    with read(desk.engine) as connection:
        table = models.issue
        rows = connection.execute(select(table.c.id, table.c.status, table.c.resolved_at)).all()
    assert {row.id: row.status for row in rows} == {view["id"]: view["status"] for view in told}
    assert {row.id for row in rows if row.resolved_at is not None} == few
    assert broken(desk.engine) == []


def test_a_refused_command_leaves_no_trace_and_the_others_commit(desk: Desk) -> None:
    issue = ask(desk, complaint())
    acts = [Acknowledge(), Acknowledge(), Note(text="after")]
    first, refused, last = ask_all(desk, [job(desk, act, issue["id"]) for act in acts])
    assert isinstance(refused, Refused)
    assert isinstance(first, Answer)
    assert isinstance(last, Answer)
    types = ["issue.logged", "issue.acknowledged", "issue.noted"]
    assert timeline(desk, issue["id"]) == types
    assert broken(desk.engine) == []


POISON: tuple[dict[str, Any], ...] = (
    {"title": "half a letter \ud800, which no encoding has"},
    {"raiser": {"type": "staff", "name": object()}},
    {"raiser": {"type": "staff", "age": 1j}},
)


def test_a_command_that_no_database_takes_hurts_nobody_else(desk: Desk) -> None:
    for poison in POISON:
        jobs = [job(desk, complaint(title=f"Number {n}")) for n in range(21)]
        jobs[13] = job(desk, complaint(**poison))
        outcomes = ask_all(desk, jobs)
        assert [n for n, out in enumerate(outcomes) if not isinstance(out, Answer)] == [13]
    with read(desk.engine) as connection:
        titles = list(connection.scalars(select(models.issue.c.title)))
    assert sorted(titles) == sorted(f"Number {n}" for n in range(21) if n != 13 for _ in POISON)
    assert broken(desk.engine) == []
    assert ask(desk, complaint())["status"] == "open"


@pytest.mark.postgres
@pytest.mark.parametrize("place", [5, SLICE + 5])
def test_what_the_server_refuses_while_the_next_are_decided_hurts_nobody_else(
    furnished_postgres_url: str, place: int
) -> None:
    with desk_on(furnished_postgres_url) as desk:
        jobs = logs(desk, PEOPLE_AT_ONCE)
        poison = {"type": "staff", "name": "no text of PostgreSQL has \0"}
        jobs[place] = job(desk, complaint(raiser=poison))
        outcomes = ask_all(desk, jobs)
        assert [n for n, out in enumerate(outcomes) if not isinstance(out, Answer)] == [place]
        with read(desk.engine) as connection:
            count = connection.scalar(select(func.count()).select_from(models.issue))
        assert count == PEOPLE_AT_ONCE - 1
        assert broken(desk.engine) == []


def test_several_poisoned_commands_are_each_found(desk: Desk) -> None:
    jobs = [job(desk, complaint(title="bad \ud800" if n % 5 == 0 else "good")) for n in range(16)]
    outcomes = ask_all(desk, jobs)
    bad = [n for n, out in enumerate(outcomes) if not isinstance(out, Answer)]
    assert bad == [0, 5, 10, 15]
    assert broken(desk.engine) == []


def test_one_reference_given_twice_in_one_complaint_is_said_to_be_wrong(desk: Desk) -> None:
    ref = {"system": "jira", "id": "PAY-1"}
    with pytest.raises(Invalid) as refusal:
        ask(desk, complaint(external_refs=(ref, ref)))
    assert [fault.pointer for fault in refusal.value.errors] == ["/external_refs/1"]


def test_a_complaint_may_carry_very_many_references(desk: Desk) -> None:
    refs = tuple({"system": "jira", "id": f"PAY-{n}"} for n in range(1_500))
    assert len(ask(desk, complaint(external_refs=refs))["external_refs"]) == 1_500
    with pytest.raises(Refused):
        ask(desk, complaint(external_refs=refs[-1:]))


def test_an_issue_can_still_be_spoken_of_when_its_calendar_has_ended(
    desk: Desk, clock: VirtualClock
) -> None:
    issue = ask(desk, complaint())
    clock.move_to(MONDAY.replace(year=2036))
    said = ask(desk, Inform(text="We have not forgotten.", channel=Channel.PHONE), issue["id"])
    assert said["id"] == issue["id"]
    assert timeline(desk, issue["id"])[-1] == "issue.informed"
    assert timeline(desk, issue["id"]).count("issue.informed") == 1
    assert broken(desk.engine) == []


def test_commands_wait_for_the_end_of_a_turn_and_none_is_lost(desk: Desk) -> None:
    with gathered(desk):
        futures = [desk.submit(job(desk, complaint())) for _ in range(300)]
        assert desk.waiting == 300
    references = {shown(future.result(120))["reference"] for future in futures}
    assert len(references) == 300
