"""Webhooks out: endpoints, the delivery log, types of events."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body, Instant
from escalation.api.schemas.keys import KeyScopes
from escalation.api.schemas.queries import PageQuery
from escalation.api.schemas.shape import Shape
from escalation.delivery.formats.options import Format, Standard
from escalation.routing.typed import clean
from escalation.services.deliveries import DeliveryState, Extent
from escalation.services.endpoints import EndpointState, Wishes
from escalation.services.own_headers import LONGEST, MOST

Url = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Types = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=100)]],
    Field(max_length=100, description="Types of events; an empty list takes every type."),
]
About = Annotated[str, StringConstraints(max_length=500), AfterValidator(clean)]


Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[list[Word], Field(max_length=200)]
Headers = Annotated[
    dict[str, Annotated[str, StringConstraints(max_length=LONGEST)]],
    Field(
        max_length=MOST,
        description="Headers of your own, such as `Authorization`: sealed, and never shown again.",
    ),
]


Rate = Annotated[
    int, Field(ge=0, le=60_000, description="messages in a minute, at most; 0 for no bound")
]
Concurrency = Annotated[
    int, Field(ge=0, le=8, description="requests at once, at most; 0 for the usual two")
]


class Filters(Body):
    """What the issue of an event has to be, as it stood once that was recorded; empty asks nothing.

    With any of them events of no issue do not go out: of meetings, digests and ladders.
    """

    ladders: Words = Field(default_factory=list)
    rung_from: Word | None = Field(default=None, description="the lowest rung on its ladder")
    severities: Words = Field(default_factory=list)
    agencies: Words = Field(default_factory=list, description="of which it is, or which it affects")
    olas: Words = Field(default_factory=list)


class CreateEndpoint(Body):
    """Where events are to go."""

    url: Url
    types: Types = Field(default_factory=list)
    filters: Filters = Field(default_factory=Filters)
    headers: Headers = Field(default_factory=dict)
    format: Format = Field(default_factory=Standard)
    rate: Rate = 0
    concurrency: Concurrency = 0
    scopes: KeyScopes = Field(
        default_factory=KeyScopes,
        description="Whom it is for: it is told of issues that a key of these scopes sees, and of"
        " nothing else. They stay as they are.",
    )
    description: About = ""

    def wanted(self) -> dict[str, Any]:
        """What the endpoint is to be, as ``services.endpoints.add`` takes it."""
        return {
            "url": self.url,
            "types": self.types,
            "filters": self.filters.model_dump(),
            "headers": self.headers,
            "form": self.format,
            "rate": self.rate,
            "concurrency": self.concurrency,
            "scopes": self.scopes.model_dump(),
            "description": self.description,
        }


class ChangeEndpoint(Body):
    """What is to change of an endpoint; a disabled one is sent nothing and keeps its queue."""

    url: Url | None = None
    types: Types | None = None
    filters: Filters | None = Field(default=None, description="in the place of those it has")
    headers: Headers | None = Field(default=None, description="in the place of those it has")
    format: Format | None = Field(default=None, description="of the same kind, with other options")
    description: About | None = None
    rate: Rate | None = None
    concurrency: Concurrency | None = None
    enabled: bool | None = None
    draining: bool | None = Field(
        default=None, description="whether what is due goes out and nothing new is handed on"
    )

    def wishes(self) -> Wishes:
        """What is to change, as ``services.endpoints.change`` takes it."""
        return Wishes(
            url=self.url,
            types=self.types,
            filters=None if self.filters is None else self.filters.model_dump(),
            headers=self.headers,
            form=self.format,
            description=self.description,
            enabled=self.enabled,
            draining=self.draining,
            rate=self.rate,
            concurrency=self.concurrency,
        )


class RedeliverSince(Body):
    """What is to be sent again: all that was handed on since then, or what is dead of it.

    What is unconfirmed may have arrived, and is left unless ``unconfirmed`` says otherwise.
    """

    since: Instant
    dead_only: bool = False
    unconfirmed: bool = False

    @property
    def extent(self) -> Extent:
        """It as the store takes it."""
        return Extent(self.since, dead_only=self.dead_only, unconfirmed=self.unconfirmed)


class RotateSecret(Body):
    """How long the old secret signs beside the new one, in hours; 0 ends it at once."""

    both_hours: Annotated[int, Field(ge=0, le=720)] = 24


class FiltersView(Shape):
    """What the issue of an event has to be."""

    ladders: list[str]
    rung_from: str | None
    severities: list[str]
    agencies: list[str]
    olas: list[str]


class EndpointView(Shape):
    """An endpoint without its secrets."""

    id: str
    url: str
    description: str
    types: list[str]
    filters: FiltersView
    scopes: dict[str, list[str]]
    header_names: list[str]
    format: dict[str, Any]
    rate: int | None
    concurrency: int | None
    state: EndpointState
    state_reason: str | None
    old_secret_until: datetime | None
    deliveries: dict[str, int]
    created_by: str
    created_at: datetime


class NewEndpointView(EndpointView):
    """An endpoint with a secret that has just been made: `secret` is told this once."""

    secret: str


class EndpointList(Shape):
    """Every endpoint."""

    data: list[EndpointView]
    links: Links
    meta: Meta


class AttemptView(Shape):
    """One attempt: what came back, without a word of the receiver's own."""

    at: datetime
    milliseconds: int
    status: int | None
    outcome: str
    detail: str


class DeliveryHead(Shape):
    """What is told of a delivery wherever it is shown."""

    id: str
    endpoint: str
    event: str
    type: str
    about: str
    reference: str | None
    number: int
    state: DeliveryState
    summary: str | None
    next_attempt_at: datetime | None
    created_at: datetime
    ended_at: datetime | None


class DeliveryView(DeliveryHead):
    """One event to one endpoint."""

    attempts: list[AttemptView]


class Redelivered(Shape):
    """How many deliveries are sent again, and how many unconfirmed ones were left."""

    count: int
    left_unconfirmed: int


class AnsweredView(AttemptView):
    """One attempt, with how the receiver's own words began: for who may see answers."""

    answer: str | None


class DeliveryList(Shape):
    """A page of the delivery log, the latest first."""

    data: list[DeliveryView]
    links: Links
    meta: Meta


class EventTypeView(Shape):
    """A type of events, and what it tells."""

    type: str
    tells: str


class EventTypeList(Shape):
    """Every type of events that goes out."""

    data: list[EventTypeView]
    links: Links
    meta: Meta


class PreviewFormat(Body):
    """A format to be tried on samples of these types of events, or of all."""

    format: Format
    types: Types = Field(default_factory=list)


class RequestView(Shape):
    """A request as it is sent, without the headers that every request has."""

    method: str
    path: str
    content_type: str
    headers: dict[str, str]
    body: str | None


class DeliveryDetail(DeliveryHead):
    """One event to one endpoint, with what is sent of it; header values are not told."""

    attempts: list[AnsweredView]
    url: str | None
    header_names: list[str]
    requests: list[RequestView]


class PreviewView(Shape):
    """What a sample comes to: its requests, or why there are none."""

    type: str
    requests: list[RequestView]
    fault: str | None


class PreviewList(Shape):
    """What the samples come to."""

    data: list[PreviewView]
    links: Links
    meta: Meta


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    state: DeliveryState | None = None
