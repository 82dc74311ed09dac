"""Two processes beside one another: who wins, who is told, and what each knows of the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from threading import Thread

import pytest
from sqlalchemy import Connection, event, select

from escalation.clock import SystemClock, VirtualClock
from escalation.errors import PreconditionFailed, Refused, Unauthenticated
from escalation.services import framework, keys
from escalation.services.callers import Caller, ShownKey
from escalation.services.desk import Desk
from escalation.services.directory import Change, change, merged
from escalation.services.jobs import Answer
from escalation.services.keys import KeyRole
from escalation.services.ladder_changes.proposing import Proposal, propose
from escalation.services.reading.directory import Noun
from escalation.store import issues, models
from escalation.store.base import canonical
from escalation.store.transaction import read
from escalation.workflow.commands import Acknowledge, Escalate, Note
from escalation.workflow.viewing import EVERYTHING
from tests.builders import (
    CLERK,
    CONFIG,
    DIRECTORY,
    LADDERS,
    ask,
    ask_all,
    complaint,
    desk_on,
    gathered,
    job,
    shown,
)
from tests.crash.invariants import broken
from tests.fakes import MONDAY


@dataclass(frozen=True, slots=True)
class Two:
    """Desks that share a database and nothing else."""

    here: Desk
    there: Desk


@pytest.fixture
def two(furnished_url: str) -> Iterator[Two]:
    with desk_on(furnished_url) as here, desk_on(furnished_url, owner=False) as there:
        yield Two(here, there)


def test_a_change_of_the_directory_by_one_process_is_the_same_at_the_other(two: Two) -> None:
    for desk in (two.here, two.there):
        framework.in_force(desk)
    for number, desk in enumerate((two.here, two.there, two.here)):
        phone = merged({"phone": str(number)})
        change(desk, Change(Noun.PEOPLE, "priya-nair", phone), actor=CLERK)
        here, there = (framework.in_force(each).directory for each in (two.here, two.there))
        assert here is not None
        assert there is not None
        assert here.person("priya-nair").phone == there.person("priya-nair").phone == str(number)
        assert here.document() == there.document()
    with read(two.here.engine) as connection:
        hashes = list(connection.scalars(select(models.directory_version.c.hash)))
        documents = list(connection.scalars(select(models.directory_version.c.document)))
    assert hashes == [sha256(canonical(each).encode()).hexdigest() for each in documents]


def test_of_two_logs_with_one_external_reference_in_a_batch_one_wins(desk: Desk) -> None:
    ref = {"system": "jira", "id": "PAY-1"}
    first, second = ask_all(desk, [job(desk, complaint(external_refs=(ref,))) for _ in range(2)])
    assert isinstance(first, Answer)
    assert isinstance(second, Refused)
    assert second.code == "external_ref_taken"
    assert second.extra["issue"] == first.issue_id
    assert broken(desk.engine) == []


def test_of_two_logs_with_one_external_reference_in_two_processes_one_wins(two: Two) -> None:
    ask(two.here, complaint())
    ask(two.there, complaint())
    for turn in range(8):
        refs = tuple({"system": "jira", "id": f"{turn}.{n}"} for n in range(3))
        with gathered(two.here), gathered(two.there):
            futures = [
                two.here.submit(job(two.here, complaint(external_refs=refs))),
                two.there.submit(job(two.there, complaint(external_refs=refs[::-1]))),
            ]
        winners = [f.result() for f in futures if f.exception(60) is None]
        losers = [f.exception() for f in futures if f.exception(60) is not None]
        assert len(winners) == 1
        assert isinstance(losers[0], Refused)
        assert losers[0].extra["issue"] == winners[0].issue_id
    assert broken(two.here.engine) == []


def test_of_many_references_that_cross_between_processes_none_is_lost(two: Two) -> None:
    names = [{"system": "jira", "id": f"PAY-{n}"} for n in range(40)]
    with gathered(two.here), gathered(two.there):
        futures = [
            *(two.here.submit(job(two.here, complaint(external_refs=(n,)))) for n in names),
            *(two.there.submit(job(two.there, complaint(external_refs=(n,)))) for n in names[::-1]),
        ]
    outcomes = [f.exception(120) for f in futures]
    assert outcomes.count(None) == 40
    assert all(isinstance(out, Refused) for out in outcomes if out is not None)
    assert broken(two.here.engine) == []


def test_of_eight_acts_on_one_version_exactly_one_succeeds(two: Two) -> None:
    for _ in range(5):
        issue = ask(two.here, complaint())
        with gathered(two.here), gathered(two.there):
            futures = [
                desk.submit(job(desk, Escalate(reason="up"), issue["id"], if_match=1))
                for _ in range(4)
                for desk in (two.here, two.there)
            ]
        errors = [f.exception(60) for f in futures]
        assert errors.count(None) == 1
        stale = [error for error in errors if error is not None]
        assert all(isinstance(error, PreconditionFailed) for error in stale)
        versions = {error.extra["current"]["version"] for error in stale}  # type: ignore[attr-defined]  # a PreconditionFailed, as asserted
        assert versions == {2}
    assert broken(two.here.engine) == []


def test_a_key_revoked_in_one_process_opens_nothing_in_the_other(two: Two) -> None:
    made = keys.create(two.here, name="tool", role=KeyRole.OPERATOR, actor=CLERK)
    tool = Caller(made.stored.id, "tool", KeyRole.ADMIN, EVERYTHING, None, ShownKey(made.stored.id))
    issue = ask(two.there, complaint(), caller=tool)
    keys.revoke(two.here, made.stored.id, actor=CLERK)
    with pytest.raises(Unauthenticated):
        ask(two.there, Acknowledge(), issue["id"], caller=tool)
    assert ask(two.there, Acknowledge(), issue["id"])["status"] == "in_progress"


def test_a_publication_of_one_process_is_in_force_for_the_next_batch_of_the_other(
    two: Two,
) -> None:
    before = ask(two.there, complaint())
    text = (CONFIG / LADDERS).read_text().replace('label: "', 'label: "after ', 1)
    published = framework.publish(
        two.here, text, LADDERS, mode="new-only", reason="next", actor=CLERK
    )
    assert published.changed
    after = ask(two.there, complaint())
    assert after["ladder"]["publication"] == published.hash
    old = ask(two.there, Acknowledge(), before["id"])
    assert old["ladder"]["publication"] == before["ladder"]["publication"] != published.hash
    assert broken(two.here.engine) == []


def test_a_holder_changed_in_one_process_is_seen_by_the_other_and_told_once(two: Two) -> None:
    issue = ask(two.there, complaint())
    ask_all(two.there, [job(two.there, complaint(function="finance")) for _ in range(30)])
    held = issue["rung"]["seats"]["provider"]["holder"]["id"]
    text = (CONFIG / DIRECTORY).read_text()
    seat = "{person: priya-nair, role: service_manager, party: meridian, function: payroll}"
    assert held == "priya-nair"
    assert text.count(seat) == 1
    text = text.replace(seat, seat.replace("priya-nair", "thi-lan-pham"))
    framework.apply_directory(two.here, text, DIRECTORY, actor=CLERK)
    resolved = 0
    while found := two.there.reseat(10).result(60):
        resolved += found
        assert resolved <= 31, "the same issues are resolved again and again"
    assert resolved == 31
    now = ask(two.here, Note(text="who is it?"), issue["id"])
    assert now["rung"]["seats"]["provider"]["holder"]["id"] == "thi-lan-pham"
    with read(two.here.engine) as connection:
        kinds = list(connection.scalars(select(models.event.c.type)))
        assert issues.seats_behind(connection, 2, SystemClock().now(), 10) == []
    assert kinds.count("issue.holder_changed") == 1
    assert broken(two.here.engine) == []


def test_references_of_two_processes_never_meet(two: Two) -> None:
    seen: list[str] = []

    def write(desk: Desk) -> None:
        for size in (1, 20, 7, 60, 3):
            answers = ask_all(desk, [job(desk, complaint()) for _ in range(size)])
            seen.extend(shown(a)["reference"] for a in answers if isinstance(a, Answer))

    threads = [Thread(target=write, args=(desk,)) for desk in (two.here, two.there)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(seen) == len(set(seen)) == 182


def test_the_record_never_goes_back_in_time_though_another_process_was_first(
    furnished_postgres_url: str,
) -> None:
    with (
        desk_on(furnished_postgres_url, SystemClock()) as here,
        desk_on(furnished_postgres_url, SystemClock()) as there,
    ):
        issue = ask(here, complaint())
        ask(there, Note(text="known there too"), issue["id"])
        overtaken: list[dict[str, object]] = []

        @event.listens_for(here.engine, "before_cursor_execute")
        def overtake(_k: Connection, _c: object, statement: str, *_: object) -> None:
            """In the moment before the issue's row is held, the other process is first."""
            if "FOR UPDATE" in statement and not overtaken:
                overtaken.append(ask(there, Acknowledge(), issue["id"]))

        up = ask(here, Escalate(reason="up"), issue["id"])
        assert overtaken
        assert up["rung"]["id"] == "function_director"
        with read(here.engine) as connection:
            query = select(models.event.c.recorded_at).order_by(models.event.c.number)
            ours = query.where(models.event.c.aggregate == issue["id"])
            recorded = list(connection.scalars(ours))
        assert recorded == sorted(recorded)
        assert broken(here.engine) == []


