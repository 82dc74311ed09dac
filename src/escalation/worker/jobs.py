"""What the worker does, in order of urgency."""

from escalation.bootstrap import Container
from escalation.services import upkeep
from escalation.worker.loop import Recurring, Worker

HUNG = 120.0
"""Seconds after which a chunk that has not come back counts as failed."""
SMALLEST_FULL_CHUNK = 200
"""Seats: a chunk of fewer leaves nothing behind that could be done now."""
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
    )


def jobs_of(container: Container) -> tuple[Recurring, ...]:
    """Clocks first, then seats, then what may be forgotten."""
    desk, settings = container.desk, container.settings
    interval = settings.sweep_interval_seconds

    def size() -> int:
        return settings.batch_size_waiting if desk.waiting else settings.batch_size

    def clocks() -> int:
        return desk.sweep(size()).result(HUNG)

    def seats() -> int:
        return desk.reseat(size()).result(HUNG)

    def answers() -> int:
        return upkeep.forget_answers(desk, timeout=HUNG)

    return (
        Recurring("clocks", interval, clocks),
        Recurring("seats", interval, seats, full=SMALLEST_FULL_CHUNK),
        Recurring("forgotten_answers", FORGETTING, answers, full=upkeep.AT_ONCE),
    )
