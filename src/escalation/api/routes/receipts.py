"""An anonymous raiser comes back, with the code that they were given when they raised it."""

from typing import Any

from fastapi import Response
from fastapi.concurrency import run_in_threadpool

from escalation.api import asking, headers, paging
from escalation.api.deps import Ask, Asked
from escalation.api.in_time import PATIENCE
from escalation.api.operations import IDEMPOTENCY_KEY, JSON, Operation
from escalation.api.schemas.receipts import Message, ReceiptView
from escalation.clock import monotonic
from escalation.errors import NotFound, Unauthenticated
from escalation.services import correspondence, receipts
from escalation.services.correspondence import Letter
from escalation.services.jobs import Answer, Job
from escalation.services.reading import receipts as reading
from escalation.services.receipts import RAISER
from escalation.workflow.commands import Contact
from escalation.workflow.interactions import Interaction

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
    return paging.single(_seen(asked, _subject(asked)))


async def write_by_receipt(asked: Ask) -> Response:
    """Write to the holders: it stands on the timeline, and the lead is told.

    Of a contact or feedback it stands on its record, and in the list of what is unanswered.
    """
    subject = await run_in_threadpool(_subject, asked)
    sent = asking.read(asked, Message)
    key = headers.idempotency_key(asked)
    slot = None if key is None else receipts.slot(_code(asked), asked.path, key)
    letter = Letter(text=sent.text, slot=slot, body_hash=asked.body_hash)
    answer = await _written(asked, subject, letter)
    found = await run_in_threadpool(_seen, asked, subject)
    given = {"Content-Type": JSON}
    if answer.replayed:
        given["Idempotency-Replayed"] = "true"
    return Response(paging.json_of(found), _CREATED, given)


async def _written(asked: Asked, subject: str | Interaction, letter: Letter) -> Answer:
    desk = asked.means.container.desk
    if isinstance(subject, Interaction):
        return await run_in_threadpool(correspondence.write, desk, subject, letter)
    job = Job(
        stem=desk.stem(),
        actor=RAISER,
        ask=Contact(text=letter.text),
        issue=subject,
        answers=False,
        slot=letter.slot,
        body_hash=letter.body_hash,
        deadline=monotonic() + PATIENCE,
    )
    return await asking.served(asked, job)


def _seen(asked: Asked, subject: str | Interaction) -> dict[str, Any]:
    desk = asked.means.container.desk
    if isinstance(subject, Interaction):
        return reading.seen_of(desk, subject)
    return reading.seen(desk, subject)


def _code(asked: Asked) -> str:
    sent = asked.header(b"receipt-code")
    if sent is None:
        raise Unauthenticated("Send the code of your receipt in the header Receipt-Code.")
    return sent


def _subject(asked: Asked) -> str | Interaction:
    """What the code that was sent was given for; whoever guesses waits longer each time.

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
        return receipts.subject_of(inside.engine, code)
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
