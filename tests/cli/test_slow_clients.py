"""Clients that are slow, silent or greedy lose their connection; others are served meanwhile."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path
from time import sleep

import httpx
import pytest

from escalation.clock import monotonic
from tests.cli.processes import PATIENCE, Running, serving
from tests.delivery.trial import wait_for

HEAD = b"POST /v1/issues HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("slow"), "--demo") as service:
        yield service
        assert service.end() == 0, service.said


def opened(service: Running, *first: bytes) -> socket.socket:
    host, port = service.address.removeprefix("http://").split(":")
    made = socket.create_connection((host, int(port)), timeout=PATIENCE)
    for each in first:
        made.sendall(each)
    return made


def answered(connection: socket.socket) -> int:
    """The status of an answer that has come whole, in however many parts."""
    answer = HTTPResponse(connection)
    answer.begin()
    answer.read()
    return answer.status


def ending(connection: socket.socket, drip: bytes = b"") -> tuple[bool, bytes]:
    """Whether a connection is ended that is fed a little each half second, and what came of it."""
    until, came = monotonic() + PATIENCE, b""
    connection.settimeout(0.5)
    with connection:
        while monotonic() < until:
            try:
                if drip:
                    connection.sendall(drip)
                part = connection.recv(65_536)
            except TimeoutError:
                continue
            except OSError:
                return True, came
            if not part:
                return True, came
            came += part
    return False, came


@pytest.mark.slow
def test_whoever_does_not_keep_up_is_let_go_and_others_are_served(service: Running) -> None:
    key = service.keys[0]
    bearer = b"Authorization: Bearer " + key.encode() + b"\r\n"
    body = b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
    chunked = b"Transfer-Encoding: chunked\r\n\r\n"
    with service.client(key) as client:
        slow = {
            "silent": (opened(service), b""),
            "a head that stops": (opened(service, HEAD), b""),
            "a head that drips": (opened(service, HEAD, b"X-Slow: "), b"x"),
            "lines without a request": (opened(service), b"\r\n"),
            "a body that stops": (opened(service, HEAD, bearer, body), b""),
            "a body that drips": (opened(service, HEAD, bearer, body), b" "),
            "chunks that drip": (opened(service, HEAD, bearer, chunked), b"1\r\n \r\n"),
        }
        crowd = [opened(service, HEAD, b"X-Slow: x") for _ in range(300)]
        with ThreadPoolExecutor(len(slow)) as pool:
            ends = {name: pool.submit(ending, *each) for name, each in slow.items()}
            meanwhile = 0
            while not all(end.done() for end in ends.values()):
                assert client.get("/v1/issues?limit=5").status_code == 200
                meanwhile += not all(end.done() for end in ends.values())
                sleep(0.1)
        for name, end in ends.items():
            ended, came = end.result()
            assert ended, name
            wanted = b"" if name in {"silent", "lines without a request"} else b"HTTP/1.1 408 "
            assert came.startswith(wanted), (name, came)
        assert meanwhile > len(slow), "others are not served once they are let go, but before"
        assert all(ending(each)[0] for each in crowd)


@pytest.mark.slow
def test_a_head_without_an_end_is_refused_before_it_fills_the_memory(service: Running) -> None:
    taken, piece = 0, b"x" * 65_536
    with opened(service, HEAD, b"X-Large: ") as connection, suppress(OSError):
        while taken < 500 * len(piece):
            connection.sendall(piece)
            taken += len(piece)
    assert taken < 500 * len(piece)
    assert httpx.get(f"{service.address}/livez").status_code == 200


@pytest.mark.slow
def test_a_request_after_a_pause_is_served_on_the_same_connection(service: Running) -> None:
    ask = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    with opened(service, ask) as connection:
        assert answered(connection) == 200
        sleep(2)
        for part in (ask[:10], ask[10:30], ask[30:]):
            connection.sendall(part)
            sleep(0.2)
        assert answered(connection) == 200
        connection.sendall(ask + ask)
        assert answered(connection) == 200


def connected(service: Running) -> set[str]:
    """The sockets that the process has."""
    folder, found = Path(f"/proc/{service.process.pid}/fd"), set()
    for each in folder.iterdir():
        with suppress(FileNotFoundError):
            found.add(str(each.readlink()))
    return {name for name in found if name.startswith("socket:")}


@pytest.mark.slow
def test_whoever_takes_nothing_of_a_long_answer_is_let_go(service: Running) -> None:
    ask = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    host, port = service.address.removeprefix("http://").split(":")
    whole = len(httpx.get(f"{service.address}/openapi.json").content)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    before = connected(service)
    connection.connect((host, int(port)))
    with connection:
        connection.sendall(ask * 30)
        wait_for(lambda: bool(connected(service) - before), PATIENCE)
        taken_up = connected(service) - before
        wait_for(lambda: not taken_up & connected(service), PATIENCE)
        came = 0
        connection.settimeout(5)
        with suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                came += len(part)
    assert came < 30 * whole
