"""Digests: what one is asked for, and what is told of it beside its content."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body, Instant, Name
from escalation.api.schemas.queries import PageQuery
from escalation.api.schemas.reports import Over
from escalation.api.schemas.shape import Shape
from escalation.routing.directory_file import MARKING_MAX
from escalation.services.asked_digests import Request


class FormatOptions(Body):
    """How a digest is to look; there is nothing to choose in this release."""


class MakeDigest(Body):
    """A digest of a forum, by its code or as `forum:<code>`; or a scorecard, by its profile."""

    forum: Name | None = None
    profile: Name | None = None
    as_at: Instant | None = None
    known_at: Instant | None = None
    since: Instant | None = None
    marking: Annotated[
        Name | None,
        Field(
            max_length=MARKING_MAX,
            description="The protective marking that it bears in every format, as `OFFICIAL`.",
        ),
    ] = None
    periods: Annotated[
        Over | None,
        Field(description="Of a scorecard: over how many periods it tells how its figures went."),
    ] = None
    format_options: FormatOptions | None = None

    def request(self) -> Request:
        """What is asked for."""
        return Request(
            forum=self.forum,
            profile=self.profile,
            as_at=self.as_at,
            known_at=self.known_at,
            since=self.since,
            marking=self.marking,
            periods=self.periods,
        )


class DigestQuery(PageQuery):
    """Which digests."""

    forum: str | None = None


class DigestView(Shape):
    """A digest without its content: when it was true, by what was known, and its hash."""

    id: str
    number: str
    schema_: Annotated[str, Field(alias="schema")]
    profile: str
    forum: str | None
    as_at: datetime
    known_at: datetime
    since: datetime | None
    publication: str
    content_hash: str
    created_by: str
    created_at: datetime
    corrects: str | None
    formats: dict[str, str]


class DigestDetail(DigestView):
    """A digest with its document; the file ending in `.json` is what the hash was taken of."""

    document: dict[str, Any]


class DigestList(Shape):
    """A page of digests, the newest first."""

    data: list[DigestView]
    links: Links
    meta: Meta
