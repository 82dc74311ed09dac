"""Documents by mail: the same to each recipient, once each, whatever is tried again.

What a document is kept by (a subscription and its window, say) gives its message one id. A message
goes to each mailbox once, so that mailing it again, after a kill or by another process, finds it
there.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any

from escalation.delivery.mail.addresses import address
from escalation.delivery.mail.message import Attached, Mail
from escalation.delivery.payloads import told as instant_told
from escalation.errors import Fault, Forbidden, Invalid
from escalation.ids import named
from escalation.services import withholding
from escalation.store import deliveries, digests, mailing
from escalation.store.deliveries import Message, NewDelivery
from escalation.store.transaction import Connection
from escalation.workflow.viewing import Viewer

DOCUMENT = "mail.document"
LARGEST = 12_000_000
"""Bytes of all files beside one mail, at most: a third more as they are sent."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is mailed: a subject, a few words, and the files beside: of a ``digest``, by its id."""

    subject: str
    text: str
    attached: Sequence[Attached] = ()
    digest: str | None = None


def mail_once(
    connection: Connection,
    key: Sequence[str],
    document: Document,
    recipients: Sequence[str],
    now: datetime,
) -> list[str]:
    """Mail a document to people of the directory, by id, or to addresses; in the caller's write.

    It goes once for each ``key`` (the subscription and its window) and recipient, however often and
    by whomever this is called: who has it already is left out. The mail itself is sent later, and
    for each ``key`` it is the document that was given first.

    Returns:
        The deliveries that are new, by their ids.

    Raises:
        Invalid: an address will not do, or the files are too large.
    """
    _check(document, recipients)
    return post_once(
        connection, (DOCUMENT, *key), lambda name: _body(name, document, now), recipients, now
    )


def post_once(
    connection: Connection,
    key: Sequence[str],
    body: Callable[[str], bytes],
    recipients: Sequence[str],
    now: datetime,
) -> list[str]:
    """Have a message go to mailboxes, once for each ``key`` and recipient; in the caller's write.

    The first of the key is the message's type; ``body`` makes it, of the message's id. Answers the
    deliveries that are new, by their ids.
    """
    kind = key[0]
    message_id = named("evt", *key)
    wanted = list(dict.fromkeys(recipients))
    mailing.ensure(connection, wanted, now)
    boxes = [mailing.mailbox_id(each) for each in wanted]
    there = mailing.having(connection, message_id, boxes)
    new = [
        NewDelivery(
            id=named("dlv", message_id, box),
            endpoint_id=box,
            message_id=message_id,
            aggregate=message_id,
            number=1,
            type=kind,
        )
        for box in boxes
        if box not in there
    ]
    messages = []
    if new and not mailing.is_kept(connection, message_id):
        messages = [Message(message_id, kind, body(message_id), now)]
    deliveries.add(connection, messages, new, now)
    return [each.id for each in new]


def is_document(body: Mapping[str, Any]) -> bool:
    """Whether a message is a document to be mailed as it is."""
    return bool(body["type"] == DOCUMENT)


def mail_of(
    connection: Connection, body: Mapping[str, Any], envelope: Mail, person: str | None
) -> Mail:
    """The mail of a document, in its envelope; without files that are kept from ``person`` by now.

    It may have waited for long, and matters that its files show may have been sealed meanwhile.
    """
    told = body["data"]
    attached = [
        Attached(each["name"], each["media_type"], b64decode(each["content"]))
        for each in told["attached"]
    ]
    text: str = told["text"]
    kept_back = _kept_back(connection, told.get("digest"), person)
    if kept_back is not None:
        text, attached = f"{text}\nIts files are left out. {kept_back}\n", []
    page = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))
    return replace(
        envelope,
        subject=told["subject"],
        text=text,
        page=f"<!doctype html><html><body>{page}</body></html>\n",
        attached=attached,
    )


def _kept_back(connection: Connection, digest: str | None, person: str | None) -> str | None:
    """Why the files of a digest may not go to somebody any more, if they may not."""
    stored = None if digest is None else digests.one(connection, digest)
    if stored is None:
        return None
    content = digests.content(connection, stored.id)
    try:
        withholding.refuse_sealed(connection, stored, content, Viewer(person=person))
    except Forbidden as error:
        return error.detail
    return None


def _body(message_id: str, document: Document, now: datetime) -> bytes:
    attached = [
        {
            "name": each.name,
            "media_type": each.media_type,
            "content": b64encode(each.content).decode(),
        }
        for each in document.attached
    ]
    data = {"id": message_id, "subject": document.subject, "text": document.text}
    data |= {} if document.digest is None else {"digest": document.digest}
    found = {
        "type": DOCUMENT,
        "timestamp": instant_told(now),
        "data": {**data, "attached": attached},
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def _check(document: Document, recipients: Sequence[str]) -> None:
    faults = []
    for number, each in enumerate(recipients):
        if "@" in each:
            try:
                address(each)
            except ValueError as error:
                faults.append(Fault("wrong_value", str(error), pointer=f"/recipients/{number}"))
    size = sum(len(each.content) for each in document.attached)
    if size > LARGEST:
        detail = f"the files have {size:,} bytes, {LARGEST:,} at most go by mail"
        faults.append(Fault("too_large", detail, pointer="/attached"))
    if faults:
        raise Invalid("The document was not mailed.", errors=faults)