def test_of_two_proposals_of_one_file_at_the_same_instant_one_is_kept(
    furnished_postgres_url: str,
) -> None:
    text = (CONFIG / LADDERS).read_text().replace('label: "', 'label: "after ', 1)
    proposal = Proposal(source=text, name=LADDERS, reason="next", actor=CLERK)
    with (
        desk_on(furnished_postgres_url, SystemClock()) as here,
        desk_on(furnished_postgres_url, SystemClock()) as there,
    ):
        outcomes: list[BaseException | None] = []

        def put(desk: Desk) -> None:
            try:
                propose(desk, proposal)
            except Refused as error:
                outcomes.append(error)
            else:
                outcomes.append(None)

        second = Thread(target=put, args=(there,))

        @event.listens_for(here.engine, "before_cursor_execute")
        def meet(_k: Connection, _c: object, statement: str, *_: object) -> None:
            """Once the first has looked and is about to write, the second looks too."""
            if statement.startswith("INSERT INTO ladder_change") and second.ident is None:
                second.start()
                second.join(1)

        put(here)
        second.join(60)
        with read(here.engine) as connection:
            kept = list(connection.scalars(select(models.ladder_change.c.id)))
        assert len(kept) == 1
        assert outcomes.count(None) == 1
        refused = [each for each in outcomes if each is not None]
        assert [each.code for each in refused if isinstance(each, Refused)] == ["proposed_already"]


def test_of_two_engines_that_look_at_once_each_clock_is_fired_by_one(furnished_url: str) -> None:
    clock = VirtualClock(MONDAY)
    with (
        desk_on(furnished_url, clock) as here,
        desk_on(furnished_url, clock, owner=False) as there,
    ):
        made = {ask(here, complaint())["id"] for _ in range(8)}
        clock.move_to(MONDAY + timedelta(days=1, hours=7))
        for _ in range(20):
            swept = [desk.sweep(5) for desk in (here, there)]
            if not any(each.result(60) for each in swept):
                break
        table = models.event.c
        climbs = select(table.aggregate).where(table.type == "issue.escalated")
        with read(here.engine) as connection:
            climbed = list(connection.scalars(climbs))
        assert sorted(climbed) == sorted(made), "each once, and by either"
        assert broken(here.engine) == []
