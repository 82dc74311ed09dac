"""Limits on a raiser's conduct: what is sent and answered."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body, Email, Instant, Name, Text
from escalation.api.schemas.queries import PageQuery
from escalation.api.schemas.shape import Shape
from escalation.routing.typed import Refusal
from escalation.services.conduct import Limiting, Review
from escalation.workflow.conduct import KNOWN_BY, LimitKind


class LimitedRaiser(Body):
    """Whom it limits; a name alone is many people's."""

    name: Name | None = None
    reference: Name | None = None
    email: Email | None = None
    phone: Annotated[Name, Field(max_length=50)] | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if not any(getattr(self, name) for name in KNOWN_BY):
            raise Refusal("missing", "found no `reference`, `email` or `phone`, expected one")
        return self


class LimitBody(Body):
    """One limit, and what belongs to its kind."""

    kind: LimitKind
    person: Annotated[Name, Field(description="of `sole_contact`: the only contact")] | None = None
    subject: Annotated[Name, Field(description="of `subject`: what is not answered")] | None = None
    times: Annotated[int, Field(ge=1, le=1000, description="of `frequency`")] | None = None
    per: Literal["day", "week", "month"] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        belongs = _BELONGS[self.kind]
        for name in ("person", "subject", "times", "per"):
            sent = getattr(self, name) is not None
            if sent != (name in belongs):
                found, wanted = ("", "no ") if sent else ("no ", "")
                detail = f"found {found}`{name}`, expected {wanted}`{name}` with `{self.kind}`"
                raise Refusal("wrong_value" if sent else "missing", detail, name)
        return self


_BELONGS: dict[LimitKind, frozenset[str]] = {
    LimitKind.SOLE_CONTACT: frozenset({"person"}),
    LimitKind.WRITING_ONLY: frozenset(),
    LimitKind.SUBJECT: frozenset({"subject"}),
    LimitKind.FREQUENCY: frozenset({"times", "per"}),
}


def _some(limits: tuple[LimitBody, ...]) -> tuple[LimitBody, ...]:
    if not limits:
        raise Refusal("too_short", "found no limits, expected at least one")
    return limits


Limits = Annotated[tuple[LimitBody, ...], Field(max_length=20), AfterValidator(_some)]


def _plain(limits: tuple[LimitBody, ...]) -> tuple[dict[str, Any], ...]:
    return tuple(limit.model_dump(mode="json", exclude_none=True) for limit in limits)


class LimitConduct(Body):
    """Limits on how a raiser may be in touch; their issues climb as they would."""

    raiser: LimitedRaiser
    limits: Limits
    reason: Text
    approved_by: Annotated[Name, Field(description="a person of the directory")]
    begins_at: Instant | None = None
    review_at: Instant
    expires_at: Instant

    def limiting(self) -> Limiting:
        """What is to be recorded."""
        return Limiting(
            raiser=self.raiser.model_dump(mode="json", exclude_none=True),
            limits=_plain(self.limits),
            reason=self.reason,
            approved_by=self.approved_by,
            begins_at=self.begins_at,
            review_at=self.review_at,
            expires_at=self.expires_at,
        )


class ReviewLimit(Body):
    """What a review comes to."""

    outcome: Literal["keep", "change", "end"]
    reason: Text
    reviewed_by: Annotated[Name, Field(description="a person of the directory")]
    review_at: Instant | None = None
    expires_at: Instant | None = None
    limits: Limits | None = None

    @model_validator(mode="after")
    def _changes(self) -> Self:
        if self.limits is not None and self.outcome != "change":
            detail = f"found `limits` beside `{self.outcome}`, expected them with `change` alone"
            raise Refusal("wrong_value", detail, "limits")
        return self

    def review(self) -> Review:
        """What is to be recorded."""
        return Review(
            outcome=self.outcome,
            reason=self.reason,
            reviewed_by=self.reviewed_by,
            review_at=self.review_at,
            expires_at=self.expires_at,
            limits=None if self.limits is None else _plain(self.limits),
        )


class LimitQuery(PageQuery):
    """Which limits."""

    in_force: bool | None = None


class LimitView(Shape):
    """A limit as it stands."""

    id: str
    raiser: dict[str, str]
    limits: list[dict[str, Any]]
    reason: str
    approved_by: str
    recorded_by: str
    begins_at: datetime
    review_at: datetime
    review_due: bool
    expires_at: datetime
    ended_at: datetime | None
    in_force: bool
    reviews: list[dict[str, Any]]
    created_at: datetime


class LimitList(Shape):
    """A page of limits."""

    data: list[LimitView]
    links: Links
    meta: Meta
