"""Mailboxes over REST and on the command line; mails whose sender was killed; documents by mail."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from escalation.api.app import create_app
from escalation.bootstrap import Container, mail_setup_of
from escalation.cli.app import app
from escalation.cli.mail import come_of
from escalation.clock import VirtualClock
from escalation.delivery.mail.message import Attached
from escalation.errors import Invalid, NotFound
from escalation.services import keys, watch
from escalation.services.handing import StoredHanding
from escalation.services.keys import KeyRole
from escalation.services.mail import checkup, mailboxes
from escalation.services.mail.documents import Document, mail_once
from escalation.services.mail.replies import Purpose
from escalation.services.outgoing import LEASE, Batch
from escalation.store import handing
from escalation.store.mailing import mailbox_id
from escalation.store.transaction import read, write
from escalation.workflow.commands import Escalate
from tests.builders import CLERK, ask, complaint, copied_sqlite
from tests.delivery.acts import deliver, logged
from tests.delivery.conftest import Open
from tests.delivery.mailing import LEAD, OTHER, mailing_by, mails, settings
from tests.delivery.mailserver import MailServer, mail_server
from tests.delivery.test_rest import Api

BOX = mailbox_id("priya-nair")


def leased(inside: Container) -> Batch:
    """The lead's next mails, claimed by a sender that is then killed."""
    inside.outgoing.hand_on()
    batch = inside.outgoing.step(BOX, "killed", (), 2)
    assert batch is not None
    return batch


@pytest.mark.parametrize(
    ("noted", "unconfirmed", "taken", "state"),
    [
        ((), "hold", 1, "delivered"),
        (("begin",), "hold", 0, "dead"),
        (("begin",), "again", 1, "delivered"),
        (("begin", "taken"), "hold", 0, "delivered"),
        (("begin", "refused"), "hold", 1, "delivered"),
    ],
)
def test_what_a_killed_sender_has_noted_says_whether_a_mail_is_sent_again(
    furnished_url: str,
    open_on: Open,
    clock: VirtualClock,
    *,
    noted: tuple[str, ...],
    unconfirmed: str,
    taken: int,
    state: str,
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server, mail_unconfirmed=unconfirmed)
        logged(inside, 1)
        batch = leased(inside)
        notes = batch.letter(batch.claimed[0]).handing
        assert isinstance(notes, StoredHanding)
        if "begin" in noted:
            assert notes.begin().result()
        if "taken" in noted:
            notes.answered(250)
        if "refused" in noted:
            notes.answered(None)
        notes.over.notes.settle()
        clock.advance(LEASE + timedelta(minutes=5))
        deliver(inside)
        deliver(inside)
    assert len([each for each in server.taken if each.recipient == LEAD]) == taken
    [mine] = [each for each in mails(inside) if each.endpoint_id == BOX]
    assert mine.state.value == state
    with read(inside.engine) as connection:
        assert handing.unconfirmed(connection) == (state == "dead")
    doubtful = b"escalation_deliveries_unconfirmed %d.0" % (state == "dead")
    assert doubtful in watch.metrics(inside.desk, timedelta(minutes=2))


