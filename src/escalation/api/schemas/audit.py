"""The record's verification and export: what is asked, and what is told."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from escalation.api.schemas.answers import Links
from escalation.api.schemas.shape import Shape

Since = Annotated[int, Field(ge=0, le=2**31 - 1, description="The seal after which to begin.")]
IssueName = Annotated[
    str | None, Field(min_length=1, max_length=100, description="One issue, by reference or id.")
]


class VerifyQuery(BaseModel):
    """What is verified: so many seals after one, or a whole issue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: Since = 0
    limit: Annotated[int, Field(ge=1, le=50, description="How many seals are looked at.")] = 10
    issue: IssueName = None


class ExportQuery(BaseModel):
    """What is exported: so many seals after one, or a whole issue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: Since = 0
    limit: Annotated[int, Field(ge=1, le=10, description="How many seals' entries come.")] = 1
    issue: IssueName = None


class AuditFinding(Shape):
    """One thing that is wrong, and where as far as it is known."""

    code: str
    detail: str
    aggregate: str | None = None
    number: int | None = None
    event: str | None = None
    seal: int | None = None


class AuditReport(Shape):
    """What was looked at and what is wrong with it; `links.next` goes on until it is complete."""

    ok: bool
    complete: bool
    through: int
    seals: int
    entries: int
    found: int
    findings: list[AuditFinding]
    notes: list[str]
    links: Links
