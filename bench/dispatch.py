"""Sending: our dispatch of an outbox against bare httpx that posts the same bytes.

Both to a receiver in a process of its own on this machine, eight requests at once: ours leases,
signs, sends and marks to four endpoints, two at a time; the other posts.
"""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import uvicorn
from starlette.types import Receive, Scope, Send

from bench.rounds import Plan, Result, compared, in_turn
from escalation.bootstrap import Container, opened
from escalation.clock import monotonic
from escalation.services import endpoints
from escalation.settings import Settings
from escalation.store import deliveries
from escalation.store.deliveries import Message, NewDelivery
from escalation.store.transaction import write
from escalation.worker.delivering import courier_of
from escalation.workflow.facts import ENGINE

FLOOR = 0.5
ENDPOINTS, AT_ONCE = 4, 8
BODY = b'{"type":"issue.escalated","timestamp":"2026-03-02T00:00:00Z","data":{"details":"%s"}}' % (
    b"x" * 500
)


def run(plan: Plan) -> Iterator[Result]:
    """Posts a second, ours over bare httpx."""
    count = max(int(1_000 * plan.seconds), 200)
    with receiver() as url, TemporaryDirectory() as folder, outbox(url, Path(folder)) as inside:
        acts = {"ours": lambda: ours(inside, count), "base": lambda: bare(url, count)}
        in_turn(1, acts)
        told = in_turn(plan.rounds, acts)
    yield Result(
        what="dispatch",
        database="sqlite",
        size=f"{count:,} events",
        unit="posts/s",
        floor=FLOOR,
        detail="signed, leased, marked; 8 at once",
        **compared(told),
    )


def ours(inside: Container, count: int) -> float:
    """Deliveries a second, from waiting to delivered."""
    now = inside.clock.now()
    targets = [endpoint.id for endpoint in endpoints.every(inside.desk)]
    messages = [Message(inside.ids.new("evt", now), "ping", BODY, now) for _ in range(count)]
    new = [
        NewDelivery(
            id=inside.ids.new("dlv", now),
            endpoint_id=targets[place % ENDPOINTS],
            message_id=message.id,
            aggregate=message.id,
            number=1,
            type="ping",
        )
        for place, message in enumerate(messages)
    ]
    with write(inside.engine) as connection:
        deliveries.add(connection, messages, new, now)
    began = monotonic()
    if courier_of(inside).once() != count:
        raise RuntimeError("not everything was sent")
    return count / (monotonic() - began)


def bare(url: str, count: int) -> float:
    """Posts a second of one client, eight at once."""

    async def go() -> float:
        left = iter(range(count))
        async with httpx.AsyncClient(trust_env=False) as client:

            async def post() -> None:
                for _ in left:
                    answer = await client.post(url, content=BODY)
                    answer.raise_for_status()

            began = monotonic()
            await asyncio.gather(*(post() for _ in range(AT_ONCE)))
            return count / (monotonic() - began)

    return asyncio.run(go())


@contextmanager
def outbox(url: str, folder: Path) -> Iterator[Container]:
    """A database with the endpoints."""
    settings = Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder}/dispatch.db",
        data_dir=folder,
        webhook_networks="127.0.0.0/8",
    )
    with opened(settings, owner=True) as inside:
        for _ in range(ENDPOINTS):
            endpoints.add(inside.desk, inside.vault, inside.guard, url=url, actor=ENGINE)
        yield inside


@contextmanager
def receiver() -> Iterator[str]:
    """A receiver that takes everything, in a process of its own: its URL."""
    ours_, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    process.start()
    try:
        yield f"http://127.0.0.1:{ours_.recv()}/"
    finally:
        process.terminate()
        process.join()


def _serve(tell: Connection) -> None:
    config = uvicorn.Config(_take, port=0, log_level="warning", http="httptools", loop="uvloop")
    socket = config.bind_socket()
    tell.send(socket.getsockname()[1])
    uvicorn.Server(config).run(sockets=[socket])


async def _take(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
