"""How long a client may take, by a clock that the test drives, on a connection that is real."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from escalation.cli.connections import HEAD_SECONDS, READING_SECONDS, Connection

LARGE = b"x" * 10_000_000
"""More than lies anywhere on the way to somebody who takes nothing of it."""
ALL = 10_000
"""Pieces that are more than it has."""
TURNS = 50
"""Of the loop, in which all that is ready is done."""


class Driven(asyncio.SelectorEventLoop):
    """A loop whose time passes when it is told to."""

    now = 0.0

    def time(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass, and do what is due then."""
        self.now += seconds
        self.run_until_complete(self._turns())

    async def _turns(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)


async def answering(scope: Any, receive: Any, send: Any) -> None:
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": LARGE})


@pytest.fixture
def loop() -> Iterator[Driven]:
    loop = Driven()
    yield loop
    loop.close()


@pytest.fixture
def client(loop: Driven) -> Iterator[socket.socket]:
    """The client's end of a connection to the server."""
    config = Config(answering, http=Connection, log_config=None, lifespan="off")
    config.load()
    here, there = socket.socketpair()
    there.setblocking(False)
    made = loop.run_until_complete(
        loop.connect_accepted_socket(
            lambda: Connection(config=config, server_state=ServerState(), app_state={}, _loop=loop),
            there,
        )
    )
    with here:
        yield here
    made[0].abort()
    loop.wait(0)


def came(client: socket.socket) -> bytes | None:
    """What the server has said and not yet been heard; nothing where it has hung up."""
    client.setblocking(False)
    try:
        return client.recv(65_536) or None
    except BlockingIOError:
        return b""


def test_a_head_has_its_seconds_however_it_drips(loop: Driven, client: socket.socket) -> None:
    client.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
    for _ in range(HEAD_SECONDS - 1):
        loop.wait(1)
        client.sendall(b"x")
    assert came(client) == b""
    loop.wait(1)
    said = came(client)
    assert said is not None
    assert said.startswith(b"HTTP/1.1 408 ")
    assert came(client) is None


def test_whoever_says_nothing_is_let_go_without_a_word(loop: Driven, client: socket.socket) -> None:
    loop.wait(HEAD_SECONDS - 1)
    assert came(client) == b""
    loop.wait(1)
    assert came(client) is None


def asked(loop: Driven, client: socket.socket) -> None:
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    loop.wait(0)


def taken(loop: Driven, client: socket.socket, pieces: int, seconds: float) -> int:
    """The bytes that a client takes in so many pieces at most, so many seconds apart."""
    bytes_ = 0
    for _ in range(pieces):
        part = came(client)
        if not part:
            break
        bytes_ += len(part)
        loop.wait(seconds)
    return bytes_


def test_an_answer_waits_its_seconds_for_whoever_takes_nothing_of_it(
    loop: Driven, client: socket.socket
) -> None:
    asked(loop, client)
    for _ in range(READING_SECONDS - 1):
        loop.wait(1)
    assert taken(loop, client, ALL, 0) > len(LARGE)


def test_whoever_takes_nothing_of_an_answer_is_let_go(loop: Driven, client: socket.socket) -> None:
    asked(loop, client)
    for _ in range(READING_SECONDS):
        loop.wait(1)
    assert taken(loop, client, ALL, 0) < len(LARGE)


def test_a_large_answer_is_taken_whole_over_a_slow_line(
    loop: Driven, client: socket.socket
) -> None:
    asked(loop, client)
    assert taken(loop, client, ALL, READING_SECONDS / 10) > len(LARGE)


def test_a_connection_that_asks_no_more_is_ended_once_its_answer_is_taken(
    loop: Driven, client: socket.socket
) -> None:
    asked(loop, client)
    assert taken(loop, client, ALL, 0) > len(LARGE)
    for _ in range(READING_SECONDS):
        loop.wait(1)
    assert came(client) is None
