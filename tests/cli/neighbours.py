"""One key far over its rate, and another that asks as it should: how long the other waits.

python -m tests.cli.neighbours [--windows 20] [--seconds 3] [--greedy 4]

A service of its own, over sockets. Windows of time with and without the greedy one follow each
other in turn, so that whatever else the machine does falls on both alike; the ratio of the two
99th percentiles is the result.
"""

import argparse
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx

from escalation.clock import monotonic
from tests.cli.processes import Running, serving
from tests.crash.campaign import say

EACH = 0.02
"""Seconds from one request of the one who asks as they should to their next."""
SLOWER = 2.0
"""How many times as long the other may wait: more is a failure."""


class Greedy:
    """Asks over some connections at once, each as fast as it is answered, while it is let."""

    def __init__(self, service: Running, key: str, connections: int) -> None:
        """Ask ``service`` with ``key``."""
        self.asked = self.refused = 0
        self._let, self._ended = Event(), Event()
        host, port = service.address.removeprefix("http://").split(":")
        self._at = (host, int(port))
        self._ask = (
            f"GET /v1/issues?limit=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n"
        ).encode()
        self._threads = [Thread(target=self._go, daemon=True) for _ in range(connections)]
        for thread in self._threads:
            thread.start()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask for the length of the block."""
        self._let.set()
        try:
            yield
        finally:
            self._let.clear()

    def end(self) -> None:
        """Ask no more."""
        self._ended.set()
        self._let.set()
        for thread in self._threads:
            thread.join()

    def _go(self) -> None:
        connection = socket.create_connection(self._at)
        while not self._ended.is_set():
            if not self._let.wait(1):
                continue
            try:
                connection.sendall(self._ask)
                answer = _whole(connection)
            except OSError:
                answer = b""
            if not answer:  # a connection without a request is closed after a while
                connection.close()
                connection = socket.create_connection(self._at)
                continue
            self.asked += 1
            self.refused += answer.startswith(b"HTTP/1.1 429")
        connection.close()


def _whole(connection: socket.socket) -> bytes:
    """One answer to its end; empty where the connection was closed."""
    came = b""
    while b"\r\n\r\n" not in came:
        part = connection.recv(65_536)
        if not part:
            return b""
        came += part
    head, _, body = came.partition(b"\r\n\r\n")
    left = int(head.lower().partition(b"content-length:")[2].split()[0]) - len(body)
    while left > 0:
        left -= len(connection.recv(left))
    return came


def waited(client: httpx.Client, seconds: float, path: str) -> list[float]:
    """What each request took of one who asks now and then for so long, both a read and a write."""
    times, until = [], monotonic() + seconds
    number = 0
    while (begun := monotonic()) < until:
        number += 1
        answer = (
            client.post(f"{path}/acts/note", json={"text": "t"}) if number % 2 else client.get(path)
        )
        assert answer.status_code == 200, answer.text
        took = monotonic() - begun
        times.append(took)
        Event().wait(max(EACH - took, 0))
    return times


def percentile(times: Sequence[float], share: float) -> float:
    """The time that so large a share stays within."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


def main() -> None:
    """Measure; the exit status is 1 where the other has to wait far longer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--windows", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--greedy", type=int, default=4)
    asked = parser.parse_args()
    quiet: list[float] = []
    beside: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="escalation-neighbours-") as folder,
        serving(Path(folder), "--demo") as service,
        service.client(service.keys[0]) as client,
    ):
        body = {"name": "greedy", "role": "viewer", "rate": "60/minute"}
        key = client.post("/v1/keys", json=body).json()["key"]
        path = f"/v1/issues/{client.get('/v1/issues?limit=1').json()['data'][0]['id']}"
        greedy = Greedy(service, key, asked.greedy)
        waited(client, asked.seconds, path)
        for _ in range(asked.windows):
            quiet += waited(client, asked.seconds, path)
            with greedy.asking():
                beside += waited(client, asked.seconds, path)
        greedy.end()
    told = [percentile(times, share) * 1e3 for times in (quiet, beside) for share in (0.5, 0.99)]
    ratio = told[3] / told[1]
    rate = greedy.asked / (asked.windows * asked.seconds)
    say(
        f"alone p50 {told[0]:.1f} ms, p99 {told[1]:.1f} ms of {len(quiet)}; beside one who asked"
        f" {rate:.0f} times a second ({greedy.refused / greedy.asked:.1%} refused) p50"
        f" {told[2]:.1f} ms, p99 {told[3]:.1f} ms of {len(beside)}: p99 {ratio:.2f} times as long"
    )
    raise SystemExit(int(ratio > SLOWER))


if __name__ == "__main__":
    main()
