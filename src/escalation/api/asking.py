"""From a request to the desk and back: the write path, in the order in which refusals come."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from fastapi import Response
from fastapi.concurrency import run_in_threadpool
from msgspec.structs import replace
from pydantic import BaseModel

from escalation.api import body, headers
from escalation.api.deps import Asked
from escalation.api.in_time import PATIENCE
from escalation.api.schemas.issues import LogIssue
from escalation.clock import monotonic
from escalation.errors import (
    EscalationError,
    Invalid,
    Malformed,
    PreconditionFailed,
    PreconditionRequired,
    Refused,
)
from escalation.services import receipts
from escalation.services.jobs import Answer, Job
from escalation.services.once import Call
from escalation.services.reading import issues
from escalation.services.reading.meetings import forum_of
from escalation.services.roles import Permission
from escalation.workflow.commands import Ask, Log

M = TypeVar("M", bound=BaseModel)

JSON = "application/json"
PAGES: Mapping[str, str] = {"text/html": "html", "text/markdown": "md"}
"""The formats of what is made for every asking, by media type."""


def read(asked: Asked, model: type[M], *, may_be_empty: bool = False) -> M:
    """The body as its model.

    Raises:
        WrongMediaType: it is no JSON.
        TooLarge: it is nested too deeply.
        Malformed: it cannot be read, or in two ways.
        Invalid: its values are wrong.
    """
    if may_be_empty and not asked.raw:
        return body.read(b"{}", model, asked.depth)
    headers.media_type(asked)
    return body.read(asked.raw, model, asked.depth)


def job_of(asked: Asked, ask: Log | Ask, path: str | None = None) -> Job:
    """A command as the desk takes it, with its caller and the call's idempotency.

    Raises:
        Malformed: the Idempotency-Key cannot be used.
    """
    caller = asked.caller
    job = Job(
        stem=asked.means.container.desk.stem(),
        actor=caller.actor,
        ask=ask,
        caller=caller,
        backdated=caller.may(Permission.BACKDATE),
        viewer=caller.viewer,
        deadline=monotonic() + PATIENCE,
    )
    key = headers.idempotency_key(asked)
    if key is not None:
        job.slot = caller.slot(asked.scope["method"], path or asked.path, key)
        job.body_hash = asked.body_hash
    return job


def log_of(asked: Asked, sent: LogIssue, path: str | None = None) -> Job:
    """A new issue as the desk takes it; a raiser without a name gets a receipt.

    Raises:
        Malformed: the Idempotency-Key cannot be used.
    """
    job = job_of(asked, sent.command(), path)
    inside = asked.means.container
    made = receipts.owed(inside.ids, inside.vault, anonymous=sent.raiser.anonymous)
    job.receipt = None if made is None else made.kept
    return job


def with_receipt(asked: Asked, answer: Answer) -> Answer:
    """An answer with the receipt's code that is kept sealed in it, if one is."""
    answer, code = receipts.opened(answer, asked.means.container.vault)
    if code is None:
        return answer
    told_code = f',"receipt_code":"{code}"}}'.encode()
    return replace(answer, body=answer.body[:-1] + told_code)


def call_of(asked: Asked) -> Call:
    """The caller, and what makes a repeat harmless, for work that is not a command.

    Raises:
        Malformed: the Idempotency-Key cannot be used.
    """
    sent = headers.idempotency_key(asked)
    if sent is None:
        return Call(caller=asked.caller)
    slot = asked.caller.slot(asked.scope["method"], asked.path, sent)
    return Call(caller=asked.caller, slot=slot, body_hash=asked.body_hash)


def wanted_format(asked: Asked, known: Mapping[str, str] = PAGES) -> str:
    """The format of ``known`` that the caller would rather have; nothing where JSON will do."""
    sent = (asked.header(b"accept") or "").lower()
    for part in sent.split(","):
        kind = part.partition(";")[0].strip()
        if kind in {JSON, "*/*", "application/*"}:
            return ""
        if kind in known:
            return known[kind]
    return ""


async def served(asked: Asked, job: Job) -> Answer:
    """What the desk answers, once it is committed."""
    return await asked.means.container.desk.submit_from_loop(job)


def told(answer: Answer) -> Response:
    """The desk's answer, byte for byte."""
    given = {"Content-Type": JSON, **answer.headers}
    if answer.replayed:
        given["Idempotency-Replayed"] = "true"
    return Response(answer.body, answer.status, given)


async def changed(
    asked: Asked, issue: str, make: Callable[[], tuple[Ask, str | None]], *, needs_match: bool
) -> Response:
    """A change to an issue: ``make`` reads the body, and answers the ask and the issue it names.

    What is wrong with the request itself is told only of an issue that is there, and a wrong
    value only to who has seen it as it is.
    """
    try:
        version = headers.if_match(asked)
        ask, other = make()
        job = job_of(asked, ask)
    except (Malformed, Invalid, Refused) as error:
        await run_in_threadpool(_in_order, asked, issue, error, needs_match=needs_match)
        raise
    job.issue, job.other, job.if_match = issue, other, version
    job.needs_match = needs_match and not headers.any_version(asked)
    return told(await served(asked, job))


def _in_order(asked: Asked, issue: str, error: EscalationError, *, needs_match: bool) -> None:
    """Raise what comes before ``error`` in the order of refusals, if anything does."""
    with asked.means.reader.look(asked.caller) as look:
        current = issues.one(look, issue)
    if isinstance(error, Malformed):
        return
    version = headers.if_match(asked)
    if version is None and needs_match and not headers.any_version(asked):
        raise PreconditionRequired(
            f'Send If-Match with the ETag of what you saw; it is "{current["version"]}" now.'
        )
    if version is not None and version != current["version"]:
        raise PreconditionFailed(
            f"{current['reference']} has moved on from what you saw to version "
            f"{current['version']}; look at it again and decide anew.",
            extra={"current": current},
        )


def forum_for(asked: Asked, code: str) -> None:
    """Go no further with a forum whose papers are not for the caller, or that is not there.

    Raises:
        NotFound: it is not there for them.
    """
    if asked.caller.viewer.forums is None:
        return  # what is done next says so
    with asked.means.reader.look(asked.caller) as look:
        forum_of(look, code)
