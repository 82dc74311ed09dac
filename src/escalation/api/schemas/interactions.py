"""Contacts and feedback: what is sent, asked for and answered."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from escalation.api.deps import Asked as Request
from escalation.api.paging import instant_of
from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import LONGEST, Body, Instant, Line, Name, Text, said
from escalation.api.schemas.issues import Outcome, Raiser, Sensitivities, Themes
from escalation.api.schemas.queries import Codes, Cut, PageQuery, Words, all_of, parts
from escalation.api.schemas.receipts import MessageView
from escalation.api.schemas.shape import Shape
from escalation.digests.measures import Result
from escalation.routing.typed import Refusal
from escalation.routing.vocabulary import (
    Channel,
    Degree,
    IssueKind,
    Scope,
    Severity,
)
from escalation.services.interactions import EQUALS, Asked
from escalation.workflow.interactions import (
    SENTIMENT_OF,
    ContactKind,
    Family,
    FeedbackKind,
    Quoting,
    Sentiment,
)


class Said(Body):
    """What somebody said: where, how, whom it is about, and who they are."""

    channel: Channel = Channel.INTERNET
    centre: Annotated[Name, Field(description="the service centre where it was said")] | None = None
    party: Annotated[Name, Field(description="the agency or provider it is about")] | None = None
    function: Name | None = None
    region: Name | None = None
    themes: Themes = ()
    text: Text
    raiser: Raiser = Raiser()
    received_at: Instant | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """What is recorded of it."""
        told = {name: getattr(self, name) for name in _SHARED}
        return {**told, "raiser": self.raiser.told()}


_SHARED = ("channel", "centre", "party", "function", "region", "themes", "text")


class RecordContact(Said):
    """A contact that is no issue (yet)."""

    kind: ContactKind = ContactKind.ENQUIRY

    @property
    def fields(self) -> dict[str, Any]:
        """What is recorded of it."""
        return {**super().fields, "kind": self.kind.value}


def _answer(value: object) -> bool | float | str:
    """Yes or no, a rating, or words."""
    if isinstance(value, str):
        return said(value)
    if isinstance(value, (bool, int, float)):
        return value
    raise Refusal("wrong_value", "expected `true` or `false`, a rating, or text")


Given = Annotated[
    bool | int | float | str,
    PlainValidator(_answer),
    WithJsonSchema({"type": ["boolean", "number", "string"], "maxLength": LONGEST}),
]


class Survey(Body):
    """The answers of a survey, by question."""

    name: Name
    answers: Annotated[dict[Name, Given], Field(max_length=100)]


class RecordFeedback(Said):
    """A compliment, a suggestion, or the answers of a survey."""

    kind: FeedbackKind
    sentiment: Sentiment | None = None
    text: Text | None = None  # type: ignore[assignment] # a survey may go without
    key_result_area: Result | None = None
    quote: Annotated[
        Quoting, Field(description="whether the giver may be quoted: without their name, or with")
    ] = Quoting.NO
    survey: Survey | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        surveyed = self.kind is FeedbackKind.SURVEY
        if surveyed and self.survey is None:
            raise Refusal("missing", "found no `survey`, expected its answers", "survey")
        if not surveyed and self.survey is not None:
            detail = f"found a survey beside `{self.kind.value}`, expected it with `survey` alone"
            raise Refusal("wrong_value", detail, "survey")
        if not surveyed and self.text is None:
            raise Refusal("missing", "found no `text`, expected it", "text")
        if self.quote is Quoting.NAMED and self.raiser.name is None:
            detail = "found `named` and no name of the raiser, expected one, or `anonymous`"
            raise Refusal("missing", detail, "quote")
        return self

    @property
    def fields(self) -> dict[str, Any]:
        """What is recorded of it."""
        return {
            **super().fields,
            "text": self.text or "",
            "kind": self.kind.value,
            "sentiment": self.sentiment or SENTIMENT_OF[self.kind],
            "key_result_area": None if self.key_result_area is None else self.key_result_area.value,
            "quote": self.quote,
            "survey": None if self.survey is None else self.survey.model_dump(mode="json"),
        }


class AcknowledgeFeedback(Body):
    """What the giver is told; it stands on the record, and is read with their receipt."""

    text: Text


class RaiseIssue(Body):
    """What the issue has beside what was said; every field wins over what is carried."""

    kind: IssueKind | None = None
    title: Line | None = None
    description: Text | None = None
    agency: Name | None = None
    provider: Name | None = None
    function: Name | None = None
    service: Name | None = None
    region: Name | None = None
    scope: Scope | None = None
    severity: Severity | None = None
    impact: Degree | None = None
    urgency: Degree | None = None
    about_person: Name | None = None
    sensitive: Sensitivities = ()
    themes: Themes | None = None
    outcome: Outcome | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The fields of the command that were sent."""
        sent = {name: value for name, value in self if value not in {None, ()}}
        if self.outcome is not None:
            sent["outcome"] = self.outcome.given
        return {"kind": IssueKind.COMPLAINT, **sent}


