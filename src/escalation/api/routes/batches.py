"""Many issues in one request, each with its own result."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from fastapi import Response

from escalation.api import asking, body, problems
from escalation.api.deps import Ask, Asked
from escalation.api.in_time import LONG
from escalation.api.operations import IDEMPOTENCY_KEY, JSON, WRITES, Operation
from escalation.api.refusals import Unexpected
from escalation.api.schemas.batches import BatchView, Envelope, LogIssues
from escalation.api.schemas.issues import LogIssue
from escalation.errors import EscalationError
from escalation.services.jobs import Answer

_log = structlog.get_logger(__name__)

AT_ONCE = 100
"""Entries that wait at the desk together, so that a batch does not fill its queue."""

Came = Answer | BaseException


async def log_issues(asked: Ask) -> Response:
    """Log up to 1,000; an entry that is refused hurts no other.

    With an `Idempotency-Key` a repeat answers what was logged, and tries the rest again.
    """
    entries = asking.read(asked, Envelope).issues
    await asked.means.limits.logs(asked.scope, asked.caller, len(entries))
    came: list[Came] = []
    for some in _parted(list(enumerate(entries))):
        came += await asyncio.gather(
            *(_one(asked, number, entry) for number, entry in some), return_exceptions=True
        )
    return _told(asked, came)


async def _one(asked: Asked, number: int, entry: Any) -> Answer:  # noqa: ANN401 - any JSON
    """One entry, read and served as if it had come alone."""
    sent = body.read(json.dumps(entry).encode(), LogIssue, asked.depth)
    job = asking.log_of(asked, sent, f"{asked.path}#{number}")
    return asking.with_receipt(asked, await asking.served(asked, job))


def _parted(entries: Sequence[tuple[int, Any]]) -> Iterator[Sequence[tuple[int, Any]]]:
    for start in range(0, len(entries), AT_ONCE):
        yield entries[start : start + AT_ONCE]


def _told(asked: Asked, came: Sequence[Came]) -> Response:
    """The results put together; the issues' own bytes stand in them as the desk made them."""
    results = [_result(asked, number, outcome) for number, outcome in enumerate(came)]
    logged = sum(isinstance(outcome, Answer) for outcome in came)
    meta = json.dumps({"logged": logged, "refused": len(came) - logged}, separators=(",", ":"))
    text = b'{"results":[' + b",".join(results) + b'],"meta":' + meta.encode() + b"}"
    headers = {"Content-Type": JSON}
    if all(isinstance(outcome, Answer) and outcome.replayed for outcome in came):
        headers["Idempotency-Replayed"] = "true"
    return Response(text, 200, headers)


def _result(asked: Asked, number: int, outcome: Came) -> bytes:
    if isinstance(outcome, Answer):
        told: dict[str, Any] = {"index": number, "status": outcome.status}
        told["location"] = outcome.headers.get("Location")
        if outcome.replayed:
            told["replayed"] = True
        head = json.dumps(told, separators=(",", ":"))
        return f'{head[:-1]},"issue":'.encode() + outcome.body + b"}"
    if not isinstance(outcome, EscalationError):
        _log.error("entry_failed", entry=number, error=repr(outcome))
        outcome = Unexpected(problems.UNEXPECTED)
    problem = problems.problem(
        outcome, path=f"{asked.path}#/issues/{number}", request_id=asked.request_id
    )
    told = {"index": number, "status": problem["status"], "problem": problem}
    return problems.json_of(told)


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/issue-batches",
        name="log_issues",
        tag="issues",
        summary="Log many issues",
        endpoint=log_issues,
        direct=True,
        answer=BatchView,
        takes={JSON: LogIssues},
        headers=(IDEMPOTENCY_KEY,),
        seconds=LONG,
        refusals=WRITES,
    ),
)
