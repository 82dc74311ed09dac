"""A window's digest as a mail: a few words, the files beside, or links where they are too large."""

from collections.abc import Iterator, Mapping
from typing import Any

from escalation.delivery.mail.message import Attached
from escalation.services.kept_digests import MEDIA_TYPES
from escalation.services.mail.documents import Document
from escalation.services.subscribing.making import Ready

LARGEST = 8_000_000
"""Bytes of the files beside one mail at most; beyond it there are links alone."""
LATE = 600
"""Seconds from which on a mail says that it is late."""


def document(ready: Ready, files: Mapping[str, bytes], told: Mapping[str, Any]) -> Document:
    """The mail of a window's digest; ``told`` is what a message says of it."""
    attached = [
        Attached(f"{ready.stored.number}.{kind}", MEDIA_TYPES[kind].partition(";")[0], body)
        for kind, body in files.items()
    ]
    text = "\n\n".join("\n".join(part) for part in _parts(ready, told, beside=bool(attached)))
    subject = f"{ready.stored.number}: {ready.stored.profile}"
    return Document(subject, f"{text}\n", attached, digest=ready.stored.id)


def _parts(ready: Ready, told: Mapping[str, Any], *, beside: bool) -> Iterator[list[str]]:
    if ready.subscription.marking is not None:
        yield [ready.subscription.marking]
    yield [f"The digest {_named(told)}."]
    seconds = told["late_seconds"]
    if seconds >= LATE:
        yield [f"It was promised {seconds // 60} minutes before it could be made."]
    if not beside:
        yield ["It is read at:", *_links(told)]
    for each in told["earlier"]:
        yield [f"With it, late, the digest {_named(each)}:", *_links(each)]
    if told["earlier_left_out"]:
        left, about = told["earlier_left_out"], ready.subscription.id
        where = f"/v1/digest-subscriptions/{about}/windows"
        yield [f"{left} more, older ones are on record, each with its digest: {where}"]
    yield [f"You have it by the subscription {ready.subscription.id}."]


def _named(told: Mapping[str, Any]) -> str:
    digest, window = told["digest"], told["window"]
    period = f"from {window['since']} to {window['as_at']}"
    return f"{digest['number']} of {digest['profile']}, {period}"


def _links(told: Mapping[str, Any]) -> list[str]:
    return [f"{each['format']}: {each['url']}" for each in told["links"]]