def test_a_sender_whose_lease_was_taken_over_does_not_end_its_mail(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        logged(inside, 1)
        batch = leased(inside)
        clock.advance(LEASE + timedelta(minutes=5))
        deliver(inside)
        notes = batch.letter(batch.claimed[0]).handing
    assert notes is not None
    assert not notes.begin().result()
    assert len([each for each in server.taken if each.recipient == LEAD]) == 1


def test_a_mail_after_one_that_may_be_missing_says_so(
    furnished_url: str, open_on: Open, clock: VirtualClock
) -> None:
    del clock
    closes = True

    def mood(stage: str, recipient: str) -> str | None:
        return "close" if closes and stage == "dot" and recipient == LEAD else None

    with mail_server(mood) as server:
        inside = mailing_by(open_on, furnished_url, server)
        issue = ask(inside.desk, complaint())
        deliver(inside)
        closes = False
        ask(inside.desk, Escalate(reason="It cannot wait."), issue["id"])
        deliver(inside)
    [taken] = [each for each in server.taken if each.recipient == LEAD]
    body = taken.mail.get_body(("plain",))
    assert body is not None
    assert "It is not known that you have had 1 earlier mail" in body.get_content()


def test_who_asks_by_mail_for_one_mail_a_day_is_not_sent_what_waits_for_it_at_once(
    furnished_url: str, open_on: Open
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        mailboxes.change(inside.desk, "priya-nair", {"mode": "digest"}, enabled=None, actor=CLERK)
        ask(inside.desk, complaint())
        deliver(inside)
        took_in = inside.hooks.mail
        assert took_in is not None
        to = took_in.replies.address(Purpose.PREFERENCES, None, mailbox_id("priya-nair"))
        wish = f"From: {LEAD}\nTo: {to}\nSubject: digest\nMessage-ID: <1@meridian.example>\n\n"
        assert took_in.take_in(wish.encode()).did == ["mode digest"]
        deliver(inside)
    assert LEAD not in [each.recipient for each in server.taken]


# -- documents


def test_a_document_goes_once_to_each_for_each_window_however_often_it_is_mailed(
    furnished_url: str, open_on: Open
) -> None:
    document = Document("The digest", "See the file.", [Attached("d.pdf", "application/pdf", b"%")])
    to = ["priya-nair", "board@ssi.example", "priya-nair"]
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)

        def mailed(window: str) -> list[str]:
            with write(inside.engine) as connection:
                return mail_once(connection, ("sub_1", window), document, to, inside.clock.now())

        assert (len(mailed("w1")), len(mailed("w1"))) == (2, 0)
        deliver(inside)
        assert mailed("w1") == []
        assert len(mailed("w2")) == 2
        deliver(inside)
    assert sorted(e.recipient for e in server.taken) == ["board@ssi.example"] * 2 + [LEAD] * 2
    [file] = server.taken[0].mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("d.pdf", b"%")
    assert server.taken[0].mail["Subject"] == "The digest"


def test_a_document_to_what_is_no_address_is_refused(furnished_url: str, open_on: Open) -> None:
    inside = open_on(furnished_url)
    with pytest.raises(Invalid, match="address"), write(inside.engine) as connection:
        mail_once(connection, ("s", "w"), Document("D", "d"), ["a b@c"], inside.clock.now())


# -- over REST and at the command line


@pytest.fixture
def inside(furnished_url: str, open_on: Open) -> Container:
    return mailing_by(open_on, furnished_url, MailServer(port=9))


@pytest.fixture
def api(inside: Container) -> Api:
    key = keys.create(inside.desk, name="k", role=KeyRole.ADMIN, actor=CLERK).secret
    return Api(create_app(inside), key)


def test_how_somebody_has_their_mail_is_read_and_changed(api: Api) -> None:
    path = "/v1/mailboxes/priya-nair"
    assert api("GET", path).json()["mode"] == "single"
    wishes = {"mode": "digest", "quiet_from": "18:00", "quiet_until": "07:00"}
    assert api("PATCH", path, wishes).status_code == 200
    found = api("PATCH", path, {"zone": "Australia/Hobart", "calendar": "brisbane"}).json()
    assert (found["mode"], found["quiet_from"], found["zone"]) == (
        "digest", "18:00", "Australia/Hobart",
    )  # fmt: skip
    assert [e["person"] for e in api("GET", "/v1/mailboxes").json()["data"]] == ["priya-nair"]
    for wrong, pointer in (
        ({"mode": "loud"}, "/mode"),
        ({"quiet_from": None}, ""),
        ({"zone": "Mars/Base"}, "/zone"),
        ({"digest_at": "25:00"}, "/digest_at"),
        ({"calendar": "no-such"}, "/calendar"),
    ):
        answer = api("PATCH", path, wrong)
        assert answer.status_code == 422, wrong
        assert any(e["source"]["pointer"] == pointer for e in answer.json()["errors"]), wrong
    assert api("GET", "/v1/mailboxes/nobody").status_code == 404


def test_a_mailbox_is_for_whose_it_is(inside: Container) -> None:
    own = keys.create(
        inside.desk, name="p", role=KeyRole.HOLDER, person="priya-nair", actor=CLERK
    ).secret
    mine = Api(create_app(inside), own)
    assert mine("PATCH", "/v1/mailboxes/priya-nair", {"mode": "digest"}).status_code == 200
    assert mine("GET", "/v1/mailboxes/bronwyn-tait").status_code == 403
    assert mine("GET", "/v1/mails").status_code == 403


def test_the_log_of_mails_is_read_by_person_and_state(inside: Container, api: Api) -> None:
    logged(inside, 1)
    inside.outgoing.hand_on()
    [mine] = api("GET", "/v1/mails?person=priya-nair&state=waiting").json()["data"]
    assert (mine["recipient"], mine["type"]) == ("priya-nair", "issue.logged")
    assert len(api("GET", "/v1/mails?limit=1").json()["data"]) == 1
    assert api("GET", f"/v1/deliveries/{mine['id']}").status_code == 200
    assert api("GET", f"/v1/webhook-endpoints/{BOX}").status_code == 404
    assert api("POST", "/v1/mailboxes/priya-nair/test").status_code == 202


def test_where_no_mail_is_sent_a_test_is_refused(furnished_url: str, open_on: Open) -> None:
    inside = open_on(furnished_url)
    key = keys.create(inside.desk, name="k", role=KeyRole.ADMIN, actor=CLERK).secret
    answer = Api(create_app(inside), key)("POST", "/v1/mailboxes/priya-nair/test")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_mail")
    with pytest.raises(NotFound):
        mailboxes.test(inside.desk, "nobody")


def test_mail_is_tried_shown_and_changed_at_the_command_line(
    furnished_sqlite: Path, tmp_path: Path
) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / "escalation.db")
    with mail_server(lambda at, to: "550 no" if (at, to) == ("rcpt", OTHER) else None) as server:
        given: dict[str, Any] = {
            "database_url": url, "data_dir": tmp_path / "data", **settings(server)
        }  # fmt: skip
        variables = {f"ESCALATION_{name.upper()}": str(value) for name, value in given.items()}

        def run(*words: str, status: int = 0) -> Any:
            done = CliRunner().invoke(app, ["mail", *words, "--json"], env=variables)
            assert done.exit_code == status, done.output
            return json.loads(done.stdout)

        assert run("test", "priya-nair")["state"] == "delivered"
        assert run("test", OTHER, status=1)["state"] == "dead"
        plain = CliRunner().invoke(app, ["mail", "test", "ana@b.example"], env=variables)
        assert "delivered" in plain.output
        changed = run("change", "priya-nair", "--mode", "digest", "--quiet", "18:00-07:00")
        assert (changed["mode"], changed["quiet_from"]) == ("digest", "18:00")
        assert run("change", "priya-nair", "--quiet", "never")["quiet_from"] is None
        assert run("show", "priya-nair")["mode"] == "digest"
        assert len(run("list")["data"]) == 4
        assert [each["state"] for each in run("log", "--state", "dead")["data"]] == ["dead"]
        run("change", "priya-nair", "--disable")
        shown = CliRunner().invoke(app, ["mail", "list"], env={**variables, "COLUMNS": "200"})
        assert re.search(r"priya-nair +\S+ +disabled", shown.output)
        for words in (["list"], ["log"], ["show", "priya-nair"]):
            done = CliRunner().invoke(app, ["mail", *words], env=variables)
            assert "priya-nair" in done.output
    assert [each.recipient for each in server.taken] == [LEAD, "ana@b.example"]


