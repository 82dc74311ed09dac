"""Whoever was asked answers: once, by the link alone; it is feedback, about their issue if any."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import structs

from escalation.clock import whole_second
from escalation.errors import NotFound, Refused
from escalation.routing.directory import Directory
from escalation.routing.surveys import HIGHEST, LOWEST, Survey
from escalation.routing.vocabulary import Channel
from escalation.services.desk import Desk
from escalation.services.interactions import PREFIX, recorded, reference_of, write
from escalation.services.receipts import RAISER
from escalation.services.secrets import Vault
from escalation.services.surveys.book import SurveyBook
from escalation.services.surveys.links import ABSENT, opened
from escalation.services.surveys.reading import question_view
from escalation.services.views import told
from escalation.store import dialect, interactions, surveys
from escalation.store.surveys import Invitation, NewAnswer, places_of
from escalation.store.transaction import Connection, snapshot
from escalation.workflow.facts import Issue
from escalation.workflow.interactions import Family, FeedbackKind, Interaction
from escalation.workflow.surveys import Answers, answers_of

CUSTOMERS = "customers"
"""The key result area that satisfaction belongs to (our reading)."""


class State(StrEnum):
    """Whether an invitation can be answered."""

    OPEN = "open"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Form:
    """A survey as whoever was asked finds it; ``named`` says whether we know their name."""

    invitation: Invitation
    survey: Survey | None
    state: State
    named: bool
    directory: Directory | None

    def view(self) -> dict[str, Any]:
        """As JSON; the questions only while they can be answered."""
        found, survey = self.invitation, self.survey
        head = {
            "issue": found.issue,
            "period": found.period,
            "state": self.state.value,
            "expires_at": told(found.expires_at),
            "answered_at": told(found.answered_at),
            "title": None if survey is None else survey.title,
            "thanks": None if survey is None else survey.thanks,
        }
        if self.state is not State.OPEN or survey is None:
            return {**head, "about": None, "steps": [], "questions": [], "quotes": []}
        return {
            **head,
            "about": survey.about,
            "steps": _steps(survey),
            "questions": [question_view(each, self.directory) for each in survey.questions],
            "quotes": self.quotes,
        }

    @property
    def quotes(self) -> list[str]:
        """What may be said of being quoted."""
        if self.survey is None or not self.survey.quotes:
            return ["no"]
        return ["no", "anonymous", "named"] if self.named else ["no", "anonymous"]


def _steps(survey: Survey) -> list[dict[str, Any]]:
    steps = zip(range(LOWEST, HIGHEST + 1), survey.steps, strict=True)
    return [{"value": value, "title": title} for value, title in steps]


@dataclass(frozen=True, slots=True)
class Asker:
    """Shows surveys to whoever has their links, and takes the answers."""

    desk: Desk
    vault: Vault
    book: SurveyBook

    def form(self, token: str) -> Form:
        """The survey that a token leads to.

        Raises:
            NotFound: to none: nobody signed it here, or its issue is sealed; told alike.
        """
        name = opened(self.vault, token).invitation
        with snapshot(self.desk.engine) as connection:
            known = self.desk.registry.refresh(connection)
            now = dialect.now(connection, self.desk.clock)
            found = _found(connection, name)
            return self._form(found, surveys.about(connection, found), now, known.directory)

    def _form(
        self, found: Invitation, issue: Issue | None, now: datetime, directory: Directory | None
    ) -> Form:
        file = self.book.surveys()
        survey = None if file is None else file.surveys.get(found.survey)
        state = State.OPEN
        if found.answered_at is not None:
            state = State.ANSWERED
        elif survey is None or now >= found.expires_at:
            state = State.ENDED
        named = issue is not None and bool(issue.raiser.get("name"))
        return Form(found, survey, state, named, directory)

    def answer(self, token: str, sent: Mapping[str, Any], quote: str) -> Form:
        """Take the answers of whoever was asked; the form as it is then.

        Raises:
            NotFound: the token leads to none.
            Invalid: with each answer that cannot be.
            Refused: ``survey_answered`` or ``survey_ended``; nothing is changed by a second answer,
                for what was counted stays as it was counted.
        """
        desk, name = self.desk, opened(self.vault, token).invitation
        at = desk.clock.now()
        ids = desk.ids.new(PREFIX[Family.FEEDBACK][0], at), desk.ids.new("evt", at)
        salt = desk.ids.token(16).hex()

        def chore(connection: Connection, now: datetime) -> Form:
            found = _found(connection, name, lock=True)
            issue = surveys.about(connection, found)
            form = self._form(found, issue, now, None)
            if surveys.is_counted(connection, ids[0]):
                return form  # an earlier try was committed, and its answer lost
            if form.state is not State.OPEN or form.survey is None:
                raise _closed(form)
            answers = answers_of(form.survey, sent, quote, named=form.named)
            number = interactions.next_number(connection, Family.FEEDBACK.value, now.year)
            reference = reference_of(Family.FEEDBACK, now.year, number)
            said = _said((ids[0], reference), found, issue, answers, now)
            interactions.add(connection, said)
            surveys.add_answers(connection, [_counted(said, found, issue, answers.rating)])
            # Whose answer it is to a periodic survey is kept nowhere.
            surveys.answer(connection, found.id, None if issue is None else said.id, now)
            by = (RAISER, now, ids[1], salt)
            write(connection, said.id, "feedback.recorded", recorded(said), by)
            return self._form(_found(connection, name), issue, now, None)

        answered: Form = desk.do(chore).result()
        return answered


def _found(connection: Connection, name: str, *, lock: bool = False) -> Invitation:
    found = surveys.find(connection, name, lock=lock)
    if found is None:
        raise NotFound(ABSENT)
    return found


def _closed(form: Form) -> Refused:
    if form.state is State.ANSWERED:
        return Refused(
            "This survey has been answered, once and for good: figures that were told from it "
            "must stay what they were. Nothing was changed.",
            "survey_answered",
        )
    return Refused("This survey has ended; nothing was recorded.", "survey_ended")


def _said(
    names: tuple[str, str],
    found: Invitation,
    issue: Issue | None,
    answers: Answers,
    now: datetime,
) -> Interaction:
    said = Interaction(
        id=names[0],
        reference=names[1],
        family=Family.FEEDBACK,
        kind=FeedbackKind.SURVEY.value,
        channel=Channel.SURVEY,
        text=answers.text,
        raiser={"type": "client"},
        recorded_by=RAISER.name,
        received_at=whole_second(now),
        created_at=now,
        sentiment=answers.sentiment,
        party=found.provider or found.agency,
        key_result_area=CUSTOMERS,
        quote=answers.quote,
        survey={"name": found.survey, "period": found.period, "answers": dict(answers.values)},
    )
    if issue is None:
        return said
    return structs.replace(
        said,
        raiser={each: issue.raiser[each] for each in ("type", "name") if issue.raiser.get(each)},
        centre=issue.centre,
        party=issue.provider,
        function=issue.function,
        region=issue.region,
        themes=issue.themes,
        survey={"name": found.survey, "answers": dict(answers.values)},
        about=issue.id,
        about_reference=issue.reference,
    )


def _counted(
    said: Interaction, found: Invitation, issue: Issue | None, rating: int | None
) -> NewAnswer:
    client = {"provider": found.provider, "cluster": found.cluster, "agency": found.agency}
    return NewAnswer(
        id=said.id,
        survey=found.survey,
        rating=rating,
        answered_at=said.received_at,
        recorded_at=said.created_at,
        places={**client, "channel": Channel.SURVEY.value} if issue is None else places_of(issue),
        issue_id=found.issue_id,
        period=found.period,
    )
