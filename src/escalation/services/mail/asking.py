"""Periodic surveys by mail: each person once in a period, and again where the survey says so.

What stands in the outbox names the survey and its period alone: the link is made when the mail is
written, and kept nowhere.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from escalation.clock import whole_second
from escalation.delivery.payloads import told as instant_told
from escalation.routing.directory import Directory
from escalation.routing.periodic import Respondent, respondents, without
from escalation.routing.surveys import Round
from escalation.services.desk import Desk
from escalation.services.mail.audience import reachable
from escalation.services.mail.composing import Part, Words
from escalation.services.mail.documents import post_once
from escalation.services.mail.mailing import Mailing, Mode
from escalation.services.reading.reader import Look
from escalation.services.surveys import rounds
from escalation.services.surveys.book import SurveyBook
from escalation.services.surveys.invitations import Invitations
from escalation.services.surveys.rounds import hash_of, places
from escalation.store import dialect, mailing, survey_rounds
from escalation.store.survey_rounds import NewAsked, Standing
from escalation.store.transaction import Connection, read

ASKS = "survey.asked"
AT_ONCE = 200
"""People that one transaction asks at most."""


LeftOut = dict[str, str | None]
"""A person, or a client, and why they are not asked."""


class WhyNot(StrEnum):
    """Why somebody, or some client, is not asked in a round that goes on."""

    NO_MAIL = "mail_is_not_set_up"
    NO_ADDRESS = "no_address"
    CAME_BACK = "mail_came_back"
    WANTS_NONE = "wants_no_mail"
    LEFT = "not_in_the_directory"
    NOBODY = "nobody_sits"


@dataclass(frozen=True, slots=True)
class _Asking:
    """A round as it stands at an instant."""

    connection: Connection
    directory: Directory
    round: Round
    now: datetime

    def sorted_out(self, *, mails: bool) -> tuple[list[Respondent], list[LeftOut]]:
        """Who is asked, and who cannot be and why."""
        found = respondents(self.directory, self.round.periodic, self.now)
        marked = {each.recipient for each in mailing.marked(self.connection)}
        boxes = {each.person: mailing.mailbox_id(each.person) for each in found}
        wishes = mailing.wishes(self.connection, sorted(boxes.values()))
        asked, left_out = [], self._absent(found)
        for each in found:
            why = None if mails else WhyNot.NO_MAIL
            if not reachable(self.directory, each.person):
                why = WhyNot.NO_ADDRESS
            elif each.person in marked:
                why = WhyNot.CAME_BACK
            elif Mailing.of(wishes.get(boxes[each.person])).mode is Mode.NONE:
                why = WhyNot.WANTS_NONE
            if why is None:
                asked.append(each)
            else:
                left_out.append({"person": each.person, "agency": each.agency, "why": why.value})
        return asked, left_out

    def _absent(self, found: list[Respondent]) -> list[LeftOut]:
        periodic = self.round.periodic
        there = {each.person for each in found}
        gone = [person for person in periodic.people if person not in there]
        vacant = without(self.directory, periodic, self.now)
        return [
            *({"person": each, "agency": None, "why": WhyNot.LEFT.value} for each in gone),
            *({"person": None, "agency": each, "why": WhyNot.NOBODY.value} for each in vacant),
        ]

    def hashed(self, person: str) -> str:
        """What is kept of who is asked."""
        return hash_of(self.round.name, self.round.period, person)

    def unasked(self, asked: list[Respondent], there: Mapping[str, Standing]) -> list[Respondent]:
        """Those who have not been asked yet, where they still are."""
        return (
            []
            if not self.round.asks
            else [each for each in asked if self.hashed(each.person) not in there]
        )

    def due(
        self, asked: list[Respondent], there: Mapping[str, Standing]
    ) -> list[tuple[str, str, int]]:
        """Who is to be reminded, by which invitation and for which time."""
        found = []
        for each in asked:
            standing = there.get(self.hashed(each.person))
            times = 0 if standing is None else self._times(standing)
            if standing is not None and times > standing.reminded:
                found.append((each.person, standing.invitation.id, times))
        return found

    def _times(self, standing: Standing) -> int:
        """How often somebody is to have been reminded by now: what was missed is one reminder."""
        invitation = standing.invitation
        if invitation.answered_at is not None or invitation.expires_at <= self.now:
            return 0
        waited = self.now - invitation.invited_at
        days = self.round.periodic.remind_after_days
        return sum(timedelta(days=each) <= waited for each in days)


def ask_due(desk: Desk, book: SurveyBook, *, timeout: float | None = None) -> int:
    """Ask, and remind, a chunk of those whose turn it is; answers how many.

    Who is asked is kept, and their mail put in the outbox, in one transaction: whoever is killed,
    and however many workers look at it, everybody is asked once in a period.
    """

    def chore(connection: Connection, now: datetime) -> int:
        left = AT_ONCE
        for each in found(connection, now):
            left -= _asked(desk, each, left)
        return AT_ONCE - left

    def found(connection: Connection, now: datetime) -> list[_Asking]:
        return _open(connection, desk.registry.refresh(connection).directory, book, now)

    if not book.comes_round:
        return 0
    with read(desk.engine) as connection:
        if not any(map(_has_work, found(connection, dialect.now(connection, desk.clock)))):
            return 0
    done: int = desk.do(chore).result(timeout)
    return done


def told_of(look: Look, book: SurveyBook, *, mails: bool) -> list[dict[str, Any]]:
    """Every round as callers see it, with who cannot be asked in those that go on, and why."""
    left_out = unasked(look.connection, look.known.directory, book, look.now, mails=mails)
    return rounds.views(look.connection, book, look.now, left_out)


def unasked(
    connection: Connection,
    directory: Directory | None,
    book: SurveyBook,
    now: datetime,
    *,
    mails: bool,
) -> dict[str, list[LeftOut]]:
    """By survey, who cannot be asked in the round that goes on, and why."""
    return {
        each.round.name: each.sorted_out(mails=mails)[1]
        for each in _open(connection, directory, book, now)
        if each.round.asks
    }


def _open(
    connection: Connection, directory: Directory | None, book: SurveyBook, now: datetime
) -> list[_Asking]:
    if directory is None:
        return []
    return [_Asking(connection, directory, each, now) for each in rounds.going_on(book, now)]


def _has_work(asking: _Asking) -> bool:
    asked, _ = asking.sorted_out(mails=True)
    there = survey_rounds.asked(asking.connection, asking.round.name, asking.round.period)
    return bool(asking.unasked(asked, there) or asking.due(asked, there))


def _asked(desk: Desk, asking: _Asking, limit: int) -> int:
    found, _ = asking.sorted_out(mails=True)
    there = survey_rounds.asked(asking.connection, asking.round.name, asking.round.period)
    new = asking.unasked(found, there)[:limit]
    made = {each.person: _new(desk, asking, each) for each in new}
    kept = {each.id for each in survey_rounds.ask(asking.connection, list(made.values()))}
    _post(asking, [person for person, each in made.items() if each.id in kept], 0)
    due = asking.due(found, there)[: limit - len(new)]
    again: dict[int, list[str]] = {}
    for person, invitation, times in due:
        if survey_rounds.remind(asking.connection, invitation, times):
            again.setdefault(times, []).append(person)
    for times, people in again.items():
        _post(asking, people, times)
    return len(new) + len(due)


def _new(desk: Desk, asking: _Asking, each: Respondent) -> NewAsked:
    now, survey = asking.now, asking.round.survey
    return NewAsked(
        id=desk.ids.new("svy", now),
        survey=asking.round.name,
        period=asking.round.period,
        respondent=asking.hashed(each.person),
        invited_at=now,
        expires_at=whole_second(now) + timedelta(days=survey.open_days),
        places=places(each.agency, each.cluster, each.provider),
    )


def _post(asking: _Asking, people: list[str], times: int) -> None:
    about = {"survey": asking.round.name, "period": asking.round.period, "reminder": times}

    def body(message_id: str) -> bytes:
        at = instant_told(asking.now)
        found = {"type": ASKS, "timestamp": at, "data": {"id": message_id, **about}}
        return json.dumps(found, separators=(",", ":")).encode()

    if people:
        key = (ASKS, asking.round.name, asking.round.period, str(times))
        post_once(asking.connection, key, body, people, asking.now)


def is_asking(body: Mapping[str, Any]) -> bool:
    """Whether a message asks somebody of the directory."""
    return bool(body["type"] == ASKS)


def words_of(
    connection: Connection,
    invitations: Invitations | None,
    person: str,
    body: Mapping[str, Any],
    now: datetime,
) -> Words | None:
    """What a mail that asks ``person`` says; None where there is nothing to ask any more.

    Why is not told: whoever reads the log of mails is not to learn who has answered.
    """
    told = body["data"]
    found = survey_rounds.asked(connection, told["survey"], told["period"]).get(
        hash_of(told["survey"], told["period"], person)
    )
    if found is None or invitations is None:
        return None
    invitation = found.invitation
    if invitation.answered_at is not None or invitation.expires_at <= now:
        return None
    letter = invitations.periodic(invitation, again=told["reminder"] > 0)
    if letter is None:
        return None
    part = Part(letter.title, letter.opening, [("Until", letter.until)], letter.link)
    return Words(letter.subject, [part], [letter.ending])
