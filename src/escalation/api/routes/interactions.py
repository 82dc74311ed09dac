"""Contacts and feedback: recorded, listed, read, counted, and raised into issues."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Path, Query, Response
from pydantic import BaseModel

from escalation.api import asking, headers, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import FINDS, IDEMPOTENCY_KEY, JSON, READS, WRITES, Operation
from escalation.api.schemas.answers import IssueView
from escalation.api.schemas.interactions import (
    AcknowledgeFeedback,
    ContactList,
    ContactQuery,
    ContactView,
    FeedbackCounts,
    FeedbackList,
    FeedbackQuery,
    FeedbackView,
    InteractionQuery,
    RaiseIssue,
    RecordContact,
    RecordFeedback,
)
from escalation.api.schemas.receipts import Message
from escalation.services import correspondence, interactions, once, receipts
from escalation.services.correspondence import Letter
from escalation.services.interactions import PATHS, Recording
from escalation.services.reading.correspondence import passed
from escalation.services.roles import Permission
from escalation.workflow.interactions import Family

Name = Annotated[str, Path(description="Its id or its reference.")]
_BY = ("kind", "sentiment")


def record_contact(asked: Ask) -> Response:
    """Record a contact that is no issue; it can be raised later."""
    return _recorded(asked, Family.CONTACT, asking.read(asked, RecordContact))


def record_feedback(asked: Ask) -> Response:
    """Record a compliment, a suggestion or a survey's answers."""
    return _recorded(asked, Family.FEEDBACK, asking.read(asked, RecordFeedback))


def _recorded(asked: Asked, family: Family, sent: RecordContact | RecordFeedback) -> Response:
    means, caller = asked.means, asked.caller
    means.doorkeeper.confirmed(caller)
    key = headers.idempotency_key(asked)
    days = means.container.settings.received_at_past_days
    anonymous = bool(sent.fields["raiser"].get("anonymous"))
    made = receipts.owed(means.container.ids, means.container.vault, anonymous=anonymous)
    recording = Recording(
        family,
        sent.fields,
        sent.received_at,
        None if caller.may(Permission.BACKDATE) else timedelta(days=days),
        None if key is None else caller.slot("POST", asked.path, key),
        asked.body_hash,
        None if made is None else made.kept,
    )
    answer = interactions.record(means.container.desk, recording, caller.actor)
    return asking.told(asking.with_receipt(asked, answer))


def list_contacts(asked: Ask, query: Annotated[ContactQuery, Query()]) -> Response:
    """Contacts, the newest first."""
    return _listed(asked, Family.CONTACT, query)


def list_feedback(asked: Ask, query: Annotated[FeedbackQuery, Query()]) -> Response:
    """Feedback, the newest first."""
    return _listed(asked, Family.FEEDBACK, query)


def _listed(asked: Asked, family: Family, query: InteractionQuery) -> Response:
    sought = query.asked(asked, family)
    with asked.means.reader.look(asked.caller) as look:
        page = interactions.page(look, sought, total=query.include_total)
    return paging.answer(asked, page, scope=family.value)


def count_feedback(asked: Ask, query: Annotated[FeedbackQuery, Query()]) -> Response:
    """How much feedback there is, by kind and sentiment."""
    sought = query.asked(asked, Family.FEEDBACK)
    with asked.means.reader.look(asked.caller) as look:
        found = interactions.counted(look, sought, _BY)
    return paging.single(found)


def get_contact(asked: Ask, contact: Name) -> Response:
    """One contact."""
    return _read(asked, Family.CONTACT, contact)


def get_feedback(asked: Ask, feedback: Name) -> Response:
    """One piece of feedback."""
    return _read(asked, Family.FEEDBACK, feedback)


def _read(asked: Asked, family: Family, name: str) -> Response:
    with asked.means.reader.look(asked.caller) as look:
        found = interactions.one(look, family, name)
        messages = list(passed(look.connection, found.id))
    return paging.single({**interactions.view(found), "messages": messages})


def answer_contact(asked: Ask, contact: Name) -> Response:
    """Answer who gave no name: they read it with their receipt."""
    return _answered(asked, Family.CONTACT, contact)


def answer_feedback(asked: Ask, feedback: Name) -> Response:
    """Answer who gave no name: they read it with their receipt."""
    return _answered(asked, Family.FEEDBACK, feedback)


def _answered(asked: Asked, family: Family, name: str) -> Response:
    return _written(asked, family, name, Message)


def acknowledge_feedback(asked: Ask, feedback: Name) -> Response:
    """Tell who gave feedback that it arrived; once, and it stands on the record."""
    return _written(asked, Family.FEEDBACK, feedback, AcknowledgeFeedback)


