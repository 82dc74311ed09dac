"""Webhooks both ways: endpoints and their deliveries, what tools have sent, and what would be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from escalation.client.issues import given, name_of
from escalation.client.line import Asked, Body, Line
from escalation.client.listing import every
from escalation.client.shapes.webhooks import (
    Delivery,
    DeliveryDetail,
    HookDelivery,
    HookDeliveryDetail,
    HookReading,
    NewEndpoint,
    Redelivered,
)

Named = Mapping[str, Any] | str
_LEFT = ("waiting", "unmapped", "refused")
"""States of what had no effect and may yet have one."""


class Endpoints:
    """Where events are sent, and what came of it."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def list(self) -> Iterator[dict[str, Any]]:
        """Every endpoint, without its secrets."""
        return every(self._line, "list_webhook_endpoints", {})

    def show(self, endpoint: Named) -> dict[str, Any]:
        """One endpoint, and how its deliveries stand."""
        found: dict[str, Any] = self._line.found("get_webhook_endpoint", _of(endpoint))
        return found

    def add(self, url: str, **fields: Any) -> NewEndpoint:  # noqa: ANN401 - the body's own
        """Send events to a URL from now on; the answer has the secret, this once."""
        asked = Asked(body={"url": url, **fields})
        found: NewEndpoint = self._line.found("create_webhook_endpoint", asked)
        return found

    def change(self, endpoint: Named, body: Body = None, /, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """Change an endpoint; what is not named stays."""
        asked = Asked(parts={"endpoint": name_of(endpoint)}, body=given(body, fields))
        found: dict[str, Any] = self._line.found("change_webhook_endpoint", asked)
        return found

    def remove(self, endpoint: Named) -> None:
        """Remove an endpoint; what waits for it is cancelled."""
        self._line.found("remove_webhook_endpoint", _of(endpoint))

    def ping(self, endpoint: Named) -> Delivery:
        """Have the worker send a ``ping``; the answer is its delivery."""
        found: Delivery = self._line.found("ping_webhook_endpoint", _of(endpoint))
        return found

    def rotate(self, endpoint: Named, **fields: Any) -> NewEndpoint:  # noqa: ANN401 - as above
        """Make a new secret; the answer has it, this once."""
        asked = Asked(parts={"endpoint": name_of(endpoint)}, body=fields)
        found: NewEndpoint = self._line.found("rotate_webhook_secret", asked)
        return found

    def deliveries(self, endpoint: Named | None, *, state: str | None = None) -> Iterator[Delivery]:
        """What was sent to an endpoint, or to each in turn, the latest first."""
        if endpoint is None:
            for each in self.list():
                yield from self.deliveries(each, state=state)
            return
        parts = {"endpoint": name_of(endpoint)}
        yield from every(self._line, "list_webhook_deliveries", {"state": state}, parts)

    def delivery(self, delivery: Named) -> DeliveryDetail:
        """One delivery with what is sent and each attempt."""
        found: DeliveryDetail = self._line.found("get_webhook_delivery", _delivery(delivery))
        return found

    def redeliver(self, delivery: Named) -> Delivery:
        """Send it again: the same ids, the same bytes."""
        found: Delivery = self._line.found("redeliver_message", _delivery(delivery))
        return found

    def redeliver_since(self, endpoint: Named, since: str, **which: bool) -> Redelivered:
        """Send all that was handed on to it since an instant again; how many, and what was left.

        Args:
            endpoint: it, or its id.
            since: an instant with its zone.
            which: `dead_only`; `unconfirmed` for what may have arrived too.
        """
        body = {"since": since, **which}
        asked = Asked(parts={"endpoint": name_of(endpoint)}, body=body)
        found: Redelivered = self._line.found("redeliver_messages", asked)
        return found

    def drop(self, delivery: Named) -> Delivery:
        """Give up a dead delivery: no later one names it as missed."""
        found: Delivery = self._line.found("drop_delivery", _delivery(delivery))
        return found


class Hooks:
    """What ticketing tools have sent."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def list(
        self, *, source: str | None = None, state: str | None = None
    ) -> Iterator[HookDelivery]:
        """What came, the latest first."""
        return every(self._line, "list_hook_deliveries", {"source": source, "state": state})

    def show(self, delivery: Named) -> HookDeliveryDetail:
        """One delivery with what came, and what the rules say of it now."""
        found: HookDeliveryDetail = self._line.found("get_hook_delivery", _delivery(delivery))
        return found

    def replay(self, delivery: Named) -> HookDelivery:
        """Read it again by the rules as they are now, and act upon it."""
        found: HookDelivery = self._line.found("replay_hook_delivery", _delivery(delivery))
        return found

    def replay_left(self, source: str) -> Iterator[HookDelivery]:
        """Read again whatever of a source had no effect, the oldest first."""
        left = [each["id"] for state in _LEFT for each in self.list(source=source, state=state)]
        yield from map(self.replay, sorted(left))

    def preview(
        self,
        source: str,
        body: Any,  # noqa: ANN401 - any JSON
        headers: Mapping[str, str] | None = None,
    ) -> Sequence[HookReading]:
        """What a body would do, expression by expression, without doing it."""
        sent = {"source": source, "body": body, "headers": dict(headers or {})}
        found: Sequence[HookReading] = self._line.found("preview_hook", Asked(body=sent))["data"]
        return found


def _of(endpoint: Named) -> Asked:
    return Asked(parts={"endpoint": name_of(endpoint)})


def _delivery(delivery: Named) -> Asked:
    return Asked(parts={"delivery": name_of(delivery)})
