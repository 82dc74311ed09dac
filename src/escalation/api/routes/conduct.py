"""Limits on a raiser's conduct: recorded, listed, read, reviewed."""

from typing import Annotated

from fastapi import Path, Query, Response

from escalation.api import asking, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import FINDS, JSON, READS, WRITES, Operation
from escalation.api.schemas.conduct import (
    LimitConduct,
    LimitList,
    LimitQuery,
    LimitView,
    ReviewLimit,
)
from escalation.services import conduct
from escalation.workflow.conduct import ConductLimit

_CREATED = 201
LimitName = Annotated[str, Path(description="The limit's id.")]


def limit_conduct(asked: Ask) -> Response:
    """Limit how a raiser may be in touch; the ladder of their issues runs as it would."""
    means = asked.means
    means.doorkeeper.confirmed(asked.caller)
    sent = asking.read(asked, LimitConduct)
    made = conduct.record(means.container.desk, sent.limiting(), asked.caller.actor)
    given = {"Content-Type": JSON, "Location": f"/v1/conduct-limits/{made.id}"}
    return Response(paging.json_of(_view(asked, made)), _CREATED, given)


def list_conduct_limits(asked: Ask, query: Annotated[LimitQuery, Query()]) -> Response:
    """Limits, the newest first."""
    scope = str(query.in_force)
    after = paging.instant_of(asked, query.cursor, scope)
    with asked.means.reader.look(asked.caller) as look:
        page = conduct.page(look, in_force=query.in_force, after=after, limit=query.limit)
    return paging.answer(asked, page, scope=scope)


def get_conduct_limit(asked: Ask, limit: LimitName) -> Response:
    """One limit with its reviews."""
    with asked.means.reader.look(asked.caller) as look:
        found = conduct.one(look, limit)
    return paging.single(found)


def review_conduct_limit(asked: Ask, limit: LimitName) -> Response:
    """Look at a limit again: keep it, change it or end it."""
    means = asked.means
    with means.reader.look(asked.caller) as look:
        conduct.one(look, limit)
    sent = asking.read(asked, ReviewLimit)
    made = conduct.review(means.container.desk, limit, sent.review(), asked.caller.actor)
    return paging.single(_view(asked, made))


def _view(asked: Asked, made: ConductLimit) -> dict[str, object]:
    return conduct.view(made, asked.means.container.clock.now())


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/conduct-limits",
        name="limit_conduct",
        tag="interactions",
        summary="Limit a raiser's conduct",
        endpoint=limit_conduct,
        status=_CREATED,
        answer=LimitView,
        takes={JSON: LimitConduct},
        refusals=WRITES,
    ),
    Operation(
        method="GET",
        path="/v1/conduct-limits",
        name="list_conduct_limits",
        tag="interactions",
        summary="List limits on conduct",
        endpoint=list_conduct_limits,
        answer=LimitList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path="/v1/conduct-limits/{limit}",
        name="get_conduct_limit",
        tag="interactions",
        summary="Read a limit on conduct",
        endpoint=get_conduct_limit,
        answer=LimitView,
        refusals=FINDS,
    ),
    Operation(
        method="POST",
        path="/v1/conduct-limits/{limit}/reviews",
        name="review_conduct_limit",
        tag="interactions",
        summary="Review a limit on conduct",
        endpoint=review_conduct_limit,
        answer=LimitView,
        takes={JSON: ReviewLimit},
        refusals=(*WRITES, 404),
    ),
)
