"""Notes of what was learned: which are asked for, and what is told of one."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from escalation.api.deps import Asked
from escalation.api.paging import instant_of
from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.interactions import IssueOf
from escalation.api.schemas.queries import Codes, Cut, PageQuery, Words, all_of, parts
from escalation.api.schemas.shape import Shape
from escalation.routing.vocabulary import IssueKind, Layer
from escalation.services.reading.learnings import LearningQuestion


class LearningQuery(PageQuery):
    """Which notes; the newest first."""

    cluster: Codes | None = None
    function: Codes | None = None
    layer: Annotated[Codes, AfterValidator(all_of(Layer))] | None = None
    theme: Cut | None = None
    shared: bool | None = None
    q: Words | None = None

    def question(self, asked: Asked) -> LearningQuestion:
        """What is asked.

        Raises:
            Malformed: the cursor is not of this list.
        """
        return LearningQuestion(
            words=(self.q or "").split(),
            cluster=tuple(parts(self.cluster or "")),
            function=tuple(parts(self.function or "")),
            layer=tuple(parts(self.layer or "")),
            theme=self.theme,
            shared=self.shared,
            after=instant_of(asked, self.cursor),
            limit=self.limit,
        )


class LearningView(Shape):
    """What was learned; which issue it was of stands only for whoever sees that one."""

    id: str
    text: str
    shared: bool
    at: datetime
    kind: IssueKind
    cluster: str | None
    function: str | None
    service: str | None
    layer: Layer
    themes: list[str]
    issue: IssueOf | None
    act: str | None
    by: str | None


class LearningList(Shape):
    """A page of notes."""

    data: list[LearningView]
    links: Links
    meta: Meta
