"""Outcomes for planning: which are asked for, and what is told."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator

from escalation.api.schemas.actions import ActionView
from escalation.api.schemas.queries import Codes, all_of, parts
from escalation.api.schemas.reports import PeriodQuery
from escalation.api.schemas.shape import Shape
from escalation.api.schemas.themes import question_of
from escalation.digests.outcomes import Narrowed
from escalation.routing.vocabulary import Cycle, IssueKind, Layer
from escalation.services.reading.outcomes import OutcomeQuestion

_FILTERS = ("provider", "agency", "cluster", "function", "ola", "layer", "cause", "plan", "cycle")


class OutcomeQuery(PeriodQuery):
    """Which outcomes, of which period."""

    provider: Codes | None = None
    agency: Codes | None = None
    cluster: Codes | None = None
    function: Codes | None = None
    ola: Codes | None = None
    layer: Annotated[Codes, AfterValidator(all_of(Layer))] | None = None
    cause: Codes | None = None
    plan: Codes | None = None
    cycle: Annotated[Codes, AfterValidator(all_of(Cycle))] | None = None
    stands: bool | None = None

    def question(self) -> OutcomeQuestion:
        """What is asked."""
        sent = {name: getattr(self, name) for name in _FILTERS}
        among = {name: tuple(parts(value)) for name, value in sent.items() if value is not None}
        return OutcomeQuestion(
            period=question_of(self), narrowed=Narrowed(among=among, stands=self.stands)
        )


class OutcomeGiven(Shape):
    """An outcome, with the issue as it stood when it was given."""

    issue: str
    reference: str
    title: str
    kind: IssueKind
    at: datetime
    agency: str
    provider: str
    cluster: str | None
    function: str | None
    service: str | None
    region: str | None
    ola: str | None
    layer: Layer
    rung: str
    stands: bool
    summary: str | None
    cause: str | None
    remedy: str | None
    cost_effect: str | None
    further_action: bool | str | None
    plan: str | None
    cycle: Cycle | None
    decision: str | None
    key_strategies: str | None


class Outcomes(Shape):
    """Outcomes of a period with their totals."""

    title: str
    since: datetime
    as_at: datetime
    known_at: datetime
    zone: str
    totals: dict[str, Any]
    outcomes: list[OutcomeGiven]
    titles: dict[str, dict[str, str]]


class Training(Outcomes):
    """Outcomes whose cause is that skills were missing, and actions that train people."""

    actions: list[ActionView]
