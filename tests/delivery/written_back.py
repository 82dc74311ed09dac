"""Writing back to a tool that misbehaves, through kills of the sender; an outage worked off.

Part of the campaign: python -m tests.delivery.campaign --part tool --part backlog
"""

import random
from pathlib import Path
from time import sleep

from escalation.bootstrap import Container, opened
from escalation.clock import monotonic
from escalation.delivery.formats.options import format_of
from escalation.store import deliveries
from escalation.store.deliveries import Message, NewDelivery
from escalation.store.transaction import read, write
from escalation.workflow.commands import Acknowledge
from tests.builders import ask, ask_all, complaint, job, shown
from tests.delivery.acts import log_of, subscribe
from tests.delivery.receiver import Receiver, receiving
from tests.delivery.tools import AUTHORIZATION, Jira
from tests.delivery.trial import Trial, left, wait_for

BODY = (
    b'{"type":"ping","timestamp":"2026-03-02T00:00:00Z","data":{"id":"evt_x","endpoint":"whe_x"}}'
)


def written_back(url: str, folder: Path, events: int, *, rounds: int, seed: int) -> Trial:
    """Write ``events`` to as many halves of tickets through kills; none lost, doubled, disordered.

    The tool answers one request in ten with 503, and of one in ten it does what it is asked and
    lets the connection drop.
    """
    dice = random.Random(seed)  # noqa: S311 - a test's own
    trial = Trial(url, folder, dice, factor=100.0)
    tool = Jira(chance=dice)
    with opened(trial.settings, clock=trial.clock) as inside, receiving(tool) as at_tool:
        inside.outgoing.hand_on()
        headers = {"Authorization": AUTHORIZATION}
        subscribe(inside, at_tool.url(""), form=format_of({"kind": "jira"}), headers=headers)
        tickets = _tickets(inside, events // 2)
        for round_ in range(rounds + 1):
            with trial.sender() as process:
                if round_ == rounds:
                    wait_for(lambda: not left(inside), 600)
                    break
                _wait_for_more(at_tool, trial)
                process.kill()
                trial.kills += 1
        trial.got = at_tool.got
        _check(inside, tool, tickets, events)
    return trial


def _tickets(inside: Container, count: int) -> dict[str, str]:
    """Issues that Jira knows, each with two events: what it calls them, by issue."""
    found: dict[str, str] = {}
    for start in range(0, count, 100):
        names = [f"RIV-{number}" for number in range(start + 1, min(start + 100, count) + 1)]
        logs = [complaint(external_refs=({"system": "jira", "id": name},)) for name in names]
        made = ask_all(inside.desk, [job(inside.desk, log) for log in logs])
        issues = [shown(a)["id"] for a in made if not isinstance(a, BaseException)]
        found |= dict(zip(issues, names, strict=True))
        ask_all(inside.desk, [job(inside.desk, Acknowledge(), issue) for issue in issues])
    return found


def _wait_for_more(at_tool: Receiver, trial: Trial) -> None:
    before = len(at_tool.got)
    wait_for(lambda: len(at_tool.got) > before + 5, 60)
    sleep(trial.chance.uniform(0, 0.4))


def _check(inside: Container, tool: Jira, tickets: dict[str, str], events: int) -> None:
    rows = log_of(inside)
    assert len(rows) == events
    assert {row.state.value for row in rows} == {"delivered"}
    for issue, name in tickets.items():
        mine = sorted((row for row in rows if row.aggregate == issue), key=lambda row: row.number)
        ends = [text.rpartition("[escalation ")[2].removesuffix("]") for text in tool.texts(name)]
        assert ends == [row.message_id for row in mine], "lost, doubled or out of order"


def backlog(url: str, folder: Path, count: int) -> tuple[float, float]:
    """Work off what an outage left at one endpoint; new events go to another meanwhile.

    Answers deliveries a second, and the longest wait in seconds of a new event.
    """
    trial = Trial(url, folder, random.Random(1))  # noqa: S311 - a test's own
    with opened(trial.settings, clock=trial.clock) as inside, receiving() as receiver:
        inside.outgoing.hand_on()
        behind = subscribe(inside, receiver.url("/behind"), types=["issue.withdrawn"]).stored.id
        subscribe(inside, receiver.url("/live"), types=["issue.logged"])
        _left_behind(inside, behind, count)
        waits = []
        with trial.sender():
            wait_for(lambda: bool(receiver.at("/behind")), 60)
            began = monotonic()
            while _waiting(inside, behind):
                seen, asked = len(receiver.at("/live")), monotonic()
                ask(inside.desk, complaint())
                wait_for(lambda seen=seen: len(receiver.at("/live")) > seen, 60, every=0.02)  # type: ignore[misc]  # bound at once
                waits.append(monotonic() - asked)
                sleep(1)
            took = monotonic() - began
        assert len({got.headers["webhook-id"] for got in receiver.at("/behind")}) == count
    return count / took, max(waits)


def _left_behind(inside: Container, endpoint: str, count: int) -> None:
    now = inside.clock.now()
    for start in range(0, count, 5_000):
        messages, new = [], []
        for number in range(start, min(start + 5_000, count)):
            name = inside.ids.new("evt", now)
            messages.append(Message(name, "issue.withdrawn", BODY, now))
            new.append(
                NewDelivery(
                    id=inside.ids.new("dlv", now),
                    endpoint_id=endpoint,
                    message_id=name,
                    aggregate=f"iss_{number // 3}",
                    number=number % 3 + 1,
                    type="issue.withdrawn",
                )
            )
        with write(inside.engine) as connection:
            deliveries.add(connection, messages, new, now)


def _waiting(inside: Container, endpoint: str) -> bool:
    with read(inside.engine) as connection:
        query = "SELECT count(*) FROM delivery WHERE ended_at IS NULL AND endpoint_id = '%s'"
        return bool(connection.exec_driver_sql(query % endpoint).scalar_one())
