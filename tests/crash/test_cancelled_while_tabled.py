"""A meeting is cancelled while issues are tabled for it: none of them may wait for it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from escalation.services import at_hand, forums
from escalation.services.desk import Desk
from escalation.services.forums import Errand
from escalation.services.reading import meetings
from escalation.store import models
from escalation.store.transaction import read
from escalation.workflow.meetings.asks import Cancel
from tests.api.sitting import FORUM
from tests.builders import CLERK, PATIENCE, ask, complaint, desk_on, job
from tests.crash.harness import processes, running
from tests.crash.invariants import broken
from tests.crash.races import UP, table

ROUNDS, ISSUES = 4, 6
EASTER = Cancel(reason="Easter")


def next_meeting(desk: Desk) -> str:
    """The forum's next meeting that takes place and whose agenda is open."""
    with at_hand.look(desk, CLERK) as look:
        page = meetings.upcoming(look, FORUM, after=None, limit=20)
    found: str = next(m["id"] for m in page.items if m["status"] == "scheduled")
    return found


def cancel(desk: Desk, meeting: str) -> None:
    forums.act(desk, Errand(meeting=meeting, ask=EASTER, actor=CLERK))


def waiting(desk: Desk) -> dict[str, str]:
    """The issues that wait for a meeting, and how that meeting stands."""
    issue, meeting = models.issue.c, models.meeting.c
    query = select(issue.id, meeting.status).join_from(
        models.issue, models.meeting, issue.meeting == meeting.id
    )
    with read(desk.engine) as connection:
        return {row.id: row.status for row in connection.execute(query)}


@contextmanager
def tabling(url: str, rounds: Sequence[Sequence[str]]) -> Iterator[Barrier]:
    """Another process that tables, on SQLite another thread with a desk of its own."""
    with ExitStack() as stack:
        if url.startswith("sqlite"):
            both: Any = Barrier(2)
            ours, theirs = processes().Pipe()
            stack.enter_context(ours)
            stack.enter_context(theirs)
            thread = Thread(target=table, args=(url, rounds, both, theirs))
            thread.start()
            stack.callback(thread.join, PATIENCE)
        else:
            both = processes().Barrier(2)
            stack.enter_context(running(table, url, rounds, both))
        yield both


def test_no_issue_waits_for_a_meeting_that_is_cancelled_while_it_is_tabled(
    furnished_url: str,
) -> None:
    with desk_on(furnished_url) as desk:
        rounds = [[ask(desk, complaint())["id"] for _ in range(ISSUES)] for _ in range(ROUNDS)]
        with tabling(furnished_url, rounds) as together:
            for number in range(1, ROUNDS + 1):
                meeting = next_meeting(desk)
                together.wait(PATIENCE)
                cancel(desk, meeting)
                together.wait(PATIENCE)
                found = waiting(desk)
                assert len(found) == number * ISSUES
                assert set(found.values()) == {"scheduled"}
        assert broken(desk.engine) == []


def held_at(desk: Desk, *words: str) -> tuple[Event, Event]:
    """Stop the desk once, after it has run a statement with all these words.

    The first event says that it stands there, the second lets it go on.
    """
    there, go_on = Event(), Event()

    @event.listens_for(desk.engine, "after_cursor_execute")
    def stop(_k: Connection, _c: object, statement: str, *_: object) -> None:
        if all(word in statement for word in words) and not there.is_set():
            there.set()
            go_on.wait(PATIENCE)

    return there, go_on


@pytest.mark.parametrize(
    ("first", "words"),
    [
        pytest.param("cancelling", ("FOR UPDATE",), id="it has read its agenda"),
        pytest.param("cancelling", ("FROM meeting", "FOR UPDATE"), id="it holds the meeting"),
        pytest.param("tabling", ("FROM meeting", "FOR SHARE"), id="tabling holds the meeting"),
    ],
)
def test_whoever_comes_to_the_meeting_first_no_issue_waits_for_a_cancelled_one(
    furnished_postgres_url: str, first: str, words: tuple[str, ...]
) -> None:
    with (
        desk_on(furnished_postgres_url) as here,
        desk_on(furnished_postgres_url, owner=False) as there,
    ):
        before, issue = (ask(here, complaint())["id"] for _ in range(2))
        ask(here, UP, before)
        meeting = next_meeting(here)

        def tables(desk: Desk) -> None:
            desk.submit(job(desk, UP, issue)).result(PATIENCE)

        def cancels(desk: Desk) -> None:
            cancel(desk, meeting)

        acts = (cancels, tables) if first == "cancelling" else (tables, cancels)
        stands, go_on = held_at(here, *words)
        ours, theirs = (
            Thread(target=act, args=(desk,)) for act, desk in zip(acts, (here, there), strict=True)
        )
        ours.start()
        assert stands.wait(PATIENCE)
        theirs.start()
        theirs.join(1.0)  # it waits for what is held, or is done where nothing is
        go_on.set()
        for thread in (ours, theirs):
            thread.join(PATIENCE)
            assert not thread.is_alive()
        assert waiting(here) == {before: "scheduled", issue: "scheduled"}
        assert broken(here.engine) == []
