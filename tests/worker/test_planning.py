"""Meetings ahead: there before anything is tabled, and as their forums' rules have them."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from escalation.bootstrap import Container
from escalation.services import framework, planning
from escalation.store import journal, meetings, models
from escalation.store.transaction import read
from escalation.worker.jobs import worker_of
from escalation.workflow.commands import Skip
from escalation.workflow.meetings.facts import Meeting, MeetingStatus
from tests.builders import CLERK, CONFIG, DIRECTORY, ask, at, complaint

Open = Callable[..., Container]
FORUM = "bmf-southern-cross"
RULE = "{rule: FREQ=MONTHLY;BYDAY=2TU, start: 2025-07-08T10:00, duration: 2 hours}"


def planned(container: Container, forum: str = FORUM) -> list[Meeting]:
    now = container.clock.now()
    with read(container.engine) as connection:
        return meetings.between(connection, forum, now, now + timedelta(days=400))


def told(container: Container, meeting: str) -> list[str]:
    with read(container.engine) as connection:
        return [entry.type for entry in journal.entries(connection, meeting)]


def apply(container: Container, before: str, after: str) -> None:
    text = (CONFIG / DIRECTORY).read_text(encoding="utf-8")
    assert before in text
    framework.apply_directory(container.desk, text.replace(before, after), DIRECTORY, actor=CLERK)


def tabled(container: Container) -> dict[str, object]:
    first = ask(container.desk, complaint())
    up = Skip(reason="r", to="business_manager_forum")
    return ask(container.desk, up, issue=first["id"])


def test_every_forums_meetings_of_the_time_ahead_are_there_and_told_once(
    furnished_url: str, open_on: Open
) -> None:
    container = open_on(furnished_url)
    done = worker_of(container).once().done["meetings"]
    with read(container.engine) as connection:
        sent = select(models.outbox.c.type).where(models.outbox.c.type == "meeting.scheduled")
        assert len(connection.scalars(sent).all()) == done
    ahead = planned(container)
    assert [m.sitting.starts_at.strftime("%d %b") for m in ahead] == [
        "10 Mar",
        "14 Apr",
        "12 May",
        "09 Jun",
        "14 Jul",
        "11 Aug",
    ]
    assert ahead[-1].sitting.starts_at <= container.clock.now() + planning.AHEAD
    assert {tuple(told(container, m.id)) for m in ahead} == {("meeting.scheduled",)}
    assert worker_of(container).once().done["meetings"] == 0


def test_a_meeting_that_something_was_tabled_for_first_is_told_too(
    furnished_url: str, open_on: Open
) -> None:
    container = open_on(furnished_url)
    issue = tabled(container)
    worker_of(container).once()
    rung = issue["rung"]
    assert isinstance(rung, dict)
    assert told(container, rung["meeting"]["id"]) == ["meeting.scheduled"]


def test_what_a_forums_new_rule_has_no_longer_is_cancelled_and_its_items_go_on(
    furnished_url: str, open_on: Open
) -> None:
    container = open_on(furnished_url)
    worker_of(container).once()
    issue = tabled(container)
    apply(container, RULE, RULE.replace("2TU", "3TU").replace("07-08", "07-15"))
    worker_of(container).once()
    states = Counter((m.status, m.sitting.starts_at.day // 15) for m in planned(container))
    assert states[MeetingStatus.SCHEDULED, 1] == 6
    assert states[MeetingStatus.SCHEDULED, 0] == 0
    assert states[MeetingStatus.CANCELLED, 0] == 6
    now = ask(container.desk, complaint(title="another"))
    now = ask(container.desk, Skip(reason="r", to="business_manager_forum"), issue=now["id"])
    assert at(now["rung"]["meeting"]["starts_at"]).day == 17
    with read(container.engine) as connection:
        row = connection.execute(
            select(models.issue.c.meeting_at).where(models.issue.c.id == issue["id"])
        ).one()
    assert row.meeting_at.day == 17
    assert worker_of(container).once().done["meetings"] == 0


def test_another_length_of_a_forums_meetings_moves_their_ends_and_their_clocks(
    furnished_url: str, open_on: Open
) -> None:
    container = open_on(furnished_url)
    worker_of(container).once()
    apply(container, RULE, RULE.replace("2 hours", "3 hours"))
    worker_of(container).once()
    lasts = {m.sitting.ends_at - m.sitting.starts_at for m in planned(container)}
    assert lasts == {timedelta(hours=3)}
    assert not any(m.otherwise for m in planned(container))
    assert worker_of(container).once().done["meetings"] == 0
