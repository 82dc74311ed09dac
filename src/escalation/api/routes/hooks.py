"""Webhooks in: a ticketing tool calls; what came, again, and what would be."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import Path, Query, Response

from escalation.api import asking, body, headers, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import FINDS, JSON, READS, WRITES, Operation
from escalation.api.schemas.hooks import (
    HookDeliveryDetail,
    HookDeliveryList,
    HookDeliveryView,
    HookQuery,
    HookReadingList,
    HookReceipt,
    PreviewHook,
)
from escalation.bootstrap import Container
from escalation.errors import Unauthenticated
from escalation.routing.wording import quoted
from escalation.services.inbound import inbox, receiving, verifying
from escalation.services.inbound.envelopes import kept_headers, unwrapped
from escalation.services.inbound.receiving import Known

SourceName = Annotated[str, Path(description="The source's name in the source file.")]
DeliveryName = Annotated[str, Path(description="The delivery's id.")]
_ACCEPTED, _GRANTED = 202, 200
_KINDS = (JSON, "application/cloudevents+json", "application/cloudevents-batch+json")
_STRANGER = "This source is not known, or did not show that it sent this."


async def receive_hook(asked: Ask, source: SourceName) -> Response:
    """Take what a ticketing tool sends: verified, kept, and acted upon before the answer."""
    inside = asked.means.container
    sent = _headers(asked)
    try:
        known = _verified(inside, source, sent, asked.raw)
    except Unauthenticated:
        asked.means.limits.stranger(asked.scope)
        # after the answer, so that how long it takes tells no source apart
        asyncio.get_running_loop().call_soon(_log_refused, asked, source, sent)
        raise
    await asked.means.limits.posts(asked.scope, source)
    headers.media_type(asked, _KINDS)
    data = body.parse(asked.raw, asked.depth)
    kept = kept_headers(sent, verifying.secret_headers(known.source.verify))
    came = unwrapped(known.source, data, kept, asked.raw)
    found = await asyncio.wrap_future(receiving.receive(inside.desk, known, came))
    receipts = [inbox.receipt(each) for each in found]
    if len(receipts) == 1:
        response = paging.single(receipts[0])
        response.headers["Location"] = f"/v1/hook-deliveries/{receipts[0]['id']}"
    else:
        response = paging.whole(asked, receipts)
    response.status_code = _ACCEPTED
    return response


async def shake_hands(asked: Ask, source: SourceName) -> Response:
    """Tell a sender of events whether it may post here (CloudEvents' webhook specification).

    https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection
    """
    known = asked.means.container.hooks.known(source)
    origin = asked.header(b"webhook-request-origin")
    told = {"Allow": "OPTIONS, POST"}
    if known is not None and origin is not None and origin in known.source.origins:
        told |= {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"}
    return Response(status_code=_GRANTED, headers=told)


def list_hook_deliveries(asked: Ask, query: Annotated[HookQuery, Query()]) -> Response:
    """What tools have sent and what became of it, the latest first."""
    at = paging.position_of(asked, query.cursor, (str,))
    page = inbox.page(
        _confirmed(asked).desk,
        asked.caller.viewer,
        source=query.source,
        states=() if query.state is None else (query.state,),
        before=None if at is None else at[1],
        limit=query.limit,
    )
    return paging.answer(asked, page)


def get_hook_delivery(asked: Ask, delivery: DeliveryName) -> Response:
    """A delivery with what came, and what the rules say of it now."""
    inside = _confirmed(asked)
    return paging.single(inbox.one(inside.desk, inside.hooks, delivery, asked.caller.viewer))


def replay_hook_delivery(asked: Ask, delivery: DeliveryName) -> Response:
    """Read a delivery again by the rules as they are now, and act upon it."""
    inside = _confirmed(asked)
    return paging.single(inbox.replay(inside.desk, inside.hooks, delivery, asked.caller.viewer))


def preview_hook(asked: Ask) -> Response:
    """What a body would do, expression by expression, without doing it."""
    inside = _confirmed(asked)
    sent = asking.read(asked, PreviewHook)
    known = inside.hooks.one(sent.source)
    given = {name.lower(): value for name, value in sent.headers.items()}
    found = inbox.preview(known, sent.body, given, paging.json_of(sent.body), inside.desk)
    return paging.whole(asked, found)


def _headers(asked: Asked) -> Mapping[str, str]:
    found: dict[bytes, bytes] = asked.scope["headers_by_name"]
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in found.items()}


def _verified(inside: Container, name: str, sent: Mapping[str, str], raw: bytes) -> Known:
    """The source, once it has shown that it sent these bytes; all else is refused alike."""
    known = inside.hooks.known(name)
    checks = (verifying.STRANGER,) if known is None else known.source.verify
    secrets = ("stranger",) if known is None else inside.hooks.secrets_of(known.source)
    good = verifying.verified(checks, secrets, sent, raw, inside.clock.now())
    if known is None or not good:
        raise Unauthenticated(_STRANGER)
    return known


def _log_refused(asked: Asked, name: str, sent: Mapping[str, str]) -> None:
    """Tell who runs the service why: the tool's administrator learns nothing from the answer."""
    inside = asked.means.container
    known = inside.hooks.known(name)
    checks = (verifying.STRANGER,) if known is None else known.source.verify
    secrets = ("stranger",) if known is None else inside.hooks.secrets_of(known.source)
    why = verifying.told_of(checks, secrets, sent, inside.clock.now())
    if known is None:
        why = f"no source is called {quoted(name)}"
    asked.means.limits.refused(None if known is None else name, why)


def _confirmed(asked: Asked) -> Container:
    """What is inside, for a caller whose key still holds."""
    asked.means.doorkeeper.confirmed(asked.caller)
    return asked.means.container


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/hooks/{source}",
        name="receive_hook",
        tag="webhooks",
        summary="Take what a ticketing tool sends",
        endpoint=receive_hook,
        status=_ACCEPTED,
        answer=HookReceipt,
        takes=dict.fromkeys(_KINDS),
        refusals=(400, 401, 404, 408, 413, 415, 422, 429, 500, 503),
        direct=True,
        any_query=True,  # Jira adds who made the change to the URL
    ),
    Operation(
        method="OPTIONS",
        path="/v1/hooks/{source}",
        name="shake_hands",
        tag="webhooks",
        summary="Tell a sender of events whether it may post here",
        endpoint=shake_hands,
        status=_GRANTED,
        refusals=(400, 404, 429, 500, 503),
        kind="",
        direct=True,
    ),
    Operation(
        method="GET",
        path="/v1/hook-deliveries",
        name="list_hook_deliveries",
        tag="webhooks",
        summary="List what tools have sent",
        endpoint=list_hook_deliveries,
        answer=HookDeliveryList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path="/v1/hook-deliveries/{delivery}",
        name="get_hook_delivery",
        tag="webhooks",
        summary="Read what a tool has sent",
        endpoint=get_hook_delivery,
        answer=HookDeliveryDetail,
        refusals=FINDS,
    ),
    Operation(
        method="POST",
        path="/v1/hook-deliveries/{delivery}/replay",
        name="replay_hook_delivery",
        tag="webhooks",
        summary="Read a delivery again, and act upon it",
        endpoint=replay_hook_delivery,
        answer=HookDeliveryView,
        refusals=(*FINDS, 408, 409, 413),
    ),
    Operation(
        method="POST",
        path="/v1/hook-previews",
        name="preview_hook",
        tag="webhooks",
        summary="See what a body would do",
        endpoint=preview_hook,
        answer=HookReadingList,
        takes={JSON: PreviewHook},
        refusals=(*WRITES, 404),
    ),
)
