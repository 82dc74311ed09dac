"""A mail that came in, read: who says it is from whom, and what it says of its own.

Standards: RFC 5322 and 2045 (its form), RFC 3834 (answers by programs), RFC 3464 (what could not be
delivered). Whatever its bytes are, something is read of it, and nothing of it is run or loaded.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from hashlib import sha256
from html.parser import HTMLParser

LARGEST = 10_000_000
"""Bytes of a mail that is read whole; of a larger one its headers are."""
HEADERS = 65_536
PARTS, ATTACHED, TEXT = 200, 50, 200_000
"""Parts looked at, attachments named, and characters of its text that are kept, at most."""
_LONGEST = 500
_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "Apparently-To")
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a report of a mail system says: to whom what could not be delivered, and for how long.

    ``status`` is the enhanced status of RFC 3463, such as `5.1.1`.
    """

    recipient: str
    action: str
    status: str
    detail: str

    @property
    def permanent(self) -> bool:
        """Whether it will never be delivered."""
        return self.action == "failed" and self.status.startswith("5")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside a mail, by its name: its content is not kept."""

    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A mail that came in. ``text`` is all it says, ``said`` that without what it quotes."""

    id: str
    sender: str
    recipients: Sequence[str]
    subject: str
    text: str = ""
    said: str = ""
    attached: Sequence[Attachment] = ()
    automatic: str | None = None
    ours: bool = False
    bounce: Bounce | None = None
    too_large: int | None = None
    broken: bool = False


def read(content: bytes, size: int | None = None) -> Arrived:
    """What a mail says; of one of more than ``LARGEST`` bytes, its headers' part."""
    whole = len(content) if size is None else size
    large = whole > LARGEST
    try:
        mail = message_from_bytes(
            content[:HEADERS] if large else content, EmailMessage, policy=default
        )
        return _read(mail, content, whole if large else None)
    except Exception:  # noqa: BLE001 - the library raises many kinds at what is no mail
        return Arrived(id=_digest(content), sender="", recipients=(), subject="", broken=True)


def _read(mail: EmailMessage, content: bytes, too_large: int | None) -> Arrived:
    found = _Parts()
    if too_large is None:
        found.look(mail)
    text = _clean(found.text)[:TEXT]
    return Arrived(
        id=_word(mail, "Message-ID").strip("<> ") or _digest(content),
        sender=next(iter(_addresses(mail, ("From",))), ""),
        recipients=tuple(dict.fromkeys(_addresses(mail, _TO)))[:PARTS],
        subject=_word(mail, "Subject"),
        text=text,
        said=unquoted(text),
        attached=tuple(found.attached[:ATTACHED]),
        automatic=_automatic(mail),
        ours=bool(_word(mail, "X-Escalation-Event")),
        bounce=found.bounce,
        too_large=too_large,
    )


def _automatic(mail: EmailMessage) -> str | None:
    """Why it counts as written by a program, if it does (RFC 3834 2)."""
    submitted = _word(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted}"
    precedence = _word(mail, "Precedence").strip().lower()
    if precedence in _BULK:
        return f"Precedence: {precedence}"
    for header in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id"):
        if _word(mail, header):
            return header
    if _word(mail, "Return-Path").strip() == "<>":
        return "Return-Path: <>"
    return None


def _word(mail: EmailMessage, header: str) -> str:
    """A header in one line; one that cannot be read is none."""
    with suppress(Exception):
        return " ".join(_clean(str(mail.get(header, ""))).split())[:_LONGEST]
    return ""


def _addresses(mail: EmailMessage, headers: Sequence[str]) -> Iterator[str]:
    for header in headers:
        for value in mail.get_all(header, []):
            if isinstance(value, AddressHeader):
                found = [each.addr_spec for each in value.addresses]
            else:
                found = [each for _, each in getaddresses([str(value)]) if each]
            yield from (_clean(each).lower() for each in found)


