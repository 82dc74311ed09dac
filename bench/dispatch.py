"""Sending: our dispatch of an outbox against bare httpx that posts the same bytes.

Both to a receiver in a process of its own on this machine, eight requests at once: ours leases,
signs, sends and marks to four endpoints, two at a time; the other posts. A format of its own is
rendered as the events are handed on, from an outbox, which counts as well.
"""

import asyncio
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import uvicorn
from starlette.types import Receive, Scope, Send

from bench.rounds import Plan, Result, compared, in_turn
from escalation.bootstrap import Container, opened
from escalation.clock import monotonic
from escalation.delivery.payloads import Occurred, body_of
from escalation.services import endpoints
from escalation.services.endpoints import STANDARD
from escalation.services.forms import Format, format_of, put, told_of
from escalation.settings import Settings
from escalation.store import deliveries
from escalation.store.deliveries import Message, NewDelivery
from escalation.store.transaction import write
from escalation.worker.delivering import courier_of
from escalation.workflow.facts import ENGINE

FLOOR, FORMS_FLOOR = 0.5, 0.4
FORMS: Mapping[str, Mapping[str, Any]] = {
    "cloudevents": {"kind": "cloudevents"},
    "template": {"kind": "template", "body": '{"text": {{ text | tojson }}, "by": "us"}'},
    "jira": {"kind": "jira"},
    "servicenow": {"kind": "servicenow"},
    "zendesk": {"kind": "zendesk"},
    "slack": {"kind": "slack"},
    "teams": {"kind": "teams"},
}
_REFS = (
    {"system": "jira", "id": "RIV-417"},
    {"system": "servicenow", "id": "0123456789abcdef0123456789abcdef"},
    {"system": "zendesk", "id": "5158"},
)
ENDPOINTS, AT_ONCE, AT_A_TIME = 4, 8, 500
DETAILS = (
    '{"actor":{"kind":"engine","name":"the engine"},"from":"service_manager","how":"past_target",'
    '"reason":"%s","to":"function_director"}' % ("x" * 400)
)
BODY = b'{"type":"issue.escalated","timestamp":"2026-03-02T00:00:00Z","data":{"details":"%s"}}' % (
    b"x" * 500
)


def run_forms(plan: Plan) -> Iterator[Result]:
    """The same in each format of an endpoint: rendered, kept, leased, signed, sent, marked."""
    count = max(int(1_000 * plan.seconds), 200)
    for name, options in FORMS.items():
        form = format_of(options)
        with (
            receiver() as url,
            TemporaryDirectory() as folder,
            outbox(url, Path(folder), form) as inside,
        ):
            ours_in = partial(rendered, inside, form, count)
            acts = {"ours": ours_in, "base": partial(bare, url, count)}
            in_turn(1, acts)
            told = in_turn(plan.rounds, acts)
        yield Result(
            what=f"dispatch, {name}",
            database="sqlite",
            size=f"{count:,} events",
            unit="posts/s",
            floor=FORMS_FLOOR,
            detail="rendered, signed, leased, marked; 8 at once",
            **compared(told),
        )


def rendered(inside: Container, form: Format, count: int) -> float:
    """Deliveries a second in a format, rendering and keeping it included."""
    now = inside.clock.now()
    targets = [endpoint.id for endpoint in endpoints.every(inside.desk)]
    began = monotonic()
    for start in range(0, count, AT_A_TIME):
        pairs = [
            _escalated(inside, form, targets[place % ENDPOINTS], now)
            for place in range(start, min(start + AT_A_TIME, count))
        ]
        with write(inside.engine) as connection:
            deliveries.add(connection, [m for m, _ in pairs], [d for _, d in pairs], now)
    if courier_of(inside).once() != count:
        raise RuntimeError("not everything was sent")
    return count / (monotonic() - began)


def _escalated(
    inside: Container, form: Format, target: str, now: datetime
) -> tuple[Message, NewDelivery]:
    event, issue = inside.ids.new("evt", now), inside.ids.new("iss", now)
    body = body_of(
        Occurred(
            id=event,
            type="issue.escalated",
            aggregate=issue,
            reference="SSI-2026-000001",
            number=1,
            due_at=None,
            effective_at=now,
            recorded_at=now,
            payload=DETAILS,
        )
    )
    new = NewDelivery(
        id=inside.ids.new("dlv", now),
        endpoint_id=target,
        message_id=event,
        aggregate=issue,
        number=1,
        type="issue.escalated",
        rendered=put(form, told_of(body, _REFS)),
    )
    return Message(event, "issue.escalated", body, now), new


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
def outbox(url: str, folder: Path, form: Format = STANDARD) -> Iterator[Container]:
    """A database with the endpoints."""
    settings = Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder}/dispatch.db",
        data_dir=folder,
        webhook_networks="127.0.0.0/8",
    )
    with opened(settings, owner=True) as inside:
        for _ in range(ENDPOINTS):
            endpoints.add(inside.desk, inside.vault, inside.guard, url=url, form=form, actor=ENGINE)
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
    allows = [(b"webhook-allowed-origin", b"*")] if scope["method"] == "OPTIONS" else []
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": allows})
    await send({"type": "http.response.body", "body": b""})
