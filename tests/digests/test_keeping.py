"""A digest is the same bytes for ever: stored once, rebuilt the same, settled before it is read."""

import json
import threading
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, update

from escalation.clock import SystemClock, VirtualClock
from escalation.errors import Busy, Invalid, NotFound, Refused
from escalation.routing.vocabulary import Awaiting
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from escalation.store import dialect, models, settling
from escalation.store.transaction import read, write
from escalation.workflow.commands import Acknowledge, Hold
from tests.builders import CLERK, ask, complaint, desk_on
from tests.digests.history import HOUR, History
from tests.fakes import utc

BMF = "bmf-southern-cross"


def bytes_of(desk: Desk, **asked: object) -> bytes:
    return digests.content(desk, digests.make(desk, Request(**asked), CLERK).stored)  # type: ignore[arg-type] # a test's own words


def test_a_resume_recorded_late_is_known_only_from_then_on(desk: Desk, clock: VirtualClock) -> None:
    clock.move_to(utc("2026-03-02 01:00"))
    history = History(desk, clock, seeded_random())
    issue = history.log(severity="critical")
    history.pass_time(utc("2026-03-05 01:00"))
    assert history.views()[issue]["status"] == "tabled"
    until = clock.now() + timedelta(days=1)
    ask(desk, Hold(reason="waits", until=until, awaiting=Awaiting.AGENCY), issue)
    clock.move_to(until + timedelta(days=3))  # nothing runs
    late = clock.now()
    as_at = until + timedelta(days=1)
    before = json.loads(bytes_of(desk, forum=BMF, as_at=as_at, known_at=late))
    clock.move_to(late + HOUR)
    while desk.sweep().result():
        pass
    after = json.loads(bytes_of(desk, forum=BMF, as_at=as_at, known_at=clock.now()))
    again = json.loads(bytes_of(desk, forum=BMF, as_at=as_at, known_at=late))
    assert [item["status"] for item in before["sections"]["at_rung"]] == ["on_hold"]
    assert [item["status"] for item in after["sections"]["at_rung"]] == ["tabled"]
    assert again == before


def seeded_random() -> Random:
    return Random(1)  # noqa: S311 - repeatability is the point


def test_what_an_open_transaction_may_still_record_is_waited_for(furnished_url: str) -> None:
    """What read the clock before the digest did, and commits after it began, is in the digest."""
    with desk_on(furnished_url, SystemClock()) as desk:
        issue = ask(desk, complaint())["id"]
        read_it, go_on = threading.Event(), threading.Event()
        writer = threading.Thread(target=_held_open, args=(desk, issue, read_it, go_on))
        writer.start()
        assert read_it.wait(30)
        with read(desk.engine) as connection:
            known_at = dialect.now(connection, desk.clock)
        waiting = threading.Thread(target=settling.settle, args=(desk.engine, known_at))
        waiting.start()
        waiting.join(0.3)
        waited = waiting.is_alive()
        go_on.set()
        for thread in (writer, waiting):
            thread.join(30)
        assert waited, "it did not wait for the open transaction"
        found = digests.built(desk, BMF, (known_at.replace(microsecond=0), known_at), None)
        assert [i["id"] for i in json.loads(found)["sections"]["at_rung"]] == [issue]


def _held_open(desk: Desk, issue: str, read_it: threading.Event, go_on: threading.Event) -> None:
    with write(desk.engine) as connection:
        at = dialect.recorded_at(connection, desk.clock)
        read_it.set()
        go_on.wait(30)
        stay = models.stay
        moved = update(stay).where(stay.c.issue_id == issue)
        connection.execute(moved.values(forum=BMF, recorded_from=at))


