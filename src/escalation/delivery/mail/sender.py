"""Hands mails over, at most so many at once to one server, on connections that serve again."""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime

from escalation.clock import monotonic
from escalation.delivery.letter import Handing, Letter
from escalation.delivery.mail.session import Server, Session
from escalation.delivery.retry import Outcome, Result
from escalation.delivery.sender import Sent

BEGIN_WITHIN = 20.0
"""Seconds that a mail may wait for its turn; what waits longer is given back."""
IDLE = 8.0
"""Seconds for which a connection is kept for the next mail."""
PHASES = 8
"""Answers that a mail takes at most until its dot; each may take the server's patience."""


class MailSender:
    """Threads for one server: each mail has one for as long as it is handed over."""

    def __init__(self, server: Server, at_once: int) -> None:
        """Hand over to ``server``, ``at_once`` at most."""
        self._server = server
        self._turns = asyncio.Semaphore(at_once)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="mail")
        self._idle: deque[tuple[Session, float]] = deque()

    async def send(self, endpoint: str, letter: Letter, now: datetime) -> Sent | None:
        """Hand over one mail; None where its turn did not come, or it is no longer ours."""
        del endpoint, now
        if letter.handing is None:
            raise ValueError("a mail is sent by who notes down that it is handed over")
        try:
            await asyncio.wait_for(self._turns.acquire(), BEGIN_WITHIN)
        except TimeoutError:
            return None
        try:
            began = monotonic()
            result = await self._handed(letter, letter.handing)
        finally:
            self._turns.release()
        if result is None:
            return None
        return Sent(result, int((monotonic() - began) * 1000))

    async def forget(self, endpoint: str) -> None:
        """Nothing is kept of a mailbox."""

    async def close(self) -> None:
        """Leave the server."""
        loop = asyncio.get_running_loop()
        while self._idle:
            session, _ = self._idle.pop()
            await loop.run_in_executor(self._threads, session.leave)
        self._threads.shutdown(wait=False)

    async def _handed(self, letter: Letter, handing: Handing) -> Result | None:
        """In a thread; a server that never comes to an end is left."""
        session = self._session()
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, session.send, letter, handing)
        most = self._server.patience * PHASES + self._server.answer
        done, _ = await asyncio.wait({work}, timeout=most)
        if not done:
            session.abort()
            with suppress(Exception):
                await asyncio.wait({work}, timeout=self._server.patience)
        if not work.done():  # its thread has the session still, and may close it at any time
            return Result(Outcome.TIMED_OUT, "no answer in time")
        self._idle.append((session, monotonic()))
        return work.result()

    def _session(self) -> Session:
        """A connection that was used just now, or a new one."""
        while self._idle:
            session, since = self._idle.pop()
            if monotonic() - since < IDLE:
                return session
            session.close()
        return Session(self._server)
