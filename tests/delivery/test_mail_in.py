"""Mail in: an answer is a contact, a bounce marks the address, and nothing loops."""

import asyncio
import json
import mailbox
import ssl
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select

from escalation.bootstrap import Container
from escalation.delivery.mail import fetching, reading
from escalation.delivery.outbound import trusting
from escalation.errors import Busy, NotFound
from escalation.routing.vocabulary import Sensitivity
from escalation.services.inbound import inbox
from escalation.services.mail import mailboxes
from escalation.services.mail.arriving import Arriving
from escalation.services.mail.replies import Purpose
from escalation.store import models
from escalation.store.mailing import mailbox_id
from escalation.store.transaction import read as read_
from escalation.worker.jobs import jobs_of
from escalation.workflow.events import EventType
from tests.builders import CLERK, ask, complaint
from tests.delivery.acts import deliver
from tests.delivery.conftest import Open
from tests.delivery.evil import certificate
from tests.delivery.mailing import LEAD, REPLIES, mailing_by
from tests.delivery.mailserver import MailServer, mail_server


@pytest.fixture
def inside(furnished_url: str, open_on: Open, tmp_path: Path) -> Container:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "in" / part).mkdir(parents=True)
    return mailing_by(open_on, furnished_url, MailServer(port=9), mail_maildir=tmp_path / "in")


@pytest.fixture
def arriving(inside: Container) -> Arriving:
    found = inside.hooks.mail
    assert found is not None
    return found


def address(inside: Container, issue: str | None, purpose: Purpose = Purpose.REPLY) -> str:
    """The address of ours in a mail about an issue to its lead."""
    mailboxes.change(inside.desk, "priya-nair", {}, enabled=None, actor=CLERK)
    found = inside.hooks.mail
    assert found is not None
    return found.replies.address(purpose, issue, mailbox_id("priya-nair"))


