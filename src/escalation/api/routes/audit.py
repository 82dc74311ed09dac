"""The record: verified and exported, some seals at a time."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Query, Response

from escalation.api import paging
from escalation.api.deps import Ask
from escalation.api.in_time import LONG
from escalation.api.operations import FINDS, Operation
from escalation.api.schemas.audit import AuditReport, ExportQuery, VerifyQuery
from escalation.services.record import exporting
from escalation.services.record.access import EXPORTED, record_access

JSON_LINES = "application/jsonl"


def verify_record(asked: Ask, query: Annotated[VerifyQuery, Query()]) -> Response:
    """Verify the next seals and what they cover; with the last of them, all that is left."""
    means = asked.means
    means.doorkeeper.confirmed(asked.caller)
    verifier = means.container.verifier
    if query.issue is not None:
        report = verifier.issue(query.issue)
    else:
        report = verifier.part(query.since, query.limit)
    links = {"self": paging.here(asked)}
    if not report.complete:
        links["next"] = paging.here(asked, since=str(report.through))
    return paging.single({**report.told(), "links": links})


def export_record(asked: Ask, query: Annotated[ExportQuery, Query()]) -> Response:
    """The record as JSON Lines: the keys, then seals, each before its entries with their proofs."""
    means = asked.means
    means.doorkeeper.confirmed(asked.caller)
    inside, caller = means.container, asked.caller
    engine, viewer = inside.engine, caller.viewer
    told = query.model_dump(exclude_none=True)
    record_access(engine, inside.clock, inside.ids, caller.actor, EXPORTED, told)
    headers = {"Content-Type": JSON_LINES}
    if query.issue is not None:
        return Response(_body(exporting.of_issue(engine, query.issue, viewer)), 200, headers)
    lines, goes_on = exporting.part(engine, query.since, query.limit, viewer)
    if goes_on is not None:
        headers["Link"] = f'<{paging.here(asked, since=str(goes_on))}>; rel="next"'
    return Response(_body([exporting.keys_line(engine), *lines]), 200, headers)


def _body(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/audit/verify",
        name="verify_record",
        tag="record",
        summary="Verify the record",
        endpoint=verify_record,
        answer=AuditReport,
        seconds=LONG,
        refusals=FINDS,
    ),
    Operation(
        method="GET",
        path="/v1/audit/export",
        name="export_record",
        tag="record",
        summary="Export the record with its proofs",
        endpoint=export_record,
        kind=JSON_LINES,
        seconds=LONG,
        refusals=FINDS,
    ),
)
