"""A receiver of webhooks on this machine: it takes everything, or misbehaves by the path."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from tests.delivery.listening import listening

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True, slots=True)
class Got:
    """One request as it came, with when it came on the receiver's loop."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    method: str = "POST"


@dataclass(slots=True)
class Talk:
    """One connection with a request on it, for a behaviour to answer."""

    got: Got
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    stopping: asyncio.Event

    async def say(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    async def pause(self, seconds: float = 3600.0) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)


Behaviour = Callable[[Talk], Awaitable[None]]


class Behaviours(Protocol):
    """How to behave, by path."""

    def get(self, path: str, default: Behaviour, /) -> Behaviour:
        """The behaviour at a path."""
        ...


async def accept(talk: Talk) -> None:
    await talk.say(OK)


@dataclass(slots=True)
class Receiver:
    """What came, and where to send to; behaviours are by path, all others accept."""

    behaviours: Behaviours = field(default_factory=dict[str, Behaviour])
    trust: ssl.SSLContext | None = None
    port: int = 0
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop | None = None
    _stopping: asyncio.Event | None = None

    def url(self, path: str = "/ok", host: str = "127.0.0.1") -> str:
        scheme = "http" if self.trust is None else "https"
        return f"{scheme}://{host}:{self.port}{path}"

    def at(self, path: str) -> list[Got]:
        return [got for got in self.got if got.path == path]

    async def serve(self, ready: Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await self._listening()
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stopping.wait()
        server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        await asyncio.sleep(0.1)

    async def _listening(self) -> asyncio.Server:
        """A port that was ours before may be some connection's own for a moment."""
        for _ in range(100):
            with suppress(OSError):
                return await asyncio.start_server(
                    self._connected, "127.0.0.1", self.port, ssl=self.trust, backlog=256
                )
            await asyncio.sleep(0.1)
        raise AssertionError(f"port {self.port} is taken")

    def stop(self) -> None:
        if self._loop is not None and self._stopping is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopping.set)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while await self._request(reader, writer):
                    pass
        finally:
            self._open.discard(writer)
            with suppress(OSError, RuntimeError):
                writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, *_ = first.split(" ")
        pairs = (line.partition(":") for line in lines if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        loop = asyncio.get_running_loop()
        got = Got(path, headers, body, loop.time(), method)
        self.got.append(got)
        assert self._stopping is not None
        await self.behaviours.get(path, accept)(Talk(got, reader, writer, self._stopping))
        return not writer.is_closing()


@contextmanager
def receiving(
    behaviours: Behaviours | None = None,
    *,
    trust: ssl.SSLContext | None = None,
    port: int = 0,
) -> Iterator[Receiver]:
    """A receiver that listens for the length of the block."""
    receiver = Receiver(behaviours or {}, trust, port)
    with listening(receiver):
        yield receiver
