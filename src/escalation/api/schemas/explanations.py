"""What an explanation looks like: every value with where it was set."""

from datetime import datetime
from typing import Any

from escalation.api.schemas.answers import (
    ClockView,
    CountedClock,
    HolderView,
    NextView,
    RungView,
    WindowView,
)
from escalation.api.schemas.shape import Shape
from escalation.routing.vocabulary import SetBy
from escalation.workflow.states import Status


class PublicationName(Shape):
    """A publication by its label and its hash."""

    label: str
    hash: str


class SourceView(Shape):
    """Where a value was set."""

    publication: PublicationName
    file: str
    line: int
    set_by: SetBy
    clause: str | None


class ValueView(Shape):
    """A value of the ladder file with its source."""

    value: Any
    source: SourceView


class Arithmetic(Shape):
    """The rows that add up to a clock's budget, and what they lead to.

    `rolled_seconds` is what a count of days gained by moving off a closed date.
    """

    windows: list[WindowView]
    total_seconds: int
    budget_seconds: int | None
    rolled_seconds: int
    lead_to: str
    at: datetime | None


class ExplainedClock(CountedClock):
    """A live clock: where its time was set, how it comes to its end, and what happens there."""

    set: ValueView | None
    arithmetic: Arithmetic
    at_its_end: str


class ExplainedRung(RungView):
    """The rung with the rules that hold there."""

    clause: str
    source: SourceView
    rules: dict[str, ValueView]


class VisitView(Shape):
    """One time that it stood on a rung."""

    number: int
    rung: str
    title: str
    entered_at: datetime
    how: str
    came_from: str | None
    holders: list[HolderView]


class Explanation(Shape):
    """Why an issue is where it is, and what happens next."""

    id: str
    reference: str
    version: int
    status: Status
    as_at: datetime
    publication: PublicationName
    ladder: dict[str, str]
    ola: str | None
    calendar: dict[str, Any]
    severity: dict[str, str]
    entered_because: list[str]
    warnings: list[str]
    rung: ExplainedRung
    visits: list[VisitView]
    clocks: list[ExplainedClock]
    ended_clocks: list[ClockView]
    next: NextView | None
    next_rung: dict[str, Any] | None
    exhausted_at: datetime | None
    external_review: ValueView