@dataclass(slots=True)
class _Parts:
    """What the parts of a mail come to."""

    plain: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    attached: list[Attachment] = field(default_factory=list)
    bounce: Bounce | None = None

    @property
    def text(self) -> str:
        """Its words: the plain ones, else those of its page."""
        return "\n".join(self.plain) if self.plain else "\n".join(map(_words_of, self.pages))

    def look(self, mail: EmailMessage) -> None:
        """Look at each part."""
        for number, part in enumerate(mail.walk()):
            if number >= PARTS:
                return
            kind = part.get_content_type()
            if kind == "message/delivery-status":
                self.bounce = self.bounce or _bounce(part)
            elif part.is_multipart():
                continue
            elif part.is_attachment() or part.get_filename() or not kind.startswith("text/"):
                self._attach(part, kind)
            elif kind == "text/plain":
                self.plain.append(_content(part))
            elif kind == "text/html":
                self.pages.append(_content(part))

    def _attach(self, part: EmailMessage, kind: str) -> None:
        name = " ".join(_clean(str(part.get_filename() or "")).split())[:_LONGEST]
        payload = part.get_payload(decode=True)
        size = len(payload) if isinstance(payload, bytes) else 0
        self.attached.append(Attachment(name, _clean(kind)[:100], size))


def _content(part: EmailMessage) -> str:
    """A part's text; what is not of its own character set is marked."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return payload.decode("latin-1")


def _bounce(part: EmailMessage) -> Bounce | None:
    """The first recipient of a report (RFC 3464 2.3)."""
    for fields in part.get_payload() if isinstance(part.get_payload(), list) else []:
        if not isinstance(fields, EmailMessage) or not fields.get("Action"):
            continue
        recipient = _word(fields, "Final-Recipient") or _word(fields, "Original-Recipient")
        return Bounce(
            recipient.rpartition(";")[2].strip(),
            _word(fields, "Action").lower(),
            _word(fields, "Status"),
            _word(fields, "Diagnostic-Code"),
        )
    return None


class _Words(HTMLParser):
    """The words of a page, without what is not shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _UNSHOWN:
            self._hidden += 1
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


_UNSHOWN = frozenset({"script", "style", "head", "title", "blockquote"})
_BREAKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3"})


def _words_of(page: str) -> str:
    reader = _Words()
    reader.feed(page)
    lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_ORIGINAL = re.compile(r"^\s*(-{2,}\s*\S.*\S\s*-{2,}|_{10,})\s*$")
_HEADER = re.compile(r"^\s*\*?[^\s:]{2,15}( [^\s:]{1,15})?:\*?\s+\S")
_FOOTER = "-- "


def unquoted(text: str) -> str:
    """What somebody wrote, without the mail that it answers and without a signature.

    Cut at the first line that a program puts over what it quotes: one that ends with a colon before
    lines that begin with `>`, a ruled line or such as `-----Original Message-----` with headers
    under it, or at quoted lines that go on to the end. What is quoted between stays: it is
    answered.
    """
    lines = text.splitlines()
    ends = next((n for n in range(len(lines)) if _is_end(lines, n)), len(lines))
    return "\n".join(lines[:ends]).strip()


def _is_end(lines: Sequence[str], at: int) -> bool:
    line, after = lines[at], [each for each in lines[at + 1 :] if each.strip()][:3]
    if line == _FOOTER:
        return True
    if line.startswith(">"):
        return all(each.startswith(">") or not each.strip() for each in lines[at:])
    if _ORIGINAL.match(line):
        return any(map(_HEADER.match, after))
    if line.rstrip().endswith(":"):
        return bool(after) and after[0].startswith(">")
    begins = line.rstrip().endswith(",") and lines[at + 1 : at + 2] == after[:1]
    return begins and len(after) > 1 and after[0].endswith(":") and after[1].startswith(">")


def _clean(text: str) -> str:
    """Text that every store and page can hold."""
    return "".join(
        letter if letter in "\n\t" or letter.isprintable() else " "
        for letter in text.replace("\r\n", "\n").replace("\r", "\n")
    )


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"
