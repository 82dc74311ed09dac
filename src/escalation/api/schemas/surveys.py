"""Surveys: what is asked, who was asked, what is answered, and what is brought in."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body, Name
from escalation.api.schemas.interactions import Given, IssueOf
from escalation.api.schemas.queries import PageQuery
from escalation.api.schemas.shape import Shape
from escalation.workflow.interactions import Quoting

PERIOD = r"^[0-9A-Za-z][0-9A-Za-z_.-]{0,31}$"


class AnswerSurvey(Body):
    """The answers of whoever was asked, by question; a rating is 1 (the worst) to 5."""

    answers: Annotated[dict[Name, Given], Field(max_length=100)]
    quote: Annotated[
        Quoting, Field(description="whether the words may be quoted: without a name, or with it")
    ] = Quoting.NO


class Standard(Shape):
    """The standard of the customer service charter that a question asks after."""

    title: str
    statement: str


class QuestionView(Shape):
    """One question."""

    id: str
    text: str
    kind: str
    required: bool
    hint: str | None
    standard: Standard | None


class Step(Shape):
    """One step of every rating."""

    value: int
    title: str


class SurveyForm(Shape):
    """A survey as whoever was asked finds it; without questions once it cannot be answered."""

    issue: Annotated[
        str | None, Field(description="The reference of the issue that it is about, if of one.")
    ]
    period: Annotated[str | None, Field(description="Of a periodic survey, its period.")]
    state: Annotated[str, Field(description="`open`, `answered` or `ended`.")]
    expires_at: datetime
    answered_at: datetime | None
    title: str | None
    about: str | None
    thanks: str | None
    steps: list[Step]
    questions: list[QuestionView]
    quotes: list[str]


class LetterView(Shape):
    """The words that go with the link."""

    subject: str
    text: str


class MailOfInvitation(Shape):
    """How the mail with the link went; `bounced` where it came back for good, with its status."""

    state: Annotated[
        str,
        Field(description="`waiting`, `sending`, `delivered`, `dead`, `cancelled` or `bounced`."),
    ]
    at: datetime | None
    status: Annotated[str | None, Field(description="RFC 3463's, of a mail that came back.")]


class InvitationView(Shape):
    """Somebody who was asked how their issue went; the link while it can be answered."""

    id: str
    issue: IssueOf
    survey: str
    invited_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    feedback: str | None
    link: str | None
    mail: MailOfInvitation | None


class InvitationDetail(InvitationView):
    """The same, with the letter that is sent; none where the survey is gone."""

    letter: LetterView | None


class InvitationList(Shape):
    """A page of invitations."""

    data: list[InvitationView]
    links: Links
    meta: Meta


class InvitationQuery(PageQuery):
    """Which invitations; the newest first."""

    answered: bool | None = None


class Comes(Shape):
    """When a periodic survey comes round: an RFC 5545 rule, and the next time, if there is one."""

    rule: str
    zone: str
    next_at: datetime | None


class NotAsked(Shape):
    """Somebody who cannot be asked in a round that goes on, or a client for whom nobody sits."""

    person: str | None
    agency: str | None
    why: Annotated[
        str,
        Field(
            description="`no_address`, `mail_came_back`, `wants_no_mail`, `not_in_the_directory`,"
            " `nobody_sits`, or `mail_is_not_set_up`."
        ),
    ]


class RoundView(Shape):
    """What a periodic survey came to in one period: counts, and nobody who was asked."""

    survey: str
    period: Annotated[str, Field(description="The local date on which it came round.")]
    begun_at: datetime
    ends_at: Annotated[datetime | None, Field(description="When the last link ends.")]
    state: Annotated[str, Field(description="`open` or `ended`.")]
    asked: int
    answered: Annotated[
        int | None, Field(description="Withheld where fewer than five, but some, have.")
    ]
    response_rate: Annotated[str | None, Field(description="Percent, to a tenth.")]
    reminded: Annotated[int, Field(description="How many were reminded, once or more.")]
    not_asked: list[NotAsked]


class RoundList(Shape):
    """Every round, the newest first."""

    data: list[RoundView]
    links: dict[str, Any]
    meta: dict[str, Any]


class SurveyView(Shape):
    """A survey of the survey file."""

    id: str
    title: str
    after: Annotated[str | None, Field(description="`resolved` or `closed`: it follows issues.")]
    periodic: Annotated[
        Comes | None, Field(description="When it comes round; without this and `after`: imported.")
    ]
    measure: Annotated[str, Field(description="The question that satisfaction is measured by.")]
    questions: list[QuestionView]


class SurveyList(Shape):
    """Every survey."""

    data: list[SurveyView]
    links: dict[str, Any]
    meta: dict[str, Any]


class ImportQuery(BaseModel):
    """Of which survey the answers are, and of which period."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    survey: Annotated[str, Field(max_length=64, description="Its id in the survey file.")]
    period: Annotated[
        str, Field(pattern=PERIOD, description="What you call it, such as `2026` or `2026-q1`.")
    ]
    name: Annotated[str, Field(max_length=200, description="What messages call the file.")] = (
        "answers.csv"
    )


class Imported(Shape):
    """What bringing in a file came to; `already` had been brought in before, just the same."""

    survey: str
    period: str
    imported: int
    already: int
    first: str | None
    last: str | None
