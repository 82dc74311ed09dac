"""What the worker does, in order of urgency."""

from datetime import timedelta

from escalation.bootstrap import Container
from escalation.clock import monotonic
from escalation.services import agendas, corrections, outgoing, planning, recovery, upkeep, watch
from escalation.services.mail import asking
from escalation.services.mail.arriving import AT_ONCE as ARRIVING
from escalation.services.record.sealing import AT_ONCE as SEALED
from escalation.services.subscribing import closing, making
from escalation.services.surveys import inviting
from escalation.worker.delivering import courier_of
from escalation.worker.loop import Recurring, Worker

HUNG = 120.0
"""Seconds after which a chunk that has not come back counts as failed."""
SMALLEST_FULL_CHUNK = 200
"""Seats: a chunk of fewer leaves nothing behind that could be done now."""
AUDITING = 60.0
"""Seconds between two looks for clocks that should have fired."""
CORRECTING = 30.0
"""Seconds between two looks for digests that show what has been sealed since."""
SUBSCRIPTIONS = 15.0
"""Seconds between two looks for windows of subscriptions whose time has come."""
PLANNING = 300.0
"""Seconds between two looks at when forums meet."""
AGENDAS = 60.0
"""Seconds between two looks for meetings whose papers are due."""
INVITING = 60.0
"""Seconds between two looks at who is to be asked how it went, or by a survey that comes round."""
FORGETTING = 600.0
"""Seconds between two looks at what may be forgotten."""


def worker_of(container: Container) -> Worker:
    """The worker of this process."""
    settings = container.settings
    return Worker(
        jobs_of(container),
        interval=settings.sweep_interval_seconds,
        heartbeat=settings.heartbeat_interval_seconds,
        next_due=lambda: upkeep.seconds_to_next_due(container.desk),
        alive=lambda: container.desk.alive,
        beside=(courier_of(container),),
    )


class Life:
    """The worker's signs of life: the first comes before its first clock fires.

    So does the first after the process itself was stopped for long: it notices the outage.
    """

    def __init__(self, container: Container) -> None:
        """Give signs of life of one worker."""
        self._container = container
        self._outage = timedelta(minutes=container.settings.outage_minutes)
        self._worker = container.ids.new("wrk", container.clock.now())
        self._beaten: float | None = None

    def beat(self) -> int:
        """Give a sign; answers 1 where the silence before it has opened a recovery."""
        inside = self._container
        opened = recovery.beat(inside.engine, inside.clock, self._worker, self._outage)
        self._beaten = monotonic()
        return int(opened)

    def noted(self) -> None:
        """See to it that the last sign is younger than an outage."""
        half = self._outage.total_seconds() / 2
        if self._beaten is None or monotonic() - self._beaten > half:
            self.beat()


def jobs_of(container: Container) -> tuple[Recurring, ...]:
    """A sign of life first: it notices an outage. Then clocks, seats, and what may be forgotten."""
    desk, settings = container.desk, container.settings
    interval = settings.sweep_interval_seconds
    life = Life(container)

    def size() -> int:
        return settings.batch_size_waiting if desk.waiting else settings.batch_size

    def clocks() -> int:
        life.noted()
        return desk.sweep(size()).result(HUNG)

    def seats() -> int:
        return desk.reseat(size()).result(HUNG)

    def auditor() -> int:
        return len(watch.audit(desk, timedelta(seconds=settings.overdue_seconds)))

    def answers() -> int:
        return upkeep.forget_answers(desk, timeout=HUNG)

    def ahead() -> int:
        return planning.plan_ahead(desk, timeout=HUNG)

    def sent() -> int:
        return container.outgoing.forget(container.deliveries_kept)

    return (
        Recurring("recoveries", settings.heartbeat_interval_seconds, life.beat, full=2),
        Recurring("clocks", interval, clocks),
        Recurring("seats", interval, seats, full=SMALLEST_FULL_CHUNK),
        Recurring("meetings", PLANNING, ahead, full=planning.AT_ONCE),
        Recurring("agendas", AGENDAS, lambda: agendas.tell_due(desk, timeout=HUNG)),
        Recurring("auditor", AUDITING, auditor, full=watch.AT_ONCE + 1),
        Recurring("seals", settings.seal_interval_seconds, container.sealer.seal, full=SEALED),
        Recurring("corrections", CORRECTING, lambda: corrections.correct_next(desk), full=1),
        *_of_subscriptions(container),
        Recurring("surveys", INVITING, lambda: _invited(container), full=inviting.AT_ONCE),
        *_rounds(container),
        Recurring("forgotten_answers", FORGETTING, answers, full=upkeep.AT_ONCE),
        Recurring("forgotten_deliveries", FORGETTING, sent, full=outgoing.AT_ONCE),
        *_arriving(container),
    )


def _arriving(container: Container) -> tuple[Recurring, ...]:
    """A look at mail that has come, where it is set where that lies."""
    mail = container.hooks.mail
    if mail is None or mail.place is None:
        return ()
    every = container.settings.mail_poll_seconds
    return (Recurring("mail", every, mail.poll, full=ARRIVING),)


def _rounds(container: Container) -> tuple[Recurring, ...]:
    """A look at periodic surveys, where there is mail to ask by."""
    if not container.asks_by_mail:
        return ()

    def asked() -> int:
        return asking.ask_due(container.desk, container.surveys, timeout=HUNG)

    return (Recurring("survey_rounds", INVITING, asked, full=asking.AT_ONCE),)


def _of_subscriptions(container: Container) -> tuple[Recurring, ...]:
    """Windows closed when their time has come, then their digests made and handed on."""
    desk = container.desk

    def windows() -> int:
        return closing.close_due(desk, timeout=HUNG)

    def papers() -> int:
        return making.make_due(desk, container.posting, timeout=HUNG)

    return (
        Recurring("windows", SUBSCRIPTIONS, windows, full=closing.AT_ONCE),
        Recurring("papers", SUBSCRIPTIONS, papers),
    )


def _invited(container: Container) -> int:
    return inviting.invite(container.desk, container.surveys, timeout=HUNG)
