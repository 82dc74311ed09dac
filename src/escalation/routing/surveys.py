"""Surveys: what is asked of people, as a file says it; read as strictly as the ladder file.

Source: the domain's "Digests and reports": feedback includes surveys after resolution and periodic
ones. That every rating has five steps, so that surveys compare, is our reading.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from escalation.errors import Fault
from escalation.routing.directory import Directory
from escalation.routing.document import Document
from escalation.routing.fields import Id, Strict, Text, Title, Zone
from escalation.routing.loader import load
from escalation.routing.periodic import Days, Periodic, check_periodic
from escalation.routing.sheet import Sheet
from escalation.timekeeping.instants import zone_named

NAME = "surveys.yaml"
LARGEST = 256 * 1024
"""How many bytes a survey file may have."""
LOWEST, HIGHEST = 1, 5
"""The ends of every rating."""
_RESERVED = frozenset(
    {"respondent", "answered_on", "provider", "agency", "function", "region", "channel", "quote"}
)
"""Names of an imported file's own columns."""
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day as a clock shows it: `20:00`."""
_SECOND = timedelta(seconds=1)


class Kind(StrEnum):
    """How a question is answered: a step of the scale, yes or no, or in free words."""

    RATING = "rating"
    YES_NO = "yes_no"
    WORDS = "words"


class After(StrEnum):
    """What of an issue a survey follows."""

    RESOLVED = "resolved"
    CLOSED = "closed"


class Question(Strict):
    """One question; a required one is not left out."""

    id: Id
    text: Text
    kind: Kind
    required: bool = False
    hint: Text | None = None
    standard: Id | None = Field(
        default=None, description="the charter's standard that the question asks after"
    )


class SurveyMail(Strict):
    """That the engine mails the link of a survey to whoever is asked, and when it does not."""

    quiet_from: Clock | None = Field(
        default=None, description="on the file's clock; from then to `quiet_until` mail waits"
    )
    quiet_until: Clock | None = None
    calendar: Id | None = Field(
        default=None, description="a calendar of the ladder file: mail waits while it is closed"
    )
    not_under: tuple[Id, ...] = Field(
        default=(), description="agreements (OLAs) under which nobody is mailed"
    )

    @model_validator(mode="after")
    def _both_ends(self) -> "SurveyMail":
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("expected both `quiet_from` and `quiet_until`, or neither")
        return self


class Survey(Strict):
    """A survey: its questions, what stands before and after them, and when it is due.

    The first rating is its measure of satisfaction.
    """

    title: Title
    about: Text
    thanks: Text = "Thank you. What you said has been recorded."
    after: After | None = Field(default=None, description="asked once of each issue after this")
    periodic: Periodic | None = Field(
        default=None, description="asked each time it comes round; without either, imported"
    )
    within_days: Days = Field(
        default=14,
        description="an issue that has been so for longer is not asked about any more; nor is"
        " anybody, so long after a periodic one came round",
    )
    open_days: Days = 21
    mail: SurveyMail | None = Field(
        default=None, description="the link is mailed to raisers with an address; else not at all"
    )
    steps: Annotated[tuple[Title, ...], Field(min_length=HIGHEST, max_length=HIGHEST)]
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=30)]
    quotes: bool = Field(default=True, description="whether it asks if words may be quoted")

    @model_validator(mode="after")
    def _measures(self) -> "Survey":
        if not any(each.kind is Kind.RATING for each in self.questions):
            raise ValueError("found no question of the kind `rating`, expected at least one")
        if self.mail is not None and self.after is None:
            raise ValueError("found `mail` without `after`: it says how raisers are mailed")
        if self.periodic is not None:
            self._comes_round(self.periodic)
        return self

    def _comes_round(self, periodic: Periodic) -> None:
        if self.after is not None:
            raise ValueError("found `after` and `periodic`, expected one of them")
        if any(days >= self.open_days for days in periodic.remind_after_days):
            raise ValueError(f"found a reminder after the {self.open_days} `open_days`")

    @property
    def measure(self) -> Question:
        """The question that satisfaction is measured by."""
        return next(each for each in self.questions if each.kind is Kind.RATING)

    def question(self, name: str) -> Question | None:
        """A question by its id."""
        return next((each for each in self.questions if each.id == name), None)


class SurveyFile(Strict):
    """A survey file; a date in an imported file is that day in its zone."""

    zone: Zone
    surveys: Annotated[dict[Id, Survey], Field(min_length=1, max_length=50)]

    @property
    def following(self) -> "Following | None":
        """The survey that follows issues, if there is one."""
        for name, survey in self.surveys.items():
            if survey.after is not None:
                return Following(name, survey, survey.after)
        return None

    def rounds(self, at: datetime) -> "list[Round]":
        """The rounds of periodic surveys in which somebody may be asked, or answer, then."""
        found = []
        for name, survey in self.surveys.items():
            if survey.periodic is None:
                continue
            asks = timedelta(days=survey.within_days)
            since = at - asks - timedelta(days=survey.open_days)
            for began in survey.periodic.recurrence(self.zone).between(since, at + _SECOND):
                day = began.astimezone(zone_named(self.zone)).date()
                still = at < began + asks
                found.append(Round(name, survey, survey.periodic, day.isoformat(), began, still))
        return found


class Round(NamedTuple):
    """A periodic survey that has come round; its ``period`` is called by the local date.

    ``asks`` tells whether who has not been asked yet still is.
    """

    name: str
    survey: Survey
    periodic: Periodic
    period: str
    began_at: datetime
    asks: bool


class Following(NamedTuple):
    """A survey that is asked of issues, and after what of them."""

    name: str
    survey: Survey
    after: After


def read(source: str | bytes, name: str = NAME, directory: Directory | None = None) -> SurveyFile:
    """The file as its surveys; with a ``directory`` what it names is held against that.

    Raises:
        TooLarge: it has too many bytes or is nested too deeply.
        Invalid: with every mistake in it, each with its place.
    """
    file, _ = load(
        source, SurveyFile, name, largest=LARGEST, check=partial(_check, directory=directory)
    )
    return file


def _check(document: Document, directory: Directory | None) -> list[Fault]:
    """What is wrong between the parts: ids that stand twice or are taken, two that follow."""
    sheet = Sheet(document)
    following: list[str] = []
    standards = None if directory is None else directory.file.service_standards
    for name in sheet.table("surveys"):
        _check_questions(sheet, name, standards)
        least = max(_days(sheet, name, each) for each in ("within_days", "open_days"))
        check_periodic(sheet, ("surveys", name, "periodic"), least, directory)
        if sheet.text("surveys", name, "after") is not None:
            following.append(name)
    for name in following[1:]:
        detail = f"found `after` here and in `{following[0]}`, expected one that follows issues"
        sheet.refuse("repeated", ("surveys", name, "after"), detail)
    return sheet.faults


def _check_questions(sheet: Sheet, name: str, standards: Mapping[str, object] | None) -> None:
    seen: set[str] = set()
    for number, _ in enumerate(sheet.items("surveys", name, "questions")):
        path = ("surveys", name, "questions", number, "id")
        word = sheet.text(*path)
        if word is not None and word in seen:
            sheet.refuse("repeated", path, f"found `{word}` again, expected each id once")
        if word in _RESERVED:
            taken = f"found `{word}`, which is a column of imported files; expected another"
            sheet.refuse("wrong_value", path, taken)
        seen.add(word or "")
        if standards is not None:
            cited = ("surveys", name, "questions", number, "standard")
            sheet.known(standards, "charter standard", *cited)


def _days(sheet: Sheet, name: str, field: str) -> int:
    found = sheet.at("surveys", name, field)
    return found if isinstance(found, int) else int(Survey.model_fields[field].default)
