"""An anonymous raiser comes back, with the code that they were given when they raised it."""

from fastapi import Response
from fastapi.concurrency import run_in_threadpool

from escalation.api import asking, headers, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import IDEMPOTENCY_KEY, JSON, Operation
from escalation.api.schemas.receipts import Message, ReceiptView
from escalation.clock import monotonic
from escalation.errors import NotFound, Unauthenticated
from escalation.services import receipts
from escalation.services.jobs import Job
from escalation.services.reading import receipts as reading
from escalation.services.receipts import RAISER
from escalation.workflow.commands import Contact

_CREATED = 201
_REFUSALS = (400, 401, 404, 429, 500, 503)
RECEIPT_CODE = {
    "name": "Receipt-Code",
    "in": "header",
    "required": True,
    "description": "The code that was answered when the matter was raised; hyphens and the case "
    "of letters do not matter.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100},
}


def get_receipt(asked: Ask) -> Response:
    """How the matter stands, what was written, and what they may do."""
    return paging.single(reading.seen(asked.means.container.desk, _issue(asked)))


async def write_by_receipt(asked: Ask) -> Response:
    """Write to the holders: it stands on the timeline, and the lead is told."""
    issue = await run_in_threadpool(_issue, asked)
    sent = asking.read(asked, Message)
    desk = asked.means.container.desk
    job = Job(
        stem=desk.stem(),
        actor=RAISER,
        ask=Contact(text=sent.text),
        issue=issue,
        answers=False,
        deadline=monotonic() + asking.PATIENCE,
    )
    key = headers.idempotency_key(asked)
    if key is not None:
        job.slot = receipts.slot(_code(asked), asked.path, key)
        job.body_hash = asked.body_hash
    answer = await asking.served(asked, job)
    found = await run_in_threadpool(reading.seen, desk, issue)
    given = {"Content-Type": JSON}
    if answer.replayed:
        given["Idempotency-Replayed"] = "true"
    return Response(paging.json_of(found), _CREATED, given)


def _code(asked: Asked) -> str:
    sent = asked.header(b"receipt-code")
    if sent is None:
        raise Unauthenticated("Send the code of your receipt in the header Receipt-Code.")
    return sent


def _issue(asked: Asked) -> str:
    """The issue of the code that was sent; whoever guesses waits longer each time.

    Raises:
        Unauthenticated: no code was sent.
        TooMany: too many wrong ones came before.
        NotFound: the code is nobody's.
    """
    code, inside = _code(asked), asked.means.container
    guesses, now = asked.means.guesses, inside.clock.now()
    client = asked.scope.get("client")
    address = "unknown" if client is None else str(client[0])
    guesses.check(address, now)
    try:
        return receipts.issue_of(inside.engine, code)
    except NotFound:
        guesses.wrong(address, now)
        raise


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/receipt",
        name="get_receipt",
        tag="receipts",
        summary="Come back with a receipt",
        endpoint=get_receipt,
        answer=ReceiptView,
        headers=(RECEIPT_CODE,),
        refusals=_REFUSALS,
    ),
    Operation(
        method="POST",
        path="/v1/receipt/messages",
        name="write_by_receipt",
        tag="receipts",
        summary="Write to those who hold the matter",
        endpoint=write_by_receipt,
        direct=True,
        status=_CREATED,
        answer=ReceiptView,
        takes={JSON: Message},
        headers=(RECEIPT_CODE, IDEMPOTENCY_KEY),
        refusals=(*_REFUSALS, 408, 409, 413, 415, 422),
    ),
)
