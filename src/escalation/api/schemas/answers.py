"""What answers look like: for the OpenAPI document, and for the tests that hold answers to it.

Answers are not made from these models: they leave as the bytes that the desk or the read side
has made. Clients take members and words that they do not know for what they are: new.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from escalation.api.schemas.between import AdviceView, JoinedView, Named, PositionView, TieView
from escalation.api.schemas.shape import Shape
from escalation.routing.vocabulary import (
    Channel,
    Degree,
    Involvement,
    IssueKind,
    Layer,
    RungKind,
    Scope,
    Sensitivity,
    Severity,
    Side,
)
from escalation.workflow.states import ClockClass, ClockEnd, ClockKind, ClockState, Status


class HolderView(Shape):
    """Who holds a seat."""

    id: str
    name: str


class SeatView(Shape):
    """A seat, who holds it, and why they do."""

    role: str
    holder: HolderView | None
    reason: str


class MeetingAt(Shape):
    """The meeting that an issue is tabled for."""

    id: str
    starts_at: datetime


class AccountabilityView(Shape):
    """A layer of delivery: who answers for it and leads it, to whom, and by which strategies."""

    title: str
    about: str
    accountable_officers: str
    delivery_lead: str
    progress_reported_to: str
    key_strategies: str


class RungView(Shape):
    """The rung that an issue stands on."""

    id: str
    title: str
    layer: Layer
    accountability: AccountabilityView
    also_layer: Layer | None
    responsibilities: dict[Involvement, list[str]]
    kind: RungKind
    lead: Side
    entered_at: datetime
    seats: dict[Side, SeatView]
    forum: str | None
    meeting: MeetingAt | None
    carried_over: int


class LadderPin(Shape):
    """The ladder that an issue was logged under, pinned by its publication's hash."""

    id: str
    title: str
    version: str
    publication: str


ClockName = ClockKind | Annotated[str, Field(pattern="^statutory:.+$")]
"""A kind, and of a clock that the law sets the rule it counts for: `statutory:<name>`."""


class StandardView(Shape):
    """What the customer service charter promises by a clock."""

    id: str
    title: str
    statement: str
    clause: str | None


class ClockView(Shape):
    """A clock as it stands now, and the standards of the charter that it serves."""

    id: str
    kind: ClockName
    class_: Annotated[ClockClass, Field(alias="class")]
    budget: str
    budget_seconds: int | None
    anchor: datetime
    calendar: str
    due_at: datetime | None
    remaining_seconds: int | None
    state: ClockState
    past_target: bool
    breached: bool
    ended_at: datetime | None
    ended_how: ClockEnd | None
    standards: list[StandardView]


class NextView(Shape):
    """What the engine does next if nobody acts."""

    what: str
    at: datetime
    clock: ClockName
    step: str


class NamedView(HolderView):
    """A person who may see a sealed issue."""

    by: str
    at: datetime
    why: str | None


class ReferralView(Shape):
    """A sealed matter that was put before another body."""

    id: str
    to: str
    under: str
    at: datetime
    by: str
    reference: str | None
    outcome: str | None
    outcome_at: datetime | None


class SealedView(Shape):
    """Since when it is sealed, for whom beside the holders of its seats, and its referrals."""

    at: datetime
    named: list[NamedView]
    referrals: list[ReferralView]


class LimitOn(Shape):
    """A limit in force on the raiser's conduct; the ladder runs as it would."""

    id: str
    limits: list[dict[str, Any]]
    until: datetime


class IssueView(Shape):
    """An issue as it is now."""

    id: str
    reference: str
    version: int
    kind: IssueKind
    title: str
    description: str
    channel: Channel
    status: Status
    severity: Severity
    severity_reason: str
    impact: Degree | None
    urgency: Degree | None
    agency: str
    also_affects: list[str]
    provider: str
    cluster: str | None
    function: str | None
    service: str | None
    region: str | None
    scope: Scope
    raiser: dict[str, Any]
    about_person: str | None
    centre: str | None
    raised_from: dict[str, str] | None
    sensitive: list[Sensitivity]
    sealed: SealedView | None
    conduct_limits: list[LimitOn]
    ola: str | None
    ladder: LadderPin
    calendar: str
    zone: Annotated[str, Field(description="Of the clock on the wall where its calendar holds.")]
    rung: RungView
    recused: list[HolderView]
    clocks: list[ClockView]
    due_at: datetime | None
    past_target: bool
    exhausted: bool
    next: NextView | None
    available_acts: list[str]
    hold: dict[str, Any] | None
    outcome: dict[str, Any] | None
    reported_up: list[dict[str, Any]]
    positions: list[PositionView]
    advice: list[AdviceView]
    links: list[TieView]
    joined: list[JoinedView]
    merged_into: Named | None
    external_refs: list[dict[str, Any]]
    themes: list[str]
    why: list[str]
    warnings: list[str]
    occurred_at: datetime | None
    received_at: datetime
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    receipt_code: Annotated[
        str | None,
        Field(description="Only in the answer that logs it, where the raiser is anonymous."),
    ] = None


class Links(Shape):
    """Where this page is, and where the next one."""

    self_: Annotated[str, Field(alias="self")]
    next: str | None = None


class Meta(Shape):
    """About a page; `total` only where it was asked for."""

    limit: int
    total: int | None = None


class Listed(Shape):
    """A page of a list."""

    data: list[dict[str, Any]]
    links: Links
    meta: Meta


class IssueList(Listed):
    """A page of issues; with `fields`, of some of their members."""


class FaultView(Shape):
    """One wrong place."""

    id: str
    code: str
    detail: str
    source: dict[str, str] | None = None


class TimelineEntry(Shape):
    """What happened: who did it, and when it was due, effective and recorded."""

    id: str
    number: int
    type: str
    due_at: datetime | None
    effective_at: datetime
    recorded_at: datetime
    visibility: str
    actor: dict[str, str]
    data: dict[str, Any]
    hash: str


class Timeline(Shape):
    """A page of an issue's timeline."""

    data: list[TimelineEntry]
    links: Links
    meta: Meta


class WindowView(Shape):
    """A row of a clock's arithmetic."""

    start: datetime
    end: datetime
    local: str
    seconds: int


class IntervalView(Shape):
    """A time in which a clock ran."""

    start: datetime
    end: datetime | None


class CountedClock(ClockView):
    """A clock with the rows that add up to what it has used."""

    measure: str | None
    visit: int
    zone: str
    warnings: list[str]
    done: list[str]
    intervals: list[IntervalView]
    windows: list[WindowView]
    consumed_seconds: int


class ClockList(Shape):
    """Every clock of an issue."""

    data: list[CountedClock]
    links: Links
    meta: Meta
