"""A load client in a process of its own: keep-alive connections that log issues without pause.

    python -m bench.load --port P --connections N --seconds S --key KEY

Each connection sends its next request when the answer to the last has come; every request has an
``Idempotency-Key`` of its own. Only answers with status 201 count. It prints one JSON object.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
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


@dataclass(slots=True)
class Tally:
    """What came of a run."""

    until: float
    head: bytes
    taken: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    made: int = 0

    def request(self) -> bytes:
        """The next request."""
        self.made += 1
        return self.head % self.made + BODY

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
        if head.startswith(b"HTTP/1.1 201"):
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


async def drive(port: int, connections: int, seconds: float, key: str) -> dict[str, object]:
    """Load the server of this machine at ``port``; what came of it."""
    head = (
        f"POST /v1/issues HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"
        f"Idempotency-Key: {token_hex(8)}-%d\r\n\r\n"
    )
    loop = asyncio.get_running_loop()
    begun = perf_counter()
    tally = Tally(begun + seconds, head.encode())
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
    given = parser.parse_args()
    told = uvloop.run(drive(given.port, given.connections, given.seconds, given.key))
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
