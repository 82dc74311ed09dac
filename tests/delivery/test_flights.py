"""How much goes out at once, over which connections: two to one endpoint, none shared."""

import asyncio
from collections import Counter

from escalation.bootstrap import Container
from escalation.delivery.guard import Guard
from escalation.delivery.letter import PER_ENDPOINT
from escalation.delivery.retry import Outcome
from escalation.delivery.sender import Sender
from tests.delivery.acts import deliver, letter, logged, states, subscribe
from tests.delivery.receiver import OK, Behaviour, Receiver, Talk, receiving
from tests.fakes import MONDAY

HERE = Guard.allowing(["127.0.0.0/8"])
ENDPOINTS = 9


class Counting:
    """Behaves well after a moment, and counts how many requests are open at once, by path."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    async def __call__(self, talk: Talk) -> None:
        path = talk.got.path
        self.open[path] += 1
        self.most[path] = max(self.most[path], self.open[path])
        await asyncio.sleep(0.02)
        self.open[path] -= 1
        await talk.say(OK)


def test_never_more_than_two_requests_are_open_to_one_endpoint(inside: Container) -> None:
    counting = Counting()
    paths: dict[str, Behaviour] = {f"/{n}": counting for n in range(ENDPOINTS)}
    with receiving(paths) as receiver:
        for path in paths:
            subscribe(inside, receiver.url(path))
        logged(inside, 12)
        deliver(inside)
    assert set(states(inside)) == {"delivered"}
    assert set(counting.most) == set(paths)
    assert max(counting.most.values()) == PER_ENDPOINT == 2


def test_no_endpoint_waits_for_the_connections_of_another() -> None:
    counting = Counting()

    async def go(url: str) -> None:
        sender = Sender(HERE)
        names = [f"whe_{n}" for n in range(ENDPOINTS) for _ in range(PER_ENDPOINT)]
        sent = await asyncio.gather(*(sender.send(name, letter(url), MONDAY) for name in names))
        await sender.close()
        assert {each and each.result.outcome for each in sent} == {Outcome.ACCEPTED}

    with receiving({"/all": counting}) as receiver:
        asyncio.run(go(receiver.url("/all")))
    assert counting.most["/all"] == ENDPOINTS * PER_ENDPOINT


def test_the_next_message_of_an_endpoint_that_was_idle_goes_over_the_connection_it_had() -> None:
    async def go(receiver: Receiver) -> None:
        sender = Sender(HERE)
        for name in ("whe_a", "whe_b", "whe_b", "whe_a"):
            sent = await sender.send(name, letter(receiver.url(f"/{name}")), MONDAY)
            assert sent is not None
            assert sent.result.outcome is Outcome.ACCEPTED
            await sender.forget(name)
        await sender.close()

    with receiving() as receiver:
        asyncio.run(go(receiver))
    assert receiver.connections == 1


def test_a_receivers_cookie_is_told_to_nobody() -> None:
    async def cookie(talk: Talk) -> None:
        await talk.say(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: session=theirs; Path=/\r\n\r\n"))

    async def go(receiver: Receiver) -> None:
        sender = Sender(HERE)
        for name in ("whe_a", "whe_a", "whe_b"):
            await sender.send(name, letter(receiver.url(f"/{name}")), MONDAY)
        await sender.close()

    with receiving({"/whe_a": cookie, "/whe_b": cookie}) as receiver:
        asyncio.run(go(receiver))
    assert len(receiver.got) == 3
    assert [got.headers.get("cookie") for got in receiver.got] == [None] * 3