def _written(
    asked: Asked, family: Family, name: str, takes: type[Message | AcknowledgeFeedback]
) -> Response:
    caller, key = asked.caller, headers.idempotency_key(asked)
    with asked.means.reader.look(caller) as look:
        said = interactions.one(look, family, name)
    asked.means.doorkeeper.confirmed(caller)
    letter = Letter(
        text=asking.read(asked, takes).text,
        actor=caller.actor,
        viewer=caller.viewer,
        acknowledges=takes is AcknowledgeFeedback,
        slot=None if key is None else caller.slot("POST", asked.path, key),
        body_hash=asked.body_hash,
    )
    answer = correspondence.write(asked.means.container.desk, said, letter)
    found = _read(asked, family, said.id)
    found.status_code = answer.status
    if answer.replayed:
        found.headers["Idempotency-Replayed"] = "true"
    return found


def raise_contact(asked: Ask, contact: Name) -> Response:
    """Raise a contact into an issue, with everything that it carries; once."""
    return _raised(asked, Family.CONTACT, contact)


def raise_feedback(asked: Ask, feedback: Name) -> Response:
    """Raise feedback into an issue, with everything that it carries; once."""
    return _raised(asked, Family.FEEDBACK, feedback)


def _raised(asked: Asked, family: Family, name: str) -> Response:
    with asked.means.reader.look(asked.caller) as look:
        said = interactions.one(look, family, name)
        sent = asking.read(asked, RaiseIssue, may_be_empty=True)
        log = interactions.raised_from(look.directory, said, sent.given)
    job = asking.job_of(asked, log)
    inside = asked.means.container
    if job.slot is not None:
        before = once.recalled(inside.desk, job.slot, job.body_hash)
        if before is not None:
            return asking.told(asking.with_receipt(asked, before))
    anonymous = bool(said.raiser.get("anonymous"))
    made = receipts.owed(inside.ids, inside.vault, anonymous=anonymous, held=said.receipt)
    job.receipt = None if made is None else made.kept
    job.backdated = True  # its receipt was looked at when it was recorded
    answer = interactions.raise_issue(inside.desk, said, job)
    return asking.told(asking.with_receipt(asked, answer))


def _operations(
    family: Family,
    endpoints: tuple[Callable[..., Any], ...],
    models: tuple[Any, ...],
    words: str,
) -> tuple[Operation, ...]:
    """The ways to a register."""
    path, name = f"/v1/{PATHS[family]}", family.value
    record, listed, read, *done = endpoints
    takes, view, page = models
    return (
        Operation(
            method="POST",
            path=path,
            name=record.__name__,
            tag="interactions",
            summary=f"Record {words}",
            endpoint=record,
            status=201,
            answer=view,
            takes={JSON: takes},
            headers=(IDEMPOTENCY_KEY,),
            refusals=WRITES,
        ),
        Operation(
            method="GET",
            path=path,
            name=listed.__name__,
            tag="interactions",
            summary=f"List {PATHS[family]}",
            endpoint=listed,
            answer=page,
            refusals=READS,
        ),
        Operation(
            method="GET",
            path=f"{path}/{{{name}}}",
            name=read.__name__,
            tag="interactions",
            summary=f"Read {words}",
            endpoint=read,
            answer=view,
            refusals=FINDS,
        ),
        *(_of_one(f"{path}/{{{name}}}", each, view, words) for each in done),
    )


_DONE: Mapping[str, tuple[str, type[BaseModel], str]] = {
    "answer": ("answers", Message, "Answer {}"),
    "acknowledge": ("acknowledge", AcknowledgeFeedback, "Acknowledge {}"),
    "raise": ("raise", RaiseIssue, "Raise {} into an issue"),
}
"""What is done about one of a register, by how its endpoint's name begins: path, body, words."""


def _of_one(
    path: str, endpoint: Callable[..., Any], view: type[ContactView | FeedbackView], words: str
) -> Operation:
    act, takes, summary = _DONE[endpoint.__name__.partition("_")[0]]
    raises = takes is RaiseIssue
    return Operation(
        method="POST",
        path=f"{path}/{act}",
        name=endpoint.__name__,
        tag="interactions",
        summary=summary.format(words),
        endpoint=endpoint,
        status=201,
        answer=IssueView if raises else view,
        takes={JSON: takes},
        body_required=not raises,
        headers=(IDEMPOTENCY_KEY,),
        refusals=(*WRITES, 404),
    )


OPERATIONS = (
    *_operations(
        Family.CONTACT,
        (record_contact, list_contacts, get_contact, answer_contact, raise_contact),
        (RecordContact, ContactView, ContactList),
        "a contact",
    ),
    *_operations(
        Family.FEEDBACK,
        (
            record_feedback,
            list_feedback,
            get_feedback,
            answer_feedback,
            acknowledge_feedback,
            raise_feedback,
        ),
        (RecordFeedback, FeedbackView, FeedbackList),
        "feedback",
    ),
    Operation(
        method="GET",
        path="/v1/feedback-counts",
        name="count_feedback",
        tag="interactions",
        summary="Count feedback",
        endpoint=count_feedback,
        answer=FeedbackCounts,
        refusals=READS,
    ),
)
