"""The ladder file as its authors write it: calendars, severities, layers, ladders, agreements.

These models say which keys and values there are. What one part says about another is the matter
of :mod:`escalation.routing.references`, so that a file with many mistakes is told all of them.
"""

from typing import Annotated

from pydantic import Field

from escalation.routing.calendars import CalendarEntry
from escalation.routing.fields import (
    Count,
    Day,
    DurationTable,
    DurationText,
    Id,
    Some,
    Strict,
    Text,
    Title,
    Warnings,
)
from escalation.routing.vocabulary import (
    Approval,
    Awaiting,
    Cadence,
    Channel,
    Degree,
    EmptySeat,
    ForumKind,
    ForumOwner,
    Involvement,
    IssueKind,
    Layer,
    PastTarget,
    RaiserType,
    Resolve,
    Role,
    Scope,
    Sensitivity,
    Severity,
    Side,
    StatutoryStart,
    StatutoryStop,
)

LARGEST = 256 * 1024
"""How many bytes a ladder file may have."""


class Severities(Strict):
    """What each severity means, and which one follows from impact and urgency."""

    default: Severity
    meanings: dict[Severity, Text]
    matrix: dict[Degree, dict[Degree, Severity]] = Field(
        description="impact, then urgency, then the severity they give"
    )


class LayerEntry(Strict):
    """A layer of delivery: who answers for it, and the causes that outcomes may name."""

    title: Title
    about: Text
    accountable_officers: Title
    delivery_lead: Title
    progress_reported_to: Title
    key_strategies: Title
    causes: dict[Id, Title]


class Layers(Strict):
    """The three layers of delivery."""

    operational: LayerEntry
    service: LayerEntry
    corporate: LayerEntry


class Statutory(Strict):
    """A clock that the law sets."""

    title: Title
    budget: DurationText
    sensitive: Some[Sensitivity] = Field(description="the sensitivities that start it")
    starts: StatutoryStart = StatutoryStart.RECEIVED
    stops: StatutoryStop = StatutoryStop.RESOLVE
    warnings: Warnings = ()
    clause: Title


class ReferralEntry(Strict):
    """A body that sensitive matters are referred to as soon as they are sealed."""

    sensitive: Some[Sensitivity] = Field(description="the sensitivities that start it")
    to: Title
    under: Title = Field(description="the law or policy that asks for it")


class OverrideClocks(Strict):
    """The clocks that an agreement may set; the law's are not among them."""

    overall: DurationTable = Field(default_factory=dict)
    inform: DurationTable = Field(default_factory=dict)
    review: DurationText | None = None
    advice: DurationText | None = None
    remind: DurationText | None = None
    hold_caps: dict[Awaiting, DurationText] = Field(default_factory=dict)


class LadderClockEntries(OverrideClocks):
    """The clocks that a ladder may set."""

    statutory: dict[Id, Statutory] = Field(default_factory=dict)


class BaseClocks(Strict):
    """The clocks of every ladder, unless the ladder or an agreement says otherwise."""

    overall: DurationTable
    inform: DurationTable
    review: DurationText
    advice: DurationText
    remind: DurationText
    hold_caps: dict[Awaiting, DurationText]
    statutory: dict[Id, Statutory] = Field(default_factory=dict)


class BaseRung(Strict):
    """What every rung does unless it says otherwise."""

    lead: Side
    acknowledge: DurationTable
    warnings: Warnings
    empty_seat: EmptySeat
    past_target: PastTarget
    resolve: Resolve
    grace: DurationText
    carry_over_limit: Count
    out_of_session: DurationTable = Field(default_factory=dict)


class Base(Strict):
    """What holds where neither ladder nor agreement says otherwise."""

    clause: Title
    external_review: Text
    rung: BaseRung
    clocks: BaseClocks
    referrals: dict[Id, ReferralEntry] = Field(default_factory=dict)


class ForumEntry(Strict):
    """The body of a forum rung: its kind, and whose it is."""

    kind: ForumKind
    of: ForumOwner


class Seats(Strict):
    """The role on each side of a rung."""

    provider: Role | None = None
    agency: Role | None = None


