"""Whoever raised a matter has one mail with the link of its survey, when mail may come."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.routing.vocabulary import Sensitivity
from escalation.services.mail import mailboxes
from escalation.services.mail.replies import Purpose
from escalation.services.surveys import inviting
from escalation.services.surveys.answering import Asker
from escalation.store import models, surveys
from escalation.store.deliveries import DeliveryState
from escalation.store.mailing import RAISERS, mailbox_id
from escalation.store.surveys import Invitation
from escalation.store.transaction import read, write
from escalation.workflow.commands import Close, Reclassify
from escalation.workflow.viewing import Viewer
from tests.builders import CONFIG, ask, complaint
from tests.delivery.acts import deliver
from tests.delivery.conftest import Open
from tests.delivery.mailing import REPLIES, mailing_by, mails
from tests.delivery.mailserver import MailServer, Taken, mail_server
from tests.delivery.test_mail_in import report

ADDRESS = "ana@rivers.example"
RAISER = {"type": "staff", "name": "Ana", "email": ADDRESS}
OUTCOME = {"summary": "Paid", "reasons": "It was owed"}
MAIL = 'mail: {quiet_from: "20:00", quiet_until: "08:00"}'


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture
def inside(furnished_url: str, open_on: Open, server: MailServer) -> Container:
    return mailing_by(open_on, furnished_url, server)


def closed(inside: Container, **raiser: Any) -> str:
    """A closed issue; its id."""
    told = complaint(raiser={**RAISER, **raiser}, outcome=OUTCOME)
    issue = str(ask(inside.desk, told)["id"])
    ask(inside.desk, Close(), issue)
    return issue


def settled(inside: Container, **raiser: Any) -> str:
    """A closed issue whose survey is due; its id."""
    issue = closed(inside, **raiser)
    assert inviting.invite(inside.desk, inside.surveys) == 1
    return issue


def asked(server: MailServer) -> list[Taken]:
    return [each for each in server.taken if each.recipient == ADDRESS]


def invitation(inside: Container, issue: str) -> Invitation:
    with read(inside.engine) as connection:
        found = surveys.seen(connection, Viewer(), issue)
    assert found is not None
    return found


def went(inside: Container, issue: str) -> str | None:
    """How the mail about an issue stands."""
    with read(inside.engine) as connection:
        found = surveys.mailed(connection, [invitation(inside, issue)]).get(issue)
    return None if found is None else found.state


def test_an_issue_of_which_nothing_can_be_decided_keeps_no_other_from_being_asked(
    inside: Container,
) -> None:
    bad, good = closed(inside), closed(inside)
    table = models.issue
    with read(inside.engine) as connection:
        named = select(table.c.publication, table.c.ola).where(table.c.id == bad)
        was = dict(connection.execute(named).mappings().one())
    name(inside, bad, publication="lost", ola="lost")
    assert inviting.invite(inside.desk, inside.surveys) == 1
    assert invitation(inside, good).issue_id == good
    assert inviting.invite(inside.desk, inside.surveys) == 0
    name(inside, bad, **was)
    assert inviting.invite(inside.desk, inside.surveys) == 1, "it is asked once that is mended"
    assert invitation(inside, bad).issue_id == bad


def name(inside: Container, issue: str, **file: str) -> None:
    """Let an issue name another ladder file."""
    with write(inside.engine) as connection:
        table = models.issue
        connection.execute(update(table).where(table.c.id == issue).values(**file))


def test_the_raiser_has_one_mail_with_the_link_that_opens_the_survey(
    inside: Container, server: MailServer
) -> None:
    issue = settled(inside)
    for _ in range(3):
        deliver(inside)
        inside.outgoing.hand_on()
    [taken] = asked(server)
    plain, page = (taken.mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    [link] = [line for line in plain.get_content().splitlines() if line.startswith("https://")]
    assert link in page.get_content()
    asker = Asker(inside.desk, inside.vault, inside.surveys)
    assert asker.form(link.rpartition("/")[2]).view()["state"] == "open"
    assert taken.mail["To"].addresses[0].display_name == "Ana"
    assert taken.sender.startswith("bounce+")
    assert taken.mail["Reply-To"] is None, "what strangers write adds to no issue"
    assert went(inside, issue) == DeliveryState.DELIVERED


def test_their_address_is_kept_nowhere_but_with_the_issue(inside: Container) -> None:
    settled(inside)
    deliver(inside)
    assert all(ADDRESS not in str(each) for each in mailboxes.page(inside.desk).items)
    log = mailboxes.log(inside.desk, None).items
    assert all(ADDRESS not in str(each) for each in log)
    assert any(each["recipient"] == RAISERS for each in log)


@pytest.mark.parametrize(
    ("raiser", "mail"),
    [
        ({"email": None, "phone": "07 3000 0000"}, MAIL),
        ({"needs": {"preferred_channel": "phone"}}, MAIL),
        ({}, "mail: {not_under: [ola-rivers]}"),
        ({}, ""),
    ],
)
def test_nobody_is_mailed_who_left_no_address_or_would_rather_not_or_whose_agreement_forbids_it(
    furnished_url: str, open_on: Open, tmp_path: Path, raiser: dict[str, Any], mail: str
) -> None:
    file = (CONFIG / "surveys.yaml").read_text()
    assert MAIL in file
    (tmp_path / "surveys.yaml").write_text(file.replace(MAIL, mail))
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server, config_dir=tmp_path)
        issue = settled(inside, **raiser)
        deliver(inside)
        assert asked(server) == []
        assert went(inside, issue) is None


def test_mail_waits_through_the_quiet_hours_and_comes_after_them(
    inside: Container, server: MailServer, clock: VirtualClock
) -> None:
    clock.advance(timedelta(hours=11))  # nine in the evening in Brisbane
    settled(inside)
    deliver(inside)
    assert asked(server) == []
    clock.advance(timedelta(hours=10))
    deliver(inside)
    assert asked(server) == []
    clock.advance(timedelta(hours=1, minutes=1))
    deliver(inside)
    assert len(asked(server)) == 1


@pytest.mark.parametrize("how", ["sealed", "answered", "ended"])
def test_what_was_sealed_answered_or_ended_while_it_waited_is_not_mailed(
    inside: Container, server: MailServer, clock: VirtualClock, how: str
) -> None:
    clock.advance(timedelta(hours=11))
    issue = settled(inside)
    deliver(inside)
    if how == "sealed":
        ask(inside.desk, Reclassify(changes={"sensitive": (Sensitivity.PRIVACY,)}), issue)
    elif how == "answered":
        link = inside.invitations
        assert link is not None
        with read(inside.engine) as connection:
            letter = link.letter(connection, invitation(inside, issue))
        assert letter is not None
        asker = Asker(inside.desk, inside.vault, inside.surveys)
        asker.answer(letter.link.rpartition("/")[2], {"overall": 5}, "no")
    clock.advance(timedelta(days=22 if how == "ended" else 1, hours=12))
    deliver(inside)
    assert asked(server) == []
    theirs = [each for each in mails(inside) if each.endpoint_id == mailbox_id(RAISERS)]
    assert [each.state for each in theirs] == [DeliveryState.CANCELLED]


def test_a_mail_that_comes_back_is_noted_and_nobody_else_goes_without(
    inside: Container, server: MailServer
) -> None:
    issue = settled(inside)
    deliver(inside)
    arriving = inside.hooks.mail
    assert arriving is not None
    to = arriving.replies.address(Purpose.BOUNCE, issue, mailbox_id(RAISERS))
    assert to == asked(server)[0].sender
    assert to.endswith(REPLIES)
    assert list(arriving.take_in(report(to, "5.1.1", "failed")).did) == ["bounced"]
    assert invitation(inside, issue).bounce == "5.1.1"
    settled(inside, name="Bo")
    deliver(inside)
    assert len(asked(server)) == 2


def test_without_the_address_of_our_pages_there_is_no_link_to_mail(
    furnished_url: str, open_on: Open
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server, public_url=None)
        settled(inside)
        deliver(inside)
        assert asked(server) == []
