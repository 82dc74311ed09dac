"""Reports as they stand when they are asked for; kept ones are digests of a scorecard's profile."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Response

from escalation.api import paging
from escalation.api.deps import Ask, Asked
from escalation.api.in_time import LONG
from escalation.api.operations import READS, Operation
from escalation.api.schemas.reports import (
    Benchmark,
    PeriodQuery,
    ReportQuery,
    Satisfaction,
    Scorecard,
    ScorecardQuery,
    StatutoryCounts,
    Workload,
)
from escalation.digests.cards import AGENCY, BENCHMARK, LAYER, SCORECARD, SCRUTINY
from escalation.errors import Fault, Invalid
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.reading import reports
from escalation.services.surveys import reading


def get_scorecard(asked: Ask, query: Annotated[ScorecardQuery, Query()]) -> Response:
    """A scorecard: planned against actual, with the period before beside it, or several."""
    return paging.single(_document(asked, _profile(query), query, query.periods))


def get_benchmark(asked: Ask, query: Annotated[PeriodQuery, Query()]) -> Response:
    """Providers and clusters beside each other; small counts are withheld."""
    return paging.single(_document(asked, BENCHMARK, query))


def get_statutory_counts(asked: Ask, query: Annotated[ReportQuery, Query()]) -> Response:
    """Complaints received, resulting in further action, and in none."""
    return paging.single(reports.statutory_counts(_full(asked, query)))


def get_workload(asked: Ask, query: Annotated[ReportQuery, Query()]) -> Response:
    """What waits for each seat, and when issues come in; seats, never the people in them."""
    return paging.single(reports.workload(_full(asked, query)))


def get_satisfaction(asked: Ask, query: Annotated[ReportQuery, Query()]) -> Response:
    """How satisfied people are, and who has answered; what too few have said is withheld."""
    document = _full(asked, query)
    inside = asked.means.container
    known = inside.registry.known
    directory = None if known is None else known.directory
    standards = reading.standards(inside.surveys, directory)
    return paging.single(reports.satisfaction(document, standards))


def _profile(query: ReportQuery) -> str:
    whole = query.of == SCRUTINY or query.of.startswith((AGENCY, LAYER))
    return query.of if whole else f"{SCORECARD}{query.of}"


def _full(asked: Asked, query: ReportQuery) -> Mapping[str, Any]:
    """A scorecard that is told apart by its dimensions: not one by exception."""
    document = _document(asked, _profile(query), query)
    if "by" not in document:
        detail = f"found {query.of!r}, which tells by exception and nothing else"
        raise Invalid("No report was made.", errors=[Fault("wrong_value", detail, parameter="of")])
    return document


def _document(
    asked: Asked, profile: str, query: PeriodQuery, periods: int | None = None
) -> Mapping[str, Any]:
    means = asked.means
    means.doorkeeper.confirmed(asked.caller)
    request = Request(
        profile=profile,
        since=query.since,
        as_at=query.as_at,
        known_at=query.known_at,
        periods=periods,
    )
    try:
        return digests.looked(means.container.desk, request, asked.caller.viewer)
    except Invalid as refused:
        raise not_made(refused) from refused


def not_made(refused: Invalid) -> Invalid:
    """Why there is no report, by the parameters that were sent."""
    names = {"/profile": "of"}
    faults = [
        Fault(f.code, f.detail, parameter=names.get(f.pointer or "", (f.pointer or "")[1:]))
        for f in refused.errors
    ]
    return Invalid("No report was made.", errors=faults)


OPERATIONS = tuple(
    Operation(
        method="GET",
        path=f"/v1/reports/{path}",
        name=f"get_{path.replace('-', '_')}",
        tag="reports",
        summary=summary,
        endpoint=endpoint,
        answer=answer,
        seconds=LONG,
        refusals=(*READS, 422),
    )
    for path, summary, endpoint, answer in (
        ("scorecard", "Look at a scorecard", get_scorecard, Scorecard),
        ("benchmark", "Look at the benchmark", get_benchmark, Benchmark),
        (
            "statutory-counts",
            "Count complaints as the law asks",
            get_statutory_counts,
            StatutoryCounts,
        ),
        ("workload", "Look at the workload", get_workload, Workload),
        ("satisfaction", "Look at how satisfied people are", get_satisfaction, Satisfaction),
    )
)
