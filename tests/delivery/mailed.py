"""Mail through kills of the sender and a server that misbehaves at every stage of a session.

Part of the campaign: python -m tests.delivery.campaign --part mail
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import sleep
from typing import Any

from escalation.bootstrap import Container, opened
from escalation.routing.vocabulary import Channel
from escalation.services import deliveries
from escalation.services.deliveries import DeliveryState
from escalation.store import mailing
from escalation.store.delivery_log import Logged
from escalation.store.transaction import read
from escalation.workflow.commands import Acknowledge, Contact, Escalate
from tests.builders import CLERK, ask_all, complaint, job, shown
from tests.delivery.mailing import mails, settings
from tests.delivery.mailserver import MailServer, Taken, mail_server
from tests.delivery.trial import Trial, left, wait_for

FACTOR = 100.0
OF_AN_ISSUE = 4
"""Events of each issue, all of which somebody is told of."""
AGENCIES = ("rivers", "schools", "transit", "wellbeing")
ILLS: tuple[tuple[str, str, float], ...] = (
    ("connect", "421 too many", 0.01),
    ("mail", "421 closing", 0.005),
    ("rcpt", "450 greylisted", 0.03),
    ("data", "close", 0.01),
    ("dot", "451 later", 0.03),
    ("dot", "close", 0.01),
    ("taken", "close", 0.01),
    ("taken", "hang", 0.003),
)
"""At which stage the server does what, and how often. After `dot` it has not the mail, after
`taken` it has: the sender is told neither."""


@dataclass
class MailTrial(Trial):
    """What the server took, and how it misbehaved."""

    taken: list[Taken] = field(default_factory=list)
    ills: Counter[str] = field(default_factory=Counter)
    unconfirmed: int = 0
    not_taken: int = 0
    again: int = 0
    well: bool = False
    lock: Lock = field(default_factory=Lock)

    def mood(self, stage: str, recipient: str) -> str | None:
        """What the server does, drawn; nothing once it is well."""
        del recipient
        if self.well:
            return None
        with self.lock:
            for at, what, share in ILLS:
                if at == stage and self.chance.random() < share:
                    self.ills[f"{at}: {what}"] += 1
                    return what
        return None


def mailed(
    url: str, folder: Path, events: int, *, rounds: int, seed: int, again: bool = False
) -> MailTrial:
    """Mail what ``events`` events tell through ``rounds`` of kills; all is checked at the end.

    ``again``: mails of which nobody knows whether they were taken are sent again.
    """
    dice = random.Random(seed)  # noqa: S311 - a test's own
    trial = MailTrial(url, folder, dice, FACTOR)
    with mail_server(trial.mood, taken=trial.taken) as server:
        trial.more = {
            **settings(server),
            "smtp_answer_seconds": 2,
            "mail_unconfirmed": "again" if again else "hold",
        }
        with opened(trial.settings, clock=trial.clock) as inside:
            inside.outgoing.hand_on()
            happened(inside, events)
            _until_all_is_sent(inside, trial, rounds)
            if again:
                _check_again(inside, trial, events)
            else:
                _check(inside, trial, events)
                _settle(inside, trial, server)
    return trial


def happened(inside: Container, events: int) -> list[str]:
    """So many events of issues of several parties."""
    found: list[str] = []
    for start in range(0, events // OF_AN_ISSUE, 100):
        many = range(start, min(start + 100, events // OF_AN_ISSUE))
        logs = [complaint(agency=AGENCIES[number % len(AGENCIES)]) for number in many]
        issues = [shown(answer)["id"] for answer in _done(inside, logs, [None] * len(logs))]
        for act in (
            Acknowledge(),
            Contact(text="They rang.", channel=Channel.PHONE),
            Escalate(reason="It cannot wait."),
        ):
            _done(inside, [act] * len(issues), issues)
        found += issues
    return found


def _done(inside: Container, asks: list[Any], issues: Any) -> list[Any]:
    jobs = [job(inside.desk, ask, issue) for ask, issue in zip(asks, issues, strict=True)]
    answers = ask_all(inside.desk, jobs)
    assert not [each for each in answers if isinstance(each, BaseException)]
    return answers


def _until_all_is_sent(inside: Container, trial: MailTrial, rounds: int) -> None:
    """The sender comes and goes; in the last round it stays until all is sent."""
    total = 0
    for number in range(rounds + 1):
        with trial.sender() as process:
            if number == rounds:
                wait_for(lambda: not left(inside), 900)
                return
            total = total or _total(inside)
            wanted = total * (number + 1) // (rounds + 2)
            wait_for(_more(inside, trial, wanted), 120, every=0.02)
            sleep(trial.chance.uniform(0, 0.2))
            process.kill()
            trial.kills += 1


def _total(inside: Container) -> int:
    wait_for(lambda: not _unsent(inside), 120)
    return len(mails(inside))


def _unsent(inside: Container) -> bool:
    with read(inside.engine) as connection:
        waits = "SELECT count(*) FROM outbox WHERE dispatched_at IS NULL"
        return bool(connection.exec_driver_sql(waits).scalar_one())


def _more(inside: Container, trial: MailTrial, count: int) -> Callable[[], bool]:
    return lambda: len(trial.taken) > count or not left(inside)


def _owners(inside: Container, rows: list[Logged]) -> dict[str, str]:
    """The address of whose each mail is, by its delivery."""
    with read(inside.engine) as connection:
        people = mailing.owners(connection, sorted({row.endpoint_id for row in rows}))
        directory = inside.registry.refresh(connection).directory
    assert directory is not None
    return {row.id: str(directory.people[people[row.endpoint_id]].email) for row in rows}


def _check(inside: Container, trial: MailTrial, events: int) -> None:
    """None lost, none twice to a person, none out of order for an issue."""
    rows = [row for row in mails(inside) if row.aggregate.startswith("iss_")]
    to = _owners(inside, rows)
    assert len({(row.message_id, row.endpoint_id) for row in rows}) == len(rows)
    assert len({row.message_id for row in rows}) == events, "an event of which nobody was told"
    came = Counter((each.event, each.recipient) for each in trial.taken)
    assert max(came.values()) == 1, "twice to a person"
    assert set(came) <= {(row.message_id, to[row.id]) for row in rows}, "invented"
    for row in rows:
        got = came[row.message_id, to[row.id]]
        if row.state is DeliveryState.DELIVERED:
            assert got == 1, "said to be delivered, and lost"
        else:
            assert (row.state, row.last_outcome) == (DeliveryState.DEAD, "unconfirmed")
            trial.unconfirmed += 1
            trial.not_taken += 1 - got
    _check_order(rows, to, trial.taken)


def _check_order(rows: list[Logged], to: dict[str, str], taken: list[Taken]) -> None:
    numbers = {(row.message_id, to[row.id]): (row.aggregate, row.number) for row in rows}
    lanes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for each in taken:
        issue, number = numbers[each.event, each.recipient]
        lanes[issue, each.recipient].append(number)
    assert all(lane == sorted(lane) for lane in lanes.values()), "out of order"


def _settle(inside: Container, trial: MailTrial, server: MailServer) -> None:
    """A person looks in the server's log: what it has is given up, the rest is sent again."""
    trial.well = True
    rows = [row for row in mails(inside) if row.state is DeliveryState.DEAD]
    to = _owners(inside, rows)
    came = {(each.event, each.recipient) for each in server.taken}
    for row in rows:
        if (row.message_id, to[row.id]) in came:
            deliveries.drop(inside.desk, row.id, inside.deliveries_kept, actor=CLERK)
        else:
            deliveries.redeliver(inside.desk, row.id, inside.deliveries_kept)
            trial.again += 1
    with trial.sender():
        wait_for(lambda: not left(inside), 300)
    every = [row for row in mails(inside) if row.aggregate.startswith("iss_")]
    owners = _owners(inside, every)
    got = Counter((each.event, each.recipient) for each in trial.taken)
    assert got == Counter((row.message_id, owners[row.id]) for row in every), "lost, or twice"


def _check_again(inside: Container, trial: MailTrial, events: int) -> None:
    """None lost; what came twice has the Message-ID of the first, and by that is once."""
    rows = [row for row in mails(inside) if row.aggregate.startswith("iss_")]
    to = _owners(inside, rows)
    assert {row.state for row in rows} == {DeliveryState.DELIVERED}
    assert len({row.message_id for row in rows}) == events
    came = Counter((each.event, each.recipient) for each in trial.taken)
    assert set(came) == {(row.message_id, to[row.id]) for row in rows}, "lost, or invented"
    known = {str(each.mail["Message-ID"]) for each in trial.taken}
    assert len(known) == len(rows)
    trial.again = sum(count - 1 for count in came.values())
    firsts = list({(each.event, each.recipient): each for each in reversed(trial.taken)}.values())
    _check_order(rows, to, firsts[::-1])
