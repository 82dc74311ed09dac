"""Subscriptions to digests: asked for, shown, changed, paused, ended; their windows and links."""

from typing import Annotated

from fastapi import Path, Query, Response

from escalation.api import asking, paging, refusal_pages
from escalation.api.asking import call_of
from escalation.api.deps import Ask, Asked
from escalation.api.operations import FINDS, IDEMPOTENCY_KEY, JSON, PROBLEM, WRITES, Operation
from escalation.api.routes.digests import file_of
from escalation.api.schemas.queries import PageQuery
from escalation.api.schemas.subscriptions import (
    ChangeSubscription,
    CreateSubscription,
    DigestWindowList,
    SubscriptionDetail,
    SubscriptionList,
    SubscriptionPreview,
)
from escalation.services.reading.reader import Look
from escalation.services.subscribing import links, listing, shown, subscriptions
from escalation.services.subscribing.checks import Asking
from escalation.services.subscribing.grounds import Grounds

_CREATED, _NO_CONTENT = 201, 204
_PATH = "/v1/digest-subscriptions/{subscription}"
SubscriptionName = Annotated[str, Path(description="The subscription's id.")]


def _asking(asked: Asked, *, keyed: bool = False) -> Asking:
    inside = asked.means.container
    domains = inside.digest_domains
    return Asking(asked.caller, domains, call_of(asked)) if keyed else Asking(asked.caller, domains)


def create_digest_subscription(asked: Ask) -> Response:
    """Subscribe somebody to a digest from now on."""
    sent = asking.read(asked, CreateSubscription)
    desk = asked.means.container.desk
    return asking.told(subscriptions.create(desk, sent.wanted(), _asking(asked, keyed=True)))


def preview_digest_subscription(asked: Ask) -> Response:
    """The next five windows that a subscription would have."""
    sent = asking.read(asked, CreateSubscription)
    with asked.means.reader.look(asked.caller) as look:
        found = subscriptions.preview(_grounds(asked, look), sent.wanted(), _asking(asked))
    return paging.single(found)


def list_digest_subscriptions(asked: Ask, query: Annotated[PageQuery, Query()]) -> Response:
    """Subscriptions, the newest first."""
    after = paging.instant_of(asked, query.cursor)
    with asked.means.reader.look(asked.caller) as look:
        page = shown.page(look, after=after, limit=query.limit)
    return paging.answer(asked, page)


def get_digest_subscription(asked: Ask, subscription: SubscriptionName) -> Response:
    """A subscription with the windows that it has next."""
    with asked.means.reader.look(asked.caller) as look:
        found = shown.found_for(look, subscription)
        view = shown.view(_grounds(asked, look), found)
    return paging.single(view)


def change_digest_subscription(asked: Ask, subscription: SubscriptionName) -> Response:
    """Change who has it, when, or how it looks; the windows go on without a gap."""
    _there(asked, subscription)
    sent = asking.read(asked, ChangeSubscription)
    desk = asked.means.container.desk
    return paging.single(subscriptions.change(desk, subscription, sent.changes(), _asking(asked)))


def pause_digest_subscription(asked: Ask, subscription: SubscriptionName) -> Response:
    """Close no more windows for now."""
    desk = asked.means.container.desk
    return paging.single(subscriptions.pause(desk, subscription, _asking(asked)))


def resume_digest_subscription(asked: Ask, subscription: SubscriptionName) -> Response:
    """Go on after a pause: the next window begins where the last one ended."""
    desk = asked.means.container.desk
    return paging.single(subscriptions.resume(desk, subscription, _asking(asked)))


def end_digest_subscription(asked: Ask, subscription: SubscriptionName) -> Response:
    """End a subscription; its windows stay."""
    subscriptions.end(asked.means.container.desk, subscription, _asking(asked))
    return Response(status_code=_NO_CONTENT)


def list_digest_windows(
    asked: Ask, subscription: SubscriptionName, query: Annotated[PageQuery, Query()]
) -> Response:
    """The windows that were closed, the newest first, with what each came to."""
    at = paging.position_of(asked, query.cursor, (int,), subscription)
    before = at[0] if at is not None and isinstance(at[0], int) else None
    with asked.means.reader.look(asked.caller) as look:
        page = listing.page(look, subscription, before=before, limit=query.limit)
    return paging.answer(asked, page, scope=subscription)


