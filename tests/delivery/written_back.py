"""Writing back to a tool that misbehaves, through kills of the sender; an outage worked off.

Part of the campaign: python -m tests.delivery.campaign --part tool --part backlog
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

from escalation.bootstrap import Container, opened
from escalation.clock import monotonic
from escalation.delivery.formats.options import format_of
from escalation.services import deliveries as acts
from escalation.store import deliveries
from escalation.store.deliveries import DeliveryState, Message, NewDelivery
from escalation.store.delivery_log import Logged
from escalation.store.transaction import read, write
from escalation.workflow.commands import Acknowledge
from tests.builders import CLERK, ask, ask_all, complaint, job, shown
from tests.delivery.acts import log_of, subscribe
from tests.delivery.receiver import Receiver, receiving
from tests.delivery.tools import AUTHORIZATION, Chat, Jira, ServiceNow, Tool, Zendesk
from tests.delivery.trial import Trial, left, wait_for

_UNCONFIRMED = {(DeliveryState.DEAD, "unconfirmed")}
_MARK = re.compile(r"\[escalation (evt_\w+)\]")
BODY = (
    b'{"type":"ping","timestamp":"2026-03-02T00:00:00Z","data":{"id":"evt_x","endpoint":"whe_x"}}'
)


@dataclass(frozen=True)
class Way:
    """How a kind of tool is written to in a trial: what it is, and what it calls its tickets.

    A chat has no tickets, and cannot be asked what has arrived.
    """

    make: Callable[[random.Random], Tool]
    name: Callable[[int], str] | None = None


WAYS: Mapping[str, Way] = {
    "jira": Way(Jira, lambda number: f"RIV-{number}"),
    "servicenow": Way(ServiceNow, lambda number: f"{number:032x}"),
    "zendesk": Way(Zendesk, str),
    "slack": Way(Chat),
    "teams": Way(Chat),
}


@dataclass
class WrittenTrial(Trial):
    """Of how many nobody can know whether they arrived, and how many of them did not."""

    unconfirmed: int = 0
    not_taken: int = 0


def written_back(
    url: str, folder: Path, events: int, *, rounds: int, seed: int, kind: str = "jira"
) -> WrittenTrial:
    """Write ``events`` to as many halves of tickets through kills: none lost, twice, disordered.

    The tool answers one request in twenty with 503, and of one in twenty it does what it is asked
    and lets the connection drop. What neither arrived nor is told as unconfirmed is lost; a tool
    that can be asked what has arrived leaves nothing unconfirmed.
    """
    dice, way = random.Random(seed), WAYS[kind]  # noqa: S311 - a test's own
    trial = WrittenTrial(url, folder, dice, factor=100.0)
    tool = way.make(dice)
    with opened(trial.settings, clock=trial.clock) as inside, receiving(tool) as at_tool:
        inside.outgoing.hand_on()
        headers = {"Authorization": AUTHORIZATION}
        subscribe(inside, at_tool.url(""), form=format_of({"kind": kind}), headers=headers)
        tickets = _tickets(inside, events // 2, kind, way)
        for round_ in range(rounds + 1):
            with trial.sender() as process:
                if round_ == rounds:
                    wait_for(lambda: not left(inside), 600)
                    break
                if not _more_comes(inside, at_tool):
                    continue
                sleep(trial.chance.uniform(0, 0.4))
                process.kill()
                trial.kills += 1
        trial.got = at_tool.got
        _check(inside, trial, tool, way, tickets, events)
        if trial.unconfirmed:
            _settle(inside, trial, tool)
        return trial


def _tickets(inside: Container, count: int, kind: str, way: Way) -> dict[str, str]:
    """Issues that the tool knows, each with two events: what it calls them, by issue."""
    found: dict[str, str] = {}
    for start in range(0, count, 100):
        numbers = range(start + 1, min(start + 100, count) + 1)
        names = [Chat.CHANNEL if way.name is None else way.name(number) for number in numbers]
        refs = [() if way.name is None else ({"system": kind, "id": name},) for name in names]
        logs = [complaint(external_refs=each) for each in refs]
        made = ask_all(inside.desk, [job(inside.desk, log) for log in logs])
        issues = [shown(a)["id"] for a in made if not isinstance(a, BaseException)]
        found |= dict(zip(issues, names, strict=True))
        ask_all(inside.desk, [job(inside.desk, Acknowledge(), issue) for issue in issues])
    return found


def _more_comes(inside: Container, at_tool: Receiver) -> bool:
    """Wait until the sender is at work; False where it has nothing left to do."""
    before = len(at_tool.got)
    wait_for(lambda: len(at_tool.got) > before + 5 or not left(inside), 60)
    return left(inside)


def _check(
    inside: Container,
    trial: WrittenTrial,
    tool: Tool,
    way: Way,
    tickets: dict[str, str],
    events: int,
) -> None:
    """Nothing lost, twice or out of order in any issue; what nobody can know is told."""
    rows = log_of(inside)
    assert len(rows) == events
    doubtful = {row.message_id for row in rows if row.state is not DeliveryState.DELIVERED}
    assert {(r.state, r.last_outcome) for r in rows if r.message_id in doubtful} <= _UNCONFIRMED
    assert way.name is None or not doubtful, "unconfirmed, and the tool could have been asked"
    ends = {name: _written(tool, name) for name in set(tickets.values())}
    lanes: dict[str, list[Logged]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.number):
        lanes[row.aggregate].append(row)
    for issue, name in tickets.items():
        ours = [row.message_id for row in lanes[issue]]
        came = [end for end in ends[name] if end in ours]
        assert len(came) == len(set(came)), "twice"
        assert set(ours) - set(came) <= doubtful, "lost"
        assert came == [event for event in ours if event in came], "out of order"
    there = {end for each in ends.values() for end in each}
    trial.unconfirmed, trial.not_taken = len(doubtful), len(doubtful - there)


def _written(tool: Tool, name: str) -> list[str]:
    """The events that a ticket, or the channel, shows."""
    return [_MARK.findall(text)[-1] for text in tool.texts(name)]


def _settle(inside: Container, trial: WrittenTrial, tool: Tool) -> None:
    """A person looks in the channel: what is there is given up, the rest is sent again."""
    tool.chance = None
    there = set(_written(tool, Chat.CHANNEL))
    for row in log_of(inside):
        if row.state is DeliveryState.DEAD and row.message_id in there:
            acts.drop(inside.desk, row.id, inside.deliveries_kept, actor=CLERK)
        elif row.state is DeliveryState.DEAD:
            acts.redeliver(inside.desk, row.id, inside.deliveries_kept)
    with trial.sender():
        wait_for(lambda: not left(inside), 300)
    wanted = Counter(row.message_id for row in log_of(inside))
    assert Counter(_written(tool, Chat.CHANNEL)) == wanted, "lost, or twice"


@dataclass
class WorkedOff:
    """How a backlog went: its deliveries a second, and what new events to another waited."""

    a_second: float = 0.0
    waits: list[float] = field(default_factory=list)
    """The seconds that each new event waited."""
    ahead: int = 0
    """New events that were there before the backlog was worked off."""


def backlog(url: str, folder: Path, count: int) -> WorkedOff:
    """Work off what an outage left at one endpoint; new events go to another meanwhile."""
    worked = WorkedOff()
    trial = Trial(url, folder, random.Random(1))  # noqa: S311 - a test's own
    with opened(trial.settings, clock=trial.clock) as inside, receiving() as receiver:
        inside.outgoing.hand_on()
        behind = subscribe(inside, receiver.url("/behind"), types=["issue.withdrawn"]).stored.id
        subscribe(inside, receiver.url("/live"), types=["issue.logged"])
        _left_behind(inside, behind, count)
        with trial.sender():
            wait_for(lambda: bool(receiver.at("/behind")), 60)
            began = monotonic()
            while _waiting(inside, behind):
                seen, asked = len(receiver.at("/live")), monotonic()
                ask(inside.desk, complaint())
                wait_for(lambda seen=seen: len(receiver.at("/live")) > seen, 60, every=0.02)  # type: ignore[misc]  # bound at once
                worked.waits.append(monotonic() - asked)
                worked.ahead += _waiting(inside, behind)
                sleep(1)
            worked.a_second = count / (monotonic() - began)
        assert len({got.headers["webhook-id"] for got in receiver.at("/behind")}) == count
    return worked


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
