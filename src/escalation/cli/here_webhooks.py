"""Webhooks both ways, and keys, of the database itself, by the methods of the client."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel

from escalation.api import body as bodies
from escalation.api.schemas.keys import CreateKey, RotateKey
from escalation.api.schemas.webhooks import (
    ChangeEndpoint,
    CreateEndpoint,
    RedeliverSince,
    RotateSecret,
)
from escalation.bootstrap import Container
from escalation.cli.fields import DEPTH
from escalation.cli.opening import me
from escalation.services import deliveries, endpoints, keys
from escalation.services.endpoints import NewEndpoint
from escalation.services.inbound import inbox
from escalation.services.inbound.inbox import HookState
from escalation.services.reading.keys import view as key_view

View = dict[str, Any]
T = TypeVar("T", bound=BaseModel)
PAGE = 200
"""Entries of a log that are read at once."""


class Endpoints:
    """Where events are sent from the database, and what came of it."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def list(self) -> Iterator[View]:
        """Every endpoint, without its secrets."""
        desk = self._inside.desk
        yield from (deliveries.endpoint_view(desk, each) for each in endpoints.every(desk))

    def show(self, endpoint: str) -> View:
        """One endpoint, and how its deliveries stand."""
        desk = self._inside.desk
        return deliveries.endpoint_view(desk, endpoints.one(desk, endpoint))

    def add(self, url: str, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Send events to a URL from now on; the answer has the secret, this once."""
        inside, sent = self._inside, _read({"url": url, **fields}, CreateEndpoint)
        made = endpoints.add(
            inside.desk,
            inside.vault,
            inside.guard,
            **sent.wanted(),
            quota=inside.settings.endpoint_quota,
            actor=me(),
        )
        return self._with_secret(made)

    def change(self, endpoint: str, /, **fields: Any) -> View:  # noqa: ANN401 - as above
        """Change an endpoint; what is not named stays."""
        inside, sent = self._inside, _read(fields, ChangeEndpoint)
        changed = endpoints.change(
            inside.desk, inside.vault, inside.guard, endpoint, sent.wishes(), actor=me()
        )
        return deliveries.endpoint_view(inside.desk, changed)

    def rotate(self, endpoint: str, **fields: Any) -> View:  # noqa: ANN401 - as above
        """Make a new secret; the answer has it, this once."""
        inside = self._inside
        both = timedelta(hours=_read(fields, RotateSecret).both_hours)
        return self._with_secret(
            endpoints.rotate(inside.desk, inside.vault, endpoint, both=both, actor=me())
        )

    def remove(self, endpoint: str) -> None:
        """Remove an endpoint; what waits for it is cancelled."""
        endpoints.remove(self._inside.desk, endpoint, actor=me())

    def ping(self, endpoint: str) -> View:
        """Have the worker send a ``ping``; the answer is its delivery."""
        inside = self._inside
        made = endpoints.ping(inside.desk, endpoint)
        return deliveries.one(inside.desk, made, inside.deliveries_kept)

    def deliveries(self, endpoint: str | None, *, state: str | None = None) -> Iterator[View]:
        """What was sent to an endpoint, or to all, the latest first."""
        before: str | None = None
        while True:
            page = deliveries.page(
                self._inside.desk, endpoint, state=state, before=before, limit=PAGE
            )
            yield from map(dict, page.items)
            if page.after is None:
                return
            before = page.after[1]

    def delivery(self, delivery: str) -> View:
        """One delivery with what is sent and each attempt."""
        inside = self._inside
        return deliveries.detail(inside.desk, delivery, inside.deliveries_kept, answers=True)

    def redeliver(self, delivery: str) -> View:
        """Send it again: the same ids, the same bytes."""
        inside = self._inside
        return deliveries.redeliver(inside.desk, delivery, inside.deliveries_kept)

    def redeliver_since(self, endpoint: str, since: str, **which: bool) -> View:
        """Send all that was handed on to it since an instant again; how many, and what was left."""
        sent = _read({"since": since, **which}, RedeliverSince)
        return deliveries.redeliver_since(self._inside.desk, endpoint, sent.extent, actor=me())

    def drop(self, delivery: str) -> View:
        """Give up a dead delivery: no later one names it as missed."""
        inside = self._inside
        return deliveries.drop(inside.desk, delivery, inside.deliveries_kept, actor=me())

    def _with_secret(self, made: NewEndpoint) -> View:
        view = deliveries.endpoint_view(self._inside.desk, made.stored)
        return {**view, "secret": made.secret}


class Hooks:
    """What ticketing tools have sent to the database."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def list(self, *, source: str | None = None, state: str | None = None) -> Iterator[View]:
        """What came, the latest first."""
        states = () if state is None else (HookState(state),)
        before: str | None = None
        while True:
            page = inbox.page(
                self._inside.desk, source=source, states=states, before=before, limit=PAGE
            )
            yield from map(dict, page.items)
            if page.after is None:
                return
            before = page.after[1]

    def replay(self, delivery: str) -> View:
        """Read it again by the rules as they are now, and act upon it."""
        return inbox.replay(self._inside.desk, self._inside.hooks, delivery)

    def replay_left(self, source: str) -> Iterator[View]:
        """Read again whatever of a source had no effect, the oldest first."""
        return inbox.replay_left(self._inside.desk, self._inside.hooks, source)


class Keys:
    """Who may call the service of the database."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def list(self) -> Iterator[View]:
        """Every key there ever was, without the keys themselves."""
        yield from map(key_view, keys.every(self._inside.desk))

    def create(self, *, name: str, role: str, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Make a key; the answer has it, this once."""
        sent = _read({"name": name, "role": role, **fields}, CreateKey)
        made = keys.create(
            self._inside.desk,
            name=sent.name,
            role=sent.role,
            actor=me(),
            person=sent.person,
            expires_at=sent.expires_at,
            scopes=sent.scopes.model_dump(),
            rate=sent.rate,
        )
        return {**key_view(made.stored), "key": made.secret}

    def rotate(self, key: str, **fields: Any) -> View:  # noqa: ANN401 - as above
        """Make the key that follows another; the old one ends by itself."""
        overlap = timedelta(hours=_read(fields, RotateKey).overlap_hours)
        made = keys.rotate(self._inside.desk, key, actor=me(), overlap=overlap)
        return {**key_view(made.stored), "key": made.secret}

    def revoke(self, key: str) -> None:
        """Take a key back: it opens nothing from the next request on."""
        keys.revoke(self._inside.desk, key, actor=me())


def _read(fields: Mapping[str, Any], schema: type[T]) -> T:
    """The body that the interface would be sent, judged as it is there."""
    return bodies.read(json.dumps(fields).encode(), schema, DEPTH)
