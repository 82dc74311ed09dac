"""Mail by itself: addresses, headers, times, sessions; whatever people wrote is text in it."""

import asyncio
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from escalation.clock import SystemClock
from escalation.delivery.formats.requests import Request
from escalation.delivery.letter import Letter
from escalation.delivery.mail import sender
from escalation.delivery.mail.addresses import address
from escalation.delivery.mail.message import Attached, Mail, Named, written
from escalation.delivery.mail.sender import MailSender
from escalation.delivery.mail.session import Security, Server, knocked
from escalation.delivery.outbound import trusting
from escalation.delivery.retry import Outcome, Result
from escalation.services.mail.composing import Part, Words
from escalation.services.mail.mailing import Mailing
from escalation.services.mail.replies import Purpose, Replies
from escalation.services.secrets import Vault
from tests.access.test_injection import MARK, PAYLOADS, Alive
from tests.builders import at
from tests.delivery.evil import certificate
from tests.delivery.mailserver import MailServer, mail_server

SECRET = "of the test"  # noqa: S105 - it opens the server of the test alone
BRISBANE = ZoneInfo("Australia/Brisbane")


def mail(**changes: Any) -> Mail:
    plain: dict[str, Any] = {
        "id": "evt_1.abc@ssi.example",
        "sender": Named("Initiative", "issues@ssi.example"),
        "recipient": Named("Ana", "ana@rivers.example"),
        "subject": "A subject",
        "text": "Words.\n",
        "page": "<p>Words.</p>",
        "at": datetime(2026, 3, 2, tzinfo=UTC),
    }
    return Mail(**{**plain, **changes})


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, _class=EmailMessage, policy=policy.default)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_whatever_is_typed_is_text_in_headers_words_and_page(payload: str) -> None:
    words = Words(payload, [Part(payload, payload, [(payload, payload)])], [payload])
    made = mail(
        subject=payload,
        text=words.text(),
        page=words.page(),
        recipient=Named(payload, "ana@rivers.example"),
        sender=Named(payload, "issues@ssi.example"),
        attached=[Attached(payload, "text/plain", payload.encode())],
    )
    content = written(made)
    found = read(content)
    known = {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Precedence",
        "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert set(found.keys()) == known
    assert [each.addr_spec for each in found["To"].addresses] == ["ana@rivers.example"]
    assert [each.addr_spec for each in found["From"].addresses] == ["issues@ssi.example"]
    page = found.get_body(("html",))
    assert page is not None
    alive = Alive()
    alive.feed(page.get_content())
    assert alive.found == []
    assert MARK in page.get_content()


def test_names_and_words_of_any_script_arrive_and_lines_stay_short() -> None:
    made = mail(
        subject="Löhne zu spät: 給料 " * 8,
        text="Ünïcödé " * 200,
        recipient=Named("Nguyễn Thị Lan, PhD", "ana@rivers.example"),
        thread=f"iss_{'0' * 26}.{'0' * 10}@a-rather-long-domain-of-a-department.example.gov.au",
    )
    content = written(made)
    found = read(content)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 130
    assert found["To"].addresses[0].display_name == "Nguyễn Thị Lan, PhD"
    assert "給料" in found["Subject"]
    assert str(found["References"]) == f"<{made.thread}>"
    assert written(made) == content


@pytest.mark.parametrize(
    "text",
    ["ana", "ana@", "@b.example", "a na@b.example", "ana@b.example\r\nX: y", "ana@b..example",
     "<ana@b.example>", "ana@b.example,eve@b.example", "änä@b.example", "a" * 65 + "@b.example",
     "ana@-b.example", 'a"b@c.example', "ana@b.example>", "", "ana@b example"],
)  # fmt: skip
def test_what_is_no_address_is_sent_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|domain"):
        address(text)


def test_a_domain_of_another_script_is_written_as_servers_know_it() -> None:
    assert address("ana@bücher.example") == "ana@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("here", "until"),
    [
        ("2026-03-02T17:59:59+10:00", None),
        ("2026-03-02T18:00:00+10:00", "2026-03-03T07:00:00+10:00"),
        ("2026-03-03T06:59:00+10:00", "2026-03-03T07:00:00+10:00"),
        ("2026-03-03T07:00:00+10:00", None),
    ],
)
def test_quiet_hours_may_go_over_midnight(here: str, until: str | None) -> None:
    wants = Mailing(quiet_from="18:00", quiet_until="07:00")
    found = wants.quiet_till(at(here), BRISBANE, None)
    assert found == (None if until is None else at(until))