def answer(to: str, text: str = "I rang them.\n", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"] = headers.pop("sender", f"Priya <{LEAD.upper()}>")
    made["To"] = to
    made["Subject"] = headers.pop("subject", "Re: it")
    made["Message-ID"] = headers.pop("id", "<1@meridian.example>")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


def contacts(inside: Container, issue: str) -> list[str]:
    """What is in the contact log of an issue."""
    event = models.event
    query = select(event.c.payload).where(
        event.c.aggregate == issue, event.c.type == EventType.CONTACTED.value
    )
    with read_(inside.engine) as connection:
        return [json.loads(said)["text"] for said in connection.scalars(query)]


def test_an_answer_is_a_contact_by_whose_mail_it_was_once_however_often_it_comes(
    inside: Container, arriving: Arriving
) -> None:
    issue = ask(inside.desk, complaint())["id"]
    quoted = "I rang them.\n\nOn Monday, the Initiative wrote:\n> [SSI] The pay is late\n> more\n"
    mail = answer(address(inside, issue), quoted)
    first, again = arriving.take_in(mail), arriving.take_in(mail)
    assert (first.state.value, first.reason) == ("done", None)
    assert first.id == again.id
    assert contacts(inside, issue) == ["I rang them."]
    view = inbox.one(inside.desk, inside.hooks, first.id)
    assert view["source"] == "mail"
    assert "The pay is late" in view["body"]["text"]
    assert inbox.page(inside.desk, source="mail").items[0]["did"] == ["contact"]
    assert inbox.replay(inside.desk, inside.hooks, first.id)["state"] == "done"
    assert contacts(inside, issue) == ["I rang them."]


def test_an_answer_to_a_mail_that_was_sent_finds_its_issue(
    furnished_url: str, open_on: Open
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        issue = ask(inside.desk, complaint())["id"]
        deliver(inside)
        [taken] = [each for each in server.taken if each.recipient == LEAD]
        to = taken.mail["Reply-To"].addresses[0].addr_spec
        found = inside.hooks.mail
        assert found is not None
        assert found.take_in(answer(to)).state.value == "done"
    assert contacts(inside, issue) == ["I rang them."]


@pytest.mark.parametrize(
    ("changes", "state", "why"),
    [
        ({"sender": "eve@evil.example"}, "refused", "eve@evil.example"),
        ({"Auto_Submitted": "auto-replied"}, "ignored", "program"),
        ({"Precedence": "bulk"}, "ignored", "program"),
        ({"Return_Path": "<>"}, "ignored", "program"),
        ({"X_Autoreply": "yes"}, "ignored", "program"),
        ({"X_Escalation_Event": "evt_1"}, "echo", "ours"),
    ],
)
def test_what_is_not_from_whose_mail_it_was_or_by_a_program_says_nothing(
    inside: Container, arriving: Arriving, changes: dict[str, str], state: str, why: str
) -> None:
    issue = ask(inside.desk, complaint())["id"]
    found = arriving.take_in(answer(address(inside, issue), **changes))
    assert found.state.value == state
    assert why in (found.reason or "")
    assert contacts(inside, issue) == []


def test_a_reference_that_is_made_up_is_kept_with_its_reason(
    inside: Container, arriving: Arriving
) -> None:
    issue, other = (ask(inside.desk, complaint())["id"] for _ in range(2))
    good = address(inside, issue)
    forged = good.replace(issue.removeprefix("iss_"), other.removeprefix("iss_"))
    strange = f"reply+whatever@{REPLIES}"
    found = [arriving.take_in(answer(to, id=f"<{n}@x>")) for n, to in enumerate((forged, strange))]
    assert [each.state.value for each in found] == ["refused", "unmapped"]
    assert "not made here" in (found[0].reason or "")
    listed = {each["id"] for each in inbox.page(inside.desk).items}
    assert listed == {each.id for each in found}
    assert list(inbox.replay_left(inside.desk, inside.hooks, "mail"))
    assert contacts(inside, other) == []


def test_who_may_not_see_an_issue_any_more_cannot_write_to_it(
    inside: Container, arriving: Arriving
) -> None:
    sealed = complaint(sensitive=(Sensitivity.BY_HAND,), about_person="priya-nair")
    issue = ask(inside.desk, sealed)["id"]
    found = arriving.take_in(answer(address(inside, issue)))
    assert found.state.value == "refused"
    assert contacts(inside, issue) == []


def report(to: str, status: str, action: str) -> bytes:
    """A report of what could not be delivered (RFC 3464)."""
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: Undelivered\r\n"
        f"Message-ID: <dsn-{status}@mx.example>\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;"
        ' boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {LEAD}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n--b--\r\n"
    ).encode()


def test_a_bounce_closes_the_mailbox_and_a_delay_does_not(
    inside: Container, arriving: Arriving
) -> None:
    issue = ask(inside.desk, complaint())["id"]
    to = address(inside, issue, Purpose.BOUNCE)
    delayed = arriving.take_in(report(to, "4.4.1", "delayed"))
    assert delayed.state.value == "ignored"
    assert mailboxes.one(inside.desk, "priya-nair")["enabled"]
    failed = arriving.take_in(report(to, "5.1.1", "failed"))
    assert (failed.state.value, list(failed.did)) == ("done", ["bounced"])
    found = mailboxes.one(inside.desk, "priya-nair")
    assert not found["enabled"]
    assert "5.1.1" in found["disabled_because"]
    mended = mailboxes.change(inside.desk, "priya-nair", {}, enabled=True, actor=CLERK)
    assert (mended["enabled"], mended["disabled_because"]) == (True, None)


def test_who_unsubscribes_by_mail_is_sent_only_what_they_must_know(
    inside: Container, arriving: Arriving
) -> None:
    to = address(inside, None, Purpose.PREFERENCES)
    assert arriving.take_in(answer(to, subject="none")).state.value == "done"
    assert mailboxes.one(inside.desk, "priya-nair")["mode"] == "none"
    other = arriving.take_in(answer(to, subject="what?", id="<2@x>"))
    assert other.state.value == "ignored"


def test_the_worker_takes_in_what_lies_in_a_maildir_and_once(
    inside: Container, tmp_path: Path
) -> None:
    issue = ask(inside.desk, complaint())["id"]
    folder = mailbox.Maildir(tmp_path / "in")
    folder.add(answer(address(inside, issue)))
    folder.add(b"\xff\x00 no mail at all")
    [job] = [each for each in jobs_of(inside) if each.name == "mail"]
    assert job.chunk() == 2
    assert job.chunk() == 0
    assert contacts(inside, issue) == ["I rang them."]
    states = sorted(each["state"] for each in inbox.page(inside.desk).items)
    assert states == ["done", "unmapped"]
    assert {each.get_subdir() for each in mailbox.Maildir(tmp_path / "in")} == {"cur"}


def test_a_mail_of_odd_bytes_is_kept_and_holds_up_none_of_those_behind_it(
    inside: Container, tmp_path: Path
) -> None:
    issue = ask(inside.desk, complaint())["id"]
    odd = (
        b"From: \xff\xfe@evil.example\r\nTo: \xff@ssi.example\r\n\r\nx",
        b"From: a\x00b@evil.example\r\nMessage-ID: <1\x00@evil.example>\r\n\r\nx",
        b"From: =?utf-8?q?=00?= <=?utf-8?q?=00?=@evil.example>\r\nPrecedence: b\x00\r\n\r\nx",
        b"Content-Type: ima\x00ge/png\r\nContent-Disposition: attachment\r\n\r\nx",
    )
    folder = mailbox.Maildir(tmp_path / "in")
    for mail in (*odd, answer(address(inside, issue))):
        folder.add(mail)
    [job] = [each for each in jobs_of(inside) if each.name == "mail"]
    assert job.chunk() == len(odd) + 1
    assert contacts(inside, issue) == ["I rang them."]
    states = Counter(each["state"] for each in inbox.page(inside.desk).items)
    assert states == {"unmapped": len(odd), "done": 1}


def test_without_a_domain_of_ours_no_mail_is_read_again(furnished_url: str, open_on: Open) -> None:
    inside = open_on(furnished_url)
    with pytest.raises(NotFound, match="MAIL_REPLY_DOMAIN"):
        list(inbox.replay_left(inside.desk, inside.hooks, "mail"))


class Imap:
    """A server of one mailbox, as far as it is asked (RFC 3501)."""

    def __init__(self, mails: Mapping[str, bytes | None]) -> None:
        """Of mails by their numbers; one that is nothing has gone since it was listed."""
        self.mails = mails
        self.seen: set[str] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK IMAP4rev1\r\n")
        while line := (await reader.readline()).decode().strip():
            tag, _, asked = line.partition(" ")
            words = asked.split(" ")
            for said in self._said(words):
                writer.write(said)
            how = "NO" if '"wrong"' in asked else "OK"
            writer.write(f"{tag} {how} done\r\n".encode())
            await writer.drain()
            if words[0] == "LOGOUT":
                break
        writer.close()

    def _said(self, words: list[str]) -> Iterator[bytes]:
        if words[0] == "CAPABILITY":
            yield b"* CAPABILITY IMAP4rev1\r\n"
        elif words[:2] == ["UID", "SEARCH"]:
            left = " ".join(name for name in self.mails if name not in self.seen)
            yield f"* SEARCH {left}\r\n".encode()
        elif words[:2] == ["UID", "FETCH"]:
            mail = self.mails[words[2]]
            if mail is None:
                return
            if "RFC822.SIZE" in words[3]:
                yield f"* 1 FETCH (UID {words[2]} RFC822.SIZE {len(mail)})\r\n".encode()
            elif not mail:
                yield f"* 1 FETCH (UID {words[2]} BODY[]<0> NIL)\r\n".encode()
            else:
                yield f"* 1 FETCH (UID {words[2]} BODY[]<0> {{{len(mail)}}}\r\n".encode()
                yield mail + b")\r\n"
        elif words[:2] == ["UID", "STORE"]:
            self.seen |= set(words[2].split(","))


@contextmanager
def imap(server: Imap, folder: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """The server, listening; gives its port, and who vouches for it."""
    side, vouches = certificate(folder, "localhost")
    ready, ended = Event(), asyncio.Event()
    found: list[Any] = []

    async def serve() -> None:
        listening = await asyncio.start_server(server.talk, "127.0.0.1", 0, ssl=side)
        found.extend((asyncio.get_running_loop(), listening.sockets[0].getsockname()[1]))
        ready.set()
        await ended.wait()
        listening.close()

    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield found[1], trusting(str(vouches))
    finally:
        found[0].call_soon_threadsafe(ended.set)
        thread.join(30)


def test_what_lies_in_a_mailbox_of_a_server_is_taken_in_and_once(
    inside: Container, arriving: Arriving, tmp_path: Path
) -> None:
    issue = ask(inside.desk, complaint())["id"]
    server = Imap({"7": answer(address(inside, issue))})
    with imap(server, tmp_path) as (port, trust):
        place = fetching.Imap("localhost", port, "issues", "word", "INBOX", trust)
        taking = replace(arriving, place=place)
        assert (taking.poll(), taking.poll()) == (1, 0)
        assert server.seen == {"7"}
        with pytest.raises(Busy, match="the server said NO"):
            replace(place, folder="wrong").look(10)
        with pytest.raises(Busy, match=r": done$"):
            replace(place, password="wrong").look(10)  # noqa: S106 - of the test's own server
        with pytest.raises(Busy, match="cannot be read"):
            replace(place, trust=trusting()).look(10)
    assert contacts(inside, issue) == ["I rang them."]


def test_a_folder_among_the_mails_of_a_maildir_holds_none_of_them_up(
    inside: Container, arriving: Arriving, tmp_path: Path
) -> None:
    issue = ask(inside.desk, complaint())["id"]
    new = tmp_path / "mails" / "new"
    (new / "1.folder").mkdir(parents=True)
    (new / "2.mail").write_bytes(answer(address(inside, issue)))
    taking = replace(arriving, place=fetching.Maildir(tmp_path / "mails"))
    assert (taking.poll(), taking.poll()) == (1, 0)
    assert contacts(inside, issue) == ["I rang them."]


def test_a_mail_without_content_is_taken_in_once_and_one_that_has_gone_is_left(
    arriving: Arriving, tmp_path: Path
) -> None:
    server = Imap({"7": b"", "8": None})
    with imap(server, tmp_path) as (port, trust):
        place = fetching.Imap("localhost", port, "issues", "word", "INBOX", trust)
        taking = replace(arriving, place=place)
        assert (taking.poll(), taking.poll()) == (1, 0)
    assert server.seen == {"7"}


def test_a_mail_that_is_too_large_is_named_and_its_words_are_not_read(
    inside: Container, arriving: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = ask(inside.desk, complaint())["id"]
    mail = answer(address(inside, issue), "x" * 3_000)
    monkeypatch.setattr(reading, "LARGEST", 2_000)
    found = arriving.take_in(mail)
    assert found.state.value == "refused"
    assert "bytes" in (found.reason or "")
