"""The delivery log: what was sent, what came back, and sending something again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from escalation.clock import whole_second
from escalation.delivery.formats.requests import Request
from escalation.errors import NotFound, Refused
from escalation.ids import made_at
from escalation.services import endpoints, forms
from escalation.services.desk import Desk
from escalation.services.endpoints import StoredEndpoint
from escalation.services.filters import Filter
from escalation.services.forms import format_of
from escalation.services.pages import Page, page_of
from escalation.services.registry import Registry
from escalation.services.views import told
from escalation.store import deliveries, delivery_log, resending, viewing
from escalation.store import endpoints as endpoint_store
from escalation.store.deliveries import Attempt, DeliveryState
from escalation.store.delivery_log import Logged
from escalation.store.resending import Extent
from escalation.store.transaction import Connection, read
from escalation.workflow.facts import Actor

__all__ = ["DeliveryState", "Extent"]

View = dict[str, Any]


def page(
    desk: Desk,
    endpoint_id: str | None,
    *,
    state: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Page:
    """A page of the log, of one endpoint or of all.

    Raises:
        NotFound: there is no such endpoint.
    """
    if endpoint_id is not None:
        endpoints.one(desk, endpoint_id)
    with read(desk.engine) as connection:
        found = delivery_log.page(
            connection, endpoint_id, state=state, before=before, limit=limit + 1, mail=False
        )
        views = delivery_views(connection, found)
    return page_of(
        found,
        limit,
        lambda shown: (views[each.id] for each in shown),
        lambda each: (each.id, each.id),
    )


def one(desk: Desk, delivery_id: str, kept: timedelta) -> View:
    """A delivery with its attempts.

    Raises:
        NotFound: there is none of that id; the reason where it was ``kept`` long enough.
    """
    with read(desk.engine) as connection:
        found = _found(connection, delivery_id, desk.clock.now() - kept)
        return delivery_views(connection, [found])[found.id]


def detail(desk: Desk, delivery_id: str, kept: timedelta, *, answers: bool) -> View:
    """A delivery with what is sent of it, and with ``answers`` how its receiver's words began.

    Of an issue that has been sealed since neither is told.

    Raises:
        NotFound: there is none of that id; the reason where it was ``kept`` long enough.
    """
    with read(desk.engine) as connection:
        found = _found(connection, delivery_id, desk.clock.now() - kept)
        tried = delivery_log.attempts(connection, [found.id])[found.id]
        view = delivery_views(connection, [found])[found.id]
        withheld = viewing.is_sealed(connection, found.aggregate)
        endpoint = endpoint_store.find(connection, found.endpoint_id)
        form = deliveries.rendering(connection, found.id)
        refused = form is None and found.last_outcome == deliveries.UNRENDERED
        body = b"" if withheld else deliveries.body(connection, found.message_id)
    sent = () if withheld or refused else forms.sent_of(body, form)
    shown = answers and not withheld
    pairs = zip(view["attempts"], tried, strict=True)
    attempts = [{**each, "answer": its.answer if shown else None} for each, its in pairs]
    return {
        **view,
        "url": None if endpoint is None else endpoint.url,
        "header_names": [] if endpoint is None else sorted(endpoint.headers or ()),
        "requests": [request_view(each) for each in sent],
        "attempts": attempts,
    }


def redeliver(desk: Desk, delivery_id: str, kept: timedelta) -> View:
    """Send a delivery again, now: the same id, the same bytes, a fresh timestamp.

    Raises:
        NotFound: there is none of that id; the reason where it was ``kept`` long enough.
        Refused: its endpoint is not enabled, it is being sent or held back at the moment, or it
            can still not be put in the endpoint's form.
    """

    def chore(connection: Connection, now: datetime) -> None:
        found = _found(connection, delivery_id, now - kept)
        endpoint = endpoint_store.find(connection, found.endpoint_id, locked=True)
        endpoint = _sent_to(endpoint)
        if found.state in {DeliveryState.SENDING, DeliveryState.HELD}:
            raise Refused(
                f"{delivery_id} is {found.state.value}; see what comes of it first.",
                "delivery_in_hand",
            )
        if viewing.is_sealed(connection, found.aggregate):
            raise Refused(
                f"{delivery_id} is of an issue that has been sealed, and is not sent.",
                "issue_is_sealed",
            )
        _put_in_form(connection, desk.registry, found, endpoint)
        resending.send_again(connection, delivery_id, now)

    desk.do(chore).result()
    return one(desk, delivery_id, kept)


def redeliver_since(desk: Desk, endpoint_id: str, extent: Extent, *, actor: Actor) -> View:
    """Send all of an extent to an endpoint again, in order.

    Answers how many (``count``), and how many that are unconfirmed were left as they are, for they
    may have arrived (``left_unconfirmed``).

    Raises:
        NotFound: there is no such endpoint.
        Refused: it is disabled.
    """
    count = left = 0

    def work(connection: Connection, now: datetime) -> StoredEndpoint:
        nonlocal count, left
        found = _sent_to(endpoint_store.find(connection, endpoint_id, locked=True))
        count, left = resending.send_all_again(connection, endpoint_id, extent, now)
        return found

    endpoints.one(desk, endpoint_id)
    about = {**asdict(extent), "since": told(extent.since)}
    endpoints.recorded(desk, "webhook.redelivered", actor, endpoint_id, work, **about)
    return {"count": count, "left_unconfirmed": left}


def _sent_to(endpoint: StoredEndpoint | None) -> StoredEndpoint:
    if endpoint is None or endpoint.state not in endpoint_store.SENDING:
        state = "gone" if endpoint is None else endpoint.state.value
        raise Refused(f"Its endpoint is {state}, and is sent nothing.", "endpoint_disabled")
    return endpoint


def _put_in_form(
    connection: Connection, registry: Registry, found: Logged, endpoint: StoredEndpoint
) -> None:
    """Try once more what had no form; what has one keeps it, byte for byte."""
    if endpoint.format is None or deliveries.rendering(connection, found.id) is not None:
        return
    body = deliveries.body(connection, found.message_id)
    rendered = forms.put_again(connection, registry, endpoint, found.aggregate, body)
    if rendered.refused is not None:
        raise Refused(
            f"{found.id} cannot be put in its endpoint's form: {rendered.refused}.",
            "delivery_unrendered",
        )
    deliveries.render(connection, found.id, rendered)


def drop(desk: Desk, delivery_id: str, kept: timedelta, *, actor: Actor) -> View:
    """Give up a dead delivery: no later one names it as missed, and in time it is forgotten.

    Raises:
        NotFound: there is none of that id; the reason where it was ``kept`` long enough.
        Refused: it is not dead.
    """
    with read(desk.engine) as connection:
        found = _found(connection, delivery_id, desk.clock.now() - kept)

    def work(connection: Connection, now: datetime) -> StoredEndpoint:
        endpoint = endpoint_store.find(connection, found.endpoint_id, locked=True)
        if endpoint is None or not deliveries.drop(connection, delivery_id, now):
            raise Refused(
                f"{delivery_id} is {found.state.value}; only a dead delivery can be dropped.",
                "delivery_not_dead",
            )
        return endpoint

    endpoints.recorded(
        desk, "webhook.dropped", actor, found.endpoint_id, work, event=found.message_id
    )
    return one(desk, delivery_id, kept)


def _found(connection: Connection, delivery_id: str, before: datetime) -> Logged:
    found = delivery_log.one(connection, delivery_id)
    if found is not None:
        return found
    made = made_at(delivery_id, "dlv")
    if made is None or made >= before:
        raise NotFound(f"There is no delivery {delivery_id}.")
    raise NotFound(
        f"There is no delivery {delivery_id} any more, it was of {told(whole_second(made))}: what"
        " has ended is kept for ESCALATION_WEBHOOK_KEPT_DAYS, and then forgotten with its bytes, so"
        " that it cannot be sent again. An issue's event is still on its timeline.",
        "delivery_forgotten",
    )


def endpoint_view(desk: Desk, stored: StoredEndpoint) -> View:
    """An endpoint without its secrets, with how many deliveries stand in each state."""
    with read(desk.engine) as connection:
        counts = delivery_log.counts(connection, stored.id)
        now = desk.clock.now()
    both = stored.old_until if stored.old_until and stored.old_until > now else None
    return {
        "id": stored.id,
        "url": stored.url,
        "description": stored.description,
        "types": list(stored.types),
        "filters": Filter.of(stored.filters).view(),
        "scopes": {kind: list(codes) for kind, codes in (stored.scopes or {}).items()},
        "header_names": sorted(stored.headers or ()),
        "format": format_of(stored.format).model_dump(mode="json"),
        "rate": stored.rate,
        "concurrency": stored.concurrency,
        "state": stored.state.value,
        "state_reason": stored.state_reason,
        "old_secret_until": told(both),
        "deliveries": counts,
        "created_by": stored.created_by,
        "created_at": told(stored.created_at),
    }


def tried_view(tried: forms.Tried) -> View:
    """What a sample comes to in a form."""
    return {
        "type": tried.type,
        "requests": [request_view(each) for each in tried.requests],
        "fault": tried.fault,
    }


def request_view(request: Request) -> View:
    """A request without the headers that every request has."""
    return {
        "method": request.method,
        "path": request.path,
        "content_type": request.content_type,
        "headers": dict(request.headers),
        "body": request.body,
    }


def delivery_views(connection: Connection, found: Sequence[Logged]) -> Mapping[str, View]:
    """Deliveries by their ids, with their attempts and their issues' references.

    What a receiver answered in words is shown nowhere.
    """
    tried = delivery_log.attempts(connection, [each.id for each in found])
    named = viewing.references(connection, (each.aggregate for each in found))
    return {each.id: _view(each, tried[each.id], named.get(each.aggregate)) for each in found}


def _view(found: Logged, tried: Sequence[Attempt], reference: str | None) -> View:
    due = found.next_at if found.state is DeliveryState.WAITING else None
    return {
        "id": found.id,
        "endpoint": found.endpoint_id,
        "event": found.message_id,
        "type": found.type,
        "about": found.aggregate,
        "reference": reference,
        "number": found.number,
        "state": found.state.value,
        "summary": found.summary_id,
        "next_attempt_at": told(due),
        "created_at": told(found.created_at),
        "ended_at": told(found.ended_at),
        "attempts": [
            {
                "at": told(each.started_at),
                "milliseconds": each.milliseconds,
                "status": each.status,
                "outcome": each.outcome,
                "detail": each.detail,
            }
            for each in tried
        ],
    }