def test_a_test_mail_that_a_service_beside_is_sending_is_waited_for() -> None:
    states = iter(["sending", "sending", "delivered", "sent no more"])
    found = come_of(lambda: {"state": next(states)}, 0)
    assert found == {"state": "delivered"}
    assert come_of(lambda: {"state": "sending"}, 0) == {"state": "sending"}


# -- the doctor


def test_the_doctor_finds_what_is_wrong_with_mail(
    furnished_url: str, open_on: Open, tmp_path: Path
) -> None:
    with mail_server() as server:
        inside = mailing_by(open_on, furnished_url, server)
        assert _found(inside) == {"mail_without_replies"}
        unlinked = mail_setup_of(inside.settings.model_copy(update={"public_url": None}))
        assert "mail_without_links" in {each.code for each in checkup.around(unlinked)}
        mailboxes.change(inside.desk, "priya-nair", {}, enabled=False, actor=CLERK)
        assert _found(inside) == {"mail_without_replies", "mailboxes_disabled"}
    assert _found(inside) == {"mail_without_replies", "mailboxes_disabled", "mail_unreachable"}
    half = mail_setup_of(inside.settings.model_copy(update={"mail_from": None}))
    assert [each.code for each in checkup.around(half)] == ["mail_half"]
    answers = {"mail_reply_domain": "in.example", "mail_maildir": tmp_path}
    read = mail_setup_of(inside.settings.model_copy(update=answers))
    assert "mail_unread" in {each.code for each in checkup.around(read)}
    (tmp_path / "new").mkdir()
    assert "mail_unread" not in {each.code for each in checkup.around(read)}
    far = inside.settings.model_copy(update={"smtp_host": "192.0.2.1", "smtp_port": 1})
    setup = mail_setup_of(far)
    assert next(iter(checkup.around(setup))).code == "mail_in_clear"


def _found(inside: Container) -> set[str]:
    setup = mail_setup_of(inside.settings)
    with read(inside.engine) as connection:
        directory = inside.registry.refresh(connection).directory
        found = [*checkup.around(setup), *checkup.inside(setup, connection, directory)]
    return {each.code for each in found}
