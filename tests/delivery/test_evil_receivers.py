import asyncio
import json
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import sleep

import pytest

from escalation.bootstrap import Container
from escalation.clock import VirtualClock, monotonic
from escalation.delivery.guard import Guard
from escalation.delivery.outbound import trusting
from escalation.delivery.retry import Outcome, Result
from escalation.delivery.sender import Sender, Sent
from escalation.services import endpoints
from escalation.worker.delivering import Courier
from escalation.workflow.commands import Acknowledge
from tests.builders import CLERK, ask, copied_sqlite
from tests.delivery.acts import deliver, letter, log_of, logged, subscribe
from tests.delivery.conftest import Open
from tests.delivery.evil import BEHAVIOURS, MODES, certificate
from tests.delivery.receiver import Receiver, receiving
from tests.fakes import MONDAY

HERE = Guard.allowing(["127.0.0.0/8"])


@pytest.fixture(scope="module")
def evil() -> Iterator[Receiver]:
    with receiving(BEHAVIOURS) as found:
        yield found


async def here(host: str, port: int) -> Sequence[str]:
    del host, port
    return ["127.0.0.1"]


def sent_to(url: str, *, authorities: Path | None = None, deadline: float = 0.5) -> Result:
    """What comes of one attempt."""

    async def go() -> Sent:
        trust = trusting(None if authorities is None else str(authorities))
        sender = Sender(HERE, trust=trust, resolver=here, deadline=deadline)
        try:
            sent = await sender.send("whe_1", letter(url), MONDAY)
            assert sent is not None
            return sent
        finally:
            await sender.close()

    return asyncio.run(go()).result


@pytest.mark.parametrize("name", MODES)
def test_each_misbehaviour_is_told_for_what_it_is(name: str, evil: Receiver) -> None:
    deadline = 0.5 if MODES[name][1] == "timed_out" else 30.0
    result = sent_to(evil.url(f"/{name}"), deadline=deadline)
    assert result.outcome.value == MODES[name][1]
    assert "trace" not in result.detail


def test_a_port_that_nobody_listens_on_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert sent_to(f"http://127.0.0.1:{port}/").outcome is Outcome.UNREACHABLE


def test_a_listener_that_never_takes_the_connection_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        assert sent_to(f"http://127.0.0.1:{port}/").outcome is Outcome.TIMED_OUT


def test_a_good_certificate_is_trusted_and_others_are_not(tmp_path: Path) -> None:
    good, vouched = certificate(tmp_path, "tickets.example.org")
    with receiving(trust=good) as receiver:
        url = receiver.url(host="tickets.example.org")
        assert sent_to(url, authorities=vouched, deadline=30).outcome is Outcome.ACCEPTED
        assert sent_to(url, deadline=30).outcome is Outcome.UNTRUSTED
        wrong = receiver.url(host="other.example.org")
        assert sent_to(wrong, authorities=vouched, deadline=30).outcome is Outcome.UNTRUSTED
    past, vouched = certificate(tmp_path, "tickets.example.org", days=-1)
    with receiving(trust=past) as receiver:
        url = receiver.url(host="tickets.example.org")
        result = sent_to(url, authorities=vouched, deadline=30)
    assert result.outcome is Outcome.UNTRUSTED
    assert "expired" in result.detail


def test_plain_http_on_a_tls_port_and_the_reverse_fail(tmp_path: Path, evil: Receiver) -> None:
    assert sent_to(f"https://a.example.org:{evil.port}/").outcome is Outcome.TIMED_OUT
    good, _ = certificate(tmp_path, "tickets.example.org")
    with receiving(trust=good) as receiver:
        plain = f"http://127.0.0.1:{receiver.port}/"
        assert sent_to(plain).outcome in {Outcome.BROKEN_ANSWER, Outcome.UNREACHABLE}


def test_what_fails_costs_no_event_and_comes_once_the_receiver_is_well(
    inside: Container, clock: VirtualClock
) -> None:
    failing = [name for name, (_, outcome) in MODES.items() if outcome != "accepted"]
    failing = [name for name in failing if MODES[name][1] != "timed_out"]
    behaviours = dict(BEHAVIOURS)
    with receiving(behaviours) as receiver:
        made = {name: subscribe(inside, receiver.url(f"/{name}")).stored.id for name in failing}
        logged(inside, 2)
        deliver(inside)
        bodies = {got.headers["webhook-id"]: got.body for got in receiver.got}
        assert set(log_states(inside)) == {"waiting"}
        behaviours.clear()
        receiver.got.clear()
        gone = endpoints.one(inside.desk, made["410"])
        assert (gone.state.value, gone.state_reason) == ("disabled", "it answered 410 Gone")
        wishes = endpoints.Wishes(enabled=True)
        endpoints.change(inside.desk, inside.vault, inside.guard, gone.id, wishes, actor=CLERK)
        clock.move_to(clock.now().replace(day=4))
        deliver(inside)
        assert set(log_states(inside)) == {"delivered"}
        for name in failing:
            got = receiver.at(f"/{name}")
            assert len(got) == 2
            assert all(bodies[each.headers["webhook-id"]] == each.body for each in got)


def log_states(inside: Container) -> list[str]:
    return [each.state.value for each in log_of(inside)]


def test_endpoints_that_hang_keep_nobody_else_waiting(
    furnished_sqlite: Path, tmp_path: Path, open_on: Open
) -> None:
    inside = open_on(copied_sqlite(furnished_sqlite, tmp_path / "hang.db"), real=True)
    with receiving(BEHAVIOURS) as receiver:
        for name in [name for name, (_, outcome) in MODES.items() if outcome == "timed_out"] * 6:
            subscribe(inside, receiver.url(f"/{name}"))
        subscribe(inside, receiver.url("/ok"))
        courier = Courier(inside.outgoing, lambda: Sender(HERE, deadline=4.0), "wrk_test")
        courier.start()
        try:
            issues = logged(inside, 40)
            for issue in issues:
                ask(inside.desk, Acknowledge(), issue)
            until = monotonic() + 60
            while len(receiver.at("/ok")) < 80 and monotonic() < until:
                sleep(0.05)
        finally:
            courier.stop()
        numbers: dict[str, list[int]] = {issue: [] for issue in issues}
        for got in receiver.at("/ok"):
            data = json.loads(got.body)["data"]
            numbers[data["issue"]["id"]].append(data["number"])
        assert all(found == sorted(set(found)) and len(found) == 2 for found in numbers.values())
        states = {each.state.value for each in log_of(inside)}
        assert states <= {"delivered", "waiting"}  # stopping gives back what was in hand
