"""Mail to whoever raised an issue that is settled: the link of its survey, once.

They are nobody of the directory, and have no mailbox that would keep their address: all of them are
asked from one, and each address is read of its issue when the mail is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from escalation.delivery.mail.addresses import address
from escalation.delivery.mail.message import Mail, Named
from escalation.routing.surveys import SurveyMail
from escalation.services.mail.composing import Part, Words
from escalation.services.mail.mailing import Mailing
from escalation.services.mail.posting import Posting, Withheld
from escalation.services.surveys.book import SurveyBook
from escalation.services.surveys.invitations import Invitations, Letter
from escalation.store import surveys
from escalation.store.deliveries import Claimed
from escalation.store.surveys import Invitation
from escalation.workflow.events import EventType
from escalation.workflow.facts import Issue
from escalation.workflow.surveys import is_mailed

ASKS = EventType.SURVEY_DUE
"""The event that is told to a raiser."""


def asks(book: SurveyBook, issue: Issue, details: Mapping[str, Any]) -> bool:
    """Whether the engine mails an invitation, by what `issue.survey_due` says of it."""
    file = book.surveys()
    survey = None if file is None else file.surveys.get(str(details.get("survey")))
    return survey is not None and is_mailed(survey, issue)


@dataclass(frozen=True, slots=True)
class RaisersPosting(Posting):
    """The mailbox that raisers are asked from, within one transaction."""

    invitations: Invitations

    def _wants(self) -> Mailing:
        """When mail goes out, by the survey that follows issues; nobody else has said."""
        file = self.invitations.book.surveys()
        following = None if file is None else file.following
        if file is None or following is None:
            return Mailing()
        mail = following.survey.mail or SurveyMail()
        return Mailing(
            quiet_from=mail.quiet_from,
            quiet_until=mail.quiet_until,
            zone=file.zone,
            calendar=mail.calendar,
        )

    def _mail_of(
        self,
        claimed: Claimed,
        body: Mapping[str, Any],
        issue: Issue | None,
        there: Mapping[str, Issue],  # noqa: ARG002 - the issue is all that such a mail is about
    ) -> Mail:
        details = body["data"].get("details") or {}
        found = surveys.find(self.connection, str(details.get("invitation")))
        if issue is None or found is None:
            raise Withheld("its issue is sealed, or no more")
        letter = self._still(found, issue, details)
        words = Words(
            letter.subject,
            [Part(letter.title, letter.opening, [("Until", letter.until)], letter.link)],
            [letter.ending],
        )
        mail = self._envelope(claimed, _named(letter), None, words)
        # Nobody signed up to it, and there is one only: it is of no list that could be left.
        return replace(mail, text=letter.text, list_id=None, unsubscribe=None)

    def _still(self, found: Invitation, issue: Issue, details: Mapping[str, Any]) -> Letter:
        """The letter of an invitation that is still to be sent."""
        if found.answered_at is not None:
            raise Withheld("it has been answered")
        if found.expires_at <= self.now:
            raise Withheld("it can be answered no more")
        letter = self.invitations.letter(self.connection, found)
        if letter is None or not asks(self.invitations.book, issue, details):
            raise Withheld("the survey is not mailed to them any more")
        return letter


def _named(letter: Letter) -> Named:
    try:
        return Named(letter.name or "", address(letter.email or ""))
    except ValueError as error:
        raise Withheld("what they left is no address that mail can go to") from error
