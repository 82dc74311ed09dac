"""Sends what is due, beside the worker's rounds, on two routes that share nothing but the database.

Endpoints that are well go by the one, those that fail by the other: in a thread, an event loop, a
set of connections and transactions of its own, so that nobody well waits for the turn of a sick
one. A sick endpoint is back on the first route once a turn of it went well.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from threading import Thread

from escalation.bootstrap import Container
from escalation.delivery.mail.sender import MailSender
from escalation.delivery.outbound import trusting
from escalation.delivery.sender import Sender
from escalation.services.outgoing import Outgoing
from escalation.worker.clerk import Clerk
from escalation.worker.health import Health
from escalation.worker.route import AFTER_A_FAILURE, Route, Sends, Work, tell

POLL = 0.2
"""Seconds between two looks at what is due."""
STEPS_AT_ONCE = 8
"""Lanes whose steps share a transaction at most."""
MAIL_STEPS_AT_ONCE = 4
"""The same of mailboxes."""
SICK_STEPS_AT_ONCE = 2
"""The same of sick endpoints: on SQLite all others wait for such a transaction."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the two routes, or all endpoints on one.

    It sends to those it ``takes``, and looks for them while it is ``needed``; it hands events on
    and moves recoveries, or leaves both to the other. Mailboxes go by a third one, of ``mail``.
    """

    name: str
    takes: Callable[[str], bool]
    steps_at_once: int
    hands_on: bool
    needed: Callable[[], bool] = lambda: True
    mail: bool = False


class Courier:
    """Hands events on to endpoints and sends them; the worker's companion."""

    name = "deliveries"

    def __init__(
        self,
        outgoing: Outgoing,
        sender: Callable[[], Sends],
        owner: str,
        mailer: Callable[[], Sends] | None = None,
    ) -> None:
        """Send with what ``sender`` makes for each route, and ``mailer`` for mail, if any is sent.

        ``owner`` names this courier alone.
        """
        self._outgoing = outgoing
        self._make_sender = sender
        self._make_mailer = mailer
        self._work = Work(owner)
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Begin, in threads."""
        for kind in (*_routes(self._work.health), *self._mail()):
            work = partial(self._serve, kind)
            thread = Thread(target=work, name=f"deliveries-{kind.name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Finish what is being sent, give back the rest, then end."""
        self._work.stop.set()
        for thread in self._threads:
            thread.join()

    def once(self) -> int:
        """Send all that is due now; answers how many attempts were made."""
        everyone = _Kind("all", lambda _: True, STEPS_AT_ONCE, hands_on=True)
        kinds = (everyone, *self._mail())
        return sum(asyncio.run(self._round_after_round(k, until_idle=True)) for k in kinds)

    def _mail(self) -> tuple[_Kind, ...]:
        """The route of mailboxes, where mail is sent: one that failed rests, as endpoints do."""
        if self._make_mailer is None:
            return ()

        def rested(mailbox: str) -> bool:
            return not self._work.health.rests(mailbox)

        return (_Kind("mail", rested, MAIL_STEPS_AT_ONCE, hands_on=False, mail=True),)

    def _serve(self, kind: _Kind) -> None:
        asyncio.run(self._round_after_round(kind, until_idle=False))

    async def _round_after_round(self, kind: _Kind, *, until_idle: bool) -> int:
        tried = 0
        with ThreadPoolExecutor(2, thread_name_prefix=f"deliveries-{kind.name}") as threads:
            clerk = Clerk(self._outgoing, threads, kind.steps_at_once)
            route = Route(kind.name, self._work, self._sender(kind), clerk, kind.takes)
            try:
                while not self._work.stop.is_set():
                    moved = await self._look(route, clerk, kind)
                    attempts = await route.settled(wait=until_idle)
                    tried += attempts
                    if until_idle and not (moved or attempts):
                        break
                    await asyncio.sleep(0 if moved or until_idle else POLL)
                return tried + await route.settled(wait=True)
            finally:
                await route.sender.close()

    def _sender(self, kind: _Kind) -> Sends:
        if kind.mail and self._make_mailer is not None:
            return self._make_mailer()
        return self._make_sender()

    async def _look(self, route: Route, clerk: Clerk, kind: _Kind) -> bool:
        """Hand on what waits and open lanes for what is due; answers whether there was anything."""
        try:
            moved, due = await clerk.aside(partial(self._seen, kind))
        except Exception as error:  # noqa: BLE001 - it is tried again, whatever it was
            tell("deliveries_put_off", error)
            await asyncio.sleep(AFTER_A_FAILURE)
            return False
        for endpoint in due:
            route.open(endpoint)
        return bool(moved)

    def _seen(self, kind: _Kind) -> tuple[int, Sequence[str]]:
        """In a thread at one go: each time it is handed back and forth costs time under load."""
        moved = self._outgoing.hand_on() + self._outgoing.recover() if kind.hands_on else 0
        return moved, self._outgoing.with_work(mail=kind.mail) if kind.needed() else ()


def _routes(health: Health) -> tuple[_Kind, _Kind]:
    def sick(endpoint: str) -> bool:
        return not (health.well(endpoint) or health.rests(endpoint))

    return (
        _Kind("well", health.well, STEPS_AT_ONCE, hands_on=True),
        _Kind("sick", sick, SICK_STEPS_AT_ONCE, hands_on=False, needed=health.anybody_sick),
    )


@cache
def _trusting_posts(authorities: str | None) -> ssl.SSLContext:
    """The context of all senders of a process: to read every authority takes long.

    Mail has one of its own: what posts offers HTTP in it.
    """
    return trusting(authorities)


def courier_of(container: Container) -> Courier:
    """The courier of a process."""
    authorities = container.settings.webhook_ca_file

    def sender() -> Sender:
        trust = _trusting_posts(None if authorities is None else str(authorities))
        return Sender(container.guard, trust=trust)

    owner = container.ids.new("wrk", container.clock.now())
    server = container.mail_server
    if server is None:
        return Courier(container.outgoing, sender, owner)
    at_once = container.settings.smtp_concurrency
    return Courier(container.outgoing, sender, owner, lambda: MailSender(server, at_once))


def send_now(container: Container, mailbox: str) -> None:
    """Send what is due to one mailbox, here and now, where mail is sent at all."""
    server = container.mail_server
    if server is None:
        return

    async def sent() -> None:
        work = Work(container.ids.new("wrk", container.clock.now()))
        with ThreadPoolExecutor(1) as threads:
            clerk = Clerk(container.outgoing, threads, 1)
            sender = MailSender(server, 1)
            route = Route("now", work, sender, clerk, lambda _: True)
            route.open(mailbox)
            await route.settled(wait=True)
            await sender.close()

    asyncio.run(sent())
