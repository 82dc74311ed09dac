"""Events of the outbox handed on: to which endpoints, as which messages, held back or not."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.delivery import payloads
from escalation.delivery.formats.options import CloudEvents, Format, Standard, format_of
from escalation.delivery.formats.told import NOTHING_CALLED, Told
from escalation.ids import IdSource
from escalation.services import scopes
from escalation.services.calling import called_in
from escalation.services.filters import Filter, fits, rungs_by
from escalation.services.forms import put, takes, told_of
from escalation.services.mail.telling import Telling
from escalation.services.recovery import late_ones
from escalation.services.registry import Registry
from escalation.services.veil import names_in
from escalation.store import deliveries, endpoints, outbox, viewing
from escalation.store.deliveries import Message, NewDelivery, Rendered
from escalation.store.endpoints import EndpointState, StoredEndpoint
from escalation.store.heartbeat import Recovery, RecoveryState
from escalation.store.outbox import Pending, Standing
from escalation.store.transaction import Connection
from escalation.workflow.viewing import Viewer


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint with what it asks of events, read once for all of them."""

    stored: StoredEndpoint
    filters: Filter | None
    format: Format

    @classmethod
    def of(cls, stored: StoredEndpoint) -> "Target":
        """An endpoint, read."""
        asked = Filter.of(stored.filters) if stored.filters else None
        return cls(stored, asked, format_of(stored.format))

    @property
    def plain(self) -> bool:
        """Whether it takes the standard body."""
        return isinstance(self.format, Standard)

    @property
    def names_needed(self) -> bool:
        """Whether its form may say what other systems call an issue."""
        return not self.plain and not isinstance(self.format, CloudEvents)


class FanOut:
    """Hands events on within one transaction, which has the turn of the fan-out."""

    def __init__(
        self,
        connection: Connection,
        registry: Registry,
        ids: IdSource,
        now: datetime,
        telling: Telling | None = None,
    ) -> None:
        """Hand on as at ``now``; ``telling`` finds who is told by mail, where any is sent."""
        self._telling = telling
        self._connection = connection
        self._registry = registry
        self._ids = ids
        self._now = now
        self._rungs = rungs_by(registry, connection)
        self._seen: Mapping[str, frozenset[str]] = {}
        self._names: Mapping[str, Sequence[Mapping[str, Any]]] = {}
        self._called = NOTHING_CALLED

    def hand_on(self, recovery: Recovery | None, limit: int) -> int:
        """Hand on what waits; answers how many events."""
        waiting = outbox.pending(self._connection, limit)
        named = [] if self._telling is None else outbox.pending_named(self._connection, limit)
        if not waiting and not named:
            return 0
        open_ = recovery if recovery is not None and recovery.state is RecoveryState.OPEN else None
        every = [*waiting, *named]
        held: dict[str, Recovery] = {}
        if open_ is not None:
            held = dict.fromkeys(late_ones(every, open_), open_)
        mails = {} if self._telling is None else self._telling.deliveries(every, held)
        messages: list[Message] = []
        new: list[NewDelivery] = []
        for event, wanting in [*self._wanted(waiting), *((event, ()) for event in named)]:
            mailed = mails.get(event.event_id, ())
            if not wanting and not mailed:
                continue
            body = _rendered(event)
            recovery = held.get(event.event_id)
            found = [*self._deliveries(event, body, wanting, recovery), *mailed]
            if found:
                messages.append(Message(event.event_id, event.type, body, self._now))
                new += found
        deliveries.add(self._connection, messages, new, self._now)
        outbox.dispatched(self._connection, [event.event_id for event in waiting], self._now)
        outbox.told_to_named(self._connection, [event.event_id for event in named])
        return len(every)

    def _wanted(self, waiting: Sequence[Pending]) -> list[tuple[Pending, Sequence[Target]]]:
        """Each event with the endpoints whose types and filters it is of."""
        targets = [Target.of(each) for each in endpoints.standing(self._connection)]
        stood: Mapping[str, Standing] = {}
        if any(each.filters for each in targets):
            stood = outbox.standings(self._connection, waiting)
        if any(each.names_needed for each in targets):
            issues = list(dict.fromkeys(event.aggregate for event in waiting))
            self._names = outbox.other_names(self._connection, issues)
            self._called = called_in(self._connection, self._registry, issues)
        self._seen = {
            each.stored.id: self._seen_by(each.stored, waiting)
            for each in targets
            if each.stored.scopes
        }
        return [
            (event, [t for t in targets if self._wants(t, event, stood.get(event.event_id))])
            for event in waiting
        ]

    def _seen_by(self, target: StoredEndpoint, waiting: Sequence[Pending]) -> frozenset[str]:
        """The events that an endpoint with scopes may be told of, as its issues stand now.

        They are those of issues that it may see, and that name none which it may not: a message
        has the same bytes for everybody.
        """
        directory = self._registry.refresh(self._connection).directory
        viewer = Viewer(within=scopes.within(target.scopes or {}, directory))
        named = {
            event.event_id: {event.aggregate, *names_in(json.loads(event.payload))}
            for event in waiting
            if event.reference is not None
        }
        every = sorted(set[str]().union(*named.values()))
        hidden = viewing.hidden(self._connection, viewer, every)
        return frozenset(event for event, names in named.items() if not names & hidden)

    def _wants(self, target: Target, event: Pending, standing: Standing | None) -> bool:
        if not _goes_to(event, target.stored):
            return False
        seen = self._seen.get(target.stored.id)
        if seen is not None and event.event_id not in seen:
            return False
        return target.filters is None or self._fits(target.filters, standing)

    def _deliveries(
        self, event: Pending, body: bytes, wanting: Sequence[Target], recovery: Recovery | None
    ) -> Iterator[NewDelivery]:
        """A delivery to each endpoint whose format takes the event, in its form."""
        told: Told | None = None
        for target in wanting:
            rendered = None
            if not target.plain:
                told = told or told_of(body, self._names.get(event.aggregate, ()), self._called)
                if not takes(target.format, told):
                    continue
                rendered = put(target.format, told)
            yield self._delivery(event, target.stored, recovery, rendered)

    def _fits(self, asked: Filter, standing: Standing | None) -> bool:
        """Whether an event of an issue that stood so goes out; what is of no issue does not."""
        return standing is not None and fits(asked, standing, self._rungs)

    def _delivery(
        self,
        event: Pending,
        target: StoredEndpoint,
        recovery: Recovery | None,
        rendered: Rendered | None,
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
            rendered=rendered,
        )


def _goes_to(event: Pending, target: StoredEndpoint) -> bool:
    """Whether an endpoint is told: of what both sides may know, of its types, since it is there."""
    if target.state is EndpointState.DRAINING:
        return False
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
