"""Subscriptions to digests: what is asked for, and what is told of one."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body, Email, Instant, Name
from escalation.api.schemas.reports import Over
from escalation.api.schemas.shape import Shape
from escalation.routing.directory_file import MARKING_MAX
from escalation.routing.typed import Refusal
from escalation.services.subscribing.checks import Wanted
from escalation.services.subscribing.subscriptions import Changes

_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2})?")


class FormatName(StrEnum):
    """What a digest is handed on as."""

    PDF = "pdf"
    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    MARKDOWN = "md"
    JSON = "json"


def _local(text: str) -> str:
    expected = "a date and time by the zone's own clock such as `2026-03-02T08:00`"
    try:
        found = datetime.fromisoformat(text) if _LOCAL.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise Refusal("wrong_instant", f"expected {expected}")
    return text


def _some(formats: tuple[FormatName, ...]) -> tuple[FormatName, ...]:
    if not formats:
        raise Refusal("too_short", "found none of them, expected at least 1 of them")
    return formats


class ToPerson(Body):
    """Somebody in the directory."""

    kind: Literal["person"]
    person: Name


class ToSecretariat(Body):
    """Whoever is the secretariat of the digest's forum by then."""

    kind: Literal["secretariat"]


class ToAddress(Body):
    """An address outside the directory, of a domain that the installation allows."""

    kind: Literal["address"]
    address: Email


class ToWebhook(Body):
    """A webhook endpoint: a `digest.ready` of its own, with links."""

    kind: Literal["webhook"]
    endpoint: Name


class BeforeMeetings(Body):
    """Some business days before each meeting of a forum, by its calendar."""

    kind: Literal["before_meetings"]
    by: Annotated[Name, Field(examples=["3 business days"])]
    forum: Name | None = None


class Recurring(Body):
    """Whenever an RFC 5545 rule comes round by the clock of a zone."""

    kind: Literal["recurring"]
    rule: Annotated[Name, Field(max_length=500, examples=["FREQ=WEEKLY;BYDAY=MO"])]
    start: Annotated[Name, AfterValidator(_local), Field(examples=["2026-03-02T08:00"])]
    zone: Annotated[Name, Field(examples=["Australia/Brisbane"])]


Recipient = Annotated[ToPerson | ToSecretariat | ToAddress | ToWebhook, Field(discriminator="kind")]
When = Annotated[BeforeMeetings | Recurring, Field(discriminator="kind")]
Formats = Annotated[tuple[FormatName, ...], Field(max_length=20), AfterValidator(_some)]
Marking = Annotated[
    Name,
    Field(
        max_length=MARKING_MAX,
        description="The protective marking that each digest bears, as `OFFICIAL`.",
    ),
]
Periods = Annotated[
    Over,
    Field(description="Of a scorecard: over how many periods it tells how its figures went."),
]


class CreateSubscription(Body):
    """A digest of a forum, or a scorecard by its profile, for somebody from now on."""

    forum: Name | None = None
    profile: Name | None = None
    recipient: Recipient
    when: When
    formats: Formats = (FormatName.PDF,)
    marking: Marking | None = None
    periods: Periods | None = None
    since: Instant | None = None

    def wanted(self) -> Wanted:
        """What is asked for."""
        return Wanted(
            forum=self.forum,
            profile=self.profile,
            recipient=_plain(self.recipient),
            occasion=_plain(self.when),
            formats=_once(self.formats),
            marking=self.marking,
            periods=self.periods,
            since=self.since,
        )


class ChangeSubscription(Body):
    """What is to be otherwise; what is left out stays; null takes `marking` or `periods` off."""

    recipient: Recipient | None = None
    when: When | None = None
    formats: Formats | None = None
    marking: Marking | None = None
    periods: Periods | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.model_fields_set:
            raise Refusal("missing", "found nothing to change, expected at least one field")
        for name in sorted(self.model_fields_set - {"marking", "periods"}):
            if getattr(self, name) is None:
                raise Refusal("wrong_value", "found null, expected a value", name)
        return self

    def changes(self) -> Changes:
        """What is asked for."""
        return Changes(
            recipient=None if self.recipient is None else _plain(self.recipient),
            occasion=None if self.when is None else _plain(self.when),
            formats=None if self.formats is None else _once(self.formats),
            marking=(self.marking or "") if "marking" in self.model_fields_set else None,
            periods=(self.periods or 0) if "periods" in self.model_fields_set else None,
        )


def _plain(value: Body) -> Mapping[str, Any]:
    return value.model_dump(mode="json", exclude_none=True)


def _once(formats: tuple[FormatName, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.value for each in formats))


class Stretch(Shape):
    """A window ahead: what takes effect after `since`, and not after `as_at`."""

    since: datetime
    as_at: datetime


class SubscriptionView(Shape):
    """A subscription: its windows up to `since` are closed, the next one ends at `next_at`."""

    id: str
    profile: str
    forum: str | None
    recipient: dict[str, Any]
    when: dict[str, Any]
    formats: list[str]
    marking: str | None
    periods: int | None
    state: str
    since: datetime
    next_at: datetime | None
    windows: int
    created_by: str
    created_at: datetime


class LastWindow(Shape):
    """What the last window came to."""

    number: int
    state: str
    why: str | None


class SubscriptionDetail(SubscriptionView):
    """A subscription with the windows that it has next, as they are promised now."""

    next_windows: list[Stretch]
    last_window: LastWindow | None


class SubscriptionList(Shape):
    """A page of subscriptions, the newest first."""

    data: list[SubscriptionView]
    links: Links
    meta: Meta


class SubscriptionPreview(Shape):
    """The windows that a subscription would have next; nothing is kept."""

    profile: str
    when: dict[str, Any]
    next_windows: list[Stretch]


class LinkView(Shape):
    """A link to a digest, without its token."""

    id: str
    format: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    uses: int
    last_used_at: datetime | None


class DigestWindowView(Shape):
    """A closed window: promised for `as_at`, closed and made when the engine came to it."""

    id: str
    number: int
    since: datetime
    as_at: datetime
    closed_at: datetime
    late_seconds: int
    state: str
    gathered: bool
    why: str | None
    digest: str | None
    handed_to: str | None
    ended_at: datetime | None
    links: list[LinkView]


class DigestWindowList(Shape):
    """A page of windows, the newest first."""

    data: list[DigestWindowView]
    links: Links
    meta: Meta
