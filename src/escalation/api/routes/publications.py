"""Ladder files: checked, published, and what was published before."""

from typing import Annotated, Any

from fastapi import Path, Query, Response

from escalation.api import asking, headers, paging
from escalation.api.deps import Ask, Asked
from escalation.api.in_time import LONG
from escalation.api.operations import FINDS, IDEMPOTENCY_KEY, JSON, READS, WRITES, Operation
from escalation.api.schemas.ladders import (
    Checked,
    CheckLadders,
    PublicationList,
    PublicationText,
    PublicationView,
    PublishLadders,
)
from escalation.api.schemas.queries import FileQuery, PublishQuery
from escalation.errors import Fault, Invalid
from escalation.routing.publication import Publication
from escalation.services import approvals, framework, once
from escalation.services.reading import ladders
from escalation.services.registry import Known

_TAKEN = (*headers.JSON, *headers.YAML)
_YAML = {"application/yaml": None}
_OK, _CREATED = 200, 201


def check_ladders(asked: Ask, query: Annotated[FileQuery, Query()]) -> Response:
    """Check a ladder file against itself and the directory; changes nothing.

    A file with mistakes is refused with all of them at once, each by line and column.
    """
    means = asked.means
    means.doorkeeper.confirmed(asked.caller)
    source: str | bytes = asked.raw
    name = query.name
    if headers.media_type(asked, _TAKEN) not in headers.YAML:
        sent = asking.read(asked, CheckLadders)
        source, name = sent.text, sent.name
    checked = framework.check_ladders(means.container.desk, source, name)
    known = means.container.registry.known
    return paging.single(
        {
            "valid": True,
            "label": checked.label,
            "hash": checked.hash,
            "in_force": known is not None and known.epoch.current == checked.hash,
            "calendars": list(checked.file.calendars),
            "ladders": list(checked.file.ladders),
            "olas": list(checked.file.olas),
            "approvals": [] if known is None else _approvals(known, checked),
        }
    )


def _approvals(known: Known, checked: Publication) -> list[dict[str, Any]]:
    return [need.told() for need in approvals.needs_of(known, checked)]


def publish_ladders(asked: Ask, query: Annotated[PublishQuery, Query()]) -> Response:
    """Put a ladder file in force for issues logged from now on; open issues keep theirs."""
    means = asked.means
    desk = means.container.desk
    means.doorkeeper.confirmed(asked.caller)
    key = headers.idempotency_key(asked)
    source, sent = _sent(asked, query)
    slot = None if key is None else asked.caller.slot("POST", asked.path, key)
    if slot is not None:
        before = once.recalled(desk, slot, asked.body_hash)
        if before is not None:
            return asking.told(before)
    published = framework.publish(
        desk, source, sent.name, mode=sent.mode, reason=sent.reason, actor=asked.caller.actor
    )
    with means.reader.look(asked.caller) as look:
        told = paging.json_of(ladders.publication_brief(look, published.hash))
    status = _CREATED if published.changed else _OK
    given = {"Location": f"/v1/ladder-publications/{published.hash}"}
    if slot is not None:
        once.keep(desk, slot, asked.body_hash, status=status, headers=given, body=told)
    return Response(told, status, {"Content-Type": JSON, **given})


def _sent(asked: Asked, query: PublishQuery) -> tuple[str | bytes, PublishLadders]:
    """The file and what goes with it: in one JSON body, or as YAML with a query."""
    if headers.media_type(asked, _TAKEN) not in headers.YAML:
        sent = asking.read(asked, PublishLadders)
        return sent.text, sent
    if query.reason is None:
        fault = Fault("missing", "found no `reason`, expected it", parameter="reason")
        raise Invalid("Say why it is published: `?reason=...`.", errors=[fault])
    return asked.raw, PublishLadders(text="", name=query.name, reason=query.reason, mode=query.mode)


def list_ladder_publications(asked: Ask) -> Response:
    """Every publication, the newest first."""
    with asked.means.reader.look(asked.caller) as look:
        found = ladders.publications(look)
    return paging.whole(asked, found)


def get_ladder_publication(
    asked: Ask, publication: Annotated[str, Path(description="Its hash or its label.")]
) -> Response:
    """One publication with its text."""
    with asked.means.reader.look(asked.caller) as look:
        found = ladders.publication(look, publication)
    return paging.single(found)


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/ladder-checks",
        name="check_ladders",
        tag="ladders",
        summary="Check a ladder file",
        endpoint=check_ladders,
        answer=Checked,
        takes={JSON: CheckLadders, **_YAML},
        refusals=WRITES,
    ),
    Operation(
        method="POST",
        path="/v1/ladder-publications",
        name="publish_ladders",
        tag="ladders",
        summary="Publish a ladder file",
        endpoint=publish_ladders,
        status=_CREATED,
        also=(_OK,),
        answer=PublicationView,
        takes={JSON: PublishLadders, **_YAML},
        headers=(IDEMPOTENCY_KEY,),
        seconds=LONG,
        refusals=WRITES,
    ),
    Operation(
        method="GET",
        path="/v1/ladder-publications",
        name="list_ladder_publications",
        tag="ladders",
        summary="List publications",
        endpoint=list_ladder_publications,
        answer=PublicationList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path="/v1/ladder-publications/{publication}",
        name="get_ladder_publication",
        tag="ladders",
        summary="Read a publication",
        endpoint=get_ladder_publication,
        answer=PublicationText,
        refusals=FINDS,
    ),
)
