"""A mail as it goes out: MIME (RFC 5322, 2045), plain words and a page, and files beside.

Whatever people wrote is text in it. A header takes one line of it; in the page it is escaped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any

from escalation.delivery.mail.addresses import line, name

LARGEST = 20_000_000
"""Bytes of one mail at most: what most servers take."""


class _Policy(EmailPolicy):
    """Headers that are made of identifiers are folded between them, and never encoded."""

    def fold(self, name: str, value: str) -> str:
        """The lines of a header."""
        if name.lower() in _IDENTIFIERS:
            return f"{name}: " + "\r\n ".join(str(value).split()) + "\r\n"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same in bytes."""
        if name.lower() in _IDENTIFIERS:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


_IDENTIFIERS = frozenset(
    {"message-id", "in-reply-to", "references", "list-id", "list-unsubscribe", "reply-to"}
)
_POLICY: Any = _Policy(
    **{name: getattr(SMTP, name) for name in ("linesep", "header_factory", "content_manager")}
)


@dataclass(frozen=True, slots=True)
class Named:
    """An address with the name of whose it is."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file beside a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What a mail says and to whom; identifiers are without their brackets."""

    id: str
    sender: Named
    recipient: Named
    subject: str
    text: str
    page: str
    at: datetime
    thread: str | None = None
    reply_to: str | None = None
    list_id: str | None = None
    unsubscribe: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    attached: Sequence[Attached] = ()


def written(mail: Mail) -> bytes:
    """The mail as a server takes it, in ASCII with CRLF.

    The same mail is the same bytes each time it is asked for.

    Raises:
        ValueError: it is larger than servers take.
    """
    made = EmailMessage(policy=_POLICY)
    for header, value in _headers(mail):
        made[header] = value
    made.set_content(mail.text, cte="quoted-printable")
    made.add_alternative(mail.page, subtype="html", cte="quoted-printable")
    for each in mail.attached:
        kind, _, sub = each.media_type.partition("/")
        made.add_attachment(each.content, maintype=kind, subtype=sub, filename=line(each.name))
    for number, part in enumerate(each for each in made.walk() if each.is_multipart()):
        part.set_boundary(f"=_{mail.id.partition('@')[0]}_{number}")
    content = made.as_bytes()
    if len(content) > LARGEST:
        raise ValueError(f"it has {len(content):,} bytes, more than {LARGEST:,}")
    return content


def _headers(mail: Mail) -> Iterator[tuple[str, Any]]:
    yield "From", _addressed(mail.sender)
    yield "To", _addressed(mail.recipient)
    yield "Subject", line(mail.subject)
    yield "Date", format_datetime(mail.at)
    identifiers = {
        "Message-ID": mail.id,
        "In-Reply-To": mail.thread,
        "References": mail.thread,
        "Reply-To": mail.reply_to,
        "List-Id": mail.list_id,
        "List-Unsubscribe": mail.unsubscribe,
    }
    yield from ((name, f"<{value}>") for name, value in identifiers.items() if value is not None)
    yield "Auto-Submitted", "auto-generated"  # RFC 3834 5
    yield "Precedence", "list"  # no standard, but what many that answer by themselves look at
    yield from ((name, line(value)) for name, value in mail.headers.items())


def _addressed(who: Named) -> Address:
    return Address(display_name=name(who.name), addr_spec=who.address)
