"""Webhooks out: endpoints, what was sent to them, and sending it again."""

from datetime import timedelta
from typing import Annotated

from fastapi import Path, Query, Response

from escalation.api import asking, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import FINDS, JSON, READS, WRITES, Operation
from escalation.api.schemas.webhooks import (
    ChangeEndpoint,
    CreateEndpoint,
    DeliveryDetail,
    DeliveryList,
    DeliveryQuery,
    DeliveryView,
    EndpointList,
    EndpointView,
    EventTypeList,
    NewEndpointView,
    PreviewFormat,
    PreviewList,
    Redelivered,
    RedeliverSince,
    RotateSecret,
)
from escalation.bootstrap import Container
from escalation.services import deliveries, endpoints, forms
from escalation.services.endpoints import NewEndpoint
from escalation.services.event_types import EVENT_TYPES, known_types
from escalation.services.roles import Permission

EndpointName = Annotated[str, Path(description="The endpoint's id.")]
DeliveryName = Annotated[str, Path(description="Its id.")]
_CREATED, _ACCEPTED, _GONE = 201, 202, 204


def create_webhook_endpoint(asked: Ask) -> Response:
    """Send events to a URL from now on; the answer has the `secret`, once."""
    inside = _confirmed(asked)
    sent = asking.read(asked, CreateEndpoint)
    made = endpoints.add(
        inside.desk,
        inside.vault,
        inside.guard,
        **sent.wanted(),
        quota=inside.settings.endpoint_quota,
        actor=asked.caller.actor,
    )
    response = _with_secret(asked, made, _CREATED)
    response.headers["Location"] = f"/v1/webhook-endpoints/{made.stored.id}"
    return response


def list_webhook_endpoints(asked: Ask) -> Response:
    """Every endpoint, without its secrets."""
    desk = _confirmed(asked).desk
    views = (deliveries.endpoint_view(desk, each) for each in endpoints.every(desk))
    return paging.whole(asked, views)


def get_webhook_endpoint(asked: Ask, endpoint: EndpointName) -> Response:
    """One endpoint, without its secrets."""
    desk = _confirmed(asked).desk
    return paging.single(deliveries.endpoint_view(desk, endpoints.one(desk, endpoint)))


def change_webhook_endpoint(asked: Ask, endpoint: EndpointName) -> Response:
    """Change an endpoint; a disabled one is sent nothing, and keeps what is due to it."""
    inside = _confirmed(asked)
    endpoints.one(inside.desk, endpoint)
    sent = asking.read(asked, ChangeEndpoint)
    actor = asked.caller.actor
    changed = endpoints.change(
        inside.desk, inside.vault, inside.guard, endpoint, sent.wishes(), actor=actor
    )
    return paging.single(deliveries.endpoint_view(inside.desk, changed))


def remove_webhook_endpoint(asked: Ask, endpoint: EndpointName) -> Response:
    """Remove an endpoint: what waits for it is cancelled, its secrets are gone."""
    endpoints.remove(_confirmed(asked).desk, endpoint, actor=asked.caller.actor)
    return Response(status_code=_GONE)


def rotate_webhook_secret(asked: Ask, endpoint: EndpointName) -> Response:
    """Make a new secret; the old one signs as well for a while. The answer has the new, once."""
    inside = _confirmed(asked)
    endpoints.one(inside.desk, endpoint)
    sent = asking.read(asked, RotateSecret, may_be_empty=True)
    both = timedelta(hours=sent.both_hours)
    made = endpoints.rotate(
        inside.desk, inside.vault, endpoint, both=both, actor=asked.caller.actor
    )
    return _with_secret(asked, made, 200)


def ping_webhook_endpoint(asked: Ask, endpoint: EndpointName) -> Response:
    """Send an endpoint a `ping`; the answer is its delivery, which the log goes on about."""
    inside = _confirmed(asked)
    made = endpoints.ping(inside.desk, endpoint)
    response = paging.single(deliveries.one(inside.desk, made, inside.deliveries_kept))
    response.status_code = _ACCEPTED
    return response


def preview_webhook_format(asked: Ask) -> Response:
    """Show what a format makes of samples; nothing is kept or sent."""
    _confirmed(asked)
    sent = asking.read(asked, PreviewFormat)
    tried = forms.preview(sent.format, known_types(sent.types))
    return paging.whole(asked, map(deliveries.tried_view, tried))


def list_webhook_deliveries(
    asked: Ask, endpoint: EndpointName, query: Annotated[DeliveryQuery, Query()]
) -> Response:
    """What was sent to an endpoint and what came back, the latest first."""
    at = paging.position_of(asked, query.cursor, (str,))
    page = deliveries.page(
        _confirmed(asked).desk,
        endpoint,
        state=query.state,
        before=None if at is None else at[1],
        limit=query.limit,
    )
    return paging.answer(asked, page)


def get_webhook_delivery(asked: Ask, delivery: DeliveryName) -> Response:
    """One delivery, with what is sent of it and, for who may see answers, how they began."""
    inside = _confirmed(asked)
    answers = asked.caller.may(Permission.SEE_ANSWERS)
    return paging.single(
        deliveries.detail(inside.desk, delivery, inside.deliveries_kept, answers=answers)
    )


def redeliver_messages(asked: Ask, endpoint: EndpointName) -> Response:
    """Send all that was handed on since an instant again, in order for each issue."""
    inside = _confirmed(asked)
    endpoints.one(inside.desk, endpoint)
    sent = asking.read(asked, RedeliverSince)
    resent = deliveries.redeliver_since(
        inside.desk, endpoint, sent.extent, actor=asked.caller.actor
    )
    response = paging.single(resent)
    response.status_code = _ACCEPTED
    return response


