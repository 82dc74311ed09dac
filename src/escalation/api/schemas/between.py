"""What an issue's answer says of both sides' positions, of advice, and of ties to other issues."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from escalation.api.schemas.shape import Shape
from escalation.routing.vocabulary import Side
from escalation.workflow.states import Status


class PositionView(Shape):
    """What one side has said: a proposal, or an answer to the other side's (by its number)."""

    number: int
    visit: int
    rung: str
    seat: Side
    person: str | None = None
    by: str
    as_: Annotated[str | None, Field(alias="as")] = None
    at: datetime
    stance: Literal["proposed", "agreed", "dissented"]
    outcome: dict[str, Any] | None = None
    answers: int | None = None
    grounds: str | None = None
    note: str | None = None


class AdviceView(Shape):
    """A question to a forum or a person; open as long as it has not `ended`."""

    id: str
    forum: str | None = None
    person: str | None = None
    question: str
    within: str
    sought_at: datetime
    sought_by: str
    clock: str
    answer: str | None = None
    given_by: str | None = None
    ended: str | None = None
    ended_at: datetime | None = None


class Named(Shape):
    """Another issue."""

    issue: str
    reference: str


TieName = Literal["related", "depends_on", "upstream_of", "duplicate_of", "duplicated_by"]
"""What another issue is to one that it is tied to."""


class TieView(Named):
    """A tie to another issue, which is this one's `as`; `status` is how that one stands."""

    as_: Annotated[TieName, Field(alias="as")]
    status: Status | None
    at: datetime


class JoinedView(Named):
    """A raiser whose own issue was merged into this one, and who is owed its outcome."""

    raiser: dict[str, Any]
    at: datetime
