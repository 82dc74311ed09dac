"""Rounds of periodic surveys: who is asked in one that has come round, and what each came to.

Of who was asked no more is kept than a hash that knows them again in that period, as of answers
that are brought in; which answer is whose is kept nowhere.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from escalation.digests import suppression
from escalation.digests.shares import percent
from escalation.routing.surveys import Round
from escalation.routing.vocabulary import Channel
from escalation.services.surveys.book import SurveyBook
from escalation.services.views import told
from escalation.store import survey_rounds
from escalation.store.survey_rounds import Counted
from escalation.store.transaction import Connection


def going_on(book: SurveyBook, now: datetime) -> list[Round]:
    """The rounds in which somebody may be asked, or answer."""
    file = book.surveys()
    return [] if file is None else file.rounds(now)


def hash_of(survey: str, period: str, respondent: str) -> str:
    """What is kept of who is asked, or answered: it knows them again in that period alone."""
    return sha256(f"{survey}\n{period}\n{respondent}".encode()).hexdigest()


def places(agency: str | None, cluster: str | None, provider: str | None) -> dict[str, str | None]:
    """Where an invitation to somebody of the directory counts."""
    channel = Channel.SURVEY.value
    return {"agency": agency, "cluster": cluster, "provider": provider, "channel": channel}


def views(
    connection: Connection, book: SurveyBook, now: datetime, left_out: Mapping[str, list[Any]]
) -> list[dict[str, Any]]:
    """Each round, the newest first: how many were asked and have answered, and nobody's name.

    ``left_out`` are, by survey, those of the round that goes on who cannot be asked. How many have
    answered is withheld where few have, as everywhere.
    """
    opened = {(each.name, each.period): each for each in going_on(book, now) if each.asks}
    counted = {(each.survey, each.period): each for each in survey_rounds.counted(connection)}
    new = sorted(opened.keys() - counted.keys())
    begun = [_nobody_yet(opened[key]) for key in new]
    return [
        _view(each, now, left_out.get(each.survey, []) if key in opened else [])
        for each in (*begun, *counted.values())
        for key in [(each.survey, each.period)]
    ]


def _nobody_yet(found: Round) -> Counted:
    return Counted(found.name, found.period, found.began_at, found.began_at, 0, 0, 0)


def _view(found: Counted, now: datetime, left_out: list[Any]) -> dict[str, Any]:
    answered = suppression.told(found.answered)
    return {
        "survey": found.survey,
        "period": found.period,
        "begun_at": told(found.begun_at),
        "ends_at": told(found.ends_at) if found.asked else None,
        "state": "open" if not found.asked or now < found.ends_at else "ended",
        "asked": found.asked,
        "answered": answered,
        "response_rate": None if answered is None else percent(answered, found.asked),
        "reminded": found.reminded,
        "not_asked": left_out,
    }
