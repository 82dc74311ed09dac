"""Reports: of whom and of which period they are, and what they tell."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from escalation.api.schemas.fields import Instant
from escalation.api.schemas.queries import Cut
from escalation.api.schemas.shape import Shape
from escalation.digests.periods import LONGEST

Over = Annotated[int, Field(ge=2, le=LONGEST)]
"""A number of periods."""


class PeriodQuery(BaseModel):
    """Which period, by what was known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: (
        Annotated[Instant, Field(description="When it began; its quarter without it.")] | None
    ) = None
    as_at: Annotated[Instant, Field(description="When it ends; now without it.")] | None = None
    known_at: Annotated[Instant, Field(description="What was recorded by then.")] | None = None


class ReportQuery(PeriodQuery):
    """Whose figures, of which period."""

    of: Annotated[
        Cut,
        Field(
            description="`ssi`, `cluster:<code>`, `business:<provider>`, `service:<OLA>`, "
            "`agency:<code>`, `layer:<layer>` or `scrutiny`."
        ),
    ] = "ssi"


class ScorecardQuery(ReportQuery):
    """Whose figures, of which period, and over how many periods how they went is told."""

    periods: Annotated[
        Over | None,
        Field(description="How many periods stand beside each other, as long as this one: `4`."),
    ] = None


class ReportHead(Shape):
    """Whose figures these are, and of which period."""

    title: str
    level: str
    of: dict[str, str]
    since: datetime
    as_at: datetime
    known_at: datetime
    zone: str
    dictionary: str
    titles: dict[str, dict[str, str]]


class Scorecard(ReportHead):
    """The document of a scorecard: `POST /v1/digests` with its profile makes one that is kept."""

    schema_: Annotated[str, Field(alias="schema")]
    profile: str
    before_since: datetime
    publication: dict[str, str]
    directory_epoch: int
    figures: dict[str, dict[str, Any]]
    ages: dict[str, dict[str, int]]
    sealed: dict[str, dict[str, int | None]]
    by: dict[str, dict[str, list[dict[str, Any]]]] | None = None
    planned: list[dict[str, Any]] | None = None
    arrivals: dict[str, list[dict[str, Any]]] | None = None
    workload: list[dict[str, Any]] | None = None
    layer: dict[str, str] | None = None
    exceptions: dict[str, Any] | None = None
    trend: list[dict[str, Any]] | None = None
    benchmark: dict[str, dict[str, list[dict[str, Any]]]] | None = None
    satisfaction: dict[str, Any] | None = None
    satisfaction_beside: dict[str, list[dict[str, Any]]] | None = None


class Benchmark(ReportHead):
    """Providers, and clusters, beside each other; a count that is withheld is null."""

    schema_: Annotated[str, Field(alias="schema")]
    profile: str
    before_since: datetime
    publication: dict[str, str]
    directory_epoch: int
    benchmark: dict[str, dict[str, list[dict[str, Any]]]]
    satisfaction_beside: dict[str, list[dict[str, Any]]] | None = None


class Opinions(Shape):
    """What surveys of one period come to: of all, and by each code of each dimension."""

    all: dict[str, Any]
    by: dict[str, list[dict[str, Any]]]


class Satisfaction(ReportHead):
    """How satisfied people are, in the period and the one before; what too few said is null."""

    satisfaction: dict[str, Opinions]
    standards: list[dict[str, str | None]]


class StatutoryCounts(ReportHead):
    """Complaints received, with further action, and with none."""

    counts: dict[str, dict[str, int]]
    by: dict[str, list[dict[str, Any]]]


class Expected(Shape):
    """What a week may bring: of the period's whole weeks, those in which nothing came too."""

    weeks: Annotated[int, Field(description="whole weeks, from Monday, that this goes by")]
    least: int | None
    median: float | None
    most: int | None


class Workload(ReportHead):
    """What waits for each seat, how old it is, when issues come in, and what a week may bring."""

    ages: dict[str, int]
    expected: Expected
    arrivals: dict[str, list[dict[str, Any]]]
    workload: list[dict[str, Any]]
