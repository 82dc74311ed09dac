"""Digests of subscriptions by mail: once for each window, with files or links beside."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from escalation.bootstrap import Container
from escalation.routing.vocabulary import Sensitivity
from escalation.services.callers import Caller
from escalation.services.mail import mailboxes
from escalation.services.roles import KeyRole
from escalation.services.subscribing import closing, making, subscriptions
from escalation.services.subscribing.checks import Asking, Wanted
from escalation.workflow.commands import Reclassify, Skip
from escalation.workflow.viewing import EVERYTHING
from tests.builders import CLERK, ask, complaint
from tests.delivery.acts import deliver
from tests.delivery.conftest import Open
from tests.delivery.mailing import mailing_by
from tests.delivery.mailserver import MailServer, Taken, mail_server

DAY = timedelta(days=1)
DAILY = {
    "kind": "recurring", "rule": "FREQ=DAILY", "start": "2026-03-01T08:00",
    "zone": "Australia/Brisbane",
}  # fmt: skip
CALLER = Caller(id="", name="Clerk", role=KeyRole.ADMIN, viewer=EVERYTHING)


def subscribe(inside: Container, recipient: dict[str, str], **more: Any) -> None:
    wanted = Wanted(
        forum="bmf-southern-cross", profile=None, recipient=recipient, occasion=DAILY,
        formats=("md", "csv"), **more,
    )  # fmt: skip
    subscriptions.create(inside.desk, wanted, Asking(CALLER, frozenset({"board.example"})))


def after(inside: Container, clock: Any, days: int, **changes: Any) -> None:
    """So many days later the worker looks, twice."""
    clock.advance(days * DAY)
    posting = replace(inside.posting, **changes)
    for _ in range(2):
        while closing.close_due(inside.desk) or making.make_due(inside.desk, posting):
            pass
        deliver(inside)


def documents(server: MailServer) -> list[Taken]:
    """The mails that are a subscription's."""
    return [each for each in server.taken if "by the subscription sub_" in words(each)]


def words(taken: Taken) -> str:
    body = taken.mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


@pytest.mark.parametrize(
    ("recipient", "to"),
    [
        ({"kind": "person", "person": "zoran-petrovic"}, "zoran-petrovic@schools.example"),
        ({"kind": "secretariat"}, "callum-treloar@ssi.example"),
        ({"kind": "address", "address": "chair@board.example"}, "chair@board.example"),
    ],
)
def test_a_digest_is_mailed_once_with_its_files_beside(
    furnished_url: str, open_on: Open, clock: Any, recipient: dict[str, str], to: str
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server, digest_domains="board.example")
        subscribe(inside, recipient, marking="OFFICIAL")
        after(inside, clock, 1)
        after(inside, clock, 1)
    found = documents(server)
    assert [each.recipient for each in found] == [to] * 2
    assert str(found[0].mail["Subject"]).startswith("DIG-2026-0001: forum:bmf-southern-cross")
    assert words(found[0]).startswith("OFFICIAL")
    names = [part.get_filename() for part in found[0].mail.iter_attachments()]
    assert names == ["DIG-2026-0001.md", "DIG-2026-0001.csv"]
    assert "digest-downloads" not in words(found[0])


def test_of_several_that_are_late_one_mail_comes_with_links_to_the_others(
    furnished_url: str, open_on: Open, clock: Any
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        subscribe(inside, {"kind": "secretariat"})
        after(inside, clock, 3)
    [found] = documents(server)
    text = words(found)
    assert "120 minutes before it could be made" in text
    assert text.count("With it, late, the digest") == 2
    assert text.count("https://issues.ssi.example/v1/digest-downloads/lnk_") == 4


def test_files_that_are_too_large_are_read_by_links(
    furnished_url: str, open_on: Open, clock: Any
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        subscribe(inside, {"kind": "secretariat"})
        after(inside, clock, 1, largest=10)
    [found] = documents(server)
    assert list(found.mail.iter_attachments()) == []
    assert words(found).count("https://issues.ssi.example/v1/digest-downloads/lnk_") == 2


def test_a_digest_that_waits_goes_without_its_files_once_a_matter_in_them_is_sealed(
    furnished_url: str, open_on: Open, clock: Any
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        issue = ask(inside.desk, complaint(title="Whose pay it is"))["id"]
        ask(inside.desk, Skip(to="business_manager_forum", reason="It is for all."), issue)
        person, now = "callum-treloar", clock.now() + timedelta(hours=10)
        quiet = {
            "quiet_from": now.strftime("%H:00"),
            "quiet_until": (now + timedelta(hours=6)).strftime("%H:00"),
        }
        mailboxes.change(inside.desk, person, quiet, enabled=None, actor=CLERK)
        subscribe(inside, {"kind": "secretariat"})
        after(inside, clock, 1)
        assert documents(server) == []
        ask(inside.desk, Reclassify(changes={"sensitive": (Sensitivity.PRIVACY,)}), issue)
        clock.advance(timedelta(hours=7))
        deliver(inside)
    [found] = documents(server)
    assert list(found.mail.iter_attachments()) == []
    assert "Whose pay" not in words(found)
    assert "DIG-2026-0001 tells of a matter that has been sealed since it was made" in words(found)


def test_who_has_their_mail_together_has_the_files_of_their_digests_all_the_same(
    furnished_url: str, open_on: Open, clock: Any
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server, digest_domains="board.example")
        wishes = {"mode": "digest"}
        mailboxes.change(inside.desk, "callum-treloar", wishes, enabled=None, actor=CLERK)
        for _ in range(2):
            subscribe(inside, {"kind": "secretariat"})
        after(inside, clock, 1)
    found = documents(server)
    assert [len(list(each.mail.iter_attachments())) for each in found] == [2, 2]