class InteractionQuery(PageQuery):
    """Which of a register; the newest first."""

    channel: Annotated[Codes, AfterValidator(all_of(Channel))] | None = None
    centre: Codes | None = None
    party: Codes | None = None
    function: Codes | None = None
    region: Codes | None = None
    theme: Cut | None = None
    raised: bool | None = None
    unanswered: Annotated[
        bool | None, Field(description="whether its raiser, who has a receipt, waits for an answer")
    ] = None
    received_after: Instant | None = None
    received_before: Instant | None = None
    q: Words | None = None
    include_total: bool = False

    def asked(self, request: Request, family: Family) -> Asked:
        """What the store is asked.

        Raises:
            Malformed: the cursor is not of this list.
        """
        sent = {name: getattr(self, name, None) for name in EQUALS}
        return Asked(
            family=family,
            among={name: parts(value) for name, value in sent.items() if value is not None},
            theme=self.theme,
            raised=self.raised,
            unanswered=self.unanswered,
            acknowledged=getattr(self, "acknowledged", None),
            since=self.received_after,
            until=self.received_before,
            words=(self.q or "").split(),
            after=instant_of(request, self.cursor, family.value),
            limit=self.limit,
        )


class ContactQuery(InteractionQuery):
    """Which contacts."""

    kind: Annotated[Codes, AfterValidator(all_of(ContactKind))] | None = None


class FeedbackQuery(InteractionQuery):
    """Which feedback."""

    kind: Annotated[Codes, AfterValidator(all_of(FeedbackKind))] | None = None
    sentiment: Annotated[Codes, AfterValidator(all_of(Sentiment))] | None = None
    key_result_area: Annotated[Codes, AfterValidator(all_of(Result))] | None = None
    quote: Annotated[Codes, AfterValidator(all_of(Quoting))] | None = None
    acknowledged: Annotated[
        bool | None, Field(description="whether the giver has been told that it arrived")
    ] = None


class IssueOf(Shape):
    """The issue that something was raised into, or is about."""

    id: str
    reference: str


class Correspondence(Shape):
    """What one thing alone is told with: what passed by its receipt, and that one's code."""

    messages: Annotated[
        list[MessageView] | None, Field(description="Only where one is read or answered alone.")
    ] = None
    receipt_code: Annotated[
        str | None,
        Field(description="Only in the answer that records it, where the raiser is anonymous."),
    ] = None


class ContactView(Correspondence):
    """A contact as it was recorded."""

    id: str
    reference: str
    kind: ContactKind
    channel: Channel
    centre: str | None
    party: str | None
    function: str | None
    region: str | None
    themes: list[str]
    text: str
    raiser: dict[str, Any]
    recorded_by: str
    received_at: datetime
    created_at: datetime
    issue: IssueOf | None
    raised_at: datetime | None
    unanswered: bool


class FeedbackView(Correspondence):
    """Feedback as it was recorded."""

    id: str
    reference: str
    kind: FeedbackKind
    sentiment: Sentiment
    key_result_area: Result | None
    quote: Quoting
    channel: Channel
    centre: str | None
    party: str | None
    function: str | None
    region: str | None
    themes: list[str]
    text: str
    survey: dict[str, Any] | None
    about: IssueOf | None
    acknowledged_at: datetime | None
    raiser: dict[str, Any]
    recorded_by: str
    received_at: datetime
    created_at: datetime
    issue: IssueOf | None
    raised_at: datetime | None
    unanswered: bool


class ContactList(Shape):
    """A page of contacts."""

    data: list[ContactView]
    links: Links
    meta: Meta


class FeedbackList(Shape):
    """A page of feedback."""

    data: list[FeedbackView]
    links: Links
    meta: Meta


class Count(Shape):
    """How much feedback there is of one kind, sentiment and theme's party."""

    kind: FeedbackKind
    sentiment: Sentiment
    count: int


class FeedbackCounts(Shape):
    """Feedback counted by kind and sentiment."""

    data: list[Count]
    total: int
