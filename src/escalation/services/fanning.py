"""Events of the outbox handed on: to which endpoints, as which messages, held back or not."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from escalation.delivery import payloads
from escalation.ids import IdSource
from escalation.services.filters import Filter, fits, rungs_by
from escalation.services.recovery import late_ones
from escalation.services.registry import Registry
from escalation.store import deliveries, endpoints, outbox
from escalation.store.deliveries import Message, NewDelivery
from escalation.store.endpoints import StoredEndpoint
from escalation.store.heartbeat import Recovery, RecoveryState
from escalation.store.outbox import Pending, Standing
from escalation.store.transaction import Connection


class FanOut:
    """Hands events on within one transaction, which has the turn of the fan-out."""

    def __init__(
        self, connection: Connection, registry: Registry, ids: IdSource, now: datetime
    ) -> None:
        """Hand on as at ``now``."""
        self._connection = connection
        self._ids = ids
        self._now = now
        self._rungs = rungs_by(registry, connection)

    def hand_on(self, recovery: Recovery | None, limit: int) -> int:
        """Hand on what waits; answers how many events."""
        waiting = outbox.pending(self._connection, limit)
        if not waiting:
            return 0
        open_ = recovery if recovery is not None and recovery.state is RecoveryState.OPEN else None
        late = frozenset() if open_ is None else late_ones(waiting, open_)
        messages: list[Message] = []
        new: list[NewDelivery] = []
        for event, wanting in self._wanted(waiting):
            if not wanting:
                continue
            messages.append(Message(event.event_id, event.type, _rendered(event), self._now))
            held = open_ if event.event_id in late else None
            new.extend(self._delivery(event, target, held) for target in wanting)
        deliveries.add(self._connection, messages, new, self._now)
        outbox.dispatched(self._connection, [event.event_id for event in waiting], self._now)
        return len(waiting)

    def _wanted(self, waiting: Sequence[Pending]) -> list[tuple[Pending, Sequence[StoredEndpoint]]]:
        """Each event with the endpoints that are told of it."""
        targets = [(each, Filter.of(each.filters)) for each in endpoints.standing(self._connection)]
        stood: Mapping[str, Standing] = {}
        if any(each.filters for each, _ in targets):
            stood = outbox.standings(self._connection, waiting)
        return [
            (
                event,
                [
                    target
                    for target, asked in targets
                    if _goes_to(event, target)
                    and (not target.filters or self._fits(asked, stood.get(event.event_id)))
                ],
            )
            for event in waiting
        ]

    def _fits(self, asked: Filter, standing: Standing | None) -> bool:
        """Whether an event of an issue that stood so goes out; what is of no issue does not."""
        return standing is not None and fits(asked, standing, self._rungs)

    def _delivery(
        self, event: Pending, target: StoredEndpoint, recovery: Recovery | None
    ) -> NewDelivery:
        return NewDelivery(
            id=self._ids.new("dlv", self._now),
            endpoint_id=target.id,
            message_id=event.event_id,
            aggregate=event.aggregate,
            number=event.number,
            type=event.type,
            recovery_id=None if recovery is None else recovery.id,
            held=recovery is not None,
        )


def _goes_to(event: Pending, target: StoredEndpoint) -> bool:
    """Whether an endpoint is told: of what both sides may know, of its types, since it is there."""
    since = event.recorded_at >= target.created_at
    return since and event.visibility == "shared" and target.wants(event.type)


def _rendered(event: Pending) -> bytes:
    return payloads.body_of(
        payloads.Occurred(
            id=event.event_id,
            type=event.type,
            aggregate=event.aggregate,
            reference=event.reference,
            number=event.number,
            due_at=event.due_at,
            effective_at=event.effective_at,
            recorded_at=event.recorded_at,
            payload=event.payload,
        )
    )