def revoke_digest_link(
    asked: Ask,
    subscription: SubscriptionName,
    link: Annotated[str, Path(description="The link's id.")],
) -> Response:
    """Take a link back: it opens nothing from the next request on."""
    _there(asked, subscription)
    links.revoke(asked.means.container.desk, subscription, link, asked.caller.actor)
    return Response(status_code=_NO_CONTENT)


def open_digest_link(
    asked: Ask, token: Annotated[str, Path(description="The link's token.")]
) -> Response:
    """The digest that a link is for, in its format; without a key. The use is recorded."""
    inside = asked.means.container

    def opened() -> Response:
        found = links.open_link(inside.desk, inside.vault, token)
        named = (found.stored.number, found.stored.content_hash)
        return file_of(named, found.kind, found.body)

    return refusal_pages.shown(asked, opened)


def _there(asked: Asked, subscription: str) -> None:
    """Go no further where the subscription is not there for the caller."""
    with asked.means.reader.look(asked.caller) as look:
        shown.found_for(look, subscription)


def _grounds(asked: Asked, look: Look) -> Grounds:
    return Grounds.of(asked.means.container.desk, look.connection, look.now)


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/digest-subscriptions",
        name="create_digest_subscription",
        tag="digests",
        summary="Subscribe to a digest",
        endpoint=create_digest_subscription,
        status=_CREATED,
        answer=SubscriptionDetail,
        takes={JSON: CreateSubscription},
        headers=(IDEMPOTENCY_KEY,),
        refusals=WRITES,
    ),
    Operation(
        method="POST",
        path="/v1/digest-subscription-previews",
        name="preview_digest_subscription",
        tag="digests",
        summary="Show the windows that a subscription would have",
        endpoint=preview_digest_subscription,
        answer=SubscriptionPreview,
        takes={JSON: CreateSubscription},
        refusals=WRITES,
    ),
    Operation(
        method="GET",
        path="/v1/digest-subscriptions",
        name="list_digest_subscriptions",
        tag="digests",
        summary="List subscriptions to digests",
        endpoint=list_digest_subscriptions,
        answer=SubscriptionList,
        refusals=FINDS,
    ),
    Operation(
        method="GET",
        path=_PATH,
        name="get_digest_subscription",
        tag="digests",
        summary="Read a subscription",
        endpoint=get_digest_subscription,
        answer=SubscriptionDetail,
        refusals=FINDS,
    ),
    Operation(
        method="PATCH",
        path=_PATH,
        name="change_digest_subscription",
        tag="digests",
        summary="Change a subscription",
        endpoint=change_digest_subscription,
        answer=SubscriptionDetail,
        takes={JSON: ChangeSubscription},
        refusals=(*WRITES, 404),
    ),
    Operation(
        method="POST",
        path=f"{_PATH}/pause",
        name="pause_digest_subscription",
        tag="digests",
        summary="Pause a subscription",
        endpoint=pause_digest_subscription,
        answer=SubscriptionDetail,
        refusals=(*WRITES, 404),
    ),
    Operation(
        method="POST",
        path=f"{_PATH}/resume",
        name="resume_digest_subscription",
        tag="digests",
        summary="Resume a subscription",
        endpoint=resume_digest_subscription,
        answer=SubscriptionDetail,
        refusals=(*WRITES, 404),
    ),
    Operation(
        method="DELETE",
        path=_PATH,
        name="end_digest_subscription",
        tag="digests",
        summary="End a subscription",
        endpoint=end_digest_subscription,
        status=_NO_CONTENT,
        refusals=(*FINDS, 409),
    ),
    Operation(
        method="GET",
        path=f"{_PATH}/windows",
        name="list_digest_windows",
        tag="digests",
        summary="List the windows of a subscription",
        endpoint=list_digest_windows,
        answer=DigestWindowList,
        refusals=FINDS,
    ),
    Operation(
        method="DELETE",
        path=f"{_PATH}/links/{{link}}",
        name="revoke_digest_link",
        tag="digests",
        summary="Revoke a link to a digest",
        endpoint=revoke_digest_link,
        status=_NO_CONTENT,
        refusals=FINDS,
    ),
    Operation(
        method="GET",
        path="/v1/digest-downloads/{token}",
        name="open_digest_link",
        tag="digests",
        summary="Read the digest of a link",
        endpoint=open_digest_link,
        kind="application/pdf",
        refusals=FINDS,
        refused_as={**PROBLEM, refusal_pages.HTML: {}},
    ),
)
