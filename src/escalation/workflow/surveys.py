"""Surveys: of which issues they are asked, and what an answer must be.

Source: the domain's "Digests and reports": feedback includes surveys after resolution. That nobody
is asked who cannot be reached, is under limits, or whose issue is sealed or went on in another, is
our reading.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from escalation.errors import Fault, Invalid
from escalation.routing.surveys import HIGHEST, LOWEST, After, Kind, Question, Survey
from escalation.routing.typed import clean
from escalation.routing.vocabulary import Channel
from escalation.routing.wording import not_among, quoted
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Issue
from escalation.workflow.interactions import Quoting, Sentiment
from escalation.workflow.inviting import SurveyDue
from escalation.workflow.states import Status

WORDS_MAX = 10_000
"""Characters that one answer in words has at most."""
GOOD = 4
"""From which step on a rating is a satisfied one."""
_NEITHER = 3
_SETTLED = {
    After.RESOLVED: frozenset({Status.RESOLVED, Status.CLOSED}),
    After.CLOSED: frozenset({Status.CLOSED}),
}
_YES_NO: Mapping[str, bool] = {"yes": True, "no": False}
_REFUSED = "Nothing was recorded."


class WhyNot(StrEnum):
    """Why nobody is asked about an issue."""

    SEALED = "sealed"
    MERGED = "merged"
    NAMELESS = "nameless"
    UNREACHABLE = "unreachable"
    LIMITED = "limited"


class Answers(Struct, frozen=True, kw_only=True):
    """What somebody answered: by question, and what of it is measured, told and allowed."""

    values: Mapping[str, int | bool | str]
    rating: int | None
    text: str
    quote: Quoting

    @property
    def sentiment(self) -> Sentiment:
        """How they spoke, by the measure of satisfaction; neutral where it was left out."""
        if self.rating is None or self.rating == _NEITHER:
            return Sentiment.NEUTRAL
        return Sentiment.POSITIVE if self.rating >= GOOD else Sentiment.NEGATIVE


def why_not(issue: Issue, *, limited: bool) -> WhyNot | None:
    """Why the raiser of a settled issue is not asked; None where they are."""
    if issue.sealing is not None:
        return WhyNot.SEALED
    if issue.merged_into is not None:
        return WhyNot.MERGED
    if issue.raiser.get("anonymous"):
        return WhyNot.NAMELESS
    if not (issue.raiser.get("email") or issue.raiser.get("phone")):
        return WhyNot.UNREACHABLE
    return WhyNot.LIMITED if limited else None


def is_mailed(survey: Survey, issue: Issue) -> bool:
    """Whether the link goes to the raiser of an issue by mail, of all who are asked.

    It does where the survey is mailed, they left an address, have not said that they would rather
    be reached otherwise, and its agreement is none under which nobody is mailed.
    """
    mail, raiser = survey.mail, issue.raiser
    if mail is None or not raiser.get("email") or issue.ola in mail.not_under:
        return False
    preferred = (raiser.get("needs") or {}).get("preferred_channel")
    return preferred in {None, Channel.EMAIL.value}


def survey_due(draft: Draft, ask: SurveyDue) -> None:
    """Tell that a survey is due; nothing where the issue has moved on, or been sealed, since."""
    issue = draft.facts.issue
    if issue.status not in _SETTLED[ask.after] or issue.sealing is not None:
        return
    told = {"survey": ask.survey, "invitation": ask.invitation}
    draft.event(EventType.SURVEY_DUE, {**told, "expires_at": ask.expires_at.isoformat()})


def answers_of(
    survey: Survey, sent: Mapping[str, Any], quote: str = Quoting.NO.value, *, named: bool = False
) -> Answers:
    """What was sent as answers to a survey: numbers and truths, or the words for them.

    ``named`` says whether we know the name of whoever answers. Empty text is no answer.

    Raises:
        Invalid: with each answer that cannot be, by a pointer into ``/answers``.
    """
    faults = [
        Fault("unknown_word", not_among(name, _names(survey)), pointer=f"/answers/{name}")
        for name in sent
        if survey.question(name) is None
    ]
    values: dict[str, int | bool | str] = {}
    for question in survey.questions:
        try:
            value = answer_of(question, sent.get(question.id))
        except ValueError as error:
            pointer = f"/answers/{question.id}"
            faults.append(Fault("wrong_value", str(error), pointer=pointer))
            continue
        if value is not None:
            values[question.id] = value
        elif question.required:
            detail = "found no answer, expected one: this question is asked of everybody"
            faults.append(Fault("missing", detail, pointer=f"/answers/{question.id}"))
    faults += _quote_faults(survey, quote, named=named)
    if not faults and not values:
        faults.append(Fault("missing", "found no answer, expected one at least", "/answers"))
    if faults:
        raise Invalid(_REFUSED, errors=faults)
    return _answers(survey, values, Quoting(quote))


def _answers(survey: Survey, values: Mapping[str, int | bool | str], quote: Quoting) -> Answers:
    words = [q.id for q in survey.questions if q.kind is Kind.WORDS and q.id in values]
    rating = values.get(survey.measure.id)
    return Answers(
        values=values,
        rating=rating if isinstance(rating, int) else None,
        text="\n\n".join(str(values[name]) for name in words),
        quote=quote,
    )


def answer_of(question: Question, sent: object) -> int | bool | str | None:
    """One answer as it is kept; None where there is none.

    Raises:
        ValueError: it cannot be an answer; the text says what was found and expected.
    """
    if sent is None or (isinstance(sent, str) and not sent.strip()):
        return None
    return _READ[question.kind](sent)


def _step(sent: object) -> int:
    steps = {str(step): step for step in range(LOWEST, HIGHEST + 1)}
    found = sent if isinstance(sent, str) else str(sent)
    if isinstance(sent, bool) or found.strip() not in steps:
        expected = f"a whole number from {LOWEST} to {HIGHEST}"
        raise ValueError(f"found {quoted(found)}, expected {expected}")
    return steps[found.strip()]


def _truth(sent: object) -> bool:
    if isinstance(sent, bool):
        return sent
    found = str(sent).strip().lower()
    if found not in _YES_NO:
        raise ValueError(f"found {quoted(str(sent))}, expected `yes` or `no`")
    return _YES_NO[found]


def _words(sent: object) -> str:
    if not isinstance(sent, str):
        raise ValueError(f"found {quoted(str(sent))}, expected words")  # noqa: TRY004 - a fault's text
    words = clean(sent.replace("\r\n", "\n").strip())
    if len(words) > WORDS_MAX:
        raise ValueError(f"found {len(words):,} characters, expected {WORDS_MAX:,} at most")
    return words


_READ: Mapping[Kind, Callable[[object], int | bool | str]] = {
    Kind.RATING: _step,
    Kind.YES_NO: _truth,
    Kind.WORDS: _words,
}


def _quote_faults(survey: Survey, quote: str, *, named: bool) -> list[Fault]:
    words = [each.value for each in Quoting]
    if quote not in words:
        return [Fault("unknown_word", not_among(quote, words), pointer="/quote")]
    if quote != Quoting.NO.value and not survey.quotes:
        detail = f"found {quoted(quote)}, expected `no`: this survey does not ask it"
        return [Fault("wrong_value", detail, pointer="/quote")]
    if quote == Quoting.NAMED.value and not named:
        detail = "found `named`, expected `no` or `anonymous`: no name is known here"
        return [Fault("wrong_value", detail, pointer="/quote")]
    return []


def _names(survey: Survey) -> list[str]:
    return [question.id for question in survey.questions]
