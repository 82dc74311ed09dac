"""Time, as it passes in Brisbane: the engine does each thing in the second in which it is due."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from escalation.store import models
from escalation.store.transaction import read
from tests.api.service import PATIENCE, Service

BRISBANE = ZoneInfo("Australia/Brisbane")


def brisbane(local: str) -> datetime:
    """An instant by the clocks of Brisbane, written as ``2026-03-02 10:00``."""
    return datetime.fromisoformat(local).replace(tzinfo=BRISBANE)


def local(instant: str | None) -> str:
    """An instant of an answer by the clocks of Brisbane, to the minute."""
    assert instant is not None
    return datetime.fromisoformat(instant).astimezone(BRISBANE).strftime("%Y-%m-%d %H:%M")


def pass_until(service: Service, until: datetime) -> None:
    """Let time pass; the clock stops wherever something is due on the way."""
    clock = service.clock
    while (due := _next_due(service)) is not None and due <= until:
        clock.move_to(max(due, clock.now()))
        look(service)
        after = _next_due(service)
        assert after is None or after > clock.now(), f"what is due at {due} is never done"
    clock.move_to(max(until, clock.now()))


def look(service: Service) -> None:
    """The engine looks at clocks and seats until nothing is left to be done now."""
    desk = service.container.desk
    while desk.sweep().result(PATIENCE) or desk.reseat().result(PATIENCE):
        pass


def _next_due(service: Service) -> datetime | None:
    """When a clock ends or warns next, or a term begins or ends that a seat hangs on."""
    issue, clock = models.issue.c, models.clock.c
    open_still = issue.status.not_in(("resolved", "closed", "withdrawn"))
    with read(service.container.engine) as connection:
        ends = (
            connection.scalar(select(func.min(clock.next_at))),
            connection.scalar(select(func.min(issue.seats_until)).where(open_still)),
        )
    return min((end for end in ends if end is not None), default=None)
