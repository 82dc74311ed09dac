"""Mail out: who has which mail, once, in order, as their reader may see it."""

from collections import Counter
from datetime import timedelta

import pytest

from escalation.clock import VirtualClock
from escalation.routing.vocabulary import Channel, Sensitivity, Side
from escalation.services import endpoints
from escalation.services.directory import Change, change, merged
from escalation.services.mail import composing, mailboxes
from escalation.services.reading.directory import Noun
from escalation.store.deliveries import DeliveryState
from escalation.workflow.commands import Acknowledge, Contact, Escalate, Reassign
from escalation.workflow.facts import Actor
from tests.builders import CLERK, ask, complaint, job
from tests.delivery.acts import deliver, logged
from tests.delivery.conftest import Open
from tests.delivery.mailing import FROM, LEAD, OTHER, REPLIES, mailing_by, mails
from tests.delivery.mailserver import mail_server


def test_the_lead_is_told_when_an_issue_comes_to_them_in_words_and_as_a_page(
    furnished_url: str, open_on: Open
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        issue = ask(inside.desk, complaint(title="Ümlaut <b>pay</b>"))
        deliver(inside)
    assert sorted(taken.recipient for taken in server.taken) == sorted([LEAD, OTHER])
    [taken] = [each for each in server.taken if each.recipient == LEAD]
    mail = taken.mail
    assert mail["Subject"] == f"[{issue['reference']}] Ümlaut <b>pay</b>"
    assert FROM in mail["From"]
    assert mail["To"].addresses[0].display_name == "Priya Nair"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Precedence"] == "list"
    assert mail["List-Id"] == f"<escalation.{REPLIES}>"
    assert mail["List-Unsubscribe"].startswith("<mailto:prefs+")
    assert mail["Reply-To"].addresses[0].addr_spec.startswith("reply+")
    assert taken.sender.startswith("bounce+")
    plain, page = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    assert f"{issue['reference']}: an issue was logged" in plain.get_content()
    assert "Rung: Service manager and function manager" in plain.get_content()
    assert f"https://issues.ssi.example/v1/issues/{issue['id']}" in plain.get_content()
    assert "&lt;b&gt;pay" in page.get_content()
    assert "<b>pay" not in page.get_content()
    assert taken.content.isascii()


def test_all_mail_about_an_issue_is_one_thread_and_each_mail_has_an_id_of_its_own(
    furnished_url: str, open_on: Open
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        issue = ask(inside.desk, complaint())
        deliver(inside)
        ask(inside.desk, Escalate(reason="It cannot wait."), issue["id"])
        deliver(inside)
    mine = [each.mail for each in server.taken if each.recipient == LEAD]
    assert len(mine) == 2
    assert len({str(mail["References"]) for mail in mine}) == 1
    assert mine[0]["In-Reply-To"] == mine[0]["References"]
    ids = [str(each.mail["Message-ID"]) for each in server.taken]
    assert len(set(ids)) == len(ids)
    assert all(len(line) < 998 for each in server.taken for line in each.content.split(b"\r\n"))


def test_nobody_has_two_mails_of_one_event_whatever_seats_they_hold(
    furnished_url: str, open_on: Open
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        issue = ask(inside.desk, complaint())
        ask(inside.desk, Reassign(seat=Side.AGENCY, person="priya-nair"), issue["id"])
        ask(inside.desk, Escalate(reason="It cannot wait."), issue["id"])
        deliver(inside)
        deliver(inside)
    twice = Counter((each.recipient, each.event) for each in server.taken)
    assert set(twice.values()) == {1}
    assert len(twice) >= 5


def test_who_did_it_is_not_told_of_it(furnished_url: str, open_on: Open) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        issue = ask(inside.desk, complaint())
        deliver(inside)
        server.taken.clear()
        mine = job(inside.desk, Contact(text="I rang.", channel=Channel.PHONE), issue["id"])
        mine.actor = Actor(kind="person", name="Priya Nair", person="priya-nair")
        inside.desk.submit(mine).result(30)
        deliver(inside)
    assert server.taken == []


def test_who_has_left_has_no_more_mail_about_what_they_held(
    furnished_url: str, open_on: Open
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        issue = ask(inside.desk, complaint())
        deliver(inside)
        assert LEAD in {taken.recipient for taken in server.taken}
        server.taken.clear()
        gone = Change(Noun.PEOPLE, "priya-nair", merged({"until": "2026-03-01"}))
        change(inside.desk, gone, actor=CLERK)
        ask(inside.desk, Escalate(reason="It cannot wait."), issue["id"])
        deliver(inside)
    told = {taken.recipient for taken in server.taken}
    assert told
    assert LEAD not in told


def test_a_sealed_issue_is_mailed_to_the_people_named_alone_and_says_nothing_of_it(
    furnished_url: str, open_on: Open
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        told = complaint(title="Quokka", sensitive=(Sensitivity.CORRUPT_CONDUCT,))
        issue = ask(inside.desk, told)
        deliver(inside)
    assert server.taken
    assert {each.state for each in mails(inside)} == {DeliveryState.DELIVERED}
    for taken in server.taken:
        body = taken.mail.get_body(("plain",))
        assert body is not None
        assert taken.mail["Subject"] == f"[{issue['reference']}]"
        assert "Quokka" not in taken.content.decode()
        assert "did not come" not in body.get_content()
        assert issue["reference"] in body.get_content()


@pytest.mark.parametrize(
    ("stage", "answer", "states"),
    [
        ("rcpt", "550 no such user", ["dead"]),
        ("dot", "554 spam", ["dead"]),
        ("rcpt", "450 try later", ["waiting"]),
        ("dot", "451 greylisted", ["waiting"]),
        ("mail", "421 too busy", ["waiting"]),
        ("connect", "554 go away", ["waiting"]),
        ("taken", "close", ["dead"]),
        ("data", "close", ["waiting"]),
    ],
)
def test_a_permanent_refusal_is_dead_and_a_temporary_one_is_tried_again(
    furnished_url: str, open_on: Open, stage: str, answer: str, states: list[str]
) -> None:
    def mood(at: str, recipient: str) -> str | None:
        return answer if at == stage and recipient in {LEAD, ""} else None

    with mail_server(mood) as server:
        inside = mailing_by(open_on, furnished_url, server)
        logged(inside, 1)
        deliver(inside)
    mine = [each for each in mails(inside) if each.state is not DeliveryState.DELIVERED]
    assert {each.state.value for each in mine} == set(states)
    if stage == "taken":
        assert {each.last_outcome for each in mine} == {"unconfirmed"}


def test_a_mail_put_off_is_sent_later_before_those_behind_it(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    refusing = True

    def mood(at: str, recipient: str) -> str | None:
        return "451 later" if refusing and at == "dot" and recipient == LEAD else None

    with mail_server(mood) as server:
        inside = mailing_by(open_on, furnished_url, server)
        issue = ask(inside.desk, complaint())
        deliver(inside)
        ask(inside.desk, Escalate(reason="It cannot wait."), issue["id"])
        deliver(inside)
        assert [each for each in server.taken if each.recipient == LEAD] == []
        refusing = False
        clock.advance(timedelta(seconds=30))
        deliver(inside)
        deliver(inside)
    mine = [each.event for each in server.taken if each.recipient == LEAD]
    numbers = {each.message_id: each.number for each in mails(inside)}
    assert [numbers[event] for event in mine] == sorted(numbers[event] for event in mine)
    assert len(mine) == 2


def test_mail_keeps_to_quiet_hours_on_its_readers_clock(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        here = (clock.now() + timedelta(hours=10)).strftime("%H:00")
        later = (clock.now() + timedelta(hours=13)).strftime("%H:00")
        wishes = {"quiet_from": here, "quiet_until": later}
        mailboxes.change(inside.desk, "priya-nair", wishes, enabled=None, actor=CLERK)
        logged(inside, 1)
        deliver(inside)
        assert [each.recipient for each in server.taken] == [OTHER]
        clock.advance(timedelta(hours=3, minutes=1))
        deliver(inside)
    assert [each.recipient for each in server.taken] == [OTHER, LEAD]


def test_a_digest_of_mails_is_one_mail_of_all_that_came(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        mailboxes.change(inside.desk, "priya-nair", {"mode": "digest"}, enabled=None, actor=CLERK)
        logged(inside, 3)
        deliver(inside)
        assert {each.recipient for each in server.taken} == {OTHER}
        server.taken.clear()
        clock.advance(timedelta(days=1))
        deliver(inside)
        deliver(inside)
    [taken] = server.taken
    body = taken.mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().count("an issue was logged") == 3
    assert [e.state.value for e in mails(inside)].count("summarised") == 3


def test_of_more_than_one_digest_of_mails_holds_the_rest_comes_in_another(
    furnished_url: str, open_on: Open, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing, "SHOWN", 2)
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        mailboxes.change(inside.desk, "priya-nair", {"mode": "digest"}, enabled=None, actor=CLERK)
        logged(inside, 4)
        deliver(inside)
        clock.advance(timedelta(days=1))
        deliver(inside)
        deliver(inside)
    mine = [each.mail for each in server.taken if each.recipient == LEAD]
    assert [str(mail["Subject"]) for mail in mine] == ["2 things that are new for you"] * 2


def test_who_wants_no_mail_is_told_what_they_must_know_and_nothing_else(
    furnished_url: str, open_on: Open
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        for person in ("priya-nair", "bronwyn-tait"):
            mailboxes.change(inside.desk, person, {"mode": "none"}, enabled=None, actor=CLERK)
        issue = ask(inside.desk, complaint())
        ask(inside.desk, Acknowledge(), issue["id"])
        deliver(inside)
    assert [each.recipient for each in server.taken] == [LEAD]


def test_mailboxes_are_no_webhook_endpoints(furnished_url: str, open_on: Open) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        logged(inside, 1)
        deliver(inside)
    assert endpoints.every(inside.desk) == []
    assert mails(inside)


def test_no_more_go_to_the_server_at_once_than_is_set(furnished_url: str, open_on: Open) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server, smtp_concurrency=2)
        logged(inside, 20)
        deliver(inside)
    assert len(server.taken) == 40
    assert server.most_at_once <= 2