def test_a_digest_comes_at_its_hour_on_its_readers_clock_through_the_change_of_it() -> None:
    wants, hobart = Mailing(digest_at="08:00"), ZoneInfo("Australia/Hobart")
    first = wants.next_digest(at("2026-04-04T09:00:00+11:00"), hobart)
    assert first == at("2026-04-05T08:00:00+10:00")
    assert wants.next_digest(first, hobart) == first + timedelta(days=1)


def test_a_token_of_a_reply_is_believed_where_it_was_made_and_nowhere_else() -> None:
    issue, box = f"iss_{'0' * 25}1", f"mbx_{'1' * 26}"
    ours = Replies(Vault(lambda: [b"k" * 32]), "reply.ssi.example")
    made = ours.address(Purpose.REPLY, issue, box)
    assert len(made.partition("@")[0]) <= 64
    meant = ours.meant(made.upper())
    assert meant is not None
    assert (meant.purpose, meant.issue) == (Purpose.REPLY, issue)
    assert box.startswith(meant.mailbox_begins)
    assert meant.of(box, ours.vault)
    assert not meant.of(f"mbx_{'1' * 25}2", ours.vault)
    assert not meant.of(box, Vault(lambda: [b"o" * 32]))
    assert meant.of(box, Vault(lambda: [b"n" * 32, b"k" * 32]))
    bounced = ours.meant(made.replace("reply+", "bounce+"))
    assert bounced is not None
    assert not bounced.of(box, ours.vault)
    for wrong in ("ana@reply.ssi.example", made.replace("ssi", "sso"), "", "reply+@x", made[1:]):
        assert ours.meant(wrong) is None


class Notes:
    """What is noted while a mail is handed over."""

    def __init__(self, *, ours: bool = True) -> None:
        self.said: list[object] = []
        self.ours = ours

    def begin(self) -> Future[bool]:
        self.said.append("begin")
        noted = Future[bool]()
        noted.set_result(self.ours)
        return noted

    def answered(self, status: int | None) -> None:
        self.said.append(status)

    def unanswered(self, result: Result) -> Result:
        self.said.append("unanswered")
        return result


def server_at(found: MailServer, **changes: Any) -> Server:
    plain: dict[str, Any] = {
        "host": "127.0.0.1", "port": found.port, "security": Security.NONE, "trust": trusting(),
        "patience": 2.0, "answer": 0.5,
    }  # fmt: skip
    return Server(**{**plain, **changes})


def letter(notes: Notes, body: str = "X: y\r\n\r\n.dot\r\n") -> Letter:
    request = Request(method="MAIL", body=body)
    return Letter(
        url="mailto:ana@rivers.example", message_id="evt_1", requests=(request,), secrets=(),
        sender="issues@ssi.example", handing=notes,
    )  # fmt: skip


def sent(server: Server, notes: Notes) -> Result | None:
    async def send() -> Result | None:
        mailer = MailSender(server, 1)
        found = await mailer.send("mbx", letter(notes), SystemClock().now())
        await mailer.close()
        return None if found is None else found.result

    return asyncio.run(send())


def test_a_mail_arrives_as_it_was_written_and_its_answer_is_noted() -> None:
    with mail_server() as found:
        notes = Notes()
        result = sent(server_at(found), notes)
    assert result is not None
    assert (result.outcome, result.status) == (Outcome.ACCEPTED, 250)
    assert notes.said == ["begin", 250]
    assert found.taken[0].content == b"X: y\r\n\r\n.dot\r\n"


