"""A mail server on this machine: it takes everything (RFC 5321), or misbehaves as it is told."""

import asyncio
import re
import ssl
from base64 import b64decode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Lock

from tests.delivery.listening import listening


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the server has taken: from then on it is the server's to deliver."""

    sender: str
    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, _class=EmailMessage, policy=policy.default)

    @property
    def event(self) -> str:
        found = re.search(rb"^X-Escalation-Event: (\S+)\r$", self.content, re.MULTILINE)
        return "" if found is None else found[1].decode()


Mood = Callable[[str, str], str | None]
"""What the server does at a stage, with that recipient: an answer such as `451 later`, `close`,
`hang`; at `taken`, when it has the mail already, `close` and `hang` leave the sender in doubt."""


@dataclass(slots=True)
class MailServer:
    """What was taken, and how to behave."""

    mood: Mood = lambda stage, recipient: None  # noqa: ARG005 - it takes everything
    trust: ssl.SSLContext | None = None
    password: str | None = None
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    signed_in: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    _loop: asyncio.AbstractEventLoop | None = None
    _stopping: asyncio.Event | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, ready: Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await self._listening()
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stopping.wait()
        server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        await asyncio.sleep(0.05)

    async def _listening(self) -> asyncio.Server:
        for _ in range(100):
            with suppress(OSError):
                return await asyncio.start_server(self._connected, "127.0.0.1", self.port)
            await asyncio.sleep(0.1)
        raise AssertionError(f"port {self.port} is taken")

    def stop(self) -> None:
        if self._loop is not None and self._stopping is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopping.set)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await _Talk(self, reader, writer).run()
        finally:
            self.at_once -= 1
            self._open.discard(writer)
            with suppress(OSError, RuntimeError):
                writer.close()

    async def hang(self) -> None:
        assert self._stopping is not None
        await self._stopping.wait()


class _Leaves(Exception):
    pass


class _Talk:
    def __init__(
        self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender = self.recipient = ""

    async def say(self, text: str) -> None:
        self.writer.write(f"{text}\r\n".encode())
        await self.writer.drain()

    async def meets(self, stage: str, good: str) -> bool:
        """Whether the stage goes well; then what is good has been said."""
        return await self.answers(self.drawn(stage), good)

    def drawn(self, stage: str) -> str | None:
        """What is done at a stage: asked once each time."""
        self.server.stages.append(stage)
        return self.server.mood(stage, self.recipient)

    async def answers(self, wanted: str | None, good: str) -> bool:
        """Do what is wanted, or say what is good."""
        if wanted == "close":
            raise _Leaves
        if wanted == "hang":
            await self.server.hang()
            raise _Leaves
        await self.say(wanted or good)
        return wanted is None

    async def run(self) -> None:
        with suppress(_Leaves):
            if await self.meets("connect", "220 here ESMTP"):
                while True:
                    line = (await self.reader.readuntil(b"\r\n")).decode("latin-1").strip()
                    await self._command(line)

    async def _command(self, line: str) -> None:
        verb = line.partition(" ")[0].upper()
        known: dict[str, Callable[[str], Awaitable[None]]] = {
            "EHLO": self._hello,
            "HELO": self._hello,
            "STARTTLS": self._protect,
            "AUTH": self._let_in,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._reset,
            "QUIT": self._quit,
        }
        if verb in known:
            await known[verb](line)
        else:
            await self.say("502 no")

    async def _protect(self, line: str) -> None:
        del line
        assert self.server.trust is not None
        await self.say("220 go on")
        await self.writer.start_tls(self.server.trust)

    async def _mail(self, line: str) -> None:
        self.sender, self.recipient = _path(line), ""
        await self.meets("mail", "250 fine")

    async def _rcpt(self, line: str) -> None:
        self.recipient = _path(line)
        if not await self.meets("rcpt", "250 fine"):
            self.recipient = ""

    async def _reset(self, line: str) -> None:
        del line
        self.sender = self.recipient = ""
        await self.say("250 fine")

    async def _quit(self, line: str) -> None:
        del line
        await self.say("221 bye")
        raise _Leaves

    async def _hello(self, line: str) -> None:
        del line
        tls = self.server.trust is not None and self.writer.get_extra_info("ssl_object") is None
        if tls:
            await self.say("250-here")
            await self.say("250 STARTTLS")
        elif self.server.password is not None:
            await self.say("250-here")
            await self.say("250 AUTH PLAIN")
        else:
            await self.say("250 here")

    async def _let_in(self, line: str) -> None:
        _, user, password = b64decode(line.split(" ")[2]).decode().split("\x00")
        good = password == self.server.password
        if good:
            self.server.signed_in.append(user)
        await self.say("235 in" if good else "535 no")

    async def _data(self, line: str) -> None:
        del line
        if not self.recipient:
            await self.say("503 to whom")
            return
        if not await self.meets("data", "354 go on"):
            return
        content = await self._content()
        wanted = self.drawn("dot")
        if wanted is None:
            with self.server.lock:
                self.server.taken.append(Taken(self.sender, self.recipient, content))
            wanted = self.drawn("taken")
        await self.answers(wanted, "250 mine now")

    async def _content(self) -> bytes:
        lines = []
        while (line := await self.reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


def _path(line: str) -> str:
    return line[line.index("<") + 1 : line.index(">")]


@contextmanager
def mail_server(
    mood: Mood | None = None,
    *,
    trust: ssl.SSLContext | None = None,
    password: str | None = None,
    port: int = 0,
    taken: list[Taken] | None = None,
) -> Iterator[MailServer]:
    """A server that listens for the length of the block."""
    server = MailServer(trust=trust, password=password, port=port)
    if mood is not None:
        server.mood = mood
    if taken is not None:
        server.taken = taken
    with listening(server):
        yield server
