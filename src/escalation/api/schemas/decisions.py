"""The register of decisions: which are asked for, and what is told of one."""

from typing import Annotated

from pydantic import AfterValidator, Field

from escalation.api.deps import Asked
from escalation.api.paging import instant_of
from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.meetings import DecisionView
from escalation.api.schemas.queries import Codes, PageQuery, all_of, parts
from escalation.api.schemas.shape import Shape
from escalation.clock import FIRST_YEAR, LAST_YEAR
from escalation.services.reading.decisions import DecisionQuestion
from escalation.workflow.meetings.facts import ItemKind
from escalation.workflow.states import Effect


class DecisionQuery(PageQuery):
    """Which decisions, the newest first."""

    forum: Codes | None = None
    meeting: Codes | None = None
    effect: Annotated[Codes, AfterValidator(all_of(Effect))] | None = None
    year: (
        Annotated[
            int,
            Field(
                ge=FIRST_YEAR,
                lt=LAST_YEAR,
                description="The year in their number; of those without one, made in it.",
            ),
        ]
        | None
    ) = None
    include_total: bool = False

    def question(self, asked: Asked) -> DecisionQuestion:
        """What is asked of the register.

        Raises:
            Malformed: the cursor is not of this list.
        """
        return DecisionQuestion(
            forum=tuple(parts(self.forum or "")),
            meeting=tuple(parts(self.meeting or "")),
            effect=tuple(parts(self.effect or "")),
            year=self.year,
            after=instant_of(asked, self.cursor),
            limit=self.limit,
            total=self.include_total,
        )


class RegisteredDecision(DecisionView):
    """A decision with the forum and meeting that made it, and what it was on."""

    kind: ItemKind
    reference: str | None
    title: str | None
    forum: str
    meeting: str


class DecisionList(Shape):
    """A page of the register."""

    data: list[RegisteredDecision]
    links: Links
    meta: Meta
