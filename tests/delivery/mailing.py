"""What tests of mail do again and again."""

from typing import Any

from escalation.bootstrap import Container
from escalation.store import delivery_log
from escalation.store.delivery_log import Logged
from escalation.store.transaction import read
from tests.delivery.conftest import Open
from tests.delivery.mailserver import MailServer

FROM = "issues@ssi.example"
REPLIES = "reply.ssi.example"
LEAD, OTHER = "priya-nair@meridian.example", "bronwyn-tait@rivers.example"


def settings(server: MailServer, **others: Any) -> dict[str, Any]:
    """Mail by that server."""
    plain = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_security": "none",
        "smtp_answer_seconds": 1,
        "mail_from": FROM,
        "mail_reply_domain": REPLIES,
        "public_url": "https://issues.ssi.example",
    }
    return {**plain, **others}


def mailing_by(open_on: Open, url: str, server: MailServer, **others: Any) -> Container:
    """Everything, with mail by that server."""
    return open_on(url, **settings(server, **others))


def mails(inside: Container) -> list[Logged]:
    """The log of mails, the oldest first."""
    with read(inside.engine) as connection:
        return delivery_log.page(connection, None, limit=10_000, mail=True)[::-1]
