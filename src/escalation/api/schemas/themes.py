"""Themes: what is sent, asked for and answered."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from escalation.api.deps import Asked
from escalation.api.paging import position_of
from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body, Day, Description, Instant, Line, Name, Text
from escalation.api.schemas.issues import Themes
from escalation.api.schemas.queries import Codes, PageQuery, Words, all_of, parts
from escalation.api.schemas.reports import PeriodQuery
from escalation.api.schemas.shape import Shape
from escalation.digests.measures import Result
from escalation.digests.themes import Loop, Priority, ThemeStatus, Trend
from escalation.routing.typed import Refusal
from escalation.routing.vocabulary import Layer
from escalation.services.reading.themes import FILTERS, ThemeQuestion
from escalation.services.themes import NewTheme

Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
    Field(examples=["late-payment"], description="Small letters and digits, hyphens between."),
]
_WORDS = "The words that issues, contacts and feedback carry it by, beside its code."


class AgreedPriority(Body):
    """That a forum agreed to put it first."""

    decision: Annotated[Name, Field(description="the number of a forum's decision on a matter")]
    until: Annotated[Day, PlainSerializer(date.isoformat)]


_PRIORITY = "by which decision of a forum it is a priority, and to which day"


def _agreed(sent: AgreedPriority | None) -> Priority | None:
    return None if sent is None else Priority(sent.decision, sent.until)


class RecordTheme(Body):
    """A theme for the register; it names no matter and no person who raised one."""

    code: Code
    title: Line
    description: Description = ""
    words: Annotated[Themes, Field(description=_WORDS)] = ()
    key_result_area: Result
    plan: Annotated[Name, Field(description="the plan that it serves")] | None = None
    objective: Annotated[Line, Field(description="the plan's objective that it serves")] | None = (
        None
    )
    layer: Layer
    owner: Annotated[Name, Field(description="a person of the directory")] | None = None
    forum: Annotated[Name, Field(description="the forum whose theme it is")] | None = None
    priority: Annotated[AgreedPriority, Field(description=_PRIORITY)] | None = None

    def theme(self) -> NewTheme:
        """What is to be recorded."""
        return NewTheme(**{**dict(self), "priority": _agreed(self.priority)})


class ChangeTheme(Body):
    """Other values from now on, and why; how it was stays on the record."""

    title: Line | None = None
    description: Description | None = None
    words: Annotated[Themes, Field(description=_WORDS)] | None = None
    key_result_area: Result | None = None
    plan: Name | None = None
    objective: Line | None = None
    layer: Layer | None = None
    owner: Name | None = None
    forum: Name | None = None
    priority: Annotated[AgreedPriority, Field(description=_PRIORITY)] | None = None
    status: ThemeStatus | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        sent = self.model_fields_set - {"reason"}
        if not sent:
            raise Refusal("missing", "found nothing to change, expected at least one field")
        for name in sorted(sent - _MAY_BE_NONE):
            if getattr(self, name) is None:
                raise Refusal("wrong_value", "found null, expected a value", name)
        return self

    @property
    def changes(self) -> dict[str, Any]:
        """What was sent."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"reason"}}
        return {**sent, "priority": _agreed(self.priority)} if "priority" in sent else sent


_MAY_BE_NONE = frozenset({"plan", "objective", "owner", "forum", "priority"})


class ThemeQuery(PageQuery):
    """Which themes, and in which period what came in is counted."""

    status: Annotated[Codes, AfterValidator(all_of(ThemeStatus))] | None = None
    key_result_area: Annotated[Codes, AfterValidator(all_of(Result))] | None = None
    layer: Annotated[Codes, AfterValidator(all_of(Layer))] | None = None
    owner: Codes | None = None
    forum: Codes | None = None
    plan: Codes | None = None
    q: Words | None = None
    since: Instant | None = None
    as_at: Instant | None = None
    known_at: Instant | None = None

    def question(self, asked: Asked) -> ThemeQuestion:
        """What the register is asked.

        Raises:
            Malformed: the cursor is not of this list.
        """
        at = position_of(asked, self.cursor, (str,))
        sent = {name: getattr(self, name) for name in FILTERS}
        among: dict[str, Sequence[str]] = {
            name: parts(value) for name, value in sent.items() if value is not None
        }
        return ThemeQuestion(
            among=among,
            words=(self.q or "").split(),
            since=self.since,
            as_at=self.as_at,
            known_at=self.known_at,
            after=None if at is None else str(at[0]),
            limit=self.limit,
        )


def question_of(query: PeriodQuery) -> ThemeQuestion:
    """What is asked of one theme, or of words, in a period."""
    return ThemeQuestion(since=query.since, as_at=query.as_at, known_at=query.known_at)


class PriorityView(Shape):
    """By which decision of a forum it is a priority, and to which day."""

    decision: str
    until: str


class ThemeEntry(Shape):
    """What the register says of a theme."""

    id: str
    code: str
    version: int
    title: str
    description: str
    words: list[str]
    key_result_area: Result
    plan: str | None
    objective: str | None
    layer: Layer
    owner: str | None
    forum: str | None
    priority: PriorityView | None
    status: ThemeStatus
    changed_by: str
    recorded_at: datetime


class Counts(Shape):
    """How much came in, by what it was."""

    issues: int
    contacts: int
    feedback: int
    total: int


class Frequency(Shape):
    """How often in the period and in the one before, of what the caller may see."""

    now: Counts
    before: Counts
    trend: Trend


class AgreedView(Shape):
    """An action that serves the theme."""

    id: str
    text: str
    owner: str
    due_on: str | None
    forum: str
    done_at: datetime | None


class LoopView(Shape):
    """Whether the theme fell once its actions were done; small counts are null."""

    state: Loop
    closed: bool
    done_at: datetime | None
    days: int | None
    before: int | None
    after: int | None


class ThemeView(ThemeEntry):
    """A theme with how often it came up."""

    since: datetime
    as_at: datetime
    known_at: datetime
    frequency: Frequency
    actions: list[AgreedView]
    loop: LoopView


class Stretch(Counts):
    """One of some periods, one after the other."""

    since: datetime
    until: datetime


class ThemeInFull(ThemeView):
    """A theme with its trend and each version that it had."""

    periods: list[Stretch]
    versions: list[ThemeEntry]


class ThemeList(Shape):
    """A page of the register."""

    data: list[ThemeView]
    links: Links
    meta: Meta


class IssueNamed(Shape):
    """An issue in which words stand."""

    id: str
    reference: str
    title: str


class SuggestionView(Shape):
    """Words that stand in more issues than they used to."""

    words: list[str]
    score: float
    now: int
    before: int
    issues: list[IssueNamed]


class ThemeSuggestions(Shape):
    """Words that might be themes; nothing follows from them by itself."""

    since: datetime
    as_at: datetime
    known_at: datetime
    before_since: datetime
    issues: dict[str, int]
    suggestions: list[SuggestionView]
