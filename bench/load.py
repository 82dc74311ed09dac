"""A load client in a process of its own: keep-alive connections that log issues without pause.

    python -m bench.load --port P --connections N --seconds S --key KEY [--source SOURCE]

Each connection sends its next request when the answer to the last has come; every request has an
``Idempotency-Key`` of its own. With a source the issues are posted as its tool posts tickets, each
signed with the key. Only answers with status 201, of a hook 202, count. It prints one JSON object.
"""

import argparse
import asyncio
import hmac
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex
from time import perf_counter
from typing import cast

import uvloop

PATIENCE = 30
"""Seconds after the time is up in which the last answers must have come."""

BODY = json.dumps(
    {
        "title": "The pay is late",
        "description": "It did not come on Thursday, and the overtime before is missing.",
        "channel": "phone",
        "agency": "rivers",
        "provider": "meridian",
        "function": "payroll",
        "raiser": {"type": "staff", "name": "Ana"},
    }
).encode()


Making = Callable[[int], bytes]
"""What makes a request of its number."""


def intake(port: int, key: str) -> Making:
    """Requests that log an issue each."""
    head = (
        f"POST /v1/issues HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"
        f"Idempotency-Key: {token_hex(8)}-%d\r\n\r\n"
    ).encode()
    return lambda number: head % number + BODY


def tickets(port: int, key: str, source: str) -> Making:
    """Requests that tell of a new ticket each, with the same words, signed as its tool does."""
    told, run = json.loads(BODY), token_hex(8)

    def made(number: int) -> bytes:
        name = f"{run}-{number}"
        body = json.dumps({**told, "id": name, "ticket": name, "status": "new"}).encode()
        signed = hmac.new(key.encode(), body, "sha256").hexdigest()
        head = (
            f"POST /v1/hooks/{source} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"X-Signature: sha256={signed}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    return made


@dataclass(slots=True)
class Tally:
    """What came of a run."""

    until: float
    making: Making
    good: bytes
    taken: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    made: int = 0

    def request(self) -> bytes:
        """The next request."""
        self.made += 1
        return self.making(self.made)

    def told(self, begun: float) -> dict[str, object]:
        """Requests a second, and how long one took at the median and at the 99th of a hundred."""
        seconds, taken = perf_counter() - begun, sorted(self.taken)
        return {
            "created": len(taken),
            "per_second": len(taken) / seconds,
            "p50_ms": _at(taken, 0.5),
            "p99_ms": _at(taken, 0.99),
            "refused": dict(self.refused),
        }


def _at(taken: Sequence[float], part: float) -> float:
    """The milliseconds within which that part of the requests was answered."""
    return taken[int(len(taken) * part)] * 1_000 if taken else 0.0


class Connection(asyncio.Protocol):
    """One keep-alive connection: a request, its answer, the next."""

    def __init__(self, tally: Tally, ended: "asyncio.Future[None]") -> None:
        """Counts into ``tally``; ``ended`` is told when the time is up."""
        self._tally = tally
        self._ended = ended
        self._buffer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is not a subclass
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        """A server that hangs up before the time is up has failed."""
        if not self._ended.done():
            self._tally.refused[f"connection lost: {exc}"] += 1
            self._ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Count a whole answer, then go on or stop."""
        self._buffer += data
        head, mark, rest = self._buffer.partition(b"\r\n\r\n")
        if not mark or len(rest) < _length(head):
            return
        self._buffer = b""
        now = perf_counter()
        if head.startswith(self._tally.good):
            self._tally.taken.append(now - self._sent)
        else:
            self._tally.refused[(head.split(b"\r\n")[0] + b" " + rest[:200]).decode()] += 1
        if now < self._tally.until:
            self._send()
        else:
            self._ended.set_result(None)
            self._transport.close()

    def _send(self) -> None:
        self._sent = perf_counter()
        self._transport.write(self._tally.request())


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def drive(making: Making, good: bytes, port: int, connections: int, seconds: float
                ) -> dict[str, object]:  # fmt: skip
    """Load the server of this machine at ``port``; what came of it."""
    loop = asyncio.get_running_loop()
    begun = perf_counter()
    tally = Tally(begun + seconds, making, good)
    endings = [loop.create_future() for _ in range(connections)]
    for ended in endings:
        await loop.create_connection(partial(Connection, tally, ended), "127.0.0.1", port)
    async with asyncio.timeout(seconds + PATIENCE):
        await asyncio.gather(*endings)
    return tally.told(begun)


def main() -> None:
    """Read the options, drive, print."""
    parser = argparse.ArgumentParser(description="Log issues without pause.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--key", default="")
    parser.add_argument("--source", default="")
    given = parser.parse_args()
    making, good = intake(given.port, given.key), b"HTTP/1.1 201"
    if given.source:
        making, good = tickets(given.port, given.key, given.source), b"HTTP/1.1 202"
    told = uvloop.run(drive(making, good, given.port, given.connections, given.seconds))
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
