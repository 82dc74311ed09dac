"""Who was asked, for the contact centre: with the link, and the words that go with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.errors import NotFound
from escalation.routing.surveys import Survey
from escalation.services.pages import Page, page_of
from escalation.services.reading.reader import Look
from escalation.services.secrets import Vault
from escalation.services.surveys.book import SurveyBook
from escalation.services.surveys.links import path_of
from escalation.services.views import told
from escalation.store import surveys
from escalation.store.surveys import Invitation, Mailed
from escalation.store.transaction import Connection

_OPENING = "You raised {issue} with us, and it is settled."
_NAMELESS = "What you answer is kept without your name."
_AGAIN = "We asked you some days ago, and have not heard from you yet."
_ENDING = (
    "The link is yours alone and can be answered once, until {until}. Nobody needs to sign in."
)


@dataclass(frozen=True, slots=True)
class Letter:
    """An invitation as it is sent: to whom, and in which words.

    ``email`` and ``phone`` are what the raiser left, at least one of them; people of the
    directory are written to by what stands there.
    """

    email: str | None
    phone: str | None
    name: str | None
    title: str
    subject: str
    opening: str
    link: str
    until: str
    ending: str

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return f"{self.opening}\n\n{self.link}\n\n{self.ending}\n"


@dataclass(frozen=True, slots=True)
class Invitations:
    """Reads invitations, with their links as they begin at ``base``."""

    vault: Vault
    book: SurveyBook
    base: str

    def one(self, look: Look, name: str) -> dict[str, Any]:
        """An invitation by its id, or by its issue's id or reference, with its letter.

        Raises:
            NotFound: there is none of an issue that is seen.
        """
        found = surveys.seen(look.connection, look.viewer, name)
        if found is None:
            raise NotFound(f"There is no survey invitation {name}.")
        issue = surveys.about(look.connection, found)
        if issue is not None:
            look.shows(issue)
        letter = self.letter(look.connection, found)
        told_of = None
        if letter is not None:
            told_of = {"subject": letter.subject, "text": letter.text}
        mailed = surveys.mailed(look.connection, [found]).get(found.issue_id or "")
        return {**self._view(found, mailed), "letter": told_of}

    def page(
        self,
        look: Look,
        *,
        answered: bool | None,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> Page:
        """Invitations of the issues that are seen, the newest first."""
        found = surveys.page(
            look.connection, look.viewer, answered=answered, after=after, limit=limit + 1
        )
        mailed = surveys.mailed(look.connection, found)
        return page_of(
            found,
            limit,
            lambda shown: (self._view(each, mailed.get(each.issue_id or "")) for each in shown),
            lambda each: (each.invited_at, each.id),
        )

    def letter(self, connection: Connection, found: Invitation) -> Letter | None:
        """What is sent to whoever is asked; None where the survey is gone, or they cannot be.

        Whoever sends it asks this at the last moment: of a sealed issue nothing is sent.
        """
        survey, issue = self._survey(found), surveys.about(connection, found)
        if survey is None or issue is None or issue.sealing is not None:
            return None
        raiser = issue.raiser
        if not (raiser.get("email") or raiser.get("phone")):
            return None
        opening = f"{_OPENING.format(issue=found.issue)}\n\n{survey.about.strip()}"
        subject = f"{survey.title} ({found.issue})"
        return self._letter(found, survey.title, subject, opening, raiser)

    def periodic(self, found: Invitation, *, again: bool) -> Letter | None:
        """What is sent to somebody of the directory in a period; None where the survey is gone."""
        survey = self._survey(found)
        if survey is None:
            return None
        opening, subject = f"{survey.about.strip()}\n\n{_NAMELESS}", survey.title
        if again:
            opening, subject = f"{_AGAIN}\n\n{opening}", f"Reminder: {subject}"
        return self._letter(found, survey.title, subject, opening, {})

    def _survey(self, found: Invitation) -> Survey | None:
        file = self.book.surveys()
        return None if file is None else file.surveys.get(found.survey)

    def _letter(
        self,
        found: Invitation,
        title: str,
        subject: str,
        opening: str,
        raiser: Mapping[str, Any],
    ) -> Letter:
        until = f"{found.expires_at:%d %B %Y, %H:%M} UTC"
        return Letter(
            email=raiser.get("email"),
            phone=raiser.get("phone"),
            name=raiser.get("name"),
            title=title,
            subject=subject,
            opening=opening,
            link=f"{self.base}{path_of(self.vault, found)}",
            until=until,
            ending=_ENDING.format(until=until),
        )

    def _view(self, found: Invitation, mailed: Mailed | None) -> dict[str, Any]:
        open_ = found.answered_at is None
        return {
            "id": found.id,
            "issue": {"id": found.issue_id, "reference": found.issue},
            "survey": found.survey,
            "invited_at": told(found.invited_at),
            "expires_at": told(found.expires_at),
            "answered_at": told(found.answered_at),
            "feedback": found.feedback,
            "link": f"{self.base}{path_of(self.vault, found)}" if open_ else None,
            "mail": _mail(found, mailed),
        }


def _mail(found: Invitation, mailed: Mailed | None) -> dict[str, Any] | None:
    """How its mail went; None where there is none, or it is forgotten."""
    if found.bounced_at is not None:
        return {"state": "bounced", "at": told(found.bounced_at), "status": found.bounce}
    if mailed is None:
        return None
    return {"state": mailed.state, "at": told(mailed.at), "status": None}
