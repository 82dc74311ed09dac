"""What an installation may set about mail."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field


def _public(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("expected https://, a name and a path, and nothing else")
    if parts.query or parts.fragment or not url.isascii() or not url.isprintable():
        raise ValueError("expected https://, a name and a path, and nothing else")
    return url.rstrip("/")


_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*/=?^_`{|}~-]{1,64}@([A-Za-z0-9.-]{1,253})")


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("expected an address such as issues@example.org")
    return text


def _domain(text: str) -> str:
    if not _ADDRESS.fullmatch(f"reply@{text}"):
        raise ValueError("expected a domain such as reply.example.org, in ASCII")
    return text.lower()


class MailSettings(BaseModel):
    """Mail out and in, and to whom digests go; read with all other settings."""

    public_url: Annotated[str, AfterValidator(_public)] | None = Field(
        None,
        description="Where people find this service, such as `https://issues.example.org`: what"
        " links in mails begin with. Without it mails have none.",
    )
    smtp_host: str | None = Field(
        None,
        min_length=1,
        description="The server that mail is handed to. Without it none is sent.",
    )
    smtp_port: int | None = Field(
        None, ge=1, le=65535, description="Its port; without it 587, with `tls` 465."
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="`starttls`, or `tls` from the start. With `none`, names, words and the"
        " password can be read on the way.",
    )
    smtp_user: str | None = Field(None, min_length=1, description="Whom to sign in as there.")
    smtp_password: str | None = Field(
        None, repr=False, description="The password; best given as a file."
    )
    smtp_ca_file: Path | None = Field(
        None, description="Certificates of an authority in house that the server's may be of."
    )
    smtp_concurrency: int = Field(
        4, ge=1, le=32, description="Mails handed over at once, at most, by each process."
    )
    smtp_answer_seconds: int = Field(
        120,
        ge=1,
        le=600,
        description="How long the server may take to answer a whole mail. After that it is not"
        " known whether it has it.",
    )
    mail_from: Annotated[str, AfterValidator(_address)] | None = Field(
        None, description="The address that mail is from. Needed with ESCALATION_SMTP_HOST."
    )
    mail_reply_domain: Annotated[str, AfterValidator(_domain)] | None = Field(
        None,
        description="The domain whose mail comes to us: replies go to `reply+...@` it, and what"
        " cannot be delivered comes back to `bounce+...@` it. Without it, both to"
        " ESCALATION_MAIL_FROM.",
    )
    mail_unconfirmed: Literal["hold", "again"] = Field(
        "hold",
        description="What becomes of a mail of which it is not known whether the server took it:"
        " `hold` keeps it for a person to decide, so that nobody has one twice; `again` sends it"
        " again with the same Message-ID, so that none is lost.",
    )
    mail_maildir: Path | None = Field(
        None, description="The folder (a maildir) that mail to ESCALATION_MAIL_REPLY_DOMAIN is in."
    )
    imap_host: str | None = Field(
        None, min_length=1, description="Or the server whose mailbox it is in, by IMAP over TLS."
    )
    imap_port: int = Field(993, ge=1, le=65535, description="Its port.")
    imap_user: str | None = Field(None, min_length=1, description="Whom to sign in as there.")
    imap_password: str | None = Field(
        None, repr=False, description="The password; best given as a file."
    )
    imap_folder: str = Field("INBOX", min_length=1, description="The folder of it that is read.")
    imap_ca_file: Path | None = Field(
        None, description="Certificates of an authority in house that the server's may be of."
    )
    mail_poll_seconds: float = Field(
        30.0, gt=0, le=3600, description="How often it is looked for mail that has come."
    )
    digest_domains: str = Field(
        "",
        description="The domains, parted by commas, of addresses outside the directory that digests"
        " may be subscribed for. Without any, none may.",
    )
    digest_link_days: int = Field(
        14, ge=1, description="Days after which a link to a subscription's digest opens nothing."
    )
