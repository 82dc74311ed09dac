"""Watching the engine: figures for monitoring, and an auditor of what should have fired."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from escalation.services.desk import Desk
from escalation.store import dialect, watching
from escalation.store.transaction import read
from escalation.store.watching import Figures, Overdue

_log = structlog.get_logger(__name__)

AT_ONCE = 100
"""Late clocks that one look names; the rest is named by the next."""


@dataclass(frozen=True, slots=True, eq=False)
class _Collector:
    """The figures of one look, as the exposition format has them."""

    figures: Figures
    late: int
    queue: int
    now: datetime

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Each gauge once; an age of nothing is 0."""
        of = self.figures
        yield _gauge("clocks_due", "Clock steps that are due and have not fired.", of.clocks_due)
        yield _gauge("clock_lag_seconds", "Age of the oldest due step.", self._age(of.oldest_due))
        yield _gauge("clocks_overdue", "Due steps that the auditor finds too late.", self.late)
        yield _gauge("outbox_events", "Events that have not been fanned out.", of.outbox)
        yield _gauge("outbox_age_seconds", "Age of the oldest such.", self._age(of.oldest_unsent))
        states = GaugeMetricFamily(
            "escalation_deliveries", "Deliveries that are not delivered.", labels=["state"]
        )
        for state, count in of.deliveries.items():
            states.add_metric([state], count)
        yield states
        doubtful = "Mails, and messages to chats, of which it is not known whether they arrived."
        yield _gauge("deliveries_unconfirmed", doubtful, of.unconfirmed)
        yield _gauge("mailboxes_disabled", "Mailboxes that nothing is sent to.", of.mailboxes)
        waited = self._age(of.oldest_delivery)
        yield _gauge("delivery_lag_seconds", "Age of the delivery longest due.", waited)
        silent = self._age(of.heartbeat)
        yield _gauge("worker_silence_seconds", "Since a worker gave a sign of life.", silent)
        yield _gauge("desk_queue", "Commands that wait at this process's desk.", self.queue)

    def _age(self, since: datetime | None) -> float:
        return 0.0 if since is None else max(0.0, (self.now - since).total_seconds())


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"escalation_{name}", says, value=value)


def metrics(desk: Desk, bound: timedelta) -> bytes:
    """The figures now, in Prometheus's text format.

    All but the desk's queue come from the database, so that every process tells the same.
    """
    with read(desk.engine) as connection:
        now = dialect.now(connection, desk.clock)
        figures = watching.figures(connection, now)
        late = len(watching.overdue(connection, now - bound, AT_ONCE))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(figures, late, desk.waiting, now))
    return generate_latest(registry)


def audit(desk: Desk, bound: timedelta) -> list[Overdue]:
    """Find every due step that has not fired within ``bound``, and say so in the log."""
    with read(desk.engine) as connection:
        before = dialect.now(connection, desk.clock) - bound
        late = list(watching.overdue(connection, before, AT_ONCE))
    for each in late:
        _log.error(
            "clock_overdue",
            reference=each.reference,
            issue=each.issue_id,
            clock=each.clock_id,
            kind=each.kind,
            due_at=None if each.due_at is None else each.due_at.isoformat(),
        )
    return late
