"""Ladders and agreements as they hold, with the source of every value."""

from typing import Annotated, Any

from fastapi import Path, Query, Response

from escalation.api import paging
from escalation.api.deps import Ask
from escalation.api.operations import FINDS, READS, Operation
from escalation.api.schemas.ladders import (
    LadderList,
    LadderVersions,
    LadderView,
    OlaList,
    OlaView,
)
from escalation.api.schemas.queries import ScopeQuery
from escalation.routing.ladder import LadderFile
from escalation.services.reading import ladders

Name = Annotated[str, Path(description="Its id.")]


def list_ladders(asked: Ask) -> Response:
    """The ladders of the publication in force."""
    with asked.means.reader.look(asked.caller) as look:
        found = ladders.listed(look)
    return paging.whole(asked, found)


def get_ladder(asked: Ask, ladder: Name) -> Response:
    """A ladder without an agreement's changes, every value with its line and clause."""
    with asked.means.reader.look(asked.caller) as look:
        found = ladders.one(look, ladder)
    return paging.single(found)


def list_ladder_versions(asked: Ask, ladder: Name) -> Response:
    """Every publication that has the ladder, the newest first."""
    with asked.means.reader.look(asked.caller) as look:
        found = ladders.versions(look, ladder)
    return paging.whole(asked, found)


def list_olas(asked: Ask) -> Response:
    """The agreements of the publication in force."""
    with asked.means.reader.look(asked.caller) as look:
        found = ladders.olas(look)
    return paging.whole(asked, found)


def get_ola(asked: Ask, ola: Name) -> Response:
    """One agreement."""
    with asked.means.reader.look(asked.caller) as look:
        found = ladders.ola(look, ola)
    return paging.single(found)


def get_ola_ladder(asked: Ask, ola: Name, query: Annotated[ScopeQuery, Query()]) -> Response:
    """The ladder that holds under an agreement, with who set each value."""
    with asked.means.reader.look(asked.caller) as look:
        found = ladders.ola_ladder(look, ola, query.scope)
    return paging.single(found)


async def get_ladder_schema(asked: Ask) -> Response:  # noqa: ARG001 - one shape for all
    """The JSON Schema of a ladder file, for editors."""
    return Response(LadderFile.published(), 200, {"Content-Type": "application/schema+json"})


def _read(path: str, name: str, summary: str, endpoint: Any, **more: Any) -> Operation:  # noqa: ANN401 - passed on
    return Operation(
        method="GET",
        path=path,
        name=name,
        tag="ladders",
        summary=summary,
        endpoint=endpoint,
        refusals=FINDS if "{" in path else READS,
        **more,
    )


OPERATIONS = (
    _read("/v1/ladders", "list_ladders", "List ladders", list_ladders, answer=LadderList),
    _read("/v1/ladders/{ladder}", "get_ladder", "Read a ladder", get_ladder, answer=LadderView),
    _read(
        "/v1/ladders/{ladder}/versions",
        "list_ladder_versions",
        "List the publications of a ladder",
        list_ladder_versions,
        answer=LadderVersions,
    ),
    _read("/v1/olas", "list_olas", "List agreements", list_olas, answer=OlaList),
    _read("/v1/olas/{ola}", "get_ola", "Read an agreement", get_ola, answer=OlaView),
    _read(
        "/v1/olas/{ola}/ladder",
        "get_ola_ladder",
        "Read the ladder of an agreement",
        get_ola_ladder,
        answer=LadderView,
    ),
    _read(
        "/v1/schemas/escalation-ladders",
        "get_ladder_schema",
        "Read the schema of a ladder file",
        get_ladder_schema,
        kind="application/schema+json",
    ),
)
