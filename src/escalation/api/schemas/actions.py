"""Actions: which are asked for, what is done to one, and what is told of it."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from escalation.api.deps import Asked
from escalation.api.paging import position_of
from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body, Day, Name, Text
from escalation.api.schemas.queries import Codes, PageQuery, all_of, parts
from escalation.api.schemas.shape import Shape
from escalation.clock import FIRST_YEAR, LAST_YEAR
from escalation.routing.typed import Refusal
from escalation.routing.vocabulary import ActionKind
from escalation.services.reading.actions import ActionQuestion


class ActionQuery(PageQuery):
    """Which actions, those due first first."""

    forum: Codes | None = None
    owner: Codes | None = None
    meeting: Codes | None = None
    kind: Annotated[Codes, AfterValidator(all_of(ActionKind))] | None = None
    plan: Codes | None = None
    theme: Annotated[Codes, Field(description="The code of a theme that they serve.")] | None = None
    year: (
        Annotated[
            int,
            Field(
                ge=FIRST_YEAR,
                lt=LAST_YEAR,
                description="Due in it; of those without a date, asked for in it.",
            ),
        ]
        | None
    ) = None
    done: bool | None = None
    due_after: Annotated[Day, Field(description="Due on a later date.")] | None = None
    due_before: Annotated[Day, Field(description="Due on an earlier date.")] | None = None
    include_total: bool = False

    def question(self, asked: Asked) -> ActionQuestion:
        """What is asked of the register.

        Raises:
            Malformed: the cursor is not of this list.
        """
        at = position_of(asked, self.cursor, (str,))
        return ActionQuestion(
            forum=tuple(parts(self.forum or "")),
            owner=tuple(parts(self.owner or "")),
            meeting=tuple(parts(self.meeting or "")),
            kind=tuple(parts(self.kind or "")),
            plan=tuple(parts(self.plan or "")),
            theme=tuple(parts(self.theme or "")),
            year=self.year,
            done=self.done,
            due_after=None if self.due_after is None else self.due_after.isoformat(),
            due_before=None if self.due_before is None else self.due_before.isoformat(),
            after=None if at is None else (str(at[0]), at[1]),
            limit=self.limit,
            total=self.include_total,
        )


class ActionBody(Body):
    """How it was done, or why it is open again."""

    note: Text | None = None


class ChangeAction(Body):
    """What an action changes, of which plan it is part, which theme it serves; null for none."""

    kind: ActionKind | None = None
    plan: Name | None = None
    theme: Annotated[Name, Field(description="the code of a theme")] | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.model_fields_set:
            raise Refusal("missing", "found nothing to change, expected kind, plan or theme")
        return self

    @property
    def changes(self) -> dict[str, Any]:
        """What was sent."""
        return self.model_dump(mode="json", exclude_unset=True)


class ActionView(Shape):
    """Who is to do what by when, by which decision, and whether it was done."""

    id: str
    version: int
    text: str
    owner: str
    due_on: str | None
    kind: ActionKind | None
    plan: str | None
    theme: str | None
    done: bool
    done_at: datetime | None
    done_by: str | None
    note: str | None
    forum: str
    meeting: str
    decision: dict[str, Any]
    subject: str
    made_at: datetime


class ActionList(Shape):
    """A page of the register."""

    data: list[ActionView]
    links: Links
    meta: Meta