def redeliver(asked: Ask, delivery: DeliveryName) -> Response:
    """Send a delivery again, now: the same id, the same bytes, a fresh timestamp."""
    inside = _confirmed(asked)
    view = deliveries.redeliver(inside.desk, delivery, inside.deliveries_kept)
    response = paging.single(view)
    response.status_code = _ACCEPTED
    return response


def drop_delivery(asked: Ask, delivery: DeliveryName) -> Response:
    """Give up a dead delivery: no later one names it as missed, and in time it is forgotten."""
    inside = _confirmed(asked)
    actor, kept = asked.caller.actor, inside.deliveries_kept
    return paging.single(deliveries.drop(inside.desk, delivery, kept, actor=actor))


async def list_event_types(asked: Ask) -> Response:
    """Every type of events that goes out."""
    return paging.whole(asked, ({"type": k, "tells": tells} for k, tells in EVENT_TYPES.items()))


def _confirmed(asked: Asked) -> Container:
    """What is inside, for a caller whose key still holds."""
    asked.means.doorkeeper.confirmed(asked.caller)
    return asked.means.container


def _with_secret(asked: Asked, made: NewEndpoint, status: int) -> Response:
    view = deliveries.endpoint_view(asked.means.container.desk, made.stored)
    response = paging.single({**view, "secret": made.secret})
    response.status_code = status
    return response


_ONE = "/v1/webhook-endpoints/{endpoint}"
OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/webhook-endpoints",
        name="create_webhook_endpoint",
        tag="webhooks",
        summary="Add a webhook endpoint",
        endpoint=create_webhook_endpoint,
        status=_CREATED,
        answer=NewEndpointView,
        takes={JSON: CreateEndpoint},
        refusals=WRITES,
    ),
    Operation(
        method="GET",
        path="/v1/webhook-endpoints",
        name="list_webhook_endpoints",
        tag="webhooks",
        summary="List webhook endpoints",
        endpoint=list_webhook_endpoints,
        answer=EndpointList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="get_webhook_endpoint",
        tag="webhooks",
        summary="Read a webhook endpoint",
        endpoint=get_webhook_endpoint,
        answer=EndpointView,
        refusals=FINDS,
    ),
    Operation(
        method="PATCH",
        path=_ONE,
        name="change_webhook_endpoint",
        tag="webhooks",
        summary="Change a webhook endpoint",
        endpoint=change_webhook_endpoint,
        answer=EndpointView,
        takes={JSON: ChangeEndpoint},
        refusals=(*WRITES, 404),
    ),
    Operation(
        method="DELETE",
        path=_ONE,
        name="remove_webhook_endpoint",
        tag="webhooks",
        summary="Remove a webhook endpoint",
        endpoint=remove_webhook_endpoint,
        status=_GONE,
        refusals=FINDS,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/rotate-secret",
        name="rotate_webhook_secret",
        tag="webhooks",
        summary="Rotate a webhook endpoint's secret",
        endpoint=rotate_webhook_secret,
        answer=NewEndpointView,
        takes={JSON: RotateSecret},
        body_required=False,
        refusals=(*WRITES, 404),
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/ping",
        name="ping_webhook_endpoint",
        tag="webhooks",
        summary="Ping a webhook endpoint",
        endpoint=ping_webhook_endpoint,
        status=_ACCEPTED,
        answer=DeliveryView,
        refusals=(*FINDS, 408, 409, 413),
    ),
    Operation(
        method="POST",
        path="/v1/webhook-previews",
        name="preview_webhook_format",
        tag="webhooks",
        summary="Try a format on sample events",
        endpoint=preview_webhook_format,
        answer=PreviewList,
        takes={JSON: PreviewFormat},
        refusals=WRITES,
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/deliveries",
        name="list_webhook_deliveries",
        tag="webhooks",
        summary="List what was sent to a webhook endpoint",
        endpoint=list_webhook_deliveries,
        answer=DeliveryList,
        refusals=FINDS,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/redeliver",
        name="redeliver_messages",
        tag="webhooks",
        summary="Send all since an instant again",
        endpoint=redeliver_messages,
        status=_ACCEPTED,
        answer=Redelivered,
        takes={JSON: RedeliverSince},
        refusals=(*WRITES, 404, 409),
    ),
    Operation(
        method="GET",
        path="/v1/deliveries/{delivery}",
        name="get_webhook_delivery",
        tag="webhooks",
        summary="Read a delivery and what is sent of it",
        endpoint=get_webhook_delivery,
        answer=DeliveryDetail,
        refusals=FINDS,
    ),
    Operation(
        method="POST",
        path="/v1/deliveries/{delivery}/redeliver",
        name="redeliver_message",
        tag="webhooks",
        summary="Send a delivery again",
        endpoint=redeliver,
        status=_ACCEPTED,
        answer=DeliveryView,
        refusals=(*FINDS, 408, 409, 413),
    ),
    Operation(
        method="POST",
        path="/v1/deliveries/{delivery}/drop",
        name="drop_delivery",
        tag="webhooks",
        summary="Give up a dead delivery",
        endpoint=drop_delivery,
        answer=DeliveryView,
        refusals=(*FINDS, 408, 409, 413),
    ),
    Operation(
        method="GET",
        path="/v1/event-types",
        name="list_event_types",
        tag="webhooks",
        summary="List the types of events that go out",
        endpoint=list_event_types,
        answer=EventTypeList,
        refusals=READS,
    ),
)
