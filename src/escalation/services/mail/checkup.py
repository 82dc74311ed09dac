"""What is unsafe or unwise in how mail is set up, and in how it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from escalation.delivery.mail.fetching import Place
from escalation.delivery.mail.session import Security, Server, knocked
from escalation.delivery.retry import Outcome
from escalation.errors import Busy
from escalation.routing.directory import Directory
from escalation.services.ailments import Found, unsafe, unwise
from escalation.services.mail import asking
from escalation.services.mail.audience import reachable
from escalation.services.surveys.book import SurveyBook
from escalation.store import mailing
from escalation.store.transaction import Connection

NAMED = 5
"""People named in a finding, at most."""
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class MailSetup:
    """How mail is set up: ``lacks`` are settings without which those given send nothing.

    ``replies`` is where mail to us lies.
    """

    server: Server | None = None
    lacks: Sequence[str] = ()
    replies: Place | None = None
    links: bool = False


NO_MAIL = MailSetup()


def around(setup: MailSetup) -> Found:
    """What is wrong before anything is looked up in the database."""
    if setup.lacks:
        yield unwise(
            "mail_half",
            f"Mail is half set up, and none is sent: {' and '.join(setup.lacks)} is not set.",
            "docs/mail.md tells what is needed.",
        )
    server = setup.server
    if server is None:
        return
    if server.security is Security.NONE and server.host not in _HERE:
        yield unsafe(
            "mail_in_clear",
            f"Mail, and the password, go to {server.host} so that anyone on the way can read them.",
            "Set ESCALATION_SMTP_SECURITY to starttls or tls.",
        )
    if setup.replies is None:
        yield unwise(
            "mail_without_replies",
            "Who answers a mail answers to nobody, and what comes back is seen by nobody.",
            "Set ESCALATION_MAIL_REPLY_DOMAIN, and where its mail is: docs/mail.md.",
        )
    else:
        yield from _unread(setup.replies)
    if not setup.links:
        yield unwise(
            "mail_without_links",
            "Mail has no links, and nobody is mailed a survey: ESCALATION_PUBLIC_URL is not set.",
            "Set it to where people reach this service.",
        )
    found = knocked(server)
    if found.outcome is not Outcome.ACCEPTED:
        yield unwise(
            "mail_unreachable",
            f"Mail cannot be handed to {server.host}:{server.port}: {found.detail}.",
            "See to its name, the network, ESCALATION_SMTP_SECURITY, user and password.",
        )


def _unread(place: Place) -> Found:
    try:
        place.look(0)
    except Busy as error:
        yield unwise(
            "mail_unread",
            f"{error}. What people answer is not taken in meanwhile.",
            "See to ESCALATION_MAIL_MAILDIR and who may read it, or to ESCALATION_IMAP_HOST, its "
            "user, password and folder; mail that lies there is taken in afterwards.",
        )


def inside(setup: MailSetup, connection: Connection, directory: Directory | None) -> Found:
    """What is wrong with mails, mailboxes and addresses."""
    marked = mailing.marked(connection)
    if marked:
        told = ", ".join(f"{each.recipient} ({each.why})" for each in marked[:NAMED])
        yield unwise(
            "mailboxes_disabled",
            f"Nothing is mailed to {len(marked)} people: {told}.",
            "Mend the address in the directory, then: escalation mail change PERSON --enable",
        )
    if setup.server is None or directory is None:
        return
    without = sorted(person for person in directory.people if not reachable(directory, person))
    if without:
        yield unwise(
            "no_address",
            f"{len(without)} people of the directory have no address that mail can go to:"
            f" {', '.join(without[:NAMED])}.",
            "Give them an email there.",
        )


def asking_all(
    setup: MailSetup,
    connection: Connection,
    directory: Directory | None,
    book: SurveyBook,
    now: datetime,
) -> Found:
    """Whom a periodic survey that goes on cannot ask."""
    mails = setup.server is not None and setup.links
    found = asking.unasked(connection, directory, book, now, mails=mails)
    for survey, left_out in found.items():
        if left_out:
            told = ", ".join(
                f"{each['person'] or each['agency']} ({str(each['why']).replace('_', ' ')})"
                for each in left_out[:NAMED]
            )
            yield unwise(
                "survey_asks_in_vain",
                f"The survey {survey} goes on, and {len(left_out)} cannot be asked: {told}.",
                "Mend that while it goes on, and they are: escalation surveys rounds",
            )