@pytest.mark.postgres
def test_one_that_takes_too_long_is_refused_and_a_later_one_is_not_waited_for(
    furnished_postgres_url: str,
) -> None:
    with desk_on(furnished_postgres_url, SystemClock()) as desk:
        with read(desk.engine) as connection:
            earlier = dialect.now(connection, desk.clock)
        with write(desk.engine) as connection:
            at = dialect.recorded_at(connection, desk.clock)
            settling.settle(desk.engine, earlier, patience=0.0)
            with pytest.raises(Busy, match="still open"):
                settling.settle(desk.engine, at, patience=0.1)
            with pytest.raises(Busy):
                settling.settle(desk.engine, None, patience=0.0)


def test_what_cannot_be_asked_is_refused_by_its_place(desk: Desk, clock: VirtualClock) -> None:
    now = clock.now()
    wrong = (
        (Request(), "/forum"),
        (Request(forum="bmf-southern-cros"), "/forum"),
        (Request(forum="x", profile=f"forum:{BMF}"), "/forum"),
        (Request(forum=BMF, known_at=now + HOUR), "/known_at"),
        (Request(forum=BMF, as_at=now + HOUR), "/as_at"),
        (Request(forum=BMF, as_at=now, known_at=now - HOUR), "/as_at"),
        (Request(forum=BMF, since=now), "/since"),
    )
    for request, pointer in wrong:
        with pytest.raises(Invalid) as refused:
            digests.make(desk, request, CLERK)
        assert [fault.pointer for fault in refused.value.errors] == [pointer]
    with pytest.raises(Refused) as later:
        digests.make(desk, Request(profile="plan:rivers"), CLERK)
    assert later.value.code == "not_available_yet"
    with pytest.raises(NotFound):
        digests.one(desk, "DIG-2026-0001")
    made = digests.make(desk, Request(forum=BMF), CLERK)
    with pytest.raises(NotFound):
        digests.rendered(desk, made.stored, "docx")


def test_a_digest_is_numbered_told_and_chained(desk: Desk, clock: VirtualClock) -> None:
    first = digests.make(desk, Request(forum=BMF), CLERK).stored
    clock.move_to(clock.now() + HOUR)
    second = digests.make(desk, Request(forum="ceo-board"), CLERK).stored
    assert [first.number, second.number] == ["DIG-2026-0001", "DIG-2026-0002"]
    with read(desk.engine) as connection:
        out = models.outbox
        query = select(out.c.aggregate).where(out.c.type == "digest.ready")
        assert set(connection.scalars(query)) == {first.id, second.id}


def test_a_digest_that_was_tampered_with_does_not_verify(desk: Desk) -> None:
    stored = digests.make(desk, Request(forum=BMF), CLERK).stored
    digests.rendered(desk, stored, "md")
    with write(desk.engine) as connection:
        connection.execute(update(models.digest).values(content=b"{}"))
        connection.execute(update(models.digest_rendering).values(body=b"#"))
    verdict = digests.verify(desk, stored.id)
    assert not verdict.content_intact
    assert verdict.renderings_intact == {"md": False}
    assert verdict.rebuilt_the_same
    assert not verdict.ok


def test_acknowledging_elsewhere_changes_no_figure_here(desk: Desk, clock: VirtualClock) -> None:
    issue = ask(desk, complaint())["id"]
    before = json.loads(bytes_of(desk, forum=BMF))
    clock.move_to(clock.now() + HOUR)
    ask(desk, Acknowledge(), issue)
    after = json.loads(bytes_of(desk, forum=BMF))
    assert after["figures"] == before["figures"]


def test_before_the_first_meeting_the_period_has_no_beginning(desk: Desk) -> None:
    early = utc("2025-07-01 00:00")
    found = json.loads(bytes_of(desk, forum=BMF, as_at=early))
    assert (found["since"], found["figures"]["before"]) == (None, None)
    stored = digests.make(desk, Request(forum=BMF, as_at=early), CLERK).stored
    text = digests.rendered(desk, stored, "md").decode()
    assert "There was no period before this one." in text
    assert digests.verify(desk, stored.id).ok
