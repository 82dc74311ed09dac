"""API keys: made, listed, followed by others, revoked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import Path, Query, Response

from escalation.api import asking, headers, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import FINDS, IDEMPOTENCY_KEY, JSON, READS, WRITES, Operation
from escalation.api.schemas.keys import CreateKey, KeyList, KeyView, NewKeyView, RotateKey
from escalation.api.schemas.queries import PageQuery
from escalation.errors import Fault, Invalid
from escalation.services import keys, once
from escalation.services.keys import NewKey
from escalation.services.reading import keys as reading

_CREATED, _GONE = 201, 204


def create_key(asked: Ask) -> Response:
    """Make a key; the answer has it in `key`, once. A repeat is answered without it."""

    def make() -> NewKey:
        sent = asking.read(asked, CreateKey)
        if sent.expires_at is not None and sent.expires_at <= asked.means.container.clock.now():
            detail = f"found {sent.expires_at.isoformat()}, expected an instant ahead of now"
            raise Invalid("No key was made.", errors=[Fault("in_the_past", detail, "/expires_at")])
        return keys.create(
            asked.means.container.desk,
            name=sent.name,
            role=sent.role,
            actor=asked.caller.actor,
            person=sent.person,
            expires_at=sent.expires_at,
            scopes=sent.scopes.model_dump(),
            rate=sent.rate,
        )

    return _made_once(asked, make)


def rotate_key(asked: Ask, key: Annotated[str, Path()]) -> Response:
    """Make the key that follows another; the old one opens a while longer, then nothing."""
    with asked.means.reader.look(asked.caller) as look:
        reading.one(look, key)

    def make() -> NewKey:
        sent = asking.read(asked, RotateKey)
        overlap = timedelta(hours=sent.overlap_hours)
        desk = asked.means.container.desk
        return keys.rotate(desk, key, actor=asked.caller.actor, overlap=overlap)

    return _made_once(asked, make)


def _made_once(asked: Asked, make: Callable[[], NewKey]) -> Response:
    """A new key, shown this once; a repeat of the call makes no other."""
    means = asked.means
    desk = means.container.desk
    means.doorkeeper.confirmed(asked.caller)
    sent_key = headers.idempotency_key(asked)
    slot = None if sent_key is None else asked.caller.slot("POST", asked.path, sent_key)
    if slot is not None:
        before = once.recalled(desk, slot, asked.body_hash)
        if before is not None:
            return asking.told(before)
    made = make()
    view = reading.view(made.stored)
    given = {"Location": f"/v1/keys/{made.stored.id}"}
    if slot is not None:
        untold = paging.json_of({**view, "key": None})
        once.keep(desk, slot, asked.body_hash, status=_CREATED, headers=given, body=untold)
    body = paging.json_of({**view, "key": made.secret})
    return Response(body, _CREATED, {"Content-Type": JSON, **given})


def list_keys(asked: Ask, query: Annotated[PageQuery, Query()]) -> Response:
    """Every key there ever was, the newest first, without the keys."""
    after = paging.instant_of(asked, query.cursor)
    with asked.means.reader.look(asked.caller) as look:
        page = reading.page(look, after=after, limit=query.limit)
    return paging.answer(asked, page)


def get_key(asked: Ask, key: Annotated[str, Path()]) -> Response:
    """One key, without the key."""
    with asked.means.reader.look(asked.caller) as look:
        found = reading.one(look, key)
    return paging.single(found)


def revoke_key(asked: Ask, key: Annotated[str, Path()]) -> Response:
    """Take a key back: it opens nothing from the next request on."""
    with asked.means.reader.look(asked.caller) as look:
        reading.one(look, key)
    keys.revoke(asked.means.container.desk, key, actor=asked.caller.actor)
    return Response(status_code=_GONE)


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/keys",
        name="create_key",
        tag="keys",
        summary="Make a key",
        endpoint=create_key,
        status=_CREATED,
        answer=NewKeyView,
        takes={JSON: CreateKey},
        headers=(IDEMPOTENCY_KEY,),
        refusals=WRITES,
    ),
    Operation(
        method="GET",
        path="/v1/keys",
        name="list_keys",
        tag="keys",
        summary="List keys",
        endpoint=list_keys,
        answer=KeyList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path="/v1/keys/{key}",
        name="get_key",
        tag="keys",
        summary="Read about a key",
        endpoint=get_key,
        answer=KeyView,
        refusals=FINDS,
    ),
    Operation(
        method="DELETE",
        path="/v1/keys/{key}",
        name="revoke_key",
        tag="keys",
        summary="Revoke a key",
        endpoint=revoke_key,
        status=_GONE,
        refusals=(*FINDS, 409),
    ),
    Operation(
        method="POST",
        path="/v1/keys/{key}/rotate",
        name="rotate_key",
        tag="keys",
        summary="Rotate a key",
        endpoint=rotate_key,
        status=_CREATED,
        answer=NewKeyView,
        takes={JSON: RotateKey},
        headers=(IDEMPOTENCY_KEY,),
        refusals=(*WRITES, 404),
    ),
)
