"""Webhooks in: what a tool is answered, the inbox, previews."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from escalation.api.schemas.answers import Links, Meta
from escalation.api.schemas.fields import Body
from escalation.api.schemas.queries import PageQuery
from escalation.api.schemas.shape import Shape
from escalation.services.inbound.inbox import HookState

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class HookReceipt(Shape):
    """A delivery has been kept; the same delivery again is answered the same."""

    id: str
    source: str
    key: str
    received_at: datetime


class HookReceiptList(Shape):
    """Several deliveries of one request have been kept."""

    data: list[HookReceipt]
    links: Links
    meta: Meta


class HookFault(Shape):
    """A place of the mapping that finds nothing, or nothing that is known here."""

    where: str
    detail: str


class HookDeliveryView(HookReceipt):
    """A delivery in the inbox: what became of it and why."""

    state: HookState
    reason: str | None
    faults: list[HookFault]
    about: str | None
    waits_for: str | None
    issue: str | None
    reference: str | None
    did: list[str]
    handled_at: datetime


class HookDeliveryList(Shape):
    """A page of the inbox, the latest first."""

    data: list[HookDeliveryView]
    links: Links
    meta: Meta


class HookAct(Shape):
    """An act that would follow."""

    act: str
    where: str
    given: dict[str, Any]


class HookExpression(Shape):
    """An expression that was asked, and what it found."""

    where: str
    expression: str
    found: Any
    problem: str | None


class HookReading(Shape):
    """What a body would do, expression by expression.

    ``state`` and ``reason``: what it would come to in the inbox, where that is anything but `done`.
    """

    state: HookState | None
    reason: str | None
    key: str
    about: str | None
    order: list[int] | None
    actor: str | None
    rules: list[str]
    ignored: str | None
    acts: list[HookAct]
    expressions: list[HookExpression]
    faults: list[HookFault]


class HookReadingList(Shape):
    """One reading for each ticket or event of a body."""

    data: list[HookReading]
    links: Links
    meta: Meta


class HookDeliveryDetail(HookDeliveryView):
    """A delivery with what came, and what the rules say of it now."""

    headers: dict[str, str]
    body: Any
    reading: HookReading | None


class PreviewHook(Body):
    """A body as a tool would send it; `headers` where the source's rules look at some."""

    source: Name
    body: Any
    headers: Annotated[
        dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=2_000)]],
        Field(max_length=50),
    ] = Field(default_factory=dict)


class HookQuery(PageQuery):
    """Which deliveries."""

    source: Name | None = None
    state: HookState | None = None
