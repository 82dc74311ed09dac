"""How much goes out at once: two to one endpoint, eight by one client."""

import asyncio
from collections import Counter

from escalation.bootstrap import Container
from escalation.delivery.guard import Guard
from escalation.delivery.letter import PER_ENDPOINT
from escalation.delivery.retry import Outcome
from escalation.delivery.sender import IN_FLIGHT, Sender
from tests.delivery.acts import deliver, letter, logged, states, subscribe
from tests.delivery.receiver import OK, Behaviour, Talk, receiving
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


def test_never_more_than_eight_requests_share_a_client() -> None:
    counting = Counting()

    async def go(url: str) -> list[int]:
        sender = Sender(HERE)
        names = [f"whe_{n}" for n in range(ENDPOINTS) for _ in range(PER_ENDPOINT)]
        plain = letter(url)
        sent = await asyncio.gather(*(sender.send(name, plain, MONDAY) for name in names))
        shared = [len(pooled.endpoints) * PER_ENDPOINT for pooled in sender._clients]
        await sender.close()
        assert {each and each.result.outcome for each in sent} == {Outcome.ACCEPTED}
        return shared

    with receiving({"/all": counting}) as receiver:
        shared = asyncio.run(go(receiver.url("/all")))
        assert counting.most["/all"] == ENDPOINTS * PER_ENDPOINT  # and nobody waited for a client
    assert shared == [IN_FLIGHT, IN_FLIGHT, 2]
    assert IN_FLIGHT == 8
