"""Who sits for a client is asked once each time a survey comes round, by mail, and never named."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.digests.tallies import Period, Scope
from escalation.errors import EscalationError, NotFound, Refused
from escalation.services import at_hand, directory
from escalation.services.directory import Change, merged
from escalation.services.mail import asking, checkup, mailboxes
from escalation.services.mail.checkup import NO_MAIL
from escalation.services.reading.directory import Noun
from escalation.services.surveys.answering import Asker
from escalation.store import endpoints, mailing, models
from escalation.store.endpoints import EndpointState
from escalation.store.opinions import opinions
from escalation.store.transaction import read, write
from escalation.worker.jobs import jobs_of
from tests.builders import CLERK, CONFIG
from tests.delivery.acts import deliver
from tests.delivery.conftest import Open
from tests.delivery.mailing import mailing_by
from tests.delivery.mailserver import MailServer, mail_server
from tests.services.faults import at_commit

SURVEY = "client-yearly"
ROUND = (
    "periodic: {rule: FREQ=YEARLY, start: 2026-03-02T11:00, roles: [business_manager],"
    " people: [stelios-pappas], remind_after_days: [7, 14]}"
)
MANAGERS = {
    "carmel-rossi@transit.example",
    "ruth-goldfinch@rivers.example",
    "trang-nguyen@fisheries.example",
    "xiomara-delgado@records.example",
    "zoran-petrovic@schools.example",
}
NAMED = "stelios-pappas@rivers.example"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = (CONFIG / "surveys.yaml").read_text()
    about = "about: Asked of client agencies once a year."
    assert about in file
    (tmp_path / "surveys.yaml").write_text(file.replace(about, f"{about}\n    {ROUND}"))
    return tmp_path


@pytest.fixture
def inside(furnished_url: str, open_on: Open, server: MailServer, config: Path) -> Container:
    return mailing_by(open_on, furnished_url, server, config_dir=config)


@pytest.fixture
def workers(
    inside: Container, furnished_url: str, open_on: Open, server: MailServer, config: Path
) -> list[Container]:
    """Every process that there may be: on PostgreSQL two."""
    if inside.engine.dialect.name == "sqlite":
        return [inside]
    return [inside, mailing_by(open_on, furnished_url, server, config_dir=config)]


def ask(inside: Container) -> int:
    """What the worker does of its own: ask who is to be asked, and send what is due."""
    [job] = [each for each in jobs_of(inside) if each.name == "survey_rounds"]
    found = job.chunk()
    deliver(inside)
    return found


def link_in(server: MailServer, whom: str) -> list[str]:
    """The tokens of the links that somebody was mailed, the oldest first."""
    found = []
    for each in server.taken:
        plain = each.mail.get_body(("plain",))
        if each.recipient == whom and plain is not None:
            lines = plain.get_content().splitlines()
            found += [x.rpartition("/")[2] for x in lines if "/survey/" in x]
    return found


def rounds(inside: Container) -> list[dict[str, Any]]:
    with at_hand.look(inside.desk, CLERK) as look:
        return asking.told_of(look, inside.surveys, mails=True)


def test_each_is_asked_once_however_many_look_and_answers_count_where_they_sit(
    inside: Container, workers: list[Container], server: MailServer, clock: VirtualClock
) -> None:
    assert ask(inside) == 0, "an hour before it comes round"
    clock.advance(timedelta(hours=1))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: asking.ask_due(each.desk, each.surveys), workers * 2))
    assert ask(inside) == 0
    assert sorted(each.recipient for each in server.taken) == sorted({*MANAGERS, NAMED})
    [token] = link_in(server, "ruth-goldfinch@rivers.example")
    asker = Asker(inside.desk, inside.vault, inside.surveys)
    form = asker.form(token).view()
    shown = ("issue", "period", "state", "quotes")
    assert [form[each] for each in shown] == [None, "2026-03-02", "open", ["no", "anonymous"]]
    asker.answer(token, {"overall": 4, "words": "Sooner, please"}, "anonymous")
    with pytest.raises(Refused):
        asker.answer(token, {"overall": 1}, "no")
    with read(inside.engine) as connection:
        span = Period(clock.now() - timedelta(days=1), clock.now(), clock.now())
        counts = opinions(connection, span, Scope(), ())
        [kept] = connection.execute(select(models.survey_answer)).mappings()
        [said] = connection.execute(select(models.interaction)).mappings()
        asked = connection.execute(select(models.survey_invitation)).mappings().all()
    assert counts["agency", "rivers"]["surveys_sent"] == 2
    assert counts["agency", "rivers"]["surveys_returned"] == 1
    assert counts["provider", "meridian"]["rated_4"] == 1
    assert counts["period", "2026-03-02"]["surveys_sent"] == 6
    assert (kept["agency"], kept["respondent"], kept["period"]) == ("rivers", None, "2026-03-02")
    assert said["survey"] == {
        "name": SURVEY,
        "period": "2026-03-02",
        "answers": {"overall": 4, "words": "Sooner, please"},
    }
    assert "goldfinch" not in json.dumps([dict(said), *map(dict, asked)], default=str)
    assert [each["feedback"] for each in asked] == [None] * 6


def test_who_has_not_answered_is_reminded_as_often_as_the_survey_says(
    inside: Container, server: MailServer, clock: VirtualClock
) -> None:
    clock.advance(timedelta(hours=1))
    ask(inside)
    asker = Asker(inside.desk, inside.vault, inside.surveys)
    [token] = link_in(server, NAMED)
    asker.answer(token, {"overall": 5}, "no")
    server.taken.clear()
    clock.advance(timedelta(days=7))
    assert ask(inside) == 5
    assert ask(inside) == 0
    assert {each.recipient for each in server.taken} == MANAGERS
    assert all(each.mail["Subject"].startswith("Reminder: ") for each in server.taken)
    server.taken.clear()
    clock.advance(timedelta(days=8))
    assert ask(inside) == 5, "also once nobody is asked anew"
    assert ask(inside) == 0
    [told] = rounds(inside)
    counts = ("asked", "answered", "response_rate", "reminded", "state", "not_asked")
    assert [told[each] for each in counts] == [6, None, None, 5, "open", []]
    clock.advance(timedelta(days=6))
    assert ask(inside) == 0
    [told] = rounds(inside)
    assert told["state"] == "ended"


def test_a_commit_that_fails_or_whose_answer_is_lost_asks_nobody_twice_and_nobody_not(
    inside: Container, server: MailServer, clock: VirtualClock
) -> None:
    clock.advance(timedelta(hours=1))
    for statement, keeps in (
        ("INSERT INTO survey_invitation", False),
        ("INSERT INTO survey_invitation", True),
        ("UPDATE survey_invitation", False),
        ("UPDATE survey_invitation", True),
    ):
        with at_commit(inside.engine, Exception("gone"), keeps=keeps, of=statement) as failed:
            with suppress(EscalationError):
                asking.ask_due(inside.desk, inside.surveys)
            assert failed == [1]
        if keeps:
            ask(inside)
            assert sorted(each.recipient for each in server.taken) == sorted({*MANAGERS, NAMED})
            server.taken.clear()
            clock.advance(timedelta(days=15))  # two reminders are due by then, and one goes out


def change(inside: Container, noun: Noun, code: str, **entry: Any) -> None:
    """Change an entry of the directory."""
    directory.change(inside.desk, Change(noun, code, merged(entry)), actor=CLERK)


def test_who_cannot_be_asked_is_told_with_why_and_asked_once_that_is_mended(
    inside: Container, server: MailServer, clock: VirtualClock
) -> None:
    change(inside, Noun.PEOPLE, "ruth-goldfinch", email=None)
    change(inside, Noun.PEOPLE, "stelios-pappas", until="2026-02-28")
    change(inside, Noun.PEOPLE, "carmel-rossi", until="2026-02-28")
    boxes = {"trang-nguyen": {"mode": "none"}, "zoran-petrovic": {}}
    for person, wishes in boxes.items():
        mailboxes.change(inside.desk, person, wishes, enabled=None, actor=CLERK)
    came_back = {"state": EndpointState.DISABLED.value, "state_reason": "it bounced"}
    with write(inside.engine) as connection:
        endpoints.change(connection, mailing.mailbox_id("zoran-petrovic"), came_back)
    clock.advance(timedelta(hours=1))
    assert ask(inside) == 1
    assert [each.recipient for each in server.taken] == ["xiomara-delgado@records.example"]
    [told] = rounds(inside)
    assert {each["person"] or each["agency"]: each["why"] for each in told["not_asked"]} == {
        "stelios-pappas": "not_in_the_directory",
        "transit": "nobody_sits",
        "wellbeing": "nobody_sits",
        "ruth-goldfinch": "no_address",
        "trang-nguyen": "wants_no_mail",
        "zoran-petrovic": "mail_came_back",
    }
    with read(inside.engine) as connection:
        known = inside.registry.refresh(connection).directory
        ills = checkup.asking_all(NO_MAIL, connection, known, inside.surveys, clock.now())
        [ill] = list(ills)
    assert "cannot be asked" in ill.what
    change(inside, Noun.PEOPLE, "ruth-goldfinch", email="ruth@rivers.example")
    assert ask(inside) == 1
    assert server.taken[-1].recipient == "ruth@rivers.example"
    change(inside, Noun.PEOPLE, "carmel-rossi", until=None)
    clock.advance(timedelta(days=14))
    ask(inside)
    assert "carmel-rossi@transit.example" not in [each.recipient for each in server.taken]


def test_nobody_who_has_left_or_answered_meanwhile_is_mailed_and_why_is_not_told(
    inside: Container, server: MailServer, clock: VirtualClock
) -> None:
    clock.advance(timedelta(hours=1))
    ask(inside)
    [token] = link_in(server, NAMED)
    server.taken.clear()
    clock.advance(timedelta(days=7))
    assert asking.ask_due(inside.desk, inside.surveys) == 6
    Asker(inside.desk, inside.vault, inside.surveys).answer(token, {"overall": 5}, "no")
    change(inside, Noun.PEOPLE, "ruth-goldfinch", until="2026-03-01")
    deliver(inside)
    told = {each.recipient for each in server.taken}
    assert told == MANAGERS - {"ruth-goldfinch@rivers.example"}
    logged = mailboxes.log(inside.desk, "stelios-pappas").items
    assert "cancelled" in str(logged)
    assert "answered" not in str(logged)


def test_the_link_is_kept_nowhere_and_what_is_told_of_a_round_names_nobody(
    inside: Container, server: MailServer, clock: VirtualClock
) -> None:
    clock.advance(timedelta(hours=1))
    ask(inside)
    asker = Asker(inside.desk, inside.vault, inside.surveys)
    for manager in MANAGERS:
        [token] = link_in(server, manager)
        asker.answer(token, {"overall": 4}, "no")
    [told] = rounds(inside)
    assert (told["asked"], told["answered"], told["response_rate"]) == (6, 5, "83.3")
    assert not any(whom.partition("@")[0] in json.dumps(told) for whom in {*MANAGERS, NAMED})
    [token] = link_in(server, NAMED)
    with read(inside.engine) as connection:
        bodies = [bytes(each) for each in connection.scalars(select(models.message.c.body))]
    assert bodies
    assert not any(token.encode() in each or b"svy_" in each for each in bodies)
    name, end, mark = token.split(".")
    with pytest.raises(NotFound):
        asker.form(f"{name}.{int(end) + 1}.{mark}")
    clock.advance(timedelta(days=21))
    assert asker.form(token).view()["state"] == "ended"
    with pytest.raises(Refused):
        asker.answer(token, {"overall": 5}, "no")