class RungValues(Strict):
    """What a rung may say for itself; what it leaves out is the base's."""

    seats: Seats | None = None
    forum: ForumEntry | None = None
    lead: Side | None = None
    target: DurationTable = Field(default_factory=dict)
    acknowledge: DurationTable = Field(default_factory=dict)
    warnings: Warnings | None = None
    empty_seat: EmptySeat | None = None
    past_target: PastTarget | None = None
    resolve: Resolve | None = None
    grace: DurationText | None = None
    carry_over_limit: Count | None = None
    out_of_session: DurationTable = Field(default_factory=dict)
    also_layer: Layer | None = Field(
        default=None, description="a second layer, for a rung that is tactical and strategic"
    )
    responsibilities: dict[Involvement, Some[Title]] = Field(
        default_factory=dict,
        description="who is responsible, accountable, consulted and informed; what is left out "
        "follows from the seats and the layer",
    )


class Rung(RungValues):
    """A step of a ladder: a pair of officers with a target, or a forum with its meetings."""

    id: Id
    title: Title
    layer: Layer
    clause: Title


class InsertedRung(Rung):
    """A rung that an agreement adds."""

    after: Id


class RungOverride(RungValues):
    """What an agreement says otherwise of a rung."""

    title: Title | None = None
    layer: Layer | None = None
    clause: Title | None = None


class Conditions(Strict):
    """Each field named equals its value, or is one of its values; nothing more can be said."""

    kind: Some[IssueKind] | None = None
    agency: Some[Id] | None = None
    provider: Some[Id] | None = None
    function: Some[Id] | None = None
    service: Some[Id] | None = None
    region: Some[Id] | None = None
    severity: Some[Severity] | None = None
    raiser: Some[RaiserType] | None = None
    channel: Some[Channel] | None = None


class RuleEntry(Strict):
    """An entry rule (enter at this rung) or a skip rule (leave this rung out)."""

    rung: Id
    when: Conditions
    reason: Title


class Ladder(Strict):
    """The rungs an issue climbs, lowest first."""

    title: Title
    version: Title = Field(description="the author's label of this ladder's content")
    scope: Scope
    default: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="taken where no agreement fits"
    )
    calendar: Id
    review_date: Day
    clause: Title
    external_review: Text | None = None
    entry: tuple[RuleEntry, ...] = ()
    skip: tuple[RuleEntry, ...] = ()
    clocks: LadderClockEntries = Field(default_factory=LadderClockEntries)
    rungs: Annotated[tuple[Rung, ...], Field(min_length=1, max_length=20)]


class Override(Strict):
    """What an agreement changes in one ladder: any value by rung, severity or clock."""

    clause: Title
    external_review: Text | None = None
    omit: tuple[Id, ...] = ()
    insert: tuple[InsertedRung, ...] = ()
    rungs: dict[Id, RungOverride] = Field(default_factory=dict)
    clocks: OverrideClocks = Field(default_factory=OverrideClocks)


class Ola(Strict):
    """An operating level agreement between a provider and a client."""

    title: Title
    provider: Id
    client: Id
    cluster: Id
    functions: Annotated[tuple[Id, ...], Field(min_length=1)]
    services: tuple[Id, ...] = Field(default=(), description="none: every service")
    regions: tuple[Id, ...] = Field(default=(), description="none: every region")
    begins: Day
    ends: Day = Field(description="its last day")
    review_date: Day
    clause: Title
    calendar: Id | None = None
    corporate_purchaser: Id | None = None
    approval: Approval | None = Field(
        default=None,
        description="who approves a change of what holds under it: `parties`, its corporate "
        "purchaser and the provider's executive director; `forum`, the cluster's partnering forum",
    )
    price_reference: Title | None = Field(default=None, description="where the price is agreed")
    reporting: Cadence | None = Field(
        default=None, description="how often the provider reports to the client on it"
    )
    standards: tuple[Id, ...] = Field(
        default=(), description="of the directory's service standards, those it commits to"
    )
    ladders: dict[Scope, Id]
    overrides: dict[Scope, Override] = Field(default_factory=dict)


class LadderFile(Strict):
    """The whole document: published, pinned and replaced as one."""

    label: Title = Field(description="the author's label of this document's content")
    calendars: dict[Id, CalendarEntry]
    severities: Severities
    layers: Layers
    base: Base
    ladders: Annotated[dict[Id, Ladder], Field(min_length=1)]
    olas: dict[Id, Ola] = Field(default_factory=dict)
