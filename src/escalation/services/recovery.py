"""After an outage: what came late goes out as at most one live message and one summary.

A worker that finds no sign of life within the bound opens a recovery. Until the clocks that ended
before it have all been fired, what they caused is held back. Then, endpoint by endpoint, the last
event of each issue goes out as it is, and all others are told in one summary.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from escalation.clock import Clock
from escalation.delivery import payloads
from escalation.delivery.formats.options import Standard, format_of, system_of
from escalation.delivery.payloads import Late
from escalation.ids import IdSource, named
from escalation.services.calling import called_in
from escalation.services.forms import put, told_of
from escalation.services.registry import Registry
from escalation.store import deliveries, dialect, endpoints, heartbeat, outbox
from escalation.store.deliveries import Message, NewDelivery, Rendered
from escalation.store.endpoints import StoredEndpoint
from escalation.store.heartbeat import Held, Recovery, RecoveryState
from escalation.store.outbox import Pending
from escalation.store.transaction import Connection, Engine, write
from escalation.workflow.draft import command_of
from escalation.workflow.facts import ENGINE

REMEMBERED = timedelta(days=7)
"""How long a worker's last sign of life is kept."""
AT_ONCE = 5_000
"""Held deliveries looked at in one transaction."""


def beat(engine: Engine, clock: Clock, worker: str, outage: timedelta) -> bool:
    """Note that a worker is alive; answers whether this opened a recovery.

    Called before a worker fires its first clock, so that nothing late escapes.
    """
    with write(engine) as connection:
        now = dialect.now(connection, clock)
        last = heartbeat.newest(connection)
        opened = last is not None and now - last >= outage and _opened(connection, last, now)
        heartbeat.beat(connection, worker, now, now - REMEMBERED)
        return opened


def _opened(connection: Connection, last: datetime, now: datetime) -> bool:
    before = heartbeat.current(connection, locked=True)
    if before is not None:
        heartbeat.reopen(connection, before.id, now)
        return True
    new = Recovery(named("rcv", last.isoformat()), last, now, RecoveryState.OPEN)
    return heartbeat.open_recovery(connection, new)


def late_ones(events: Sequence[Pending], recovery: Recovery) -> frozenset[str]:
    """The events, of those that wait, that are held back: the engine made them, late.

    All events of one command are late together, by the instant that its clock had been due: what
    it does beside (an item tabled, a seat found vacant) has none of its own. Without any, as when
    the directory has changed, it counts as late.
    """
    due: dict[str, datetime] = {}
    for event in events:
        if event.due_at is not None:
            command = command_of(event.event_id)
            due[command] = max(event.due_at, due.get(command, event.due_at))
    return frozenset(
        event.event_id
        for event in events
        if json.loads(event.payload)["actor"]["kind"] == ENGINE.kind
        and due.get(command_of(event.event_id), recovery.down_since) <= recovery.started_at
    )


def drained(connection: Connection, recovery: Recovery) -> bool:
    """Whether every clock that ended before the recovery has been fired."""
    return not heartbeat.late_clock(connection, recovery.started_at)


def settle_one(
    connection: Connection, registry: Registry, ids: IdSource, recovery: Recovery, now: datetime
) -> int:
    """Settle what is held back from one endpoint, or close; answers how many deliveries.

    All of it in the caller's transaction, which has the turn of the fan-out.
    """
    waiting = heartbeat.endpoints_held(connection, recovery.id)
    if not waiting:
        heartbeat.close(connection, recovery.id, now)
        return 0
    held = heartbeat.held(connection, recovery.id, waiting[0], AT_ONCE)
    others = [each for each in held if not each.last]
    portions = list(payloads.portions([Late(each.message_id, each.body) for each in others]))
    if len(held) == AT_ONCE and len(portions) > 1:
        portions.pop()  # it may have room for more
    endpoint = endpoints.find(connection, waiting[0])
    if endpoint is None:
        raise AssertionError(f"{waiting[0]} has deliveries, and is not there")
    summary = _Summaries(connection, registry, ids, recovery, endpoint, now)
    told = 0
    for portion in portions:
        summary.tell(others[told : told + len(portion)], portion)
        told += len(portion)
    heartbeat.release(connection, [each.id for each in held if each.last], now)
    return len(held)


class _Summaries:
    """Writes summaries of one recovery for one endpoint."""

    def __init__(
        self,
        connection: Connection,
        registry: Registry,
        ids: IdSource,
        recovery: Recovery,
        endpoint: StoredEndpoint,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._registry = registry
        self._ids = ids
        self._recovery = recovery
        self._endpoint = endpoint
        self._format = format_of(endpoint.format)
        self._now = now

    def tell(self, rows: Sequence[Held], late: Sequence[Late]) -> None:
        """One summary of these, which counts as their delivery; of a tool one for each ticket."""
        if system_of(self._format) is None:
            part = 1 + deliveries.last_number(
                self._connection, self._endpoint.id, self._recovery.id
            )
            self._write(rows, late, (self._recovery.id, part), None)
            return
        pairs = zip(rows, late, strict=True)
        for issue, group in groupby(pairs, key=lambda pair: pair[0].aggregate):
            of_issue = list(group)
            own = [row for row, _ in of_issue]
            # In the place of the last that it tells of: before the one that goes out as it is.
            self._write(own, [each for _, each in of_issue], (issue, own[-1].number), issue)

    def _write(
        self, rows: Sequence[Held], late: Sequence[Late], at: tuple[str, int], issue: str | None
    ) -> None:
        recovery, now = self._recovery, self._now
        aggregate, number = at
        message_id = named(
            "evt", recovery.id, self._endpoint.id, *([] if issue is None else [issue]), str(number)
        )
        down = (recovery.down_since, recovery.started_at)
        part = number if issue is None else 1
        body = payloads.summary_body(message_id, down, part, now, late)
        message = Message(message_id, payloads.SUMMARY, body, now)
        new = NewDelivery(
            id=self._ids.new("dlv", now),
            endpoint_id=self._endpoint.id,
            message_id=message_id,
            aggregate=aggregate,
            number=number,
            type=payloads.SUMMARY,
            rendered=self._rendered(body, issue, {row.aggregate for row in rows}),
        )
        deliveries.add(self._connection, [message], [new], now)
        heartbeat.summarised(self._connection, [row.id for row in rows], message, now)

    def _rendered(self, body: bytes, issue: str | None, about: Iterable[str]) -> Rendered | None:
        if isinstance(self._format, Standard):
            return None
        names = {} if issue is None else outbox.other_names(self._connection, [issue])
        called = called_in(self._connection, self._registry, about)
        return put(self._format, told_of(body, names.get(issue or "", ()), called))
