"""Digests: made or found again, listed, and read in the formats that they have."""

import json
from functools import partial
from typing import Annotated

from fastapi import Path, Query, Response

from escalation.api import asking, headers, paging
from escalation.api.deps import Ask
from escalation.api.in_time import LONG
from escalation.api.operations import FINDS, IDEMPOTENCY_KEY, JSON, WRITES, Operation
from escalation.api.schemas.digests import (
    DigestDetail,
    DigestList,
    DigestQuery,
    DigestView,
    MakeDigest,
)
from escalation.reports.as_html import content_policy
from escalation.services import digests, kept_digests, once
from escalation.services.kept_digests import MEDIA_TYPES
from escalation.services.pages import page_of

_CREATED, _FOUND = 201, 200
DigestName = Annotated[
    str, Path(description="Its id or number; with `.json` or another ending the file itself.")
]
_BY_ACCEPT = {of.partition(";")[0]: kind for kind, of in MEDIA_TYPES.items() if of != JSON}
_SAVED = {"pdf": "inline", "csv": "attachment", "xlsx": "attachment"}
"""What people keep as a file, and whether a browser shows it first."""


def make_digest(asked: Ask) -> Response:
    """Make a digest; 200 with the stored one where the same was asked for before."""
    means = asked.means
    desk = means.container.desk
    means.doorkeeper.confirmed(asked.caller)
    sent = asking.read(asked, MakeDigest)
    sent_key = headers.idempotency_key(asked)
    slot = None if sent_key is None else asked.caller.slot("POST", asked.path, sent_key)
    if slot is not None:
        before = once.recalled(desk, slot, asked.body_hash)
        if before is not None:
            return asking.told(before)
    made = digests.make(desk, sent.request(), asked.caller.actor, asked.caller.viewer)
    status = _CREATED if made.new else _FOUND
    body = paging.json_of(kept_digests.view(made.stored))
    given = {"Location": f"/v1/digests/{made.stored.id}"}
    if slot is not None:
        once.keep(desk, slot, asked.body_hash, status=status, headers=given, body=body)
    return Response(body, status, {"Content-Type": JSON, **given})


def list_digests(asked: Ask, query: Annotated[DigestQuery, Query()]) -> Response:
    """Digests, the newest first."""
    after = paging.instant_of(asked, query.cursor, query.forum or "")
    with asked.means.reader.look(asked.caller) as look:
        found = digests.page(
            look.connection,
            forum=query.forum,
            after=after,
            limit=query.limit + 1,
            viewer=look.viewer,
        )
    page = page_of(
        found, query.limit, partial(map, kept_digests.view), lambda each: (each.created_at, each.id)
    )
    return paging.answer(asked, page, scope=query.forum or "")


def get_digest(asked: Ask, digest: DigestName) -> Response:
    """A digest: what is told of it with its document, or the file of an ending or media type."""
    means = asked.means
    means.doorkeeper.confirmed(asked.caller)
    desk = means.container.desk
    name, _, ending = digest.partition(".")
    stored = digests.one(desk, name)
    kind = ending or asking.wanted_format(asked, _BY_ACCEPT)
    if not kind:
        document = json.loads(digests.content(desk, stored, asked.caller.viewer, name))
        return paging.single({**kept_digests.view(stored), "document": document})
    body = digests.rendered(desk, stored, kind, asked.caller.viewer, name)
    return file_of((stored.number, stored.content_hash), kind, body)


def file_of(named: tuple[str, str], kind: str, body: bytes) -> Response:
    """A digest in one of its formats, as the file that it is; ``named`` are its number and hash."""
    number, content_hash = named
    given = {"Content-Type": MEDIA_TYPES[kind]}
    if kind == "json":
        given["ETag"] = f'"{content_hash}"'
    if kind in _SAVED:
        given["Content-Disposition"] = f'{_SAVED[kind]}; filename="{number}.{kind}"'
    if kind == "html":
        given["Content-Security-Policy"] = content_policy(body)
    return Response(body, 200, given)


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/digests",
        name="make_digest",
        tag="digests",
        summary="Make a digest",
        endpoint=make_digest,
        status=_CREATED,
        also=(_FOUND,),
        answer=DigestView,
        takes={JSON: MakeDigest},
        headers=(IDEMPOTENCY_KEY,),
        seconds=LONG,
        refusals=WRITES,
    ),
    Operation(
        method="GET",
        path="/v1/digests",
        name="list_digests",
        tag="digests",
        summary="List digests",
        endpoint=list_digests,
        answer=DigestList,
        refusals=FINDS,
    ),
    Operation(
        method="GET",
        path="/v1/digests/{digest}",
        name="get_digest",
        tag="digests",
        summary="Read a digest",
        endpoint=get_digest,
        answer=DigestDetail,
        seconds=LONG,
        refusals=FINDS,
    ),
)
