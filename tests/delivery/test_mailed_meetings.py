"""Who is mailed of meetings, of their agendas at the paper date, and of changes of the ladder."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.services import agendas, forums, planning
from escalation.services.forums import Errand
from escalation.services.ladder_changes import answering, proposing
from escalation.services.ladder_changes.answering import Ask, ChangeAct
from escalation.services.ladder_changes.proposing import Proposal
from escalation.services.mail import mailboxes
from escalation.store import meetings
from escalation.store.transaction import read
from escalation.workflow.commands import Skip
from escalation.workflow.meetings.asks import Asked, Cancel, Move
from escalation.workflow.meetings.facts import Meeting
from tests.builders import CLERK, CONFIG, ask, complaint
from tests.delivery.acts import deliver
from tests.delivery.conftest import Open
from tests.delivery.mailing import mailing_by
from tests.delivery.mailserver import MailServer, Taken, mail_server

FORUM, SECRETARY = "bmf-southern-cross", "callum-treloar@"
THREE_DAYS = timedelta(days=3)
"""From the tests' Monday to the paper date of the forum's meeting on the next Tuesday."""


def text_of(taken: Taken) -> str:
    body = taken.mail.get_body(("plain",))
    assert body is not None
    found: str = body.get_content()
    return found


def next_meeting(inside: Container) -> Meeting:
    with read(inside.engine) as connection:
        ahead = meetings.ahead(connection, inside.clock.now())
    return next(each for each in ahead if each.sitting.forum == FORUM)


def planned(inside: Container) -> Meeting:
    """The forums' meetings are put down, as the worker does at first; the forum's next."""
    while planning.plan_ahead(inside.desk):
        pass
    return next_meeting(inside)


def act(inside: Container, meeting: Meeting, what: Asked) -> None:
    forums.act(inside.desk, Errand(meeting=meeting.id, ask=what, actor=CLERK))


def told(inside: Container, server: MailServer) -> Sequence[Taken]:
    """What is mailed by all that has happened since; the worker looks for agendas twice."""
    server.taken.clear()
    agendas.tell_due(inside.desk)
    assert agendas.tell_due(inside.desk) == 0
    while deliver(inside):
        pass
    return list(server.taken)


def test_the_agenda_goes_to_members_and_secretariat_at_the_paper_date_and_once(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        issue = ask(inside.desk, complaint(title="Pay is late again"))
        ask(inside.desk, Skip(to="business_manager_forum", reason="It is for all."), issue["id"])
        meeting = planned(inside)
        assert [each for each in told(inside, server) if meeting.id in text_of(each)] == []
        clock.advance(THREE_DAYS - timedelta(seconds=1))
        assert [each for each in told(inside, server) if meeting.id in text_of(each)] == []
        clock.advance(timedelta(seconds=1))
        mailed = [each for each in told(inside, server) if meeting.id in text_of(each)]
        people = [each.recipient for each in mailed]
        assert len(people) == len(set(people)) > 5
        assert any(each.startswith(SECRETARY) for each in people)
        for each in mailed:
            assert f"1. {issue['reference']}: Pay is late again" in text_of(each)
            assert f"/v1/meetings/{meeting.id}/agenda" in text_of(each)
        act(inside, meeting, Move(starts_at=meeting.sitting.starts_at + timedelta(days=7)))
        moved = [each for each in told(inside, server) if meeting.id in text_of(each)]
        assert {each.recipient for each in moved} == set(people)
        assert all("another time" in each.mail["Subject"] for each in moved)
        clock.advance(timedelta(days=7))
        again = [each for each in told(inside, server) if "1. SSI" in text_of(each)]
        assert {each.recipient for each in again} == set(people)


def test_a_meeting_in_between_and_one_that_is_cancelled_are_mailed_and_those_by_rule_are_not(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        mailboxes.change(inside.desk, "callum-treloar", {"mode": "none"}, enabled=None, actor=CLERK)
        planned(inside)
        assert [e for e in told(inside, server) if "is to meet" in e.mail["Subject"]] == []
        at: datetime = clock.now() + timedelta(days=15)
        extra = planning.Extra(
            forum=FORUM, starts_at=at, duration=None, place="Room 4", reason="Floods", actor=CLERK
        )
        made = planning.schedule(inside.desk, extra)
        mailed = told(inside, server)
        assert len({each.recipient for each in mailed}) == len(mailed) > 5
        assert any(each.recipient.startswith(SECRETARY) for each in mailed)
        assert "Place: Room 4" in text_of(mailed[0])
        [meeting] = [m for m in _all(inside) if m.id == made.issue_id]
        act(inside, meeting, Cancel(reason="The water is gone."))
        gone = told(inside, server)
        assert {each.recipient for each in gone} == {each.recipient for each in mailed}
        assert "The water is gone." in text_of(gone[0])


def _all(inside: Container) -> list[Meeting]:
    with read(inside.engine) as connection:
        return meetings.ahead(connection, inside.clock.now())


def test_whose_approval_a_change_of_the_ladder_needs_is_mailed_and_so_is_its_end(
    furnished_url: str, open_on: Open
) -> None:
    text = (CONFIG / "escalation_ladders.yaml").read_text(encoding="utf-8")
    clause = "    clause: OLA Rivers, part 8\n"
    for old, new in (
        ('label: "2026.2"', 'label: "2026.3"'),
        (clause, f"{clause}    approval: parties\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        for person in ("judith-abernethy", "anselm-baptiste"):
            mailboxes.change(inside.desk, person, {"mode": "none"}, enabled=None, actor=CLERK)
        made = proposing.propose(
            inside.desk, Proposal(source=text, name="new.yaml", reason="Floods", actor=CLERK)
        )
        asked = told(inside, server)
        people = [each.recipient.partition("@")[0] for each in asked]
        assert sorted(people) == ["anselm-baptiste", "judith-abernethy"]
        assert "the corporate purchaser of rivers (ola-rivers)" in text_of(asked[0])
        assert f"/v1/ladder-changes/{made.issue_id}" in text_of(asked[0])
        mailboxes.change(
            inside.desk, "anselm-baptiste", {"mode": "single"}, enabled=None, actor=CLERK
        )
        answering.act(
            inside.desk,
            Ask(change=made.issue_id or "", act=ChangeAct.WITHDRAW, actor=CLERK, note="A slip"),
        )
        ended = told(inside, server)
        assert [each.recipient.partition("@")[0] for each in ended] == ["anselm-baptiste"]
        assert "Note: A slip" in text_of(ended[0])