def test_a_mail_that_is_no_longer_ours_is_not_ended() -> None:
    with mail_server() as found:
        notes = Notes(ours=False)
        assert sent(server_at(found), notes) is None
    assert found.taken == []
    assert notes.said == ["begin"]


@pytest.mark.parametrize("how", ["close", "hang"])
def test_without_an_answer_to_the_whole_mail_it_is_unconfirmed(how: str) -> None:
    with mail_server(lambda stage, _: how if stage in {"taken", "dot"} else None) as found:
        notes = Notes()
        result = sent(server_at(found), notes)
    assert result is not None
    assert result.outcome is Outcome.UNCONFIRMED
    assert notes.said == ["begin", "unanswered"]


class Stuck(Notes):
    """Noting down that the dot may be sent takes until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let, self.over = Event(), Event()

    def begin(self) -> Future[bool]:
        assert self.let.wait(60)
        return super().begin()

    def unanswered(self, result: Result) -> Result:
        self.over.set()
        return super().unanswered(result)


class After(Notes):
    """Another mail, in the midst of which one that was stuck goes on to its end."""

    def __init__(self, stuck: Stuck) -> None:
        super().__init__()
        self.stuck = stuck

    def begin(self) -> Future[bool]:
        self.stuck.let.set()
        assert self.stuck.over.wait(60)
        return super().begin()


def test_a_mail_that_was_given_up_does_not_break_off_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sender, "PHASES", 1)
    stuck = Stuck()
    with mail_server() as found:

        async def send() -> list[Outcome | None]:
            mailer = MailSender(server_at(found, patience=0.7, answer=0.3), 2)
            now = SystemClock().now()
            came = [await mailer.send("mbx", letter(each), now) for each in (stuck, After(stuck))]
            await mailer.close()
            return [None if each is None else each.result.outcome for each in came]

        assert asyncio.run(send()) == [Outcome.TIMED_OUT, Outcome.ACCEPTED]


@pytest.mark.parametrize(
    ("stage", "answer", "lost"),
    [("rcpt", "550 no", True), ("dot", "451 no", False), ("data", "554 no", True),
     ("mail", "530 sign in", False), ("connect", "554 no", False)],
)  # fmt: skip
def test_what_was_refused_is_noted_as_not_taken(stage: str, answer: str, lost: bool) -> None:
    with mail_server(lambda at_, _: answer if at_ == stage else None) as found:
        notes = Notes()
        result = sent(server_at(found), notes)
    assert result is not None
    assert (result.outcome, result.lost) == (Outcome.REFUSED, lost)
    assert notes.said == (["begin", None] if stage == "dot" else [])


def test_mail_is_protected_and_signed_in_as_set(tmp_path: Path) -> None:
    side, vouches = certificate(tmp_path, "localhost")
    with mail_server(trust=side, password=SECRET) as found:
        wanted: dict[str, Any] = {
            "host": "localhost", "security": Security.STARTTLS, "trust": trusting(str(vouches)),
            "user": "issues", "password": SECRET,
        }  # fmt: skip
        result = sent(server_at(found, **wanted), Notes())
        assert result is not None
        assert result.outcome is Outcome.ACCEPTED
        stranger = knocked(server_at(found, **{**wanted, "trust": trusting()}))
        assert stranger.outcome is Outcome.UNTRUSTED
        wrong = knocked(server_at(found, **{**wanted, "password": "guess"}))
        assert (wrong.outcome, wrong.status) == (Outcome.REFUSED, 535)
    assert found.signed_in == ["issues"]


def test_a_server_that_does_not_offer_protection_is_given_nothing() -> None:
    with mail_server() as found:
        result = sent(server_at(found, security=Security.STARTTLS), Notes())
    assert result is not None
    assert result.outcome is Outcome.UNTRUSTED
    assert found.taken == []


def test_no_server_is_no_connection() -> None:
    with mail_server() as found:
        pass
    result = sent(server_at(found), Notes())
    assert result is not None
    assert result.outcome is Outcome.UNREACHABLE
    assert not result.lost
